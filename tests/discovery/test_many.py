"""Which of very many are found first, and that the others are found as well."""

from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import timezone

from features.discovery import services
from features.discovery.models import Document, Word
from features.discovery.services import narrowing, searching
from tests.discovery.test_search import found, publish
from tests.discovery.test_speed import many

pytestmark = pytest.mark.django_db


@pytest.fixture
def few(monkeypatch):
    """So many are looked at, instead of hundreds."""
    monkeypatch.setattr(searching, "MOST", 8)
    monkeypatch.setattr(searching, "RANKED", 8)
    monkeypatch.setattr(narrowing, "MOST", 8)


def change(ref, **changes):
    Document.objects.filter(ref=ref).update(**changes)


class TestWhatIsEverywhere:
    def test_the_newest_are_found_and_further_back_what_stands_higher(self, monkeypatch):
        for name in ("MOST", "RANKED"):
            monkeypatch.setattr(searching, name, 150)
        refs = many(2600)
        change(refs[-300], standing=13)
        best, *others = found("welding ", size=150)
        assert best == refs[-300]
        assert len(others) == 149
        assert set(refs[-64:]) <= set(others) <= set(refs[-384:])

    def test_a_title_is_found_however_old(self, few):
        publish("title", "Welding")
        many(2600)
        for words in ("welding ", "weldi", '"welding"'):
            assert found(words)[0] == "title", words

    def test_what_is_rare_is_found_however_old_and_all_of_it(self, few):
        publish("old", "An evening", "about soldering")
        many(2600)
        assert found("soldering ") == ["old"]
        publish("new", "An evening", "about soldering, once more")
        for words in ("soldering ", "solder", '"about soldering"', "soldering -welding", "soldering or brazing"):
            assert sorted(found(words)) == ["new", "old"], words

    def test_other_kinds_are_not_crowded_out(self, few):
        publish("old", "An evening", "with welding", kind="skill")
        many(2600)
        for words in ("welding ", "welding", "weldi"):
            assert services.search(words).counts == {"session": 8, "skill": 1}, words
            assert found(words, kinds=["skill"]) == ["old"], words

    def test_an_unfinished_word_becomes_what_is_known_and_what_is_not_yet(self, few):
        publish("name", "Weldon Weld", kind="person")
        refs = many(2600)
        Word.objects.create(word="welding", keys=[])
        results = services.search("weld")
        assert results.counts == {"session": 8, "person": 1}
        best, *others = [row.ref for row in results.documents]
        assert best == "name"
        assert set(others) <= set(refs[-128:])
        assert results.is_cut

    def test_what_is_for_members_takes_no_place_of_what_strangers_find(self, few, learner):
        publish("public", "Welding for all")
        for number in range(12):
            publish(f"members-{number}", "Welding for some", visibility="members")
        assert found("welding for") == ["public"]
        assert len(found("welding for", person=learner)) == 8

    def test_what_is_to_come_is_first_of_them(self, few):
        refs = many(2600)
        now = timezone.now()
        change(refs[-5], starts_at=now + timedelta(days=1))
        change(refs[-4], starts_at=now - timedelta(days=1))
        Document.objects.filter(ref__in=refs[-128:-8]).delete()
        assert found("welding ")[0] == refs[-5]


class TestWithFilters:
    def all_pages(self, words, among, size=3):
        seen, after = [], ""
        while True:
            page = services.best("session", words, among, after=after, size=size)
            assert page.is_first == (not after)
            seen += [row.ref for row in page.documents]
            after = page.next
            if not after:
                return seen

    def test_everything_is_paged_through_once_and_the_newest_first(self, few):
        refs = many(2600)
        among = refs[::100]
        seen = self.all_pages("welding ", Document.objects.filter(ref__in=among))
        assert seen == among[::-1]
        everything = self.all_pages("welding ", Document.objects.filter(pk__gt=int(refs[-30])))
        assert sorted(everything) == sorted(refs[-29:])

    def test_titles_stand_before_what_stands_high_and_that_before_what_is_new(self):
        publish("1", "Welding", standing=9)
        publish("2", "An evening", "welding", standing=20)
        publish("3", "An evening", "welding")
        publish("4", "An evening", "of brazing", standing=20)
        Document.objects.update(ref=F("id"))
        for words in ("weldi", "welding ", '"welding" -brazing'):
            titles = [row.pk for row in services.best("session", words, Document.objects.all()).documents]
            assert titles == sorted(titles), words
            assert len(titles) == 3

    def test_what_is_published_meanwhile_moves_nothing(self, few):
        refs = many(2600)
        among = Document.objects.filter(pk__lte=int(refs[-1]))
        first = services.best("session", "welding ", among, size=3)
        many(1300)
        second = services.best("session", "welding ", among, size=3, after=first.next)
        seen = [row.ref for row in [*first.documents, *second.documents]]
        assert seen == self.all_pages("welding ", among.filter(ref__in=seen))

    @pytest.mark.parametrize("after", ["x", "1:2:3"])
    def test_a_forged_cursor_is_the_first_page(self, after):
        refs = many(1)
        page = services.best("session", "welding ", Document.objects.all(), after=after)
        assert page.is_first
        assert [row.ref for row in page.documents] == refs
        assert services.best("session", "", Document.objects.all()).documents == []

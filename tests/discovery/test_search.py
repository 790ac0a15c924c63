from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core import signing
from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from features.discovery import services
from features.discovery.kinds import Kind, kinds
from features.discovery.models import Document
from features.discovery.services import searching
from features.skills.models import Skill

pytestmark = pytest.mark.django_db


def publish(ref, title, text="", **changes):
    facts = {"kind": "session", "ref": ref, "title": title, "text": text, "url": f"/sessions/{ref}/"} | changes
    services.publish(**facts)


def found(words, **limits):
    return [document.ref for document in services.search(words, **limits).documents]


@pytest.fixture(autouse=True)
def questions(monkeypatch):
    """A kind that a later feature will bring."""
    kind = Kind(label="Questions", order=50, icon="ask", entries=lambda refs: [])
    monkeypatch.setitem(kinds, "question", kind)
    return kind


@pytest.fixture
def shelf():
    publish(
        "1", "Reading a query plan", "Which line of the plan to look at first.", names=["PostgreSQL", "Postgres", "PG"]
    )
    publish(
        "2", "Pivot tables without fear", "For everybody who queries spreadsheets.", names=["Microsoft Excel", "Excel"]
    )
    publish("3", "Datenbanken verstehen", "Für alle, die Größe und Prüfung fürchten.", language="de", names=["SQL"])
    publish("4", "Templates in C++", "Not C#.", names=["C++", "CPP"])
    publish("9", "Which database?", "Asked about PostgreSQL.", kind="question")


class TestPublish:
    def test_saying_the_same_again_touches_nothing(self, shelf):
        before = list(Document.objects.order_by("pk").values())
        publish(
            "1",
            "Reading a query plan",
            "Which line of the plan to look at first.",
            names=["PostgreSQL", "Postgres", "PG"],
        )
        assert list(Document.objects.order_by("pk").values()) == before

    def test_saying_it_again_replaces_what_was_said(self, shelf):
        publish("1", "Welding for beginners", "No plans.", skills=[7], visibility="members", url="/elsewhere/")
        document = Document.objects.get(kind="session", ref="1")
        assert (document.title, document.skills, document.url) == ("Welding for beginners", [7], "/elsewhere/")
        assert "1" not in found("query")
        assert Document.objects.count() == 5

    def test_kinds_have_references_of_their_own(self, shelf):
        publish("1", "Another thing", kind="question")
        assert Document.objects.filter(ref="1").count() == 2

    def test_it_stands_or_falls_with_the_callers_transaction(self, shelf):
        from django.db import transaction

        with transaction.atomic():
            publish("5", "Never told")
            transaction.set_rollback(True)
        assert found("never told") == []

    @pytest.mark.parametrize(
        ("title", "text"), [("x\x00y", "\x00"), ("a" * 500, "word " * 400_000), ("\r\nBcc: x", "a" * 200_000), ("", "")]
    )
    def test_odd_texts_are_taken(self, title, text):
        publish("5", title, text)
        document = Document.objects.get(ref="5")
        assert len(document.title) <= 200
        assert "\n" not in document.title

    def test_names_are_searched_and_not_shown(self, shelf):
        document = Document.objects.get(kind="session", ref="1")
        assert "Postgres" not in document.text + document.title
        assert "1" in found("postgres")


class TestWithdraw:
    def test_it_is_no_longer_found_and_twice_is_once(self, shelf):
        for _ in range(2):
            services.withdraw("session", "1")
        assert found("query plan") == []
        assert Document.objects.count() == 4


class TestSearch:
    @pytest.mark.parametrize(
        ("words", "refs"),
        [
            ("query plan", ["1"]),
            ("QUERY PLANS", ["1"]),  # another form of the word
            ("queries", ["1", "2"]),
            ('"query plan"', ["1"]),
            ('"plan query"', []),
            ("query -plan", ["2"]),
            ("pivot or welding", ["2"]),
            ("postgres", ["1", "9"]),  # a synonym, and the beginning of what the question says
            ("postg", ["1", "9"]),
            ("plan postg", ["1"]),
            ("postg plan", []),  # only the last word may be unfinished
            ("grosse", ["3"]),
            ("Größe prüfungen", ["3"]),  # with and without accents, another form, another language
            ("datenbank", ["3"]),
            ("C++", ["4"]),
            ("C#", ["4"]),
            ("cpp", ["4"]),
            ("the", ["1"]),  # no dictionary throws a word away that stands alone
            ("elephants", []),
            ("", []),
            ("&|!", []),
        ],
    )
    def test_finds_what_is_meant(self, shelf, words, refs):
        assert sorted(found(words)) == refs

    def test_an_unfinished_word_is_completed_only_at_the_end(self, shelf):
        assert "1" in found("read quer")
        assert found("quer ") == []

    def test_the_title_counts_most_then_the_names_then_the_text(self):
        publish("text", "Monday", "An hour about welding, among other things of the workshop.")
        publish("names", "Tuesday", "An hour.", names=["Welding"])
        publish("title", "Welding", "An hour.")
        assert found("welding") == ["title", "names", "text"]

    def test_may_be_limited_to_kinds_and_counts_all(self, shelf):
        assert found("postgres", kinds=["question"]) == ["9"]
        assert found("sql", kinds=[]) == []
        assert services.search("postgres", kinds=["question"]).counts == {"session": 1, "question": 1}

    def test_what_is_to_come_is_before_what_is_over_and_what_stands_higher_before_the_rest(self):
        now = timezone.now()
        publish("low", "Welding", standing=5)
        publish("over", "Welding", starts_at=now - timedelta(days=1))
        publish("soon", "Welding", starts_at=now + timedelta(days=1))
        publish("high", "Welding", standing=20)
        assert found("welding") == ["high", "soon", "over", "low"]
        # Afterwards they are equals, and the newer stands first.
        assert found("welding", now=now + timedelta(days=2)) == ["high", "soon", "over", "low"]

    def test_pages_follow_each_other_without_a_gap_or_a_repeat(self):
        for number in range(25):
            publish(str(number), "Welding" if number % 3 else "Welding, once more", "welding " * (number % 4))
        seen, after = [], ""
        for _ in range(3):
            page = services.search("welding", after=after, size=10)
            seen += [document.ref for document in page.documents]
            after = page.next
        assert after == ""
        assert sorted(seen, key=int) == [str(number) for number in range(25)]
        assert seen == [d.ref for d in services.search("welding", size=100).documents]

    @pytest.mark.parametrize(
        "forge",
        [
            lambda: "x",
            lambda: "1:2:3",
            lambda: signing.Signer(salt="features.discovery.search").sign_object([1]),
        ],
        ids=["a letter", "numbers", "signed with too little"],
    )
    def test_a_forged_cursor_is_the_first_page(self, shelf, forge):
        assert found("query", after=forge()) == found("query")

    def test_of_a_word_that_is_everywhere_the_titles_are_not_crowded_out(self, monkeypatch):
        monkeypatch.setattr(searching, "RANKED", 10)
        publish("title", "Welding")
        for number in range(30):
            publish(str(number), "An evening", "with welding", standing=20)
        results = services.search("welding")
        assert results.documents[0].ref == "title"
        assert results.counts == {"session": 31}
        assert results.is_cut

    def test_counting_stops_somewhere(self, monkeypatch):
        monkeypatch.setattr(searching, "MOST", 5)
        for number in range(9):
            publish(str(number), "Welding")
        assert services.search("welding").counts == {"session": 5}

    def test_what_is_for_members_is_found_by_members(self, shelf, learner):
        publish("5", "Salaries in the community", visibility="members")
        assert found("salaries") == found("salaries", person=AnonymousUser()) == []
        assert found("salaries", person=learner) == ["5"]
        assert services.search("salaries").counts == {}
        assert services.search("salaries", person=learner).counts == {"session": 1}

    def test_three_queries_however_much_is_found(self, shelf, django_assert_num_queries):
        for number in range(20):
            publish(f"1{number}", "Query plans again")
        with django_assert_num_queries(3):
            page = services.search("query", size=50)
            assert len([(document.title, document.get_absolute_url()) for document in page.documents]) >= 21

    @settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        words=st.text(st.characters(exclude_categories=()), max_size=60)
        | st.text("ab\"-' &|!:*()<>\\%\x00or", max_size=30)
    )
    def test_any_text_is_answered(self, shelf, words):
        results = services.search(words)
        services.with_snippets(results.documents, results.wanted)
        services.meant(words, None)
        list(services.matching_refs("session", words))

    @settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(title=st.text(st.characters(exclude_categories=()), max_size=80), text=st.text(max_size=200))
    def test_any_text_can_be_published(self, db, title, text):
        publish("5", title, text, language="de")
        assert Document.objects.filter(ref="5").count() == 1


class TestMatchingRefs:
    def test_are_the_ids_of_one_kind_for_a_subquery(self, shelf, django_assert_num_queries):
        publish("not-a-number", "Query plans", kind="article")
        with django_assert_num_queries(2):
            assert sorted(services.matching_refs("session", "query")) == [1, 2]
        assert list(services.matching_refs("session", "")) == []

    def test_stand_in_a_condition_of_another_table(self, shelf, skill):
        publish(str(skill.pk), "What a skill is", kind="skill")
        assert Skill.objects.filter(pk__in=services.matching_refs("skill", "what skill")).get() == skill
        assert not Skill.objects.filter(pk__in=services.matching_refs("skill", "welding")).exists()

    def test_are_answered_from_the_index(self, shelf):
        with connection.cursor() as cursor:
            cursor.execute(
                """INSERT INTO discovery_document
                       (kind, ref, title, text, skills, language, visibility, url, standing, updated_at, words)
                   SELECT 'session', n, 'Session ' || n, repeat(md5(n::text), 30), '{}', 'en', 'public', '/', 10, now(),
                       to_tsvector('simple', 'session ' || n)
                   FROM generate_series(1000, 6000) AS n"""
            )
            cursor.execute("ANALYZE discovery_document")
        assert "document_words" in services.matching_refs("session", "query plan").explain()

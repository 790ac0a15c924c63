"""What somebody looked for in vain: told once it is there, and shown to hosts without names."""

from datetime import time, timedelta

import pytest
from django.utils import timezone

from features.accounts.personal_data import erase_all, export_all
from features.calendar.services import keep_free
from features.discovery import services
from features.discovery.models import Wish
from features.forum.models import Board, Thread
from features.forum.services import ask
from features.notifications.models import Notification
from features.notifications.services import follow
from features.profiles import wish_notices
from features.profiles.services import tell_wishes
from features.skills.models import Goal
from tests.factories import make_session, make_skill, make_user
from tests.undoing import undo

pytestmark = pytest.mark.django_db
SEARCH = "/search/?q=Zymurgy"


@pytest.fixture
def member(client, learner):
    client.force_login(learner)
    return client


class TestAsking:
    def test_an_empty_search_offers_to_tell_and_comes_back_to_it(self, member, learner):
        assert "Tell me when there is something" in member.get(SEARCH).text
        asked = member.post("/search/wish/", {"q": "Zymurgy"}, follow=True)
        assert asked.redirect_chain == [(SEARCH, 303)]
        assert "Tell me no longer" in asked.text
        assert Wish.objects.get(person=learner).words == "Zymurgy"
        assert "Tell me when there is something" in undo(member, asked).text
        assert not Wish.objects.exists()

    def test_twice_is_once_however_it_is_written(self, member):
        for words in ("Zymurgy", " ZYMURGY ", "zymurgy"):
            member.post("/search/wish/", {"q": words})
        assert Wish.objects.count() == 1

    @pytest.mark.parametrize("words", ["", "  ", "\x00", "?!"])
    def test_no_words_are_no_wish(self, member, words):
        assert member.post("/search/wish/", {"q": words}).status_code == 303
        assert not Wish.objects.exists()

    def test_a_stranger_logs_in_and_comes_back_to_the_search(self, client):
        assert 'href="/account/login/?next=/search/%3Fq%3DZymurgy">Tell me' in client.get(SEARCH).text

    def test_with_htmx_the_form_is_whole(self, member):
        part = member.get(SEARCH, headers={"HX-Request": "true"}).text
        assert "csrfmiddlewaretoken" in part
        assert "Tell me when there is something" in part


class TestLists:
    """What a list of one kind does not hold."""

    LISTS = {"/sessions/": "session", "/mentors/": "mentor", "/forum/": "thread", "/library/": "work"}

    @pytest.fixture
    def board(self, skill):
        return Board.objects.create(name="Databases", slug="databases", about="-", skill=skill)

    @pytest.mark.parametrize("path", LISTS)
    def test_offer_to_tell_and_come_back_to_it(self, member, board, path):
        text = member.get(path, {"q": "Zymurgy"}).text
        assert '<button class="btn main" form="wish" name="q" value="Zymurgy">Tell me when there is something' in text
        assert f'<input type="hidden" name="kind" value="{self.LISTS[path]}">' in text
        asked = member.post("/search/wish/", {"q": "Zymurgy", "kind": self.LISTS[path]}, follow=True)
        assert asked.redirect_chain == [(f"{path}?q=Zymurgy", 303)]
        assert "Tell me no longer" in asked.text
        undo(member, asked)
        assert not Wish.objects.exists()

    @pytest.mark.parametrize("path", LISTS)
    def test_a_whole_page_of_words_is_not_left_out(self, client, expert, skill, board, path):
        make_session(expert, about=[skill])
        assert "x" * 200 in client.get(path, {"q": "x" * 5000}).text

    def test_a_slip_leads_to_what_there_is_of_the_kind(self, client, expert, skill, board):
        words = {"title": "Zymurgy for beginners?", "text": "I have never brewed anything and want to begin."}
        ask(author=expert, board=board, kind="question", skills=[skill], **words)
        services.learn_words()
        text = client.get("/forum/?q=zymrugy").text
        assert 'Did you mean <a href="/forum/?q=zymurgy">zymurgy</a> (1)?' in text
        assert "Did you mean" not in client.get("/library/?q=zymrugy").text

    def test_a_wish_of_a_kind_waits_for_that_kind_and_for_what_is_to_come(self, learner, expert, skill):
        services.wish(person=learner, words="zymurgy", kind="session")
        make_skill("Zymurgy")
        held = make_session(expert, about=[skill], title="Zymurgy, long ago", starts_in=timedelta(days=-2))
        services.republish("session", [str(held.pk)])
        assert services.search("zymurgy", person=learner).total == 2
        assert tell_wishes() == 0
        again = make_session(expert, about=[skill], title="Zymurgy again")
        services.republish("session", [str(again.pk)])
        assert tell_wishes() == 1
        assert Notification.objects.get(recipient=learner, kind="wish_found").url == "/sessions/?q=zymurgy"


class TestTelling:
    def test_once_there_is_something_and_once_only(self, learner, expert):
        services.wish(person=learner, words="zymurgy")
        assert tell_wishes() == 0
        make_session(expert, about=[make_skill("Zymurgy")])
        assert (tell_wishes(), tell_wishes()) == (1, 0)
        notice = Notification.objects.get(recipient=learner, kind="wish_found")
        assert notice.url == "/search/?q=zymurgy"
        services.wish(person=learner, words="zymurgy")  # asked anew
        assert tell_wishes() == 1

    def test_one_letter_a_day_with_all_that_was_found(self, learner, expert, letters):
        now = timezone.now()
        for words in ("zymurgy", "bees", "wicker"):
            services.wish(person=learner, words=words)
        for name in ("Zymurgy", "Bees"):
            make_session(expert, about=[make_skill(name)])
        letters()
        assert tell_wishes(now) == 1
        make_session(expert, about=[make_skill("Wicker")])
        assert tell_wishes(now + timedelta(hours=23)) == 0
        (letter,) = [letter for letter in letters() if letter.to == [learner.email]]
        assert letter.subject == "There is something for “zymurgy”, “bees”"
        assert "“bees”: " in letter.body
        notice = Notification.objects.get(recipient=learner, kind="wish_found")
        assert wish_notices._say_found([notice]) == {notice.pk: "There is something for “zymurgy”, “bees” now."}
        assert tell_wishes(now + timedelta(hours=25)) == 1

    def test_a_search_that_fails_holds_up_nobody(self, learner, outsider, expert, monkeypatch):
        for person in (learner, outsider):
            services.wish(person=person, words="zymurgy")
        make_session(expert, about=[make_skill("Zymurgy")])

        def fails(words, person, *rest):
            if person == learner:
                raise ZeroDivisionError
            return True

        monkeypatch.setattr("features.discovery.services.wishing.exists", fails)
        with pytest.raises(ZeroDivisionError):
            tell_wishes()
        assert Notification.objects.get(kind="wish_found").recipient == outsider

    def test_the_letter_says_what_for(self, learner):
        wish = services.wish(person=learner, words="zymurgy")
        row = Notification(recipient=learner, kind="wish_found", ref=str(wish.pk), url="/")
        letter = wish_notices._found(row)
        assert letter.context["subject"] == "There is something for “zymurgy”"
        assert letter.context["action_url"].endswith("/search/?q=zymurgy")
        wish.delete()
        assert wish_notices._found(row) is None

    def test_what_is_old_is_forgotten(self, learner):
        services.wish(person=learner, words="zymurgy", now=timezone.now() - timedelta(days=91))
        assert tell_wishes() == 0
        assert not Wish.objects.exists()


class TestDemand:
    def test_hosts_see_what_three_look_for_and_never_who(self, client, expert):
        client.force_login(expert)
        for n in range(3):
            assert "zymurgy" not in client.get("/hosting/").text
            services.wish(person=make_user(f"Member Of Note {n}"), words="zymurgy")
        page = client.get("/hosting/").text
        assert "“zymurgy”" in page
        assert "3 people want to be told" in page
        assert "Member Of Note" not in page

    def test_of_a_skill_of_theirs_all_who_want_it_are_counted_once(self, client, expert, skill):
        held = make_session(expert, about=[skill], starts_at=timezone.now() - timedelta(days=2))
        client.force_login(expert)
        wanting = [make_user(f"Member Of Note {n}") for n in range(4)]
        Goal.objects.create(person=wanting[0], skill=skill, level=3)
        for person in wanting[:2]:
            follow(person=person, key=f"skill:{skill.pk}")
        services.wish(person=wanting[1], words=skill.name)
        addresses = ("/hosting/", f"{held.get_absolute_url()}dashboard/")
        assert all("Wanted, and nobody holds it" not in client.get(address).text for address in addresses)
        services.wish(person=wanting[2], words=skill.name)
        board = Board.objects.create(name="Databases", slug="databases", about="-", skill=skill)
        words = {"kind": "question", "title": "Why does it ignore my index?", "text": "I have a table of 300 rows."}
        ask(author=wanting[3], board=board, skills=[skill, make_skill("Zymurgy")], **words)
        for n, person in enumerate(wanting):
            keep_free(person=person, hours=[(day, time(18 if n else 19), time(20)) for day in range(1, 8)])
        for address in addresses:
            page = client.get(address).text
            assert "4 people want to learn it · 4 of them are free" in page, address
            assert "Member Of Note" not in page
        assert f'value="{skill.name}"' in client.get(f"/sessions/new/?skill={skill.slug}").text
        assert client.get("/sessions/new/?skill=%00").status_code == 200
        Thread.objects.update(replies=1)
        assert "3 people want to learn it" in client.get("/hosting/").text
        make_session(make_user("Another Host"), about=[skill])
        assert "Wanted, and nobody holds it" not in client.get("/hosting/").text

    def test_it_is_the_persons_own_data(self, learner):
        services.wish(person=learner, words="zymurgy")
        assert export_all(learner)["discovery"]["looked_for"][0]["words"] == "zymurgy"
        erase_all(learner)
        assert not Wish.objects.exists()

"""Who may decide what, once more: after a thread went to another area, about what one reported oneself, one thing or
several; and what the public log keeps to itself."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from features.accounts.models import RoleGrant
from features.accounts.personal_data import erase_all
from features.calendar import services as calendar
from features.calendar.models import CalendarFeed
from features.forum import services as forum
from features.forum.by_mail.addresses import address
from features.forum.models import Board, Post, Thread
from features.integrations import services as integrations
from features.moderation import services
from features.moderation.models import ActAppeal, Case, Entry, Flag
from features.moderation.services import ModerationRefused, SanctionRefused
from features.moderation.templatetags.moderation import sure
from tests.factories import make_skill, make_user
from tests.forum.conftest import ask
from tests.forum.test_by_mail import message
from tests.moderation.conftest import browser_of

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def boards(skill):
    return [
        Board.objects.create(name=name, slug=name.lower(), about="x", skill=about)
        for name, about in (("Databases", skill), ("Kitchen", make_skill("Cooking")))
    ]


@pytest.fixture(scope="module")
def thread(boards, learner, skill):
    return ask(boards[0], learner, skill)


@pytest.fixture(scope="module")
def answer(thread, expert):
    post = forum.reply(author=expert, thread=thread, text="Buy my course, it explains all of this.")
    Case.objects.all().delete()
    return post


@pytest.fixture(scope="module")
def of_areas(boards):
    """A moderator of each board alone."""
    found = []
    for board in boards:
        person = make_user(f"Moderator of {board.name}")
        RoleGrant.objects.create(person=person, role="area_moderator", scope=board.scope)
        found.append(person)
    return found


def key(post):
    return f"post:{post.pk}"


def act(by, name, *posts, words="", **given):
    keys = [key(post) for post in posts]
    return services.act(by=by, name=name, keys=keys, reason="advertising", words=words, given=given)


class TestAThreadThatWentToAnotherArea:
    def test_what_was_claimed_there_is_not_decided_from_here(self, thread, answer, boards, of_areas, second, moderator):
        here, there = of_areas
        services.flag(person=second, key=key(answer), reason="rude")
        case = Case.objects.get(ref=str(answer.pk))
        services.claim_case(by=here, case=case)
        act(moderator, "move", thread.posts.get(part="opening"), board=boards[1])
        for verb in (services.claim_case, lambda **given: services.decide(**given, outcome="kept")):
            with pytest.raises(ModerationRefused, match="not_yours"):
                verb(by=here, case=case)  # as it was read before the thread went
        services.decide(by=there, case=Case.objects.get(pk=case.pk), outcome="kept")

    def test_who_looks_after_it_now_takes_back_and_who_did_it_takes_back_their_slip(
        self, thread, answer, boards, of_areas, moderator
    ):
        here, there = of_areas
        colleague = make_user("Colleague here")
        RoleGrant.objects.create(person=colleague, role="area_moderator", scope=boards[0].scope)
        other = forum.reply(author=answer.author, thread=thread, text="And one more.")
        [one], [two] = act(here, "hide", answer), act(here, "hide", other)
        act(moderator, "move", thread.posts.get(part="opening"), board=boards[1])
        with pytest.raises(ModerationRefused, match="not_yours"):
            services.undo(by=colleague, entry=one)
        page = browser_of(there, strong=True).get(f"/decisions/{one.pk}/")
        assert "Take it back" in page.text
        services.undo(by=there, entry=one)
        services.undo(by=here, entry=two)
        assert set(thread.posts.values_list("state", flat=True)) == {"shown"}

    def test_whose_role_has_ended_takes_nothing_back(self, answer, of_areas):
        [entry] = act(of_areas[0], "hide", answer)
        RoleGrant.objects.filter(person=of_areas[0]).update(until=timezone.now())
        del of_areas[0]._roles
        with pytest.raises(ModerationRefused, match="not_yours"):
            services.undo(by=of_areas[0], entry=entry)


class TestObjections:
    def test_whoever_reported_it_decides_no_more_than_whoever_acted(self, answer, expert, moderator, second):
        """A moderator's report alone takes something out of sight, and the entry names nobody."""
        services.flag(person=moderator, key=key(answer), reason="rude")
        entry = Entry.objects.get(act="flagged")
        assert entry.by is None
        filed = services.appeal_act(person=expert, entry=entry, words="It is not rude.")
        assert list(services.open_act_appeals(moderator)) == []
        with pytest.raises(ModerationRefused, match="own"):
            services.decide_act_appeal(by=moderator, appeal=filed, outcome="upheld", answer="It is.")
        assert list(services.open_act_appeals(second)) == [filed]
        services.decide_act_appeal(by=second, appeal=filed, outcome="overturned", answer="It is not.")
        assert Post.objects.get(pk=answer.pk).state == "shown"

    def test_they_say_something_and_are_answered_with_one_of_two(self, answer, expert, moderator, second):
        [entry] = act(moderator, "hide", answer)
        with pytest.raises(ModerationRefused, match="no_words"):
            services.appeal_act(person=expert, entry=entry, words=" \n ")
        filed = services.appeal_act(person=expert, entry=entry, words="Look again.")
        with pytest.raises(ModerationRefused, match="unknown"):
            services.decide_act_appeal(by=second, appeal=filed, outcome="perhaps", answer="Well.")
        limit = services.impose(by=moderator, person=expert, kind="silence", reason="Advertising")
        with pytest.raises(SanctionRefused) as refused:
            services.appeal(sanction=limit, text="  ")
        assert refused.value.code == "no_words"
        said = services.appeal(sanction=limit, text="I did not.")
        with pytest.raises(SanctionRefused) as refused:
            services.decide_appeal(by=second, appeal=said, outcome="perhaps", answer="Well.")
        assert refused.value.code == "unknown"

    def test_there_is_none_to_what_became_of_one(self, answer, expert, moderator, second):
        [entry] = act(moderator, "hide", answer)
        filed = services.appeal_act(person=expert, entry=entry, words="Look again.")
        services.decide_act_appeal(by=second, appeal=filed, outcome="upheld", answer="It stays.")
        entry = Entry.objects.get(pk=entry.pk)
        assert not services.may_appeal(expert, entry)
        with pytest.raises(ModerationRefused, match="not_open"):
            services.appeal_act(person=expert, entry=entry, words="And again.")
        assert ActAppeal.objects.count() == 1


class TestReports:
    def test_of_accounts_that_were_suspended_weigh_nothing(self, answer, moderator):
        puppets = [make_user(f"Puppet {n}", joined_at=timezone.now() - timedelta(days=30)) for n in range(3)]
        for person in puppets[:2]:
            services.flag(person=person, key=key(answer), reason="rude")
            services.impose(by=moderator, person=person, kind="suspension", reason="One person with three accounts")
        services.flag(person=puppets[2], key=key(answer), reason="rude")
        assert Case.objects.get().weight == 1
        assert Post.objects.get(pk=answer.pk).state == "shown"


class TestOneOrSeveral:
    def test_what_is_for_one_thing_is_not_done_to_several(self, answer, thread, moderator, outsider, as_moderator):
        other = forum.reply(author=outsider, thread=thread, text="I sell one too.")
        with pytest.raises(ModerationRefused, match="one"):
            act(moderator, "suspend", answer, other, days=90)
        sent = {"on": [key(answer), key(other)], "reason": "advertising", "days": 90}
        assert as_moderator.post("/moderation/acts/suspend/", sent).status_code == 422
        assert not Entry.objects.exists()
        assert len(act(moderator, "warn", answer, answer)) == 1  # the same twice is one


class TestTheQueueInWords:
    def test_reports_and_how_sure_we_are(self, answer, as_moderator, learner):
        assert [sure(weight) for weight in (0.5, 1.3, 2.7)] == [
            "from people who are new, or were seldom right", "may be right", "probably right"
        ]  # fmt: skip
        services.flag(person=learner, key=key(answer), reason="rude")
        page = as_moderator.get("/moderation/").text
        assert "1 report, from people who are new" in page
        assert "weight" not in page.partition("<main")[2]

    def test_enough_for_one_day(self, answer, as_moderator, moderator, monkeypatch):
        assert "enough for one day" not in as_moderator.get("/moderation/").text
        now = timezone.now()
        facts = {"kind": "post", "cause": "first", "outcome": "kept", "decided_by": moderator}
        Case.objects.bulk_create(
            Case(ref=str(n), decided_at=now if n else now - timedelta(days=2), **facts)
            for n in range(services.MUCH)
        )  # fmt: skip
        assert "enough for one day" not in as_moderator.get("/moderation/").text
        Case.objects.update(decided_at=now)
        assert "enough for one day" in as_moderator.get("/moderation/").text


class TestThePublicLog:
    def test_what_was_said_about_something_private_stays_there(self, moderator, learner, expert, answer, thread):
        def log(kind, ref, place=""):
            thing = services.Thing(
                kind=kind, ref=ref, title="x", url="", author=expert, state="shown", place=place
            )  # fmt: skip
            services.record(by=moderator, name="silence", thing=thing, reason="rude", words="You asked Rea for money.")
            return Client().get("/moderation/log/").text

        assert "Rea" not in log("mentoring_message", "1")
        Thread.objects.filter(pk=thread.pk).update(state="hidden")
        page = log("post", str(answer.pk), f"thread:{thread.pk}")
        assert "Rea" not in page
        assert thread.title not in page
        assert "It attacks somebody" in page
        Thread.objects.filter(pk=thread.pk).update(state="shown")
        assert "You asked Rea" in Client().get("/moderation/log/").text

    def test_who_has_left_is_not_taken_for_the_site(self, moderator, answer, thread):
        [entry] = act(moderator, "hide", answer)
        erase_all(moderator)
        for page in ("/moderation/log/", thread.get_absolute_url()):
            text = Client().get(page).text
            assert "Somebody who has left" in text
            assert moderator.name not in text
        assert "Somebody who has left" in browser_of(answer.author).get(f"/decisions/{entry.pk}/").text

    def test_nobody_reads_who_reported(self, answer, thread, outsider, moderator, expert):
        services.flag(person=outsider, key=key(answer), reason="rude", words="This is Rita's rudeness.")
        act(moderator, "remove", answer)
        entry, author = Entry.objects.get(), browser_of(expert)
        for page in (f"/decisions/{entry.pk}/", thread.get_absolute_url(), "/moderation/log/", "/account/data/"):
            text = author.get(page).text
            assert outsider.name not in text
            assert "Rita" not in text
        assert Flag.objects.get().outcome == "right"


class TestTheSuspended:
    def test_their_page_is_kept_by_nobody_with_a_form_and_without(self, expert, moderator):
        held = services.impose(by=moderator, person=expert, kind="suspension", reason="Advertising")
        assert "no-store" in Client().get(services.page_of(held))["Cache-Control"]
        services.appeal(sanction=held, text="I did not.")
        answer = Client().get(services.page_of(held))
        assert "I did not." in answer.text
        assert not answer.cookies  # no form, so no token: what else kept it from caches of others
        assert {"no-store", "private"} <= set(answer["Cache-Control"].split(", "))

    def test_by_no_other_door_and_from_the_second_of_its_end_by_all(self, thread, expert, moderator, client, settings):
        """A program with a token, a calendar that reads an address, an answer by mail."""
        settings.INBOUND_ADDRESS = "reply@learn.example.org"
        _token, secret = integrations.make_token(
            person=expert, name="x", wanted=["forum:write"], lasts=timedelta(days=9)
        )
        calendar.open_feed(person=expert)
        ics = f"/ics/{CalendarFeed.objects.get(person=expert).secret}.ics"
        mail = message(expert.email, address(expert.pk, "t", thread.pk))
        now = timezone.now()
        ends_at = now + timedelta(days=1)

        def doors(at):
            with time_machine.travel(at, tick=False):
                services.tell_ends()
                by_token = client.get("/api/v1/threads/", headers={"Authorization": f"Bearer {secret}"})
                try:
                    by_mail = forum.receive(mail) and 200
                except forum.NotOurs:
                    by_mail = 404
                return [by_token.status_code, client.get(ics).status_code, by_mail]

        services.impose(by=moderator, person=expert, kind="suspension", reason="Advertising", ends_at=ends_at, now=now)
        longer = services.impose(
            by=moderator, person=expert, kind="suspension", reason="Again", ends_at=ends_at + timedelta(days=1), now=now
        )
        services.lift(by=moderator, sanction=longer, reason="Once is enough", now=now)
        assert doors(ends_at - timedelta(microseconds=1)) == [401, 404, 404]
        assert doors(ends_at) == [200, 200, 200]

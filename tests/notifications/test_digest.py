"""One letter for what can wait: on the morning of the person's own day, once, and never empty."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from django.core import mail as outgoing
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.jobs import run_pending
from core.models import Outbox
from features.notifications import services
from features.notifications.kinds import DIGEST, Group, Kind, kinds
from features.notifications.models import Digest, Level, Notification, Rhythm
from features.notifications.services import digests, notify
from features.sessions import follows
from features.sessions import services as sessions
from features.sessions.models import SkillSession
from tests.factories import make_session, make_user

pytestmark = pytest.mark.django_db
MONDAY = datetime(2031, 3, 3, tzinfo=UTC)


@pytest.fixture
def waits(truth, monkeypatch):
    """A kind that comes by digest unless somebody chooses otherwise."""
    group = Group(key="news", label="News", why="You are told news.", is_optional=True, can_wait=True,
                  proposed=Level.DIGEST)  # fmt: skip
    tip = kinds["tip"]
    monkeypatch.setitem(kinds, "news", Kind(letter=tip.letter, sentences=tip.sentences, group=group))
    return truth


def tell(person, ref=1, at=MONDAY - timedelta(days=1)):
    """Something that can wait, told at `at`."""
    notify(person, "news", ref, f"/sessions/{ref}/")
    Notification.objects.filter(recipient=person, ref=str(ref)).update(created_at=at)


def morning(zone, day=MONDAY, hour=8, minute=5):
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZoneInfo(zone))


def send(now):
    """What goes out when the worker looks at `now`."""
    outgoing.outbox.clear()
    services.open_digests(now=now)
    run_pending()
    return list(outgoing.outbox)


class TestWhen:
    def test_on_monday_morning_in_ones_own_zone_by_default(self, learner, waits):
        tell(learner)
        zone = learner.time_zone
        assert send(morning(zone, hour=7, minute=59)) == []
        assert send(morning(zone, MONDAY - timedelta(days=1))) == []
        assert len(send(morning(zone))) == 1

    def test_every_morning_for_whoever_wants_that(self, learner, waits):
        services.choose_rhythm(person=learner, rhythm=Rhythm.DAILY)
        tell(learner)
        wednesday = MONDAY + timedelta(days=2)
        assert len(send(morning(learner.time_zone, wednesday))) == 1

    def test_never_for_whoever_wants_none(self, learner, waits):
        tell(learner)
        services.choose_rhythm(person=learner, rhythm=Rhythm.NEVER)
        tell(learner, 2)
        assert send(morning(learner.time_zone)) == []
        assert not Notification.objects.for_digest().exists()
        assert Notification.objects.unread().count() == 2

    @pytest.mark.parametrize(
        ("zone", "utc"),
        [
            ("Europe/Lisbon", datetime(2031, 3, 31, 7, tzinfo=UTC)),  # the Monday after clocks went forward
            ("Europe/Lisbon", datetime(2031, 10, 27, 8, tzinfo=UTC)),  # and after they went back
            ("America/New_York", datetime(2031, 3, 10, 12, tzinfo=UTC)),
            ("Asia/Kathmandu", datetime(2031, 3, 31, 2, 15, tzinfo=UTC)),
            ("Pacific/Kiritimati", datetime(2031, 3, 30, 18, tzinfo=UTC)),
        ],
    )
    def test_it_is_eight_on_the_clocks_there(self, waits, zone, utc):
        person = make_user(time_zone=zone)
        tell(person, at=utc - timedelta(days=2))
        assert send(utc - timedelta(minutes=1)) == []
        assert len(send(utc)) == 1
        assert Digest.objects.get().slot_at == utc

    @pytest.mark.parametrize("zone", ["Europe/Lisbon", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"])
    def test_each_day_of_a_year_has_one_morning(self, zone):
        """Also those of 23 and 25 hours: asked every quarter of an hour, as the worker does."""
        for start in (datetime(2031, 3, 1, tzinfo=UTC), datetime(2031, 9, 25, tzinfo=UTC)):
            asked = [start + timedelta(minutes=15 * n) for n in range(45 * 96)]
            found = {slot for now in asked if (slot := digests.morning(zone, now))}
            days = sorted({slot.date() for slot in found})
            assert len(found) == len(days)
            assert all((b - a).days == 1 for a, b in pairwise(days))
            assert all(slot.hour == 8 for slot in found)

    def test_a_worker_that_was_down_catches_up_but_not_at_night(self, learner, waits):
        tell(learner)
        assert send(morning(learner.time_zone, hour=21)) == []
        assert len(send(morning(learner.time_zone, hour=13))) == 1

    def test_what_comes_after_eight_waits_for_the_next(self, learner, waits):
        zone = learner.time_zone
        tell(learner, at=morning(zone))
        assert send(morning(zone, hour=9)) == []
        assert len(send(morning(zone, MONDAY + timedelta(days=7)))) == 1


class TestOnce:
    def test_of_two_workers_one_sends(self, learner, waits):
        tell(learner)
        now = morning(learner.time_zone)
        services.open_digests(now=now)
        services.open_digests(now=now)
        run_pending()
        Outbox.objects.update(done_at=None, claimed_until=None)
        run_pending()
        assert len(outgoing.outbox) == 1
        assert Digest.objects.get().sent_at
        assert Digest.objects.get().withheld_at is None

    def test_the_database_decides(self, learner):
        Digest.objects.create(person=learner, day=MONDAY.date(), slot_at=MONDAY)
        with pytest.raises(IntegrityError), transaction.atomic():
            Digest.objects.create(person=learner, day=MONDAY.date(), slot_at=MONDAY + timedelta(hours=1))

    def test_what_was_said_is_not_said_again(self, learner, waits):
        services.choose_rhythm(person=learner, rhythm=Rhythm.DAILY)
        tell(learner)
        zone = learner.time_zone
        assert len(send(morning(zone))) == 1
        assert send(morning(zone, MONDAY + timedelta(days=1))) == []
        assert Notification.objects.get().mailed_at

    def test_it_goes_on_after_a_batch(self, waits, monkeypatch):
        monkeypatch.setattr(digests, "BATCH", 2)
        people = [make_user(f"Reader {n}", handle=f"reader-{n}") for n in range(5)]
        for person in people:
            tell(person)
        assert sorted(letter.to[0] for letter in send(morning("UTC"))) == [person.email for person in people]

    def test_who_waits_for_nothing_costs_nothing(self, waits):
        def queries():
            with CaptureQueriesContext(connection) as captured:
                services.open_digests(now=morning("UTC"))
            return len(captured)

        few = queries()
        for n in range(5):
            make_user(f"Silent {n}", handle=f"silent-{n}")
        assert queries() == few


class TestWhat:
    def test_all_that_waits_by_group_in_both_forms_with_the_way_out(self, learner, waits, settings):
        tell(learner, 1)
        tell(learner, 2)
        [letter] = send(morning(learner.time_zone))
        assert letter.to == [learner.email]
        assert letter.subject.startswith("2 things that are new")
        for body in (letter.body, letter.alternatives[0].content):
            for words in ("News", "A seat is yours", "Another one", f"{settings.SITE_URL}/sessions/1/"):
                assert words in body
        assert letter.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"

    def test_one_click_ends_all_digests(self, learner, waits, settings):
        tell(learner)
        [letter] = send(morning(learner.time_zone))
        path = letter.extra_headers["List-Unsubscribe"].strip("<>").removeprefix(settings.SITE_URL)
        tell(learner, 2)
        assert services.rhythm(learner) == Rhythm.WEEKLY
        assert Client(enforce_csrf_checks=True).post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
        assert services.rhythm(learner) == Rhythm.NEVER
        assert "These letters have stopped" in Client().get(path).text
        assert not services.gets_letters(learner, DIGEST)
        assert send(morning(learner.time_zone, MONDAY + timedelta(days=7))) == []

    def test_what_was_read_is_no_news(self, learner, waits):
        tell(learner)
        Notification.objects.update(read_at=MONDAY)
        assert send(morning(learner.time_zone)) == []
        assert not Digest.objects.exists()

    def test_what_is_no_longer_true_is_left_out(self, learner, waits):
        tell(learner, 1)
        tell(learner, 2)
        del waits["1"]
        [letter] = send(morning(learner.time_zone))
        assert "Another one" in letter.body
        assert "One thing that is new" in letter.subject
        assert Notification.objects.get(ref="1").withheld_at

    def test_it_is_never_empty(self, learner, waits):
        tell(learner)
        waits.clear()
        assert send(morning(learner.time_zone)) == []
        digest = Digest.objects.get()
        assert digest.withheld_at
        assert digest.sent_at is None

    @pytest.mark.parametrize("level", [Level.OFF, Level.INBOX])
    def test_what_is_chosen_meanwhile_counts(self, learner, waits, level):
        tell(learner)
        services.choose(person=learner, levels={"news": level})
        assert send(morning(learner.time_zone)) == []

    def test_what_is_sent_at_once_is_in_no_digest(self, learner, waits):
        services.choose(person=learner, levels={"news": Level.MAIL})
        tell(learner)
        run_pending()
        assert send(morning(learner.time_zone)) == []

    def test_urgent_things_cannot_wait(self, learner, waits):
        with pytest.raises(ValueError, match="tips"):
            services.choose(person=learner, levels={"tips": Level.DIGEST})

    def test_a_long_one_says_how_much_more_there_is(self, learner, waits, monkeypatch):
        monkeypatch.setattr(digests, "MOST", 3)
        waits |= {str(n): f"Thing {n}" for n in range(5)}
        for n in range(5):
            tell(learner, n)
        [letter] = send(morning(learner.time_zone))
        assert letter.body.count("- ") >= 3
        assert "And 2 more in your inbox" in letter.body
        assert not Notification.objects.filter(mailed_at=None).exists()

    def test_the_queries_do_not_grow_with_what_is_said(self, learner, waits):
        waits |= {str(n): f"Thing {n}" for n in range(30)}
        counts = []
        for week, number in enumerate([1, 25]):
            for n in range(number):
                notify(learner, "news", n, "/", key=f"{week}:{n}")
            Notification.objects.filter(mailed_at=None).update(created_at=MONDAY - timedelta(days=1))
            day = MONDAY + timedelta(weeks=week)
            services.open_digests(now=morning(learner.time_zone, day))
            with CaptureQueriesContext(connection) as captured:
                services.send_digest(Digest.objects.latest("pk").pk)
            counts.append(len(captured))
        assert counts[0] == counts[1]


class TestNewSessions:
    def published(self, expert, learner, **fields):
        session = make_session(expert, published=False, **fields)
        session = sessions.publish(session=session, by=expert)
        run_pending()
        row = Notification.objects.get(ref=session.pk, recipient=learner)
        Notification.objects.filter(pk=row.pk).update(created_at=row.created_at - timedelta(days=9))
        return session

    def digest(self, learner):
        """Sent now, whatever the day: what may go into it is looked at as things are."""
        outgoing.outbox.clear()
        [pk] = [Digest.objects.create(person=learner, day=MONDAY.date(), slot_at=datetime.now(UTC)).pk]
        services.send_digest(pk)
        return list(outgoing.outbox)

    def test_they_stand_there_with_time_and_host(self, learner, expert, skill):
        services.follow(person=learner, key=f"person:{expert.pk}")
        session = self.published(expert, learner, about=[skill], title="Plans", starts_in=timedelta(days=30))
        [letter] = self.digest(learner)
        there = session.starts_at.astimezone(ZoneInfo(learner.time_zone))
        assert "What you follow" in letter.body
        assert "Plans" in letter.body
        assert f"{there:%H:%M}, by {expert.name}" in letter.body

    @pytest.mark.parametrize("change", ["cancelled", "started", "unfollowed", "seated", "removed"])
    def test_each_is_looked_at_again(self, learner, expert, skill, change):
        services.follow(person=learner, key=f"skill:{skill.pk}")
        session = self.published(expert, learner, about=[skill])
        if change == "cancelled":
            sessions.cancel_session(session=session, by=expert, reason="ill")
        elif change == "started":
            SkillSession.objects.update(starts_at=datetime.now(UTC) - timedelta(minutes=1))
        elif change == "unfollowed":
            services.unfollow(person=learner, key=f"skill:{skill.pk}")
        elif change == "seated":
            sessions.register(session=session, person=learner)
        else:
            SkillSession.objects.update(removed_at=datetime.now(UTC))
        assert self.digest(learner) == []

    def test_the_queries_do_not_grow_with_them(self, learner, expert, skill):
        services.follow(person=learner, key=f"skill:{skill.pk}")

        def queries():
            rows = list(Notification.objects.select_related("recipient").filter(kind=follows.KIND))
            with CaptureQueriesContext(connection) as captured:
                assert len(digests.gather(rows, learner)["What you follow"]) == len(rows)
            return len(captured)

        self.published(expert, learner, about=[skill])
        few = queries()
        for n in range(4):
            self.published(expert, learner, about=[skill], starts_in=timedelta(days=5 + n))
        assert queries() == few

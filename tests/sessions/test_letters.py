"""Letters: one each, true when they are sent, with a calendar entry that is always the same entry."""

from datetime import UTC, datetime, timedelta

import icalendar
import pytest
import time_machine
from django.utils import timezone

from core.jobs import run_pending
from core.models import Outbox
from features.notifications.models import Notification
from features.notifications.services import preferences
from features.sessions import services
from features.sessions.models import SkillSession
from features.sessions.services.letters import remind
from tests.factories import make_session, make_user

pytestmark = pytest.mark.django_db
TITLE = "Reading a query plan without fear"


def entry(letter):
    (part,) = letter.attachments
    assert part.get_filename() == "session.ics"
    calendar = icalendar.Calendar.from_ical(part.get_payload(decode=True))
    (event,) = calendar.walk("VEVENT")
    return calendar, event, part["Content-Type"]


@pytest.fixture(scope="module")
def session(expert, skill):
    return make_session(
        expert,
        about=[skill],
        starts_at=datetime(2038, 1, 14, 18, 30, tzinfo=UTC),
        time_zone="Africa/Lagos",
        preparation="One slow query",
    )


class TestRegistration:
    def test_the_letter_says_when_where_and_how_to_get_out(self, session, learner, letters):
        seat = services.register(session=session, person=learner)
        (letter,) = letters()
        assert letter.to == [learner.email]
        assert letter.subject == "You have a seat: Reading a query plan without fear, Thu 14 January 2038, 18:30"
        for words in (
            "18:30 Lisbon time",
            "19:30 in Lagos",
            "One slow query",
            f"/join/{seat.join_token}/",
            "/cancellation/",
        ):
            assert words in letter.body
        assert len(letter.alternatives) == 1  # HTML beside the text

    def test_the_entry_is_the_page_s_instant_under_one_uid_for_life(self, session, learner, expert, letters):
        seat = services.register(session=session, person=learner)
        calendar, first, mimetype = entry(letters()[0])
        assert "REQUEST" in mimetype
        assert calendar["METHOD"] == "REQUEST"
        assert first["DTSTART"].dt == session.starts_at
        changed = {
            "title": session.title, "outcome": session.outcome, "capacity": 12, "time_zone": session.time_zone,
            "starts_at": session.starts_at + timedelta(days=1), "ends_at": session.ends_at + timedelta(days=1),
        }  # fmt: skip
        services.save_edit(session=session, data=changed, skills=list(session.skills.all()))
        (letter,) = letters()
        _, moved, _ = entry(letter)
        assert "now Fri 15 January 2038" in letter.subject
        assert moved["UID"] == first["UID"]
        assert moved["SEQUENCE"] > first["SEQUENCE"]
        services.cancel_registration(registration=seat, by=learner)
        calendar, gone, mimetype = entry(letters()[0])
        assert (calendar["METHOD"], gone["STATUS"], gone["UID"]) == ("CANCEL", "CANCELLED", first["UID"])
        assert "CANCEL" in mimetype
        assert gone["SEQUENCE"] > moved["SEQUENCE"]

    def test_a_letter_that_is_no_longer_true_is_not_sent(self, session, learner, letters):
        seat = services.register(session=session, person=learner)
        services.cancel_registration(registration=seat, by=learner)
        assert [letter.subject for letter in letters()] == ["Seat given back: Reading a query plan without fear"]
        assert Notification.objects.get(kind="registered").withheld_at

    def test_control_characters_in_a_title_reach_no_header(self, expert, learner, letters):
        session = make_session(expert, title="Plans\r\nBcc: all@example.org")
        services.register(session=session, person=learner)
        (letter,) = letters()
        assert "\n" not in letter.subject
        assert letter.recipients() == [learner.email]


class TestCancelledSession:
    def test_everybody_with_a_seat_or_a_place_in_line_is_told_once(self, expert, learner, outsider, letters):
        session = make_session(expert, capacity=1)
        services.register(session=session, person=learner)
        services.join_waitlist(session=session, person=outsider)
        letters()
        services.cancel_session(session=session, by=expert, reason="I lost my voice")
        sent = letters()
        assert sorted(letter.to[0] for letter in sent) == sorted([learner.email, outsider.email])
        assert all("I lost my voice" in letter.body for letter in sent)
        from features.sessions.tasks import tell_of_cancellation

        tell_of_cancellation(str(session.pk))  # a job may run twice
        assert letters() == []

    def test_who_cannot_be_told_holds_up_nobody(self, expert, learner, outsider, letters, monkeypatch):
        session = make_session(expert)
        for person in (learner, outsider):
            services.register(session=session, person=person)
        letters()
        services.cancel_session(session=session, by=expert, reason="I lost my voice")
        level = preferences.level

        def fails(person, group):
            if person == learner:
                raise ZeroDivisionError
            return level(person, group)

        monkeypatch.setattr(preferences, "level", fails)
        with pytest.raises(ZeroDivisionError):
            run_pending()
        monkeypatch.undo()
        Outbox.objects.filter(done_at=None).update(claimed_until=None)
        assert sorted(letter.to[0] for letter in letters()) == sorted([learner.email, outsider.email])

    def test_nobody_is_blamed_where_too_few_had_a_seat(self, expert, learner, letters, client):
        session = make_session(expert, starts_in=timedelta(days=1), least_seats=5)
        services.register(session=session, person=learner)
        letters()
        services.decide_due()
        (letter,) = letters()
        assert "too few people had a seat" in letter.body
        assert expert.name not in letter.body
        assert f"{expert.name}: “" not in client.get(session.get_absolute_url()).text


class TestChange:
    def change(self, session, **changes):
        kept = ("title", "outcome", "capacity", "time_zone", "starts_at", "ends_at")
        data = {name: getattr(session, name) for name in kept} | changes
        return services.save_edit(session=session, data=data, skills=[])

    def moved(self, session):
        day = timedelta(days=1)
        return self.change(session, starts_at=session.starts_at + day, ends_at=session.ends_at + day)

    def test_the_time_before_is_said_where_the_time_changed(self, session, learner, letters):
        services.register(session=session, person=learner)
        letters()
        session = self.moved(session)
        assert "It was Thu 14 January 2038, 18:30 Lisbon time before." in letters()[0].body
        self.change(session, title="Another title")
        (letter,) = letters()
        assert "Another title" in letter.subject
        assert "before." not in letter.body

    def test_who_waits_or_has_not_paid_yet_is_told(self, expert, learner, outsider, letters):
        session = make_session(expert, capacity=1, starts_at=datetime(2038, 1, 14, 18, 30, tzinfo=UTC))
        seat = services.register(session=session, person=learner)
        seat.confirmed_at, seat.held_until = None, timezone.now() + timedelta(minutes=20)
        seat.save()
        services.join_waitlist(session=SkillSession.objects.get(pk=session.pk), person=outsider)
        letters()
        self.moved(session)
        told = {letter.to[0]: letter for letter in letters()}
        assert "Fri 15 January 2038" in told[learner.email].body
        assert not told[learner.email].attachments
        assert "Fri 15 January 2038" in told[outsider.email].body
        assert "Your place in line stays" in told[outsider.email].body


class TestReminders:
    def due(self, session, minutes):
        return session.starts_at - timedelta(minutes=minutes)

    @pytest.fixture
    def seat(self, session, learner, letters):
        with time_machine.travel(session.starts_at - timedelta(days=10)):
            seat = services.register(session=session, person=learner)
            letters()
        return seat

    def sent(self, letters, now):
        with time_machine.travel(now, tick=False):
            remind(now=timezone.now())
            return [
                letter.subject for letter in letters() if letter.subject.startswith(("Today, ", "Tomorrow, ", "Thu "))
            ]

    def test_come_a_day_and_an_hour_before_once_each(self, session, seat, letters):
        for minutes in (1440, 60):
            due = self.due(session, minutes)
            assert self.sent(letters, due - timedelta(minutes=1)) == []
            near = "Today" if minutes == 60 else "Tomorrow"
            assert self.sent(letters, due) == [f"{near}, 18:30: {TITLE}"]
            assert self.sent(letters, due + timedelta(minutes=1)) == []

    def test_are_the_hosts_choice(self, session, seat, letters):
        SkillSession.objects.update(reminder_minutes=[10080])
        assert self.sent(letters, self.due(session, 60)) == []
        assert len(self.sent(letters, self.due(session, 10080))) == 1

    def test_come_late_after_a_break_but_not_absurdly_late(self, session, seat, letters):
        assert self.sent(letters, self.due(session, 1440) + timedelta(hours=4)) == []
        assert len(self.sent(letters, self.due(session, 1440) + timedelta(hours=2))) == 1
        assert self.sent(letters, self.due(session, 60) + timedelta(minutes=45)) == []

    def test_never_reach_who_gave_the_seat_back_or_a_cancelled_session(self, session, seat, learner, expert, letters):
        with time_machine.travel(self.due(session, 2000)):
            services.cancel_registration(registration=seat, by=learner)
            letters()
        assert self.sent(letters, self.due(session, 1440)) == []
        with time_machine.travel(self.due(session, 1000)):
            services.register(session=session, person=learner)
            services.cancel_session(session=session, by=expert, reason="Ill")
            letters()
        assert self.sent(letters, self.due(session, 60)) == []

    def test_skip_who_registered_after_they_were_due(self, session, outsider, letters):
        with time_machine.travel(self.due(session, 30)):
            services.register(session=session, person=outsider)
            letters()
        assert self.sent(letters, self.due(session, 29)) == []

    def test_move_with_the_session(self, session, seat, letters):
        assert len(self.sent(letters, self.due(session, 1440))) == 1
        assert remind(now=self.due(session, 1430)) == 0  # the next look finds nothing to do
        SkillSession.objects.update(
            starts_at=session.starts_at + timedelta(days=2), ends_at=session.ends_at + timedelta(days=2)
        )
        session.refresh_from_db()
        assert len(self.sent(letters, self.due(session, 1440))) == 1

    def test_after_the_end_who_came_gets_one_letter(self, session, seat, expert, letters):
        services.check_in(registration=seat, by=expert, now=session.starts_at)
        with time_machine.travel(session.ends_at + timedelta(minutes=61), tick=False):
            remind(now=timezone.now())
            remind(now=timezone.now())
            (letter,) = letters()
        assert letter.subject.startswith("How was")

    def test_the_host_chooses_when_it_comes_or_that_it_does_not(self, session, seat, expert, letters):
        services.check_in(registration=seat, by=expert, now=session.starts_at)
        for minutes, after, count in [(1440, 1439, 0), (None, 1440, 0), (1440, 1441, 1)]:
            SkillSession.objects.update(follow_up_minutes=minutes)
            with time_machine.travel(session.ends_at + timedelta(minutes=after), tick=False):
                remind(now=timezone.now())
                assert len(letters()) == count, minutes

    def test_who_did_not_come_gets_none(self, session, seat, letters):
        with time_machine.travel(session.ends_at + timedelta(minutes=61), tick=False):
            remind(now=timezone.now())
            assert letters() == []


def test_the_offer_letter_carries_its_end_and_a_signed_link(expert, learner, letters):
    session = make_session(expert, capacity=1, starts_in=timedelta(days=9))
    seat = services.register(session=session, person=make_user("Holder"))
    services.join_waitlist(session=session, person=learner)
    services.cancel_registration(registration=seat, by=seat.person)
    offer = next(
        letter for letter in letters() if letter.to == [learner.email] and "seat is yours until" in letter.subject
    )
    assert "/place/" in offer.body
    assert "http://testserver" in offer.body

"""What meetings, requests and seats put on the record of promises, and who is kept apart."""

from datetime import timedelta

import pytest
from django.utils import timezone

from features.mentoring import services
from features.mentoring.models import Block, Booking, Engagement, MentorPage, MentorshipRequest
from features.moderation import services as moderation
from features.moderation.models import Case, Entry, Flag, Incident
from features.sessions import services as sessions
from features.sessions.models import Registration
from tests.factories import make_session, make_user
from tests.mentoring.test_bookings import refused
from tests.moderation.conftest import browser_of

MINUTES = timedelta(minutes=1)


def settled(booking):
    services.settle_meetings(now=booking.ends_at + 31 * MINUTES)
    booking.refresh_from_db()
    return booking.outcome


def record():
    return list(Incident.objects.order_by("pk").values_list("person", "kind", "ability"))


class TestMeetings:
    def test_who_does_not_come_while_the_other_waits_is_told_on_the_record_and_we_met_takes_it_back(
        self, booked, expert, learner
    ):
        services.record_join(booking=booked, person=expert, now=booked.starts_at)
        assert settled(booked) == "mentee_absent"
        assert record() == [(learner.pk, "no_show", "register")]
        assert Incident.objects.get().other == expert
        services.say_we_met(booking=booked, by=expert, now=booked.ends_at + 40 * MINUTES)
        assert record() == []
        assert moderation.records([learner.pk, expert.pk], booked.ends_at)[learner.pk].kept == 0
        services.say_we_met(booking=booked, by=learner, now=booked.ends_at + 41 * MINUTES)
        assert moderation.records([learner.pk, expert.pk], booked.ends_at)[learner.pk].kept == 1

    def test_more_than_ten_minutes_late_is_not_there_unless_both_were(self, booked, expert, learner):
        services.record_join(booking=booked, person=learner, now=booked.starts_at + 10 * MINUTES)
        services.record_join(booking=booked, person=expert, now=booked.starts_at + 11 * MINUTES)
        assert settled(booked) == "mentor_absent"
        assert record() == [(expert.pk, "no_show", "mentor")]

    def test_where_nobody_came_nobody_waited(self, booked):
        assert settled(booked) == "nobody"
        assert record() == []

    def test_both_late_have_met(self, booked, expert, learner):
        for person in (learner, expert):
            services.record_join(booking=booked, person=person, now=booked.starts_at + 15 * MINUTES)
        assert settled(booked) == "met"

    def test_less_than_three_hours_before_is_late(self, booked, expert):
        services.cancel_booking(booking=booked, by=expert, reason="-", now=booked.starts_at - 179 * MINUTES)
        assert record() == [(expert.pk, "late_cancel", "mentor")]

    def test_three_hours_before_is_not(self, booked, expert):
        services.cancel_booking(booking=booked, by=expert, reason="-", now=booked.starts_at - 181 * MINUTES)
        assert record() == []

    def test_within_fifteen_minutes_of_booking_nothing_is_late(self, booked, learner):
        Booking.objects.filter(pk=booked.pk).update(changed_at=booked.starts_at - 130 * MINUTES)
        services.cancel_booking(booking=booked, by=learner, reason="-", now=booked.starts_at - 120 * MINUTES)
        assert record() == []

    def test_the_entry_says_with_whom_it_was(self, booked, expert, learner):
        services.record_join(booking=booked, person=expert, now=booked.starts_at)
        settled(booked)
        words, url = moderation.told(Incident.objects.all(), learner)[Incident.objects.get().pk]
        assert "Amara Okonjo" in words
        assert url == booked.get_absolute_url()


class TestMentors:
    def ask(self, mentor, person, skill):
        return services.send_request(
            person=person, mentor=mentor, goal="Read plans", background="-", expectation="-", about=[skill],
            goes_on=False,
        )  # fmt: skip

    def test_a_request_without_an_answer_is_told_and_an_answer_is_kept(self, mentor_page, learner, outsider, skill):
        mentor = mentor_page.person
        asked = self.ask(mentor, learner, skill)
        services.decline_request(request=self.ask(mentor, outsider, skill), reason="full")
        services.expire_requests(now=asked.due_at + MINUTES)
        assert record() == [(mentor.pk, "no_answer", "mentor")]
        assert moderation.records([mentor.pk])[mentor.pk].kept == 1

    def test_a_paused_mentor_is_neither_suggested_nor_asked_nor_booked(self, offer, slot, learner):
        mentor, now, start = offer.mentor, timezone.now(), slot()
        for n in range(4):
            moderation.note_incident(
                person=mentor, kind="no_show", source=f"booking:{n}", happened_at=now, ability="mentor", now=now
            )
        assert not MentorPage.objects.open().exists()
        assert services.why_not_ask(type(mentor).objects.get(pk=mentor.pk), learner, now).code == "full"
        refused("paused", services.reserve, offer=offer, person=learner, starts_at=start)
        assert MentorPage.objects.open(now + timedelta(days=15)).exists()


class TestSessions:
    @pytest.fixture
    def full(self, expert, skill, learner, outsider):
        session = sessions.publish(session=make_session(expert, about=[skill], published=False, capacity=2), by=expert)
        for person in (learner, outsider):
            sessions.register(session=session, person=person)
        return session

    def test_who_leaves_a_seat_empty_that_others_could_have_had(self, full, expert, learner, outsider):
        seat = Registration.objects.get(person=learner)
        sessions.check_in(registration=seat, by=expert, now=full.starts_at)
        sessions.settle_attendance(session=full, now=full.ends_at + timedelta(hours=3))
        assert record() == [(outsider.pk, "no_show", "register")]
        found = moderation.records([learner.pk, expert.pk], full.ends_at)
        assert (found[learner.pk].kept, found[expert.pk].kept) == (1, 1)
        late = full.ends_at + timedelta(hours=4)
        sessions.check_in(registration=Registration.objects.get(person=outsider), by=expert, now=late)
        assert record() == []

    def test_called_off_late_by_the_host_and_a_seat_given_back_late(self, full, expert, learner):
        late = full.starts_at - timedelta(hours=1)
        sessions.cancel_registration(registration=Registration.objects.get(person=learner), by=learner, now=late)
        sessions.cancel_session(session=full, by=expert, reason="Ill", now=late)
        assert record() == [(learner.pk, "late_cancel", "register"), (expert.pk, "late_cancel", "host")]


class TestApart:
    def test_all_that_is_open_ends_and_nothing_begins(self, booked, mentor_page, expert, learner, skill, client):
        request = services.send_request(
            person=learner, mentor=expert, goal="Read plans", background="-", expectation="-", about=[skill]
        )
        services.accept_request(request=request)
        client.force_login(learner)
        url = f"/mentoring/apart/{expert.handle}/"
        assert "Keep us apart" in client.get(url).text
        assert client.post(url, {"act": "apart"}).status_code == 303
        assert not Engagement.objects.active().exists()
        booked.refresh_from_db()
        assert booked.cancelled_at
        assert not MentorshipRequest.objects.open().exists()
        assert services.why_not_ask(expert, learner, timezone.now()).code == "closed"
        assert services.why_not_book(booked.offer, learner, timezone.now()).code == "closed"
        assert expert.name in client.get("/mentoring/apart/").text
        client.post(url, {"act": "undo"})
        assert not Block.objects.exists()
        assert services.why_not_book(booked.offer, learner, timezone.now()) is None

    def test_nobody_is_kept_apart_from_themselves_and_a_name_that_is_none_is_not_found(self, learner, client):
        client.force_login(learner)
        assert client.get(f"/mentoring/apart/{learner.handle}/").status_code == 404
        assert client.get("/mentoring/apart/nobody-here/").status_code == 404

    def test_a_message_is_reported_by_whom_it_was_written_to_and_by_nobody_else(
        self, mentor_page, expert, learner, outsider, skill, client
    ):
        request = services.send_request(
            person=learner, mentor=expert, goal="Read plans", background="-", expectation="-", about=[skill]
        )
        together = services.accept_request(request=request)
        message = services.write_message(engagement=together, author=expert, text="Send me money")
        url = f"/reports/mentoring_message/{message.pk}/"
        for person, status in ((outsider, 404), (make_user("Somebody Else"), 404), (expert, 404), (learner, 303)):
            client.force_login(person)
            answer = client.post(url, {"reason": "harmful", "words": ""})
            assert answer.status_code == status
        assert Flag.objects.get().person == learner
        client.force_login(expert)
        assert client.get(f"/reports/mentorship_request/{request.pk}/").status_code == 200

    def test_a_moderator_reads_a_reported_message_and_is_not_led_to_what_stands_beside_it(
        self, together, moderator, client
    ):
        message = services.write_message(engagement=together, author=together.mentor, text="Send me money")
        key, page = f"mentoring_message:{message.pk}", together.get_absolute_url()
        moderation.flag(person=together.mentee, key=key, reason="harmful")
        staff = browser_of(moderator, strong=True)
        for url in (f"/moderation/cases/{Case.objects.get().pk}/", f"/moderation/acts/warn/?on={key}"):
            shown = staff.get(url).text
            assert "Send me money" in shown
            assert page not in shown
        said = {"on": key, "reason": "harmful", "words": "Nobody is asked for money."}
        assert staff.post("/moderation/acts/warn/", said)["Location"] == "/moderation/"
        entry = f"/decisions/{Entry.objects.get().pk}/"
        assert page not in staff.get(entry).text
        client.force_login(together.mentor)
        assert page in client.get(entry).text

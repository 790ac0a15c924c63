"""3.16, 3.22: what holds whoever books, and whatever: room between two meetings, limits of a day, first talks."""

from datetime import time, timedelta

import pytest
from django.utils import timezone

from features.assessments import services as assessments
from features.assessments.models import Reading
from features.calendar import services as calendar
from features.mentoring import services
from features.mentoring.models import Booking, BookingRules, MentorPage, Offer, OfficeHour
from features.moderation.services import kept_apart_from
from tests.assessments.conftest import make_task, take
from tests.factories import make_user
from tests.mentoring.test_bookings import refused

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def say(offer, **rules):
    BookingRules.objects.filter(pk=offer.mentor_id).update(**rules)


def starts(offer, person):
    return [start for start, _end in services.free_slots(offer, person, now=timezone.now())]


@pytest.fixture(scope="module")
def talk(offer, skill):
    """A task of the mentor's that is judged in a talk of half an hour."""
    return make_task(offer.mentor, skill, kind="live", minutes=30, room_url="https://meet.example.org/x")


class TestBuffers:
    def test_the_time_after_a_meeting_stays_free_of_the_next_one(self, offer, booked, outsider):
        assert booked.ends_at in starts(offer, outsider)
        say(offer, after_minutes=30)
        free = starts(offer, outsider)
        assert booked.ends_at not in free
        assert booked.ends_at + HOUR / 2 in free
        assert booked.starts_at - HOUR not in free
        refused("taken", services.reserve, offer=offer, person=outsider, starts_at=booked.ends_at)

    def test_a_meeting_that_moves_keeps_away_from_others_and_not_from_itself(self, offer, booked, slot, outsider):
        say(offer, after_minutes=30)
        other = services.book(booking=services.reserve(offer=offer, person=outsider, starts_at=slot(3, outsider)))
        refused("taken", services.move_booking, booking=booked, by=booked.mentee, starts_at=other.ends_at, reason="-")
        later = booked.starts_at + HOUR / 2
        assert services.move_booking(booking=booked, by=booked.mentee, starts_at=later, reason="-").starts_at == later


class TestLimits:
    def test_talks_about_work_and_shared_hours_count_like_meetings(self, offer, talk, learner, outsider, skill):
        say(offer, most_a_day=1)
        now = timezone.now()
        start = next(start for start in starts(offer, learner) if start > now + timedelta(days=2))
        assessments.book_evaluation(task=talk, person=learner, starts_at=start, now=now)
        days = {start.date() for start in starts(offer, outsider)}
        assert start.date() not in days
        shared = next(start for start in starts(offer, outsider) if start > now + timedelta(days=4))
        hour = OfficeHour(mentor=offer.mentor, skill=skill, title="Plans", starts_at=shared)
        services.open_office_hour(hour=hour, minutes=60)
        assert {start.date() for start in starts(offer, outsider)} == days - {shared.date()}
        services.cancel_hour(hour=hour, reason="-")
        assert {start.date() for start in starts(offer, outsider)} == days

    def test_first_talks_that_are_only_kept_are_counted_when_they_are_booked(self, learner, skill):
        now, held = timezone.now(), []
        for n in range(3):
            mentor = make_user(f"Mentor Nr {n}", role="expert", handle=f"mentor-nr-{n}")
            services.save_mentor_page(page=MentorPage(person=mentor), topics=[skill])
            calendar.keep_free(person=mentor, hours=[(day, time(8), time(20)) for day in range(1, 8)])
            offer = services.save_offer(offer=Offer(mentor=mentor, kind="intro", title="Hello", minutes=30))
            free = [start for start in starts(offer, learner) if start > now + timedelta(days=1)]
            held.append(services.reserve(offer=offer, person=learner, starts_at=free[0]))
        services.book(booking=held[0])
        services.book(booking=held[1])
        refused("intro_budget", services.book, booking=held[2])
        assert Booking.objects.confirmed().count() == 2

    def test_a_first_talk_to_which_the_mentor_did_not_come_is_still_to_be_had(self, offer, slot, learner):
        talk = services.save_offer(offer=Offer(mentor=offer.mentor, kind="intro", title="First talk", minutes=60))
        had = services.book(booking=services.reserve(offer=talk, person=learner, starts_at=slot()))
        refused("intro_used", services.reserve, offer=talk, person=learner, starts_at=slot(4))
        Booking.objects.filter(pk=had.pk).update(outcome="mentor_absent")
        assert services.reserve(offer=talk, person=learner, starts_at=slot(4))

    def test_no_moment_is_too_far_to_be_refused(self, offer, booked, talk, learner, outsider, client):
        client.force_login(outsider)
        last = "253402300799"  # of the year 9999
        assert client.post(offer.get_absolute_url(), {"starts_at": last}).status_code == 422
        client.force_login(learner)
        assert client.post(f"{booked.get_absolute_url()}move/", {"starts_at": last, "reason": "-"}).status_code == 422
        assert client.post(f"{talk.get_absolute_url()}times/", {"starts_at": last}).status_code == 422


class TestLateMoney:
    @pytest.fixture
    def let_go(self, offer, slot, learner, settings):
        settings.STRIPE_SECRET_KEY = "sk_test_of_nobody"
        Offer.objects.filter(pk=offer.pk).update(price_minor=4500)
        held = services.book(booking=services.reserve(offer=offer, person=learner, starts_at=slot()))
        services.BookingFulfilment().release(str(held.pk), timezone.now())
        return held

    def comes(self, booking):
        return services.BookingFulfilment().reseat(str(booking.pk), timezone.now())

    def test_gets_no_time_next_to_a_meeting_nor_on_a_full_day(self, offer, let_go, outsider):
        say(offer, after_minutes=30)
        beside = services.reserve(offer=offer, person=outsider, starts_at=let_go.ends_at)
        assert not self.comes(let_go)
        say(offer, after_minutes=0, most_a_day=1)
        assert not self.comes(let_go)
        services.give_back(booking=beside)
        assert self.comes(let_go)

    def test_gets_no_time_of_a_mentor_who_pauses_but_needs_no_new_notice(self, offer, let_go):
        say(offer, notice_hours=100)
        MentorPage.objects.filter(pk=offer.mentor_id).update(away_from=timezone.localdate())
        assert not self.comes(let_go)
        MentorPage.objects.filter(pk=offer.mentor_id).update(away_from=None)
        assert self.comes(let_go)


def test_two_who_are_kept_apart_have_no_time_for_each_other_anywhere(offer, talk, learner, outsider):
    now = timezone.now()
    start = assessments.free_times(task=talk, person=learner, now=now)[0][0]
    services.keep_apart(person=offer.mentor, other=learner)
    assert kept_apart_from(learner) == {offer.mentor_id}
    assert kept_apart_from(offer.mentor) == {learner.pk}
    assert kept_apart_from(outsider) == set()
    assert assessments.free_times(task=talk, person=learner, now=now) == []
    with pytest.raises(assessments.AssessmentRefused):
        assessments.book_evaluation(task=talk, person=learner, starts_at=start, now=now)
    assert assessments.book_evaluation(task=talk, person=outsider, starts_at=start, now=now)


def test_what_is_open_between_them_in_judging_ends_too(offer, talk, learner, outsider, skill):
    now = timezone.now()
    (first, _end), *_more, (last, _end) = assessments.free_times(task=talk, person=learner, now=now)
    theirs = assessments.book_evaluation(task=talk, person=learner, starts_at=first, now=now)
    others = assessments.book_evaluation(task=talk, person=outsider, starts_at=last, now=now)
    written = assessments.submit(task=make_task(offer.mentor, skill), person=learner, text="My work")
    lease = take(written, offer.mentor)
    services.keep_apart(person=learner, other=offer.mentor)
    theirs.refresh_from_db()
    others.refresh_from_db()
    assert (theirs.state, others.state) == ("withdrawn", "live")
    assert theirs.evaluation.cancelled_by == learner
    assert not Reading.objects.filter(pk=lease.pk).exists()
    assert others.readings.count() == 1

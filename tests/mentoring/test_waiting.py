"""Standing in line for a mentor's time: what comes free is kept for the first whom it suits."""

import contextlib
from datetime import time, timedelta

import pytest
from django.utils import timezone

from core.limits import RateLimited, hit
from features.accounts.personal_data import erase_all, export_all
from features.calendar import services as calendar
from features.mentoring import services
from features.mentoring.models import Booking, Offer, TimeWish
from tests.factories import make_user
from tests.mentoring.test_bookings import refused


@pytest.fixture(scope="module")
def wanted(offer, learner, outsider):
    """An offer that somebody else has booked at the only hour of the week that Sofia keeps free."""
    now = timezone.now()
    start = next(s for s, _ in services.free_slots(offer, learner, now=now) if s > now + timedelta(days=3))
    learner.time_zone = "UTC"
    learner.save(update_fields=["time_zone"])
    day = start.isoweekday()
    calendar.keep_free(person=learner, hours=[(day, start.time(), (start + timedelta(hours=1)).time())])
    for n in range(6):  # the same hour of the weeks to come
        week = start + timedelta(weeks=n)
        if any(week == s for s, _ in services.free_slots(offer, outsider, now=now)):
            services.book(booking=services.reserve(offer=offer, person=outsider, starts_at=week))
    return offer


def first_of(person):
    return Booking.objects.confirmed().filter(mentee=person).order_by("starts_at").first()


class TestLine:
    def test_what_comes_free_is_kept_for_who_waits_with_a_letter_and_booking_it_ends_the_wait(
        self, wanted, learner, outsider, letters
    ):
        wish = services.wait_for_time(offer=wanted, person=learner)
        assert services.keep_freed_times() == 0
        freed = first_of(outsider)
        services.cancel_booking(booking=freed, by=outsider, reason="Ill")
        letters()
        now = timezone.now()
        assert [services.keep_freed_times(now=now), services.keep_freed_times(now=now)] == [1, 0]
        held = Booking.objects.get(mentee=learner)
        assert (held.starts_at, held.confirmed_at) == (freed.starts_at, None)
        assert timedelta(minutes=30) <= held.held_until - now <= timedelta(hours=12)
        (letter,) = letters()
        assert letter.to == [learner.email]
        assert "kept for you until" in letter.body
        assert services.book(booking=held).confirmed_at
        services.keep_freed_times()
        wish.refresh_from_db()
        assert wish.left_at

    def test_who_lets_it_pass_has_had_their_turn_and_the_next_in_line_is_asked(self, wanted, learner, outsider, expert):
        next_one = make_user("Next Nadia", time_zone="UTC")
        for row in calendar.week_of(learner):
            calendar.keep_free(person=next_one, hours=[(row.weekday, row.starts, row.ends)])
        for person in (learner, next_one):
            services.wait_for_time(offer=wanted, person=person)
        services.cancel_booking(booking=first_of(outsider), by=outsider, reason="Ill")
        services.keep_freed_times()
        held = Booking.objects.get(mentee=learner)
        later = held.held_until + timedelta(minutes=1)
        services.release_expired_holds(now=later)
        services.keep_freed_times(now=later)
        assert Booking.objects.active().get(confirmed_at=None).mentee == next_one
        assert list(TimeWish.objects.filter(left_at=None).values_list("person", flat=True)) == [next_one.pk]

    def test_who_may_not_keep_more_times_for_now_stops_nobody_behind_them(self, wanted, learner, outsider):
        next_one = make_user("Next Nadia", time_zone="UTC")
        for row in calendar.week_of(learner):
            calendar.keep_free(person=next_one, hours=[(row.weekday, row.starts, row.ends)])
        for person in (learner, next_one):
            services.wait_for_time(offer=wanted, person=person)
        services.cancel_booking(booking=first_of(outsider), by=outsider, reason="Ill")
        with contextlib.suppress(RateLimited):
            for _ in range(100):
                hit("booking", learner.pk)
        assert services.keep_freed_times() == 1
        assert Booking.objects.active().get(confirmed_at=None).mentee == next_one

    def test_a_time_that_is_kept_is_not_given_back_for_another_one_of_the_same_mentor(self, wanted, learner, outsider):
        short = services.save_offer(offer=Offer(mentor=wanted.mentor, title="Half an hour", minutes=30))
        for offer in (wanted, short):
            services.wait_for_time(offer=offer, person=learner)
        services.cancel_booking(booking=first_of(outsider), by=outsider, reason="Ill")
        assert services.keep_freed_times() == 1
        services.cancel_booking(booking=first_of(outsider), by=outsider, reason="Ill")
        assert services.keep_freed_times() == 0
        assert Booking.objects.active().get(mentee=learner).offer == wanted

    def test_where_a_time_suits_nobody_waits(self, offer, learner):
        refused("free", services.wait_for_time, offer=offer, person=learner)

    def test_hours_that_are_not_kept_free_are_not_offered(self, offer, learner):
        calendar.keep_free(person=learner, hours=[(1, time(1), time(2))])  # when the mentor sleeps
        assert services.wait_for_time(offer=offer, person=learner)
        assert services.keep_freed_times() == 0


def test_over_the_pages_and_in_the_export(wanted, learner, client):
    client.force_login(learner)
    url = f"/mentors/{wanted.mentor.handle}/times/{wanted.pk}/"
    assert "Stand in line" in client.get(url).text
    for _ in range(2):
        assert client.post(f"{url}line/", {"act": "join"}).status_code == 303
    assert TimeWish.objects.count() == 1
    assert "You are in line" in client.get(url).text
    assert len(export_all(learner)["mentoring"]["time_wishes"]) == 1
    client.post(f"{url}line/", {"act": "leave"})
    assert "Stand in line" in client.get(url).text
    erase_all(learner)
    assert not TimeWish.objects.exists()

"""Booking, moving and calling off: nobody is in two places, and what was promised holds."""

import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from features.accounts.personal_data import erase_all, export_all
from features.calendar import services as calendar
from features.calendar.models import TimeClaim
from features.mentoring import services
from features.mentoring.models import Booking, Offer
from features.payments.models import Order
from tests.factories import make_user

HOUR = timedelta(hours=1)


def refused(code, verb, **kwargs):
    with pytest.raises(services.MentoringRefused) as refusal:
        verb(**kwargs)
    assert refusal.value.code == code
    assert refusal.value.words
    return refusal.value


class TestReserving:
    def test_a_time_is_kept_for_five_minutes_and_both_are_busy_meanwhile(self, offer, slot, learner, outsider):
        start, now = slot(), timezone.now()
        held = services.reserve(offer=offer, person=learner, starts_at=start, now=now)
        assert held.held_until == now + timedelta(minutes=5)
        assert set(TimeClaim.objects.filter(kind="booking").values_list("person", flat=True)) == {
            learner.pk, offer.mentor_id,
        }  # fmt: skip
        refused("taken", services.reserve, offer=offer, person=outsider, starts_at=start)
        refused("taken", services.reserve, offer=offer, person=outsider, starts_at=start + timedelta(minutes=30))

    def test_asking_twice_is_asking_once_and_another_time_gives_the_first_back(self, offer, slot, learner):
        first = services.reserve(offer=offer, person=learner, starts_at=slot())
        assert services.reserve(offer=offer, person=learner, starts_at=slot_of(first)) == first
        second = services.reserve(offer=offer, person=learner, starts_at=slot_of(first) + 2 * HOUR)
        first.refresh_from_db()
        assert first.cancelled_at
        assert Booking.objects.active().get() == second

    def test_a_hold_that_ran_out_is_free_for_others_before_any_job_runs(self, offer, slot, learner, outsider):
        start = slot()
        held = services.reserve(offer=offer, person=learner, starts_at=start)
        later = timezone.now() + timedelta(minutes=6)
        other = services.reserve(offer=offer, person=outsider, starts_at=start, now=later)
        assert other.mentee == outsider
        refused("hold_expired", services.book, booking=held, now=later)

    def test_the_job_gives_back_what_was_kept_too_long(self, offer, slot, learner):
        services.reserve(offer=offer, person=learner, starts_at=slot())
        assert services.release_expired_holds() == 0
        later = timezone.now() + timedelta(minutes=6)
        assert services.release_expired_holds(now=later) == 1
        assert services.release_expired_holds(now=later) == 0
        assert not TimeClaim.objects.exists()

    def test_only_times_that_are_free_for_both_can_be_had(self, offer, slot, learner):
        start = slot()
        refused("taken", services.reserve, offer=offer, person=learner, starts_at=start + timedelta(minutes=7))
        calendar.claim(learner, start + timedelta(minutes=30), start + 2 * HOUR, "session", "7")
        refused("taken", services.reserve, offer=offer, person=learner, starts_at=start)

    def test_nobody_books_themselves_what_is_closed_or_what_cannot_be_paid(self, offer, slot, learner):
        start = slot()
        refused("own", services.reserve, offer=offer, person=offer.mentor, starts_at=start)
        unproved = make_user("Nadia Petrova", verified=False)
        refused("email_not_verified", services.reserve, offer=offer, person=unproved, starts_at=start)
        Offer.objects.filter(pk=offer.pk).update(price_minor=4500)
        refused("payments_not_set_up", services.reserve, offer=offer, person=learner, starts_at=start)
        services.close_offer(offer=offer)
        refused("closed", services.reserve, offer=offer, person=learner, starts_at=start)

    def test_a_first_talk_is_had_once_and_within_a_budget(self, offer, slot, learner, skill):
        talk = services.save_offer(offer=Offer(mentor=offer.mentor, kind="intro", title="First talk", minutes=20))
        services.book(booking=services.reserve(offer=talk, person=learner, starts_at=slot()))
        refused("intro_used", services.reserve, offer=talk, person=learner, starts_at=slot(4))
        Booking.objects.update(mentor=make_user("Kwame Boateng"), ends_at=slot() + HOUR)
        refused("intro_budget", services.reserve, offer=talk, person=learner, starts_at=slot(4))


def slot_of(booking):
    return booking.starts_at


class TestBooking:
    def test_a_free_one_holds_at_once_without_payments(self, booked, letters):
        assert booked.confirmed_at
        assert booked.held_until is None
        assert Order.objects.get().settled_at
        sent = letters()
        assert {letter.to[0] for letter in sent} == {"sofia-mendes@example.org", "amara-okonjo@example.org"}
        assert "Slow joins" in next(letter for letter in sent if "amara" in letter.to[0]).body

    def test_booking_twice_is_booking_once(self, booked):
        assert services.book(booking=booked).pk == booked.pk
        assert Order.objects.count() == 1

    def test_a_priced_one_is_kept_until_it_is_paid_and_given_back_if_not(self, offer, slot, learner, settings):
        settings.STRIPE_SECRET_KEY = "sk_test_of_nobody"
        Offer.objects.filter(pk=offer.pk).update(price_minor=4500)
        held = services.book(booking=services.reserve(offer=offer, person=learner, starts_at=slot()))
        assert held.confirmed_at is None
        assert held.held_until > timezone.now() + timedelta(minutes=29)
        assert services.book(booking=held).pk == held.pk
        fulfilment = services.BookingFulfilment()
        fulfilment.confirm(str(held.pk), timezone.now())
        fulfilment.confirm(str(held.pk), timezone.now())
        fulfilment.release(str(held.pk), timezone.now())
        held.refresh_from_db()
        assert held.confirmed_at
        assert held.cancelled_at is None
        assert Order.objects.get().lines.get().policy == held.policy
        assert held.policy["tiers"] == [{"hours": 24, "percent": 100}]
        assert held.policy["most_moves"] == 2

    def test_money_that_comes_late_gets_the_time_only_if_it_is_still_free(
        self, offer, slot, learner, outsider, settings
    ):
        settings.STRIPE_SECRET_KEY = "sk_test_of_nobody"
        start = slot()
        Offer.objects.filter(pk=offer.pk).update(price_minor=4500)
        held = services.book(booking=services.reserve(offer=offer, person=learner, starts_at=start))
        fulfilment, now = services.BookingFulfilment(), timezone.now()
        fulfilment.extend(str(held.pk), now + 2 * HOUR)
        assert services.release_expired_holds(now=now + 3 * HOUR) == 0  # payments looks at the payment first
        fulfilment.release(str(held.pk), now)
        assert not TimeClaim.objects.exists()
        assert fulfilment.reseat(str(held.pk), now)
        held.refresh_from_db()
        assert held.confirmed_at
        assert held.cancelled_at is None
        Booking.objects.filter(pk=held.pk).update(confirmed_at=None, held_until=now)
        fulfilment.release(str(held.pk), now)
        services.keep_apart(person=offer.mentor, other=learner)
        assert not fulfilment.reseat(str(held.pk), now)
        services.end_apart(person=offer.mentor, other=learner)
        services.reserve(offer=offer, person=outsider, starts_at=start)
        assert not fulfilment.reseat(str(held.pk), now)

    def test_the_letters_move_and_end_one_entry(self, booked, slot, letters):
        first = entry(letters())
        services.move_booking(booking=booked, by=booked.mentor, starts_at=slot(3), reason="A release")
        second = entry(letters())
        services.cancel_booking(booking=booked, by=booked.mentee, reason="I am ill")
        last = entry(letters())
        assert len({first["UID"], second["UID"], last["UID"]}) == 1
        assert [first["SEQUENCE"], second["SEQUENCE"], last["SEQUENCE"]] == ["0", "1", "2"]
        assert [first["METHOD"], second["METHOD"], last["METHOD"]] == ["REQUEST", "REQUEST", "CANCEL"]
        assert last["STATUS"] == "CANCELLED"

    def test_the_database_alone_refuses_an_overlap_of_either(self, booked, outsider):
        during = (booked.starts_at + HOUR / 2, booked.ends_at + HOUR)
        for person in (booked.mentor, booked.mentee):
            with pytest.raises(IntegrityError), transaction.atomic():
                TimeClaim.objects.create(person=person, during=during, kind="other", ref="1")
        TimeClaim.objects.create(person=outsider, during=during, kind="other", ref="1")

    def test_both_are_reminded_once(self, booked, letters):
        letters()
        Booking.objects.update(booked_at=timezone.now() - timedelta(days=9))
        for before in (24, 24, 1):
            services.remind(now=booked.starts_at - timedelta(hours=before, minutes=-5))
        assert len(letters()) == 4


def entry(sent):
    """The calendar entry in the newest letter."""
    (part,) = sent[-1].attachments
    text = part.get_content()
    text = text.decode() if isinstance(text, bytes) else text
    return dict(line.partition(":")[::2] for line in text.splitlines() if ":" in line)


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_gets_the_time_and_nobody_gets_two(offer, slot):
    start = slot()
    people = [make_user(f"Learner {n}", handle=f"learner-{n}") for n in range(8)]
    won, lost, ready = [], [], threading.Barrier(len(people))

    def press(person, begin):
        ready.wait()
        try:
            won.append(services.book(booking=services.reserve(offer=offer, person=person, starts_at=begin)))
        except services.MentoringRefused as refusal:
            lost.append(refusal.code)
        finally:
            connection.close()

    threads = [
        threading.Thread(target=press, args=(person, start + (n % 2) * HOUR / 2)) for n, person in enumerate(people)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1
    assert lost == ["taken"] * 7
    assert TimeClaim.objects.count() == 2


class TestMoving:
    def test_both_times_count_and_the_reason_is_said(self, booked, slot, letters):
        before, after = booked.starts_at, slot(3)
        letters()
        services.move_booking(booking=booked, by=booked.mentee, starts_at=after, reason="The train is late")
        assert "The train is late" in letters()[-1].body
        claims = TimeClaim.objects.filter(kind="booking")
        assert {claim.during.lower for claim in claims} == {after}
        booked.refresh_from_db()
        assert (booked.previous_starts_at, booked.moves) == (before, 1)

    def test_who_was_there_for_the_other_time_is_not_there_for_this_one(self, offer, slot, learner):
        Offer.objects.update(change_hours=0)
        booked = services.book(booking=services.reserve(offer=offer, person=learner, starts_at=slot()))
        early = booked.starts_at - timedelta(minutes=10)
        services.record_join(booking=booked, person=booked.mentor, now=early)
        services.move_booking(booking=booked, by=booked.mentor, starts_at=slot(3), reason="-", now=early)
        booked.refresh_from_db()
        assert booked.mentor_came_at is None

    def test_it_may_overlap_where_it_was(self, booked):
        half = booked.starts_at + HOUR / 2
        assert services.move_booking(booking=booked, by=booked.mentee, starts_at=half, reason="Later").starts_at == half

    def test_the_limits_are_those_of_the_day_it_was_booked(self, booked, slot):
        Offer.objects.update(change_hours=1, most_moves=9)
        late = booked.starts_at - timedelta(hours=23)
        refused(
            "too_late", services.move_booking, booking=booked, by=booked.mentee, starts_at=slot(3), reason="-", now=late
        )
        for n in (3, 4):
            services.move_booking(booking=booked, by=booked.mentor, starts_at=slot(n), reason="-")
        refused("moved_enough", services.move_booking, booking=booked, by=booked.mentor, starts_at=slot(5), reason="-")

    def test_a_time_that_is_taken_leaves_it_where_it_was(self, booked, offer, slot, outsider):
        other = services.book(booking=services.reserve(offer=offer, person=outsider, starts_at=slot(3)))
        refused("taken", services.move_booking, booking=booked, by=booked.mentee, starts_at=other.starts_at, reason="-")
        assert TimeClaim.objects.filter(kind="booking", ref=booked.pk, during__startswith=booked.starts_at).count() == 2


class TestCallingOff:
    def test_the_time_is_free_again_for_both(self, booked, offer, outsider):
        assert services.cancel_booking(booking=booked, by=booked.mentor, reason="Ill")
        assert not services.cancel_booking(booking=booked, by=booked.mentor, reason="Ill")
        assert services.reserve(offer=offer, person=outsider, starts_at=booked.starts_at)

    def test_not_after_the_start(self, booked):
        after = booked.starts_at + timedelta(minutes=1)
        refused("started", services.cancel_booking, booking=booked, by=booked.mentee, reason="-", now=after)

    def test_closing_an_account_calls_off_what_is_to_come(self, booked, learner):
        assert export_all(learner)["mentoring"]["bookings_made"][0]["note"] == "Slow joins"
        erase_all(learner)
        booked.refresh_from_db()
        assert booked.cancelled_at
        assert booked.note == ""


class TestMeeting:
    def test_a_press_within_the_time_says_who_came(self, booked, client):
        address = f"/meet/{booked.mentee_token}/"
        assert client.post(address).status_code == 409
        Booking.objects.update(starts_at=timezone.now(), ends_at=timezone.now() + HOUR)
        page = client.get(address)
        assert b"meet.example.org" not in page.content
        booked.refresh_from_db()
        assert booked.mentee_came_at is None
        assert client.post(address).status_code == 303
        assert b"https://meet.example.org/amara" in client.get(address).content
        booked.refresh_from_db()
        assert booked.mentee_came_at
        assert booked.mentor_came_at is None

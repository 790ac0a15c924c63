"""6.14: rights in numbers, from our own records, on the page of the order and in what giving back brings."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from core.jobs import run_pending
from features.mentoring.models import Booking
from features.payments import services
from features.payments.models import CreditLot, Order, Refund
from features.payments.rights import Facts, right
from features.payments.services.orders import fulfilments
from features.sessions import services as sessions
from tests.factories import make_session
from tests.local_stripe import money
from tests.payments.selling import sold

pytestmark = pytest.mark.django_db
PAID = datetime(2027, 3, 1, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
END = PAID + 90 * DAY


def of(now, **facts):
    found = right(Facts(paid_at=PAID, **{"left_minor": 10000, **facts}), now)
    return found and (found.reason.value, found.amount_minor, found.until)


def package(now, **facts):
    return of(now, **{"expires_at": END, "unused_minor": 4000, "units": 5, **facts})


def test_all_of_it_for_a_day_after_the_charge():
    for begins in (None, PAID + 9 * DAY):
        assert of(PAID + 24 * HOUR - timedelta(seconds=1), starts_at=begins) == (
            "second_thoughts", 10000, PAID + DAY
        )  # fmt: skip
        assert of(PAID + 24 * HOUR, starts_at=begins) is None


def test_but_not_in_the_last_day_before_it_begins():
    assert of(PAID + HOUR, starts_at=PAID + 26 * HOUR) == ("second_thoughts", 10000, PAID + 2 * HOUR)
    assert of(PAID, starts_at=PAID + 23 * HOUR) is None


@pytest.mark.parametrize(
    ("units", "missed", "whole"), [(4, 1, True), (5, 1, False), (5, 2, True), (8, 2, True), (100, 24, False)]
)
def test_all_of_it_once_a_quarter_did_not_take_place(units, missed, whole):
    found = package(PAID + 9 * DAY, units=units, missed=missed)
    assert found == (("missing", 10000, END + 30 * DAY) if whole else ("unused", 4000, END))


def test_what_is_left_also_afterwards_where_fewer_than_two_times_a_week_are_on_offer():
    assert package(PAID + 9 * DAY, times_a_week=2) == ("unused", 4000, END)
    assert package(END + DAY, times_a_week=2) is None
    for times in (0, 1):
        assert package(END + DAY, times_a_week=times) == ("no_times", 4000, END + 30 * DAY)
    assert package(END + 30 * DAY, times_a_week=0) is None


def test_never_more_than_was_not_paid_back_yet():
    assert package(PAID + 9 * DAY, left_minor=1500) == ("unused", 1500, END)
    assert package(PAID + 9 * DAY, left_minor=0, missed=5) is None


# --- On the site ------------------------------------------------------------------------------------------------------
def test_of_a_seat_it_betters_the_policy_and_the_order_says_so(stripe, expert, learner, client, letters):
    session = make_session(expert, price_minor=4500, starts_in=9 * DAY, refund_preset="strict")
    order = sold(stripe, session, learner).line.order
    client.force_login(learner)
    page = client.get(reverse("order", args=[order.public_id])).text
    assert "You can have all of it back until" in page
    assert session.get_absolute_url() in page
    [told] = [letter for letter in letters() if "Receipt" in letter.subject]
    assert "you can have all of it back until" in told.body
    [found] = client.get(f"/api/v1/payments/orders/{order.public_id}/").json()["rights"]
    assert (found["reason"], found["amount"]["minor"]) == ("second_thoughts", 4500)
    [seat] = session.registrations.all()
    assert sessions.refund_quote(seat, session, timezone.now()).amount_minor == 4500
    later = timezone.now() + 25 * HOUR
    assert sessions.refund_quote(seat, session, later).amount_minor == 2250
    with time_machine.travel(later, tick=False):
        client.force_login(learner)
        assert "Your right to have it back" not in client.get(reverse("order", args=[order.public_id])).text


@pytest.fixture
def lot(stripe, expert, learner):
    """Five meetings, paid a week ago."""
    then = timezone.now() - 7 * DAY
    offered = services.offer_package(
        seller=expert, scope="mentoring", units=5, price_minor=19900, currency="EUR", valid_days=90
    )
    order = services.buy_package(package=offered, person=learner)
    services.checkout_url(order=order)
    money.pay(stripe.state, order.checkouts.get().stripe_id)
    services.sync_checkout(order.checkouts.get().stripe_id)
    order.payments.update(paid_at=then)
    return CreditLot.objects.get()


def missed(monkeypatch, *refs):
    monkeypatch.setattr(fulfilments["booking"], "was_missed", lambda ref: ref in refs, raising=False)


def right_page(client, person):
    client.force_login(person)
    order = Order.objects.get()
    return client.get(reverse("order", args=[order.public_id])).text, reverse("order_right", args=[order.public_id])


def test_of_a_package_all_comes_back_when_two_of_five_were_missed(lot, learner, expert, client, monkeypatch):
    for n in range(3):
        services.spend_credit(person=learner, seller=expert, scope="mentoring", cause=f"booking:{n}")
    page, url = right_page(client, learner)
    assert "€79.60" in page  # what is left, at the price of one
    missed(monkeypatch, "0", "2")
    page, _url = right_page(client, learner)
    assert "did not take place because of whoever sold it" in page
    for _ in range(2):
        assert client.post(url, {"amount": "19900"}).status_code == 303
    run_pending()
    [refund] = Refund.objects.all()
    assert (refund.amount_minor, refund.source, refund.state) == (19900, "buyer", "done")
    assert services.credits_left(learner, expert, "mentoring") == 0


def test_what_was_shown_is_what_is_meant(lot, learner, client):
    _page, url = right_page(client, learner)
    client.post(url, {"amount": "19901"})
    assert not Refund.objects.exists()
    lot.refresh_from_db()
    assert lot.left == 5


def test_a_mentor_who_offers_no_times_owes_what_is_left_after_its_end(lot, learner, expert):
    line = Order.objects.get().lines.get()
    after = lot.expires_at + DAY
    assert services.right_of(line, after).reason == "no_times"
    CreditLot.objects.update(scope="session")
    assert services.right_of(line, after) is None


def test_a_meeting_was_missed_by_who_did_not_come_or_left_on_the_last_day(expert, learner):
    start = timezone.now()
    booking = Booking(mentor=expert, mentee=learner, starts_at=start, outcome=Booking.Outcome.MENTOR_ABSENT)
    assert booking.was_missed
    booking.outcome = Booking.Outcome.MENTEE_ABSENT
    assert not booking.was_missed
    booking.cancelled_by, booking.cancelled_at = expert, start - 2 * HOUR
    assert booking.was_missed
    booking.cancelled_at = start - 2 * DAY
    assert not booking.was_missed


def test_of_what_was_paid_by_nobody_there_is_none(stripe, expert, learner):
    offered = services.offer_package(
        seller=expert, scope="session", units=2, price_minor=5000, currency="EUR", valid_days=90
    )
    order = services.buy_package(package=offered, person=learner)
    assert services.right_of(order.lines.get(), timezone.now()) is None

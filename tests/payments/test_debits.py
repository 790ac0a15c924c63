"""A debit is promised on Stripe's page and arrives days later, or never: the seat is theirs when the money is there."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from features.payments import services
from features.payments.models import Payment, Refund
from features.sessions import services as sessions
from tests.factories import make_session
from tests.local_stripe import money

pytestmark = pytest.mark.django_db


@pytest.fixture
def promised(stripe, deliver, expert, learner):
    """A seat and its page, on which a debit was agreed to."""
    session = make_session(expert, capacity=1, price_minor=4500, starts_in=timedelta(days=9))
    seat = sessions.register(session=session, person=learner)
    order = services.order_of("registration", seat.pk)
    services.checkout_url(order=order)
    page = stripe.state.objects[order.checkouts.get().stripe_id]
    money.promise(stripe.state, page)
    deliver()
    return seat, page


def test_a_promise_is_no_payment_and_what_arrives_in_time_is_one(promised, stripe, deliver):
    seat, page = promised
    assert not Payment.objects.exists()
    money.arrive(stripe.state, page, works=True)
    for _ in range(2):
        deliver()
    seat.refresh_from_db()
    assert seat.confirmed_at
    assert Payment.objects.get().amount_minor == 4500


@pytest.mark.parametrize("is_taken", [False, True])
def test_what_arrives_after_the_hold_is_seated_or_goes_back(promised, stripe, deliver, outsider, is_taken):
    seat, page = promised
    with time_machine.travel(timezone.now() + timedelta(minutes=40), tick=False):
        services.end_holds()
        if is_taken:
            sessions.register(session=seat.session, person=outsider)
        money.arrive(stripe.state, page, works=True)
        deliver()
    seat.refresh_from_db()
    assert bool(seat.confirmed_at) is not is_taken
    assert list(Refund.objects.values_list("source", flat=True)) == (["late"] if is_taken else [])


def test_one_that_fails_takes_nothing_and_frees_the_seat(promised, stripe, deliver):
    seat, page = promised
    money.arrive(stripe.state, page, works=False)
    deliver()
    with time_machine.travel(timezone.now() + timedelta(minutes=40), tick=False):
        services.end_holds()
    seat.refresh_from_db()
    assert seat.cancelled_at
    assert not Payment.objects.exists()

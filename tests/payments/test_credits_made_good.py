"""Where a lot is over, what its seller did not do is made good in money; and what is used is not had back."""

from datetime import timedelta

import pytest
from django.utils import timezone

from core.jobs import run_pending
from features.mentoring import services as mentoring
from features.mentoring.models import Offer
from features.payments import services
from features.payments.models import CreditLot, CreditMove, Earning, Payment, Refund
from features.sessions import services as sessions
from tests.factories import make_session
from tests.local_stripe import money
from tests.mentoring.conftest import mentor_page, offer, slot  # noqa: F401
from tests.payments.selling import even

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def bought(stripe, seller, person, scope="mentoring", price=20000, units=5):
    package = services.offer_package(
        seller=seller, scope=scope, units=units, price_minor=price, currency="EUR", valid_days=90
    )
    order = services.buy_package(package=package, person=person)
    services.checkout_url(order=order)
    money.pay(stripe.state, order.checkouts.get().stripe_id)
    services.sync_checkout(order.checkouts.get().stripe_id)
    Payment.objects.filter(order=order).update(paid_at=timezone.now() - 3 * DAY)
    return CreditLot.objects.get()


@pytest.fixture
def meeting(stripe, expert, learner, offer, slot):  # noqa: F811
    """Paid by one of five credits."""
    Offer.objects.filter(pk=offer.pk).update(price_minor=5000)
    bought(stripe, expert, learner)
    booking = mentoring.book(booking=mentoring.reserve(offer=offer, person=learner, starts_at=slot()))
    services.pay_with_credit(order=services.order_of("booking", booking.pk))
    booking.refresh_from_db()
    return booking


def end(lot):
    now = timezone.now()
    CreditLot.objects.filter(pk=lot.pk).update(opened_at=now - 90 * DAY, expires_at=now - timedelta(hours=1))


def earned():
    run_pending()
    services.release_earnings(now=timezone.now() + 200 * DAY)
    return Earning.objects.get(line__kind="credits").booked_net_minor


def refunded():
    run_pending()
    return sorted(Refund.objects.values_list("amount_minor", "source", "state"))


class TestTheMentorCancels:
    def test_after_the_rest_was_given_back_the_last_comes_back_as_well(self, meeting, stripe, learner, expert):
        services.give_back_credits(lot=CreditLot.objects.get(), by=learner)
        mentoring.cancel_booking(booking=meeting, by=expert, reason="Ill")
        assert refunded() == [(4000, "host_cancelled", "done"), (16000, "buyer", "done")]
        assert earned() == 0
        assert even(stripe)

    def test_after_the_end_of_the_lot_it_is_worth_its_money_once(self, meeting, expert, learner, settings):
        end(CreditLot.objects.get())
        mentoring.cancel_booking(booking=meeting, by=expert, reason="Ill")
        services.give_credit_back("booking", meeting.pk, source="host_cancelled")
        assert refunded() == [(4000, "host_cancelled", "done")]
        kinds = CreditMove.objects.order_by("pk").values_list("kind", flat=True)
        assert list(kinds) == ["spent", "returned", "refunded"]
        assert earned() == 16000 * (100 - settings.PLATFORM_FEE_PERCENT) // 100

    def test_while_the_lot_lasts_the_credit_comes_back(self, meeting, expert, learner):
        mentoring.cancel_booking(booking=meeting, by=expert, reason="Ill")
        assert services.credits_left(learner, expert, "mentoring") == 5
        assert refunded() == []

    def test_who_calls_it_off_themselves_has_what_the_lot_gives(self, meeting, learner):
        end(CreditLot.objects.get())
        mentoring.cancel_booking(booking=meeting, by=learner, reason="Ill")
        assert refunded() == []


def test_a_session_that_is_called_off_is_made_good_to_the_cent(stripe, expert, learner):
    session = make_session(expert, price_minor=4500, starts_in=9 * DAY)
    lot = bought(stripe, expert, learner, scope="session", price=10000, units=3)
    services.pay_with_credit(
        order=services.order_of("registration", sessions.register(session=session, person=learner).pk)
    )
    services.give_back_credits(lot=lot, by=learner)
    sessions.cancel_session(session=session, by=expert, reason="Ill")
    for _ in range(2):
        sessions.refund_batch(session.pk, 0)
    assert refunded() == [(3334, "host_cancelled", "done"), (6666, "buyer", "done")]


def test_second_thoughts_leave_what_is_spent(meeting, learner, expert):
    Payment.objects.update(paid_at=timezone.now())
    lot = CreditLot.objects.get()
    line = services.order_of("credits", lot.pk).lines.get()
    assert services.right_of(line, timezone.now()).amount_minor == 16000
    assert services.use_right(line=line, by=learner).amount_minor == 16000
    meeting.refresh_from_db()
    assert meeting.cancelled_at is None
    assert Earning.objects.get().net_minor > 0

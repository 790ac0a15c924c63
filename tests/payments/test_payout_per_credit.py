"""A package is paid out as it is used: each credit at the price of one, to the cent; the rest goes back untouched."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from core.jobs import run_pending
from features.payments import payout_pages, services
from features.payments.models import CreditLot, Earning, Transfer
from features.sessions import services as sessions
from features.sessions.models import Registration, SkillSession
from tests.factories import make_session
from tests.local_stripe import money
from tests.payments.selling import even, onboarded

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def lot(stripe, expert, learner, settings):
    settings.PLATFORM_FEE_PERCENT = Decimal(7)
    return bought(stripe, expert, learner)


def bought(stripe, expert, learner, *, units=3, price_minor=10001):
    """A paid package, of an amount that three do not divide."""
    package = services.offer_package(
        seller=expert, scope="session", units=units, price_minor=price_minor, currency="EUR", valid_days=90
    )
    order = services.buy_package(package=package, person=learner)
    services.checkout_url(order=order)
    name = order.checkouts.get().stripe_id
    money.pay(stripe.state, name)
    services.sync_checkout(name)
    return CreditLot.objects.get()


def attended(expert, learner, *, ago=10 * DAY):
    """A seat that was paid by a credit, in a session that ended some time ago."""
    session = make_session(expert, price_minor=4500)
    seat = sessions.register(session=session, person=learner)
    services.pay_with_credit(order=services.order_of("registration", seat.pk))
    at = timezone.now() - ago
    SkillSession.objects.filter(pk=session.pk).update(starts_at=at - timedelta(hours=1), ends_at=at)
    return Registration.objects.get(pk=seat.pk)


def later(days=0):
    services.release_earnings(now=timezone.now() + days * DAY + timedelta(minutes=1))
    run_pending()
    return Earning.objects.get(line__kind="credits")


def sent():
    return list(Transfer.objects.order_by("pk").values_list("amount_minor", flat=True))


def test_each_credit_is_released_as_it_is_used_and_all_of_them_are_the_whole_price(stripe, lot, expert, learner):
    onboarded(stripe, expert)
    attended(expert, learner)
    earning = later()
    assert (sent(), earning.released_at) == ([3100], None)  # 33.33 less 7 %
    assert payout_pages.sums(expert) == [{"currency": "EUR", "held": 6201, "due": 0, "sent": 3100, "owed": 0}]
    attended(expert, learner)
    later()
    later()
    assert sent() == [3100, 3101]
    attended(expert, learner)
    earning = later(days=2)
    assert sent() == [3100, 3101, 3100]
    assert earning.released_at
    assert sum(sent()) == earning.net_minor == 10001 - 10001 * 7 // 100
    assert even(stripe)


def test_not_before_it_took_place_and_complaints_are_over(stripe, lot, expert, learner, settings):
    onboarded(stripe, expert)
    attended(expert, learner, ago=timedelta(hours=3))
    assert later().booked_net_minor == 0
    later(days=settings.PAYOUT_WINDOW_DAYS)
    assert sent() == [3100]


def test_the_rest_goes_back_as_before_and_what_was_used_stays_paid(stripe, lot, expert, learner):
    onboarded(stripe, expert)
    attended(expert, learner)
    later()
    lot.refresh_from_db()
    assert services.give_back_credits(lot=lot, by=learner) == 10001 * 2 // 3
    run_pending()
    earning = later(days=5)
    assert earning.back_minor == 6667
    assert sum(sent()) == earning.net_minor == 3334 - 3334 * 7 // 100
    assert even(stripe)


def test_a_credit_that_comes_back_is_no_longer_earned(stripe, lot, expert, learner):
    onboarded(stripe, expert)
    seat = attended(expert, learner)
    later()
    services.give_credit_back("registration", seat.pk)
    assert later().booked_net_minor == 0
    assert even(stripe)


def test_while_the_bank_of_the_buyer_asks_no_more_of_it_is_released(stripe, lot, expert, learner):
    onboarded(stripe, expert)
    attended(expert, learner)
    money.dispute(stripe.state, Earning.objects.get().payment.stripe_id)
    services.receive(stripe.state.events[-1])
    later()
    assert sent() == []


def test_what_nobody_uses_is_paid_out_once_it_has_expired(stripe, lot, expert, learner):
    onboarded(stripe, expert)
    attended(expert, learner)
    assert later(days=100).released_at
    assert sum(sent()) == 9301


def test_the_page_says_what_is_released_of_it(stripe, lot, expert, learner, client):
    attended(expert, learner)
    later()
    client.force_login(expert)
    page = client.get("/account/earnings/").text
    assert "Released credit by credit, as they are used" in page
    assert "€31.00" in page

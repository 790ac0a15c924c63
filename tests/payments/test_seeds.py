"""The demo world sells something where something can be sold, without asking Stripe, and goes without a trace."""

import pytest
from django.utils import timezone

from core.jobs import run_pending
from features.notifications.models import Notification
from features.payments import money as seen_by_organiser
from features.payments import payout_pages, seeds, services
from features.payments.models import (
    Coupon,
    CreditLot,
    Earning,
    InvoiceCounter,
    LedgerEntry,
    Order,
    Package,
    Payment,
    Plan,
    Transfer,
)
from features.payments.services.invoicing import invoice_payment
from features.profiles.services.demo_removal import remove_demo
from tests.factories import make_user
from tests.local_stripe import demo

pytestmark = pytest.mark.django_db
ROLES = {"learner": "", "expert": "expert", "mentor": "expert", "organiser": "organiser"}


@pytest.fixture
def world():
    return {
        name: make_user(f"Invented {name}", email=f"{name}@demo.example", role=role, is_demo=True)
        for name, role in ROLES.items()
    }


def test_it_sells_plans_packages_and_codes_and_is_removed(world, settings, organiser):
    seeds.fill(timezone.now())
    assert not Package.objects.exists()  # nothing can be sold
    settings.STRIPE_SECRET_KEY = "sk_test_nobody_answers"
    for _ in range(2):
        seeds.fill(timezone.now())
    assert (Plan.objects.count(), Package.objects.count(), Coupon.objects.count()) == (2, 3, 2)
    lot = CreditLot.objects.get(price_minor=0)
    assert (lot.left, lot.price_minor, services.refund_worth(lot, timezone.now())) == (4, 0, 0)
    assert not Order.objects.filter(settled_at=None).exists()
    payment = Payment.objects.create(
        order=Order.objects.create(buyer=world["learner"], currency="EUR"), stripe_id="pi_1", amount_minor=100,
        currency="EUR", paid_at=timezone.now(),
    )  # fmt: skip
    assert invoice_payment(payment, timezone.now()).series.startswith("DEMO-")
    remove_demo(by=organiser)
    for table in (Plan, Package, Coupon, CreditLot, Order, Payment, InvoiceCounter, Earning, Transfer, LedgerEntry):
        assert not table.objects.exists(), table


def test_what_it_sold_is_told_on_the_pages_of_money_and_is_what_the_stand_in_begins_with(world, stripe, client):
    seeds.fill(timezone.now())
    demo.begin(stripe.state)
    client.force_login(world["expert"])
    page = client.get("/account/earnings/").text
    for words in ("Your account at Stripe is ready", "Transferred", "Released credit by credit", "paid back"):
        assert words in page, words
    [sums] = payout_pages.sums(world["expert"])
    assert min(sums["held"], sums["sent"]) > 0
    seen = seen_by_organiser.overview(timezone.now())
    assert [row["seller"] for row in seen["waiting_sellers"]] == [world["mentor"].pk]
    assert {account["label"] for account in seen["accounts"]} >= {"At Stripe", "Held until it is delivered"}
    assert not seen["incidents"]
    run_pending()
    found = services.reconcile()
    assert (found.ours, found.is_even) == (found.theirs, True)
    assert Transfer.objects.exclude(state="done").count() == 0
    unread = Notification.objects.filter(mailed_at=None, kind__in=("order_paid", "money_back"))
    assert not unread.exists()


def test_a_package_that_was_bought_for_less_gives_back_no_more_than_that(expert, learner, settings):
    settings.STRIPE_SECRET_KEY = "sk_test_nobody_answers"
    package = services.offer_package(
        seller=expert, scope="session", units=5, price_minor=10000, currency="EUR", valid_days=90
    )
    services.make_coupon(by=expert, code="HALF", percent=50, currency="EUR")
    order = services.buy_package(package=package, person=learner)
    services.use_coupon(order=order, code="HALF")
    services.settle(order=order, now=timezone.now())
    services.spend_credit(person=learner, seller=expert, scope="session", cause="x:1")
    assert CreditLot.objects.get().worth(4) == 4000

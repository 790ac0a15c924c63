"""What the organiser's statement says: words, and behind each the order or the subscription that it came of."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.utils import timezone

import features.payments
from core.jobs import run_pending
from features.accounts.models import User
from features.payments import causes, services
from features.payments.models import Invoice, LedgerEntry, SubscriptionInvoice
from tests.accounts.conftest import add_totp, log_in
from tests.factories import make_session
from tests.local_stripe import money
from tests.payments.selling import onboarded, release, sold
from tests.payments.test_subscriptions import make_plan, subscribe

pytestmark = pytest.mark.django_db
FOLDER = Path(features.payments.__file__).parent
LINK = re.compile(r'href="(/manage/money/(?:movements|orders|subscriptions)/[^"]*)"')


@pytest.fixture
def office(client, organiser):
    log_in(client, organiser, add_totp(organiser))
    return client


def test_every_movement_that_can_be_booked_has_words():
    keys = set()
    for source in (FOLDER / "services").glob("*.py"):
        text = source.read_text()
        keys.update(re.findall(r'(?:book\(\s*|_book\()(?:key=)?f"([a-z-]+):', text))
    assert keys == set(causes.MOVED)


def test_every_line_opens_to_what_it_came_of(office, stripe, deliver, expert, learner, outsider, organiser):
    onboarded(stripe, expert)
    earning = sold(stripe, make_session(expert, price_minor=4500, title="Reading plans"), learner)
    services.ask_refund(payment=earning.payment, amount_minor=500, source="organiser", cause="x", reason="Cold room")
    run_pending()
    dispute = money.dispute(stripe.state, earning.payment.stripe_id)
    deliver()
    money.close_dispute(stripe.state, dispute["id"], won=True)
    deliver()
    release(earning)
    subscribe(stripe, deliver, outsider, make_plan(organiser))
    paid = SubscriptionInvoice.objects.get()
    money.dispute(stripe.state, paid.intent_id)
    deliver()
    page = office.get("/manage/money/").text
    assert "payment:" not in page.replace(f"payment:{earning.payment.pk}", "")
    assert f'/manage/money/subscriptions/{paid.pk}/">dp_' in page
    assert "amount €9.00" in page
    seen = [link.replace("&amp;", "&") for link in LINK.findall(page)]
    lines = [link for link in seen if "movements" in link]
    assert len(lines) == len(set(lines)) > 8
    behind = set()
    for link in lines:
        opened = office.get(link)
        assert opened.status_code == 200
        behind.update(LINK.findall(opened.text))
    assert len(LedgerEntry.objects.all()) >= len(lines)
    assert behind == {
        f"/manage/money/orders/{earning.payment.order.public_id}/", f"/manage/money/subscriptions/{paid.pk}/"
    }  # fmt: skip
    told = office.get(f"/manage/money/orders/{earning.payment.order.public_id}/").text
    for words in ("Reading plans", "Cold room", "and left it here", "Credit note", earning.payment.stripe_id):
        assert words in told
    told = office.get(f"/manage/money/subscriptions/{paid.pk}/").text
    for words in ("All of the library", "The bank asks for it", outsider.name, "Invoice"):
        assert words in told


def test_movements_take_no_more_queries_when_there_are_more(
    office, stripe, expert, learner, outsider, django_assert_max_num_queries
):
    for person in (learner, outsider):
        sold(stripe, make_session(expert, price_minor=4500), person)
        url = f"/manage/money/movements/?month={timezone.now():%Y-%m}&account=held&kind=payment&currency=EUR"
        with django_assert_max_num_queries(9):
            page = office.get(url).text
    assert person.name in page


def test_what_nobody_books_is_not_there(office):
    for wrong in ("account=held&kind=payment'", "account=nothing&kind=payment", ""):
        assert office.get(f"/manage/money/movements/?currency=EUR&{wrong}").status_code == 404
    assert office.get("/manage/money/orders/nobody/").status_code == 404


def test_what_is_missing_has_a_minus_and_what_is_owed_has_none(office, stripe, expert, learner):
    """A bank takes more than is there."""
    payment = sold(stripe, make_session(expert, price_minor=4500), learner).payment
    money.dispute(stripe.state, payment.stripe_id)
    services.reconcile()
    shown = re.sub(r"<[^>]+>", "", office.get("/manage/money/").text)
    assert "At Stripe−€20.92" in shown
    assert "Held until it is delivered€45.00" in shown


def test_its_month_is_the_same_wherever_it_is_read(office, organiser):
    User.objects.filter(pk=organiser.pk).update(time_zone="America/New_York")
    assert "Statement of November 2026" in office.get("/manage/money/?month=2026-11").text


def test_a_receipt_has_the_day_that_stands_on_it_wherever_it_is_read(stripe, client, learner, organiser):
    at = datetime(2026, 11, 30, 23, 30, tzinfo=UTC)
    order = services.give(plan=make_plan(organiser), giver=learner)
    services.checkout_url(order=order)
    money.pay(stripe.state, order.checkouts.get().stripe_id)
    services.sync_checkout(order.checkouts.get().stripe_id, now=at)
    User.objects.filter(pk=learner.pk).update(time_zone="Asia/Tokyo")
    client.force_login(learner)
    assert "Issued on 30 November 2026" in client.get(f"/account/payments/receipts/{Invoice.objects.get()}/").text
    assert "30 November 2026" in client.get("/account/payments/receipts/").text

"""What an organiser reads of payments: off, a key that is refused, events that do not come, and all is well."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from core.jobs import run_pending
from core.models import Heartbeat
from features.accounts.health import findings
from features.payments import services, tasks
from features.payments.services import CheckoutRefused
from features.payments.services.standing import CALLED, FETCHED, note_stripe
from features.sessions import services as sessions
from tests.accounts.conftest import add_totp, log_in
from tests.factories import make_session
from tests.local_stripe import money

pytestmark = pytest.mark.django_db


def payments(now=None):
    return next(finding for finding in findings(now) if finding.label == "Payments")


@pytest.fixture
def money_page(client, organiser):
    log_in(client, organiser, add_totp(organiser))
    return lambda: client.get("/manage/money/").text


def test_without_keys_they_are_off_and_that_is_fine(settings, money_page):
    settings.STRIPE_SECRET_KEY = ""
    assert payments().is_fine
    assert "STRIPE_SECRET_KEY" in payments().words
    assert "agreed" not in money_page()


def test_a_key_that_stripe_refuses_is_said_within_minutes(stripe, settings, money_page):
    settings.STRIPE_SECRET_KEY = "sk_test_of_somebody_else"
    tasks.pull_events()
    assert not payments().is_fine
    assert payments().words.startswith("Stripe refuses the key in STRIPE_SECRET_KEY")
    page = money_page()
    assert "Stripe refuses the key in STRIPE_SECRET_KEY" in page
    assert "agreed with Stripe" not in page
    with pytest.raises(CommandError, match="refuses the key"):
        call_command("reconcile")


def test_a_buyer_is_not_told_to_try_once_more(stripe, settings, expert, learner):
    seat = sessions.register(session=make_session(expert, price_minor=4500), person=learner)
    settings.STRIPE_SECRET_KEY = "sk_test_of_somebody_else"
    with pytest.raises(CheckoutRefused) as refused:
        services.checkout_url(order=services.order_of("registration", seat.pk))
    assert "That is our fault" in str(refused.value.words)
    assert not payments().is_fine


def test_a_good_key_and_events_that_come_in_are_all_well(stripe, deliver, settings, money_page):
    tasks.pull_events()
    assert payments().is_fine
    assert "No event of Stripe's has come in yet" in payments().words
    assert "/payments/webhook/" in payments().words
    stripe.state.tell("payment_intent.created", money.charge(stripe.state, 700, "eur", {}))
    assert deliver() == [200]
    assert payments().is_fine
    assert "The last event of Stripe's came" in payments().words
    assert "that has not happened yet" in money_page()
    tasks.reconcile()
    run_pending()
    assert "that has not happened yet" not in money_page()
    later = timezone.now() + timedelta(hours=1)
    assert payments(later).words.startswith("Stripe has not answered for 1")


def test_events_that_have_to_be_fetched_lead_to_the_endpoint(stripe):
    stripe.state.tell("payment_intent.created", money.charge(stripe.state, 700, "eur", {}))
    tasks.pull_events()
    assert payments().is_fine  # it may still come
    Heartbeat.objects.filter(name=FETCHED).update(beat_at=timezone.now() - timedelta(hours=1))
    assert "STRIPE_WEBHOOK_SECRET is its secret" in payments().words
    note_stripe(CALLED, timezone.now())
    assert payments().is_fine

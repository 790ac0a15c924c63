"""A refund and a buyer's bank at once: the same money never goes back twice, and what waits for the bank goes after
it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from core.jobs import run_pending
from features.payments import services, stripe_client
from features.payments.models import (
    Incident,
    Invoice,
    OrderLine,
    Payment,
    Refund,
    SubscriptionInvoice,
    SubscriptionRefund,
)
from features.sessions import services as sessions
from features.sessions.models import Registration
from tests.accounts.conftest import add_totp, log_in
from tests.factories import make_session
from tests.local_stripe import money
from tests.payments.selling import even, sold
from tests.payments.test_subscriptions import make_plan, subscribe

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def payment(stripe, expert, learner):
    return sold(stripe, make_session(expert, price_minor=4500, starts_in=9 * DAY), learner).payment


@pytest.fixture
def asked(stripe, deliver, payment):
    """The bank asks for it."""
    dispute = money.dispute(stripe.state, payment.stripe_id)
    deliver()
    return dispute


def give_back(learner):
    sessions.cancel_registration(registration=Registration.objects.get(), by=learner)
    run_pending()


def decide(stripe, deliver, dispute, *, won, amount=None):
    if amount:
        dispute["amount"] = amount
    money.close_dispute(stripe.state, dispute["id"], won)
    for _ in range(2):
        deliver()
    run_pending()


class TestOfAnOrder:
    def test_what_is_given_back_meanwhile_waits_and_is_said_to(
        self, stripe, deliver, payment, asked, learner, letters, client, organiser
    ):
        letters()
        give_back(learner)
        assert not stripe.state.of_kind("refund")
        assert Refund.objects.get().state == "asked"
        assert any("Once it has decided" in letter.body for letter in letters())
        client.force_login(learner)
        assert "Waits until the bank has decided" in client.get(f"/payments/orders/{payment.order.public_id}/").text
        Refund.objects.update(requested_at=timezone.now() - DAY)
        client.logout()
        log_in(client, organiser, add_totp(organiser))
        assert "Refunds that did not leave" not in client.get("/manage/money/").text

    def test_the_bank_gave_it_so_we_do_not(self, stripe, deliver, payment, asked, learner, letters, client):
        give_back(learner)
        decide(stripe, deliver, asked, won=False)
        assert not stripe.state.of_kind("refund")
        refund = Refund.objects.get()
        assert refund.is_by_bank
        payment.refresh_from_db()
        assert payment.refunded_minor == 0
        client.force_login(learner)
        page = client.get(f"/payments/orders/{payment.order.public_id}/").text
        assert "The bank paid it back instead" in page
        assert "sees to it" not in page
        assert not Incident.objects.filter(resolved_at=None).exists()
        assert [note.total_minor for note in Invoice.objects.filter(kind="credit_note")] == [-4500]
        assert services.try_again(now=timezone.now() + 3 * DAY) == 0
        assert even(stripe)

    def test_the_bank_left_it_here_so_it_goes(self, stripe, deliver, payment, asked, learner, letters):
        give_back(learner)
        letters()
        decide(stripe, deliver, asked, won=True)
        [refund] = stripe.state.of_kind("refund")
        assert (refund["amount"], Refund.objects.get().state) == (4500, "done")
        assert any("takes five to ten days" in letter.body for letter in letters())
        assert even(stripe)

    def test_of_a_part_that_the_bank_gave_only_the_rest_goes(self, stripe, deliver, payment, learner):
        dispute = money.dispute(stripe.state, payment.stripe_id)
        dispute["amount"] = 3000
        deliver()
        give_back(learner)
        decide(stripe, deliver, dispute, won=False)
        assert [refund["amount"] for refund in stripe.state.of_kind("refund")] == [1500]

    def test_stripe_knew_of_the_bank_before_us(self, stripe, deliver, payment, learner):
        dispute = money.dispute(stripe.state, payment.stripe_id)
        events, stripe.state.events[:] = list(stripe.state.events), []
        give_back(learner)
        assert (Refund.objects.get().state, Refund.objects.get().code) == ("failed", "charge_disputed")
        deliver(*events)
        decide(stripe, deliver, dispute, won=True)
        assert [refund["amount"] for refund in stripe.state.of_kind("refund")] == [4500]
        assert not Incident.objects.filter(resolved_at=None).exists()

    def test_what_the_bank_gave_is_not_offered_once_more(self, stripe, deliver, payment, learner):
        dispute = money.dispute(stripe.state, payment.stripe_id)
        decide(stripe, deliver, dispute, won=False, amount=3000)
        seat = Registration.objects.get()
        assert sessions.refund_quote(seat, seat.session, timezone.now()).amount_minor == 1500
        assert services.right_of(OrderLine.objects.get(), timezone.now()).amount_minor == 1500
        assert services.paid_for("registration", [seat.pk]) == 1500

    def test_a_work_whose_money_is_back_in_two_parts_closes(self, stripe, deliver, expert, learner):
        order = services.sell(
            person=learner, key="library:1", title="A course", unit_minor=2000, currency="EUR", seller=expert, policy={}
        )
        services.checkout_url(order=order)
        money.pay(stripe.state, order.checkouts.get().stripe_id)
        services.sync_checkout(order.checkouts.get().stripe_id)
        dispute = money.dispute(stripe.state, Payment.objects.get().stripe_id)
        decide(stripe, deliver, dispute, won=False, amount=1500)
        assert services.entitled(learner, "library:1")
        services.ask_refund(payment=Payment.objects.get(), amount_minor=2000, source="organiser", cause="x")
        run_pending()
        assert Refund.objects.get().amount_minor == 500
        assert not services.entitled(learner, "library:1")


class TestBooks:
    def test_said_to_be_lost_and_then_not_is_booked_back(self, stripe, deliver, payment, asked):
        for won in (False, True):
            decide(stripe, deliver, asked, won=won)
            sums = services.balances()
            assert sums["disputes", "EUR"] == 2000
            kept = -sum(sums.get((name, "EUR"), 0) for name in ("held", "owed", "commission"))
            assert kept == (4500 if won else 0)
        assert even(stripe)

    def test_won_before_it_took_place_its_seller_still_waits(self, stripe, deliver, payment, asked):
        decide(stripe, deliver, asked, won=True)
        earning = payment.earnings.get()
        assert earning.released_at is None
        assert (earning.net_minor, earning.booked_net_minor) == (4050, 0)


class TestOfASubscription:
    @pytest.fixture
    def paid(self, organiser, learner, stripe, deliver):
        subscribe(stripe, deliver, learner, make_plan(organiser))
        return SubscriptionInvoice.objects.get()

    def ask(self, paid, by):
        services.refund_subscription(paid=paid, amount_minor=900, reason="Why", by=by, token="t")

    @pytest.mark.parametrize("won", [True, False])
    def test_what_was_decided_before_waits_for_the_bank(self, paid, stripe, deliver, organiser, won):
        self.ask(paid, organiser)
        dispute = money.dispute(stripe.state, paid.intent_id)
        deliver()
        run_pending()
        assert not stripe.state.of_kind("refund")
        decide(stripe, deliver, dispute, won=won)
        assert [refund["amount"] for refund in stripe.state.of_kind("refund")] == ([900] if won else [])
        refund = SubscriptionRefund.objects.get()
        assert (refund.state, refund.is_by_bank) == (("done", False) if won else ("failed", True))
        assert even(stripe)

    @pytest.mark.parametrize("lost", [True, False])
    def test_what_the_bank_has_is_not_paid_back_as_well(self, paid, stripe, deliver, organiser, lost):
        dispute = money.dispute(stripe.state, paid.intent_id)
        if lost:
            money.close_dispute(stripe.state, dispute["id"], won=False)
        deliver()
        with pytest.raises(services.RefundRefused, match="too_much" if lost else "in_dispute"):
            self.ask(paid, organiser)

    def test_where_the_dashboard_paid_part_back_meanwhile_the_rest_goes(self, paid, stripe, organiser, letters):
        self.ask(paid, organiser)
        money.refund(stripe.state, {"payment_intent": paid.intent_id, "amount": 400})
        run_pending()
        assert sorted(refund["amount"] for refund in stripe.state.of_kind("refund")) == [400, 500]
        assert paid.left_minor == 0
        assert even(stripe)

    def test_a_key_that_stripe_takes_no_more_is_no_refusal(self, paid, stripe, organiser, settings):
        self.ask(paid, organiser)
        settings.STRIPE_SECRET_KEY = "sk_test_other"
        with pytest.raises(stripe_client.KeyRefused):
            services.send_subscription_refund(SubscriptionRefund.objects.get().pk)
        assert SubscriptionRefund.objects.get().state == "asked"

"""P13, 6.7, 6.20: nobody pays for two subscriptions, and every movement of a subscription's money is in the books."""

from datetime import timedelta

import pytest
from django.utils import timezone

from core.jobs import run_pending
from features.payments import services, stripe_client
from features.payments.models import (
    Dispute,
    Incident,
    Invoice,
    LedgerEntry,
    LedgerTransaction,
    Subscription,
    SubscriptionInvoice,
    SubscriptionRefund,
)
from features.payments.services import subscriptions
from features.payments.services.events import pull_events
from tests.accounts.conftest import add_totp, log_in
from tests.local_stripe import money
from tests.payments.selling import even
from tests.payments.test_subscriptions import make_plan, subscribe

pytestmark = pytest.mark.django_db
Kind = Incident.Kind


def pages(stripe):
    return stripe.state.of_kind("checkout.session")[::-1]


def reopened(stripe):
    """As if closing them had come too late: they can be paid on again."""
    for page in pages(stripe):
        if page["status"] == "expired":
            page["status"] = "open"


class TestTwoTabs:
    @pytest.fixture
    def plans(self, organiser, stripe):
        return make_plan(organiser), make_plan(organiser, amount=1900, name="More")

    def test_the_page_that_was_opened_before_is_closed(self, plans, learner, stripe):
        for plan in plans:
            subscriptions.begin(person=learner, plan=plan)
        assert [page["status"] for page in pages(stripe)] == ["expired", "open"]
        assert [row.state for row in Subscription.objects.order_by("pk")] == ["canceled", "opening"]

    def test_the_same_plan_hours_later_is_the_same_page_and_after_a_day_a_new_one(self, plans, learner, stripe):
        now = timezone.now()
        first = subscriptions.begin(person=learner, plan=plans[0])
        assert subscriptions.begin(person=learner, plan=plans[0], now=now + timedelta(hours=9)) == first
        assert subscriptions.begin(person=learner, plan=plans[0], now=now + timedelta(hours=25)) != first
        assert [page["status"] for page in pages(stripe)] == ["expired", "open"]

    def test_who_paid_in_the_other_tab_is_told_so(self, plans, learner, stripe):
        subscriptions.begin(person=learner, plan=plans[0])
        money.pay(stripe.state, pages(stripe)[0]["id"])
        with pytest.raises(services.SaleRefused, match="yours"):
            subscriptions.begin(person=learner, plan=plans[1])
        assert services.entitled(learner, "library")
        assert len(pages(stripe)) == 1

    def test_a_page_that_was_overtaken_while_it_was_opened_is_closed(self, plans, learner, stripe, monkeypatch):
        real = subscriptions._params

        def slow(row):
            monkeypatch.setattr(subscriptions, "_params", real)
            subscriptions.begin(person=learner, plan=plans[1])
            return real(row)

        monkeypatch.setattr(subscriptions, "_params", slow)
        with pytest.raises(services.SaleRefused, match="elsewhere"):
            subscriptions.begin(person=learner, plan=plans[0])
        assert sorted(page["status"] for page in pages(stripe)) == ["expired", "open"]
        assert Subscription.objects.get(state="opening").price.plan == plans[1]

    @pytest.mark.parametrize("lost", [False, True])
    def test_both_paid_one_is_kept_and_the_other_ended_and_paid_back(
        self, plans, learner, stripe, deliver, lost, letters
    ):
        for plan in plans:
            subscriptions.begin(person=learner, plan=plan)
        reopened(stripe)
        for page in pages(stripe):
            money.pay(stripe.state, page["id"])
        if lost:
            pull_events()
        else:
            assert set(deliver()) == {200}
        run_pending()
        deliver()
        run_pending()
        assert [row.state for row in Subscription.objects.order_by("pk")] == ["active", "canceled"]
        assert sorted(one["status"] for one in stripe.state.of_kind("subscription")) == ["active", "canceled"]
        [refund] = stripe.state.of_kind("refund")
        assert refund["amount"] == 1900
        [letter] = [letter for letter in letters() if learner.email in letter.to]
        assert letter.subject == "€19.00 go back to you: you paid for two subscriptions"
        assert SubscriptionRefund.objects.get().state == "done"
        assert Incident.objects.get().kind == Kind.SURPLUS
        assert [invoice.total_minor for invoice in Invoice.objects.all()] == [900]
        assert services.entitled(learner, "library")
        assert services.reconcile().is_even
        assert len(stripe.state.of_kind("refund")) == 1

    def test_of_one_that_is_free_at_first_it_is_said_that_nothing_was_charged(
        self, plans, learner, organiser, stripe, deliver, letters
    ):
        subscriptions.begin(person=learner, plan=make_plan(organiser, name="Free first", trial_days=14))
        subscriptions.begin(person=learner, plan=plans[0])
        reopened(stripe)
        for page in pages(stripe)[::-1]:
            money.pay(stripe.state, page["id"])
            deliver()
        run_pending()
        told = [letter for letter in letters() if learner.email in letter.to]
        assert ["Nothing was charged" in letter.body for letter in told] == [True]

    def test_two_on_one_page_are_two_rows(self, plans, learner, stripe, deliver):
        row = subscribe(stripe, deliver, learner, plans[0])
        session = money.create_session(
            stripe.state,
            {
                "mode": "subscription",
                "customer": pages(stripe)[0]["customer"],
                "line_items": [{"price": row.price.stripe_id, "quantity": 1}],
                "subscription_data": {"metadata": {"subscription": row.public_id}},
            },
            stripe.url,
        )
        money.pay(stripe.state, session["id"])
        assert set(deliver()) == {200}
        run_pending()
        kept = Subscription.objects.get(is_surplus=False)
        assert (kept.stripe_id, kept.state) == (row.stripe_id, "active")
        assert Subscription.objects.get(is_surplus=True).invoices.get().left_minor == 0
        assert even(stripe)


class TestBooks:
    @pytest.fixture
    def paid(self, organiser, learner, stripe, deliver):
        subscribe(stripe, deliver, learner, make_plan(organiser))
        return SubscriptionInvoice.objects.get()

    def test_a_fee_that_is_named_later_is_booked_then(self, organiser, learner, stripe, deliver):
        subscriptions.begin(person=learner, plan=make_plan(organiser))
        money.pay(stripe.state, Subscription.objects.get().checkout_id)
        [charge] = stripe.state.of_kind("charge")
        moved, charge["balance_transaction"] = charge["balance_transaction"], None
        deliver()
        assert SubscriptionInvoice.objects.get().fee_minor == 0
        charge["balance_transaction"] = moved
        assert services.reconcile().is_even
        assert SubscriptionInvoice.objects.get().fee_minor == 38

    def test_what_is_paid_back_in_the_dashboard_is_booked_with_a_credit_note(self, paid, learner, stripe, deliver):
        money.refund(stripe.state, {"payment_intent": paid.intent_id, "amount": 400})
        assert set(deliver()) == {200}
        assert set(deliver()) == {200}
        note = Invoice.objects.get(kind="credit_note")
        assert (note.total_minor, note.corrects, note.person) == (-400, paid.invoice, learner)
        assert paid.left_minor == 500
        assert not Incident.objects.exists()
        assert even(stripe)
        assert services.reconcile().is_even

    def test_one_that_fails_is_booked_back(self, paid, stripe, deliver):
        back = money.refund(stripe.state, {"payment_intent": paid.intent_id})
        back["status"] = "pending"
        deliver()
        money.fail_refund(stripe.state, back["id"])
        deliver()
        assert Incident.objects.get().kind == Kind.REFUND_FAILED
        assert paid.left_minor == 900
        assert even(stripe)

    def test_news_of_a_refund_before_that_of_its_payment(self, organiser, learner, stripe, deliver):
        subscriptions.begin(person=learner, plan=make_plan(organiser))
        money.pay(stripe.state, Subscription.objects.get().checkout_id)
        [charge] = stripe.state.of_kind("charge")
        money.refund(stripe.state, {"charge": charge["id"], "amount": 100})
        assert set(deliver(*stripe.state.events[::-1])) == {200}
        assert SubscriptionRefund.objects.get().amount_minor == 100
        assert not Incident.objects.exists()
        assert even(stripe)

    @pytest.mark.parametrize(("won", "stays"), [(True, 900), (False, 0)])
    def test_a_dispute_is_booked_and_told_once(self, paid, stripe, deliver, organiser, won, stays):
        facts = money.dispute(stripe.state, paid.intent_id)
        deliver()
        assert even(stripe)
        incident = Incident.objects.get(kind=Kind.DISPUTE)
        services.resolve(incident=incident, by=organiser)
        money.close_dispute(stripe.state, facts["id"], won)
        deliver()
        assert Incident.objects.count() == 1
        assert even(stripe)
        assert -services.balances()["commission", "EUR"] == stays
        assert services.balances()["disputes", "EUR"] == 2000
        assert Dispute.objects.get().subscription_invoice == paid

    def test_a_dispute_is_a_row_seen_by_the_organiser_and_told_to_both(
        self, paid, stripe, deliver, organiser, learner, letters, client
    ):
        letters()
        facts = money.dispute(stripe.state, paid.intent_id)
        for _ in range(2):
            deliver()
        told = {letter.to[0]: letter for letter in letters()}
        assert "All of the library" in told[learner.email].subject
        assert "answer in Stripe" in told[organiser.email].subject
        log_in(client, organiser, add_totp(organiser))
        page = client.get("/manage/money/").text
        assert facts["id"] in page
        assert learner.name in page

    def test_lost_it_ends_the_subscription_and_the_member_is_told(self, paid, stripe, deliver, learner, letters):
        facts = money.dispute(stripe.state, paid.intent_id)
        deliver()
        letters()
        assert services.entitled(learner, "library")
        money.close_dispute(stripe.state, facts["id"], won=False)
        deliver()
        run_pending()
        assert not services.entitled(learner, "library")
        assert [one["status"] for one in stripe.state.of_kind("subscription")] == ["canceled"]
        [letter] = letters()
        assert "nothing more is charged" in letter.body
        documents = list(Invoice.objects.order_by("pk"))
        assert [one.total_minor for one in documents] == [900, -900]
        assert documents[1].corrects == paid.invoice
        assert even(stripe)

    def test_the_credit_note_of_one_that_failed_is_cancelled(self, paid, stripe, deliver):
        back = money.refund(stripe.state, {"payment_intent": paid.intent_id, "amount": 400})
        deliver()
        money.fail_refund(stripe.state, back["id"])
        for _ in range(2):
            deliver()
        documents = list(Invoice.objects.order_by("pk"))
        assert [one.total_minor for one in documents] == [900, -400, 400]
        assert documents[2].corrects == documents[1]

    def test_a_refund_of_ours_that_stripe_refuses_is_told(self, paid, stripe):
        refund = SubscriptionRefund.objects.create(invoice=paid, cause="x", amount_minor=901, source="twice")
        services.send_subscription_refund(refund.pk)
        services.send_subscription_refund(refund.pk)
        refund.refresh_from_db()
        assert refund.state == "failed"
        assert Incident.objects.get().kind == Kind.REFUND_FAILED

    def test_it_is_tried_again_every_day_and_told_until_it_went(self, paid, stripe, learner, letters, monkeypatch):
        real, keys = stripe_client.call, []

        def refuses(act, *arguments, key="", **more):
            if key.startswith("subscription-refund"):
                keys.append(key)
                raise stripe_client.StripeRefused("balance_insufficient", "Too little")
            return real(act, *arguments, key=key, **more)

        monkeypatch.setattr(stripe_client, "call", refuses)
        SubscriptionRefund.objects.create(invoice=paid, cause="x", amount_minor=900, source="twice")
        services.send_subscription_refund(SubscriptionRefund.objects.get().pk)
        [letter] = [letter for letter in letters() if learner.email in letter.to]
        assert "tried again every day" in letter.body
        for days in (0, 1):
            services.try_again(now=timezone.now() + timedelta(days=days))
            run_pending()
        assert len(keys) == len(set(keys)) == 2
        monkeypatch.setattr(stripe_client, "call", real)
        assert services.try_again(now=timezone.now() + timedelta(days=2)) == 1
        run_pending()
        assert SubscriptionRefund.objects.get().state == "done"
        assert Incident.objects.get().resolved_at
        assert even(stripe)

    def test_killed_after_stripe_answered_it_is_still_one_refund(self, paid, stripe):
        refund = SubscriptionRefund.objects.create(invoice=paid, cause="x", amount_minor=300, source="twice")
        services.send_subscription_refund(refund.pk)
        LedgerEntry.objects.filter(transaction__key__startswith="refund:").delete()
        LedgerTransaction.objects.filter(key__startswith="refund:").delete()
        SubscriptionRefund.objects.update(
            stripe_id=None, state="asked", requested_at=timezone.now() - timedelta(days=2)
        )
        services.send_subscription_refund(refund.pk)
        assert len(stripe.state.of_kind("refund")) == 1
        refund.refresh_from_db()
        assert refund.state == "done"

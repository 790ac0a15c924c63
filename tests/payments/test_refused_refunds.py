"""A refund that Stripe refuses is tried again; the credit note of one that a bank sends back is cancelled."""

from datetime import timedelta

import pytest
from django.utils import timezone

from core.jobs import run_pending
from features.payments import services, stripe_client
from features.payments.invoice_pdf import draw
from features.payments.models import Incident, Invoice, Payment, Refund
from features.payments.services import refunds_again
from features.sessions import services as sessions
from tests.accounts.conftest import add_totp, log_in
from tests.factories import make_session
from tests.local_stripe import money
from tests.payments.selling import even, sold

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def payment(stripe, expert, learner):
    return sold(stripe, make_session(expert, price_minor=4500, starts_in=9 * DAY), learner).payment


@pytest.fixture
def empty(monkeypatch):
    """Stripe has too little of our money: set `[0]` to False, and it has enough."""
    call, is_empty = stripe_client.call, [True]

    def refuses(act, *arguments, params=None, key="", **more):
        if key.startswith("refund-") and is_empty[0]:
            raise stripe_client.StripeRefused("balance_insufficient", "Too little")
        return call(act, *arguments, params=params, key=key, **more)

    monkeypatch.setattr(stripe_client, "call", refuses)
    return is_empty


def call_off(payment):
    session = payment.order.lines.get().seller.hosted_sessions.get()
    sessions.cancel_session(session=session, by=session.host, reason="Ill")


def again(days=1):
    tried = services.try_again(now=timezone.now() + days * DAY)
    run_pending()
    return tried


class TestRefusedByStripe:
    def test_it_is_tried_every_day_and_sent_once_there_is_enough(
        self, stripe, payment, empty, letters, client, learner
    ):
        call_off(payment)
        told = letters()
        assert any("tried again every day" in letter.body for letter in told if learner.email in letter.to)
        client.force_login(learner)
        assert "sees to it" in client.get(f"/payments/orders/{payment.order.public_id}/").text
        assert again(days=0) == 0
        assert again() == 1
        assert Refund.objects.get().state == "failed"
        empty[0] = False
        assert again(days=2) == 1
        refund = Refund.objects.get()
        assert (refund.state, refund.amount_minor, refund.attempt) == ("done", 4500, 3)
        assert len(stripe.state.of_kind("refund")) == 1
        assert not Incident.objects.filter(kind="refund_failed", resolved_at=None).exists()
        assert any("go back to you" in letter.subject for letter in letters() if learner.email in letter.to)
        assert again(days=4) == 0
        assert even(stripe)

    def test_the_next_step_is_not_with_a_bank_that_never_heard_of_it(self, payment, empty, client, organiser):
        call_off(payment)
        run_pending()
        log_in(client, organiser, add_totp(organiser))
        page = client.get("/manage/money/").text
        assert "balance_insufficient" in page
        assert "It is tried again every day" in page
        assert "The bank refused it" not in page

    def test_not_once_an_organiser_put_it_right_nor_more_than_is_left(self, payment, empty, organiser):
        services.ask_refund(payment=payment, amount_minor=3000, source="organiser", cause="one")
        services.ask_refund(payment=payment, amount_minor=500, source="organiser", cause="two")
        run_pending()
        services.resolve(incident=Incident.objects.get(about=Refund.objects.get(cause="two").public_id), by=organiser)
        empty[0] = False
        services.ask_refund(payment=payment, amount_minor=2000, source="organiser", cause="three")
        run_pending()
        assert again() == 1
        assert sorted(Refund.objects.filter(state="done").values_list("amount_minor", flat=True)) == [2000, 2500]

    @pytest.mark.parametrize(("won", "sent"), [(True, 1), (False, 0)])
    def test_while_the_bank_decides_it_waits_and_what_the_bank_gave_back_is_not_sent(
        self, stripe, deliver, payment, empty, won, sent
    ):
        call_off(payment)
        run_pending()
        dispute = money.dispute(stripe.state, payment.stripe_id)
        deliver()
        empty[0] = False
        assert again() == 0
        money.close_dispute(stripe.state, dispute["id"], won)
        deliver()
        assert again(days=2) == sent
        assert Refund.objects.filter(state="done").count() == sent


def test_a_refund_that_cannot_be_tried_again_holds_up_no_other(stripe, expert, learner, outsider, empty, monkeypatch):
    session = make_session(expert, price_minor=4500, starts_in=9 * DAY)
    one, other = sold(stripe, session, learner).payment, sold(stripe, session, outsider).payment
    call_off(one)
    run_pending()

    def fails(payment_id, now):
        if payment_id == one.pk:
            raise ZeroDivisionError

    monkeypatch.setattr(refunds_again, "weigh", fails)
    empty[0] = False
    assert again() == 1
    assert list(Refund.objects.filter(state="done").values_list("payment", flat=True)) == [other.pk]
    assert Incident.objects.filter(kind="stuck", about=f"refund:{Refund.objects.get(payment=one).pk}").exists()


class TestSentBackByTheBank:
    def test_its_credit_note_is_cancelled_by_a_document_and_the_next_refund_has_its_own(
        self, stripe, deliver, payment, organiser, letters, learner, client
    ):
        for token in "ab":
            services.refund_by_organiser(payment=payment, amount_minor=4500, reason="Why", by=organiser, token=token)
            run_pending()
            if token == "a":
                money.fail_refund(stripe.state, Refund.objects.get().stripe_id)
                deliver()
        assert sorted(Refund.objects.values_list("state", flat=True)) == ["done", "failed"]
        documents = list(Invoice.objects.order_by("pk"))
        assert [one.total_minor for one in documents] == [4500, -4500, 4500, -4500]
        assert [one.number.split("-")[0] for one in documents] == ["INV", "CN", "CC", "CN"]
        assert documents[2].corrects == documents[1]
        client.force_login(learner)
        assert (
            f"Cancels credit note {documents[1].number}"
            in client.get(f"/account/payments/receipts/{documents[2].number}/").text
        )
        assert draw(documents[2]).startswith(b"%PDF")
        assert any("did not take the money" in letter.body for letter in letters() if learner.email in letter.to)

    def test_of_less_only_what_went_back_is_credited(self, stripe, deliver, payment, organiser):
        services.refund_by_organiser(payment=payment, amount_minor=1000, reason="Why", by=organiser, token="a")
        run_pending()
        money.fail_refund(stripe.state, Refund.objects.get().stripe_id)
        deliver()
        payment = Payment.objects.get()
        services.refund_by_organiser(payment=payment, amount_minor=4500, reason="Why", by=organiser, token="b")
        run_pending()
        notes = Invoice.objects.filter(kind="credit_note").order_by("pk").values_list("total_minor", flat=True)
        assert list(notes) == [-1000, -4500]
        assert Invoice.objects.get(kind="cancellation").total_minor == 1000

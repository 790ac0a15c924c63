"""An organiser pays back by hand: with a reason, shown before, once, and on the record."""

import pytest

from core.jobs import run_pending
from features.accounts.models import AuditEntry
from features.payments import services
from features.payments.models import Invoice, Payment, Refund
from features.sessions import services as sessions
from tests.accounts.conftest import add_totp, log_in
from tests.factories import make_session
from tests.local_stripe import money

pytestmark = pytest.mark.django_db


@pytest.fixture
def payment(stripe, deliver, expert, learner):
    seat = sessions.register(session=make_session(expert, price_minor=4500), person=learner)
    order = services.order_of("registration", seat.pk)
    services.checkout_url(order=order)
    money.pay(stripe.state, order.checkouts.get().stripe_id)
    deliver()
    return Payment.objects.get()


@pytest.fixture
def office(client, organiser):
    log_in(client, organiser, add_totp(organiser))
    return client


def test_it_is_shown_first_then_done_once_with_its_reason(payment, office, organiser, learner, letters):
    letters()
    assert f"/manage/money/payments/{payment.pk}/refund/" in office.get("/manage/money/").text
    url = f"/manage/money/payments/{payment.pk}/refund/"
    assert "45.00" in office.get(url).text
    form = {"amount": "11.10", "reason": "The room was cold", "token": "one-press"}
    page = office.post(url, form)
    assert page.status_code == 200
    assert "€11.10 go back" in page.text
    assert not Refund.objects.exists()
    for _ in range(2):
        assert office.post(url, form | {"act": "pay_back"}).status_code == 303
    told = letters()
    refund = Refund.objects.get()
    assert (refund.amount_minor, refund.source, refund.requested_by) == (1110, "organiser", organiser)
    assert refund.state == "done"
    assert AuditEntry.objects.filter(act="payment.refunded", actor_id=organiser.pk).count() == 1
    assert any("The room was cold" in letter.body for letter in told if learner.email in letter.to)
    assert Invoice.objects.get(kind="credit_note").total_minor == -1110


@pytest.mark.parametrize("lost", [False, True])
def test_what_a_bank_has_is_not_paid_back_as_well(payment, office, stripe, deliver, lost):
    dispute = money.dispute(stripe.state, payment.stripe_id)
    if lost:
        money.close_dispute(stripe.state, dispute["id"], won=False)
    deliver()
    form = {"amount": "45", "reason": "Why", "token": "t", "act": "pay_back"}
    answer = office.post(f"/manage/money/payments/{payment.pk}/refund/", form)
    assert answer.status_code == 422
    assert ("went back already" if lost else "bank has this money") in answer.text
    assert not Refund.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"amount": "45.01"}, "No more than €45.00"),
        ({"amount": "0"}, "Write a price"),
        ({"amount": "1e30"}, "At most 99999999"),
        ({"reason": ""}, "required"),
    ],
)
def test_more_than_is_left_and_no_reason_are_refused(payment, office, wrong, said):
    form = {"amount": "45", "reason": "Why", "token": "t", "act": "pay_back"} | wrong
    answer = office.post(f"/manage/money/payments/{payment.pk}/refund/", form)
    assert answer.status_code == 422
    assert said in answer.text
    assert not Refund.objects.exists()


def test_less_may_be_left_by_the_time_it_is_decided(payment, organiser):
    services.ask_refund(payment=payment, amount_minor=4000, source="buyer", cause="other")
    with pytest.raises(services.RefundRefused, match="too_much"):
        services.refund_by_organiser(payment=payment, amount_minor=4500, reason="Why", by=organiser, token="t")
    run_pending()
    assert Payment.objects.get().refunded_minor == 4000


class TestPaidBackAtStripeMeanwhile:
    """Somebody pays a part back in Stripe's dashboard while all of it is on its way back from here."""

    def ask(self, payment, amount=4500):
        return services.ask_refund(payment=payment, amount_minor=amount, source="buyer", cause="all")

    def in_the_dashboard(self, stripe, payment, amount):
        return money.refund(stripe.state, {"payment_intent": payment.stripe_id, "amount": amount})

    @pytest.mark.parametrize("is_heard_of_first", [True, False])
    def test_what_is_left_goes_back_and_nothing_twice(self, payment, stripe, deliver, is_heard_of_first):
        refused = self.ask(payment)
        self.in_the_dashboard(stripe, payment, 834)
        if is_heard_of_first:
            deliver()
        run_pending()
        deliver()
        refused.refresh_from_db()
        payment.refresh_from_db()
        assert (refused.state, refused.stripe_id) == ("failed", None)
        assert sorted(Refund.objects.filter(state="done").values_list("amount_minor", flat=True)) == [834, 3666]
        assert payment.refunded_minor == 4500
        assert sum(refund["amount"] for refund in stripe.state.of_kind("refund")) == 4500
        assert services.reconcile().mended == 0

    def test_nothing_is_asked_for_again_where_nothing_is_left(self, payment, stripe):
        self.ask(payment, 2000)
        self.in_the_dashboard(stripe, payment, 4500)
        run_pending()
        payment.refresh_from_db()
        assert payment.refunded_minor == 4500
        assert Refund.objects.filter(state="asked").count() == 0
        assert len(stripe.state.of_kind("refund")) == 1

"""What a buyer's bank took back for good: nobody has for nothing what is still to come."""

from datetime import timedelta
from functools import partial

import pytest

from features.mentoring import services as mentoring
from features.mentoring.models import Offer
from features.payments import services
from features.payments.models import CreditLot, CreditMove, Entitlement, Invoice, OrderLine, Payment
from features.payments.services import credits
from features.sessions import services as sessions
from features.sessions.models import Registration, SkillSession
from tests.factories import make_session
from tests.local_stripe import money
from tests.mentoring.conftest import mentor_page, offer, slot  # noqa: F401
from tests.parallel import in_parallel
from tests.payments.selling import sold
from tests.payments.test_credits_made_good import bought

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def lose(stripe, deliver):
    def lose(*, won=False):
        dispute = money.dispute(stripe.state, Payment.objects.get().stripe_id)
        money.close_dispute(stripe.state, dispute["id"], won)
        for _ in range(2):
            deliver()

    return lose


@pytest.mark.parametrize("won", [True, False])
def test_credits_end_with_what_they_were_spent_on(stripe, lose, expert, learner, offer, slot, won):  # noqa: F811
    Offer.objects.filter(pk=offer.pk).update(price_minor=5000)
    bought(stripe, expert, learner)
    booking = mentoring.book(booking=mentoring.reserve(offer=offer, person=learner, starts_at=slot()))
    services.pay_with_credit(order=services.order_of("booking", booking.pk))
    lose(won=won)
    assert services.credits_left(learner, expert, "mentoring") == (4 if won else 0)
    booking.refresh_from_db()
    assert bool(booking.cancelled_at) is not won
    assert bool(CreditLot.objects.get().ended_at) is not won


def test_credits_are_frozen_until_it_is_decided(stripe, deliver, expert, learner, letters, client):
    lot = bought(stripe, expert, learner)
    dispute = money.dispute(stripe.state, Payment.objects.get().stripe_id)
    deliver()
    assert services.credits_left(learner, expert, "mentoring") == 0
    with pytest.raises(services.SaleRefused, match="frozen"):
        services.spend_credit(person=learner, seller=expert, scope="mentoring", cause="booking:1")
    with pytest.raises(services.SaleRefused, match="frozen"):
        services.give_back_credits(lot=lot, by=learner)
    with pytest.raises(services.RefundRefused, match="no_right"):
        services.use_right(line=OrderLine.objects.get(), by=learner)
    client.force_login(learner)
    page = client.get("/account/wallet/").text
    assert "Your bank asked for their price back" in page
    assert "Give back what is left" not in page
    assert any("cannot be spent" in letter.body for letter in letters() if learner.email in letter.to)
    money.close_dispute(stripe.state, dispute["id"], won=True)
    deliver()
    assert services.credits_left(learner, expert, "mentoring") == 5
    assert "Your bank asked" not in client.get("/account/wallet/").text
    assert any("All is as before" in letter.body for letter in letters() if learner.email in letter.to)


@pytest.mark.django_db(transaction=True)
def test_a_credit_that_is_spent_while_the_loss_is_written_down_ends_as_well(
    stripe, deliver, expert, learner, monkeypatch
):
    bought(stripe, expert, learner, scope="session")
    seat = sessions.register(session=make_session(expert, price_minor=4500, starts_in=9 * DAY), person=learner)
    real = credits.spent_on

    def and_somebody_presses(lot):
        found = real(lot)
        monkeypatch.setattr(credits, "spent_on", real)
        in_parallel([lambda: services.pay_with_credit(order=services.order_of("registration", seat.pk))])
        return found

    monkeypatch.setattr(credits, "spent_on", and_somebody_presses)
    dispute = money.dispute(stripe.state, Payment.objects.get().stripe_id)
    money.close_dispute(stripe.state, dispute["id"], won=False)
    assert deliver(stripe.state.events[-1]) == [200]
    seat.refresh_from_db()
    assert CreditMove.objects.get().kind == "spent"
    assert seat.cancelled_at


@pytest.mark.django_db(transaction=True)
def test_of_credits_that_are_spent_while_the_bank_asks_each_is_spent_once_or_kept(stripe, deliver, expert, learner):
    bought(stripe, expert, learner)
    money.dispute(stripe.state, Payment.objects.get().stripe_id)
    event = stripe.state.events[-1]

    def press(number):
        try:
            services.spend_credit(person=learner, seller=expert, scope="mentoring", cause=f"booking:{number}")
        except services.SaleRefused as refused:
            return refused.code
        return "spent"

    said = in_parallel([partial(press, 1), partial(services.receive, event), partial(press, 2), partial(press, 3)])
    spent = said.count("spent")
    assert spent + said.count("frozen") == 3
    lot = CreditLot.objects.get()
    assert (lot.left, CreditMove.objects.count()) == (5 - spent, spent)
    assert lot.frozen_at
    assert press(4) == "frozen"


def test_a_seat_goes_to_others_and_its_money_does_not_go_back_twice(stripe, lose, expert, learner, client):
    session = make_session(expert, price_minor=4500, starts_in=9 * DAY)
    sold(stripe, session, learner)
    lose()
    client.force_login(learner)
    page = client.get(f"/payments/orders/{Payment.objects.get().order.public_id}/").text
    assert "Your bank gave it back to you" in page
    assert "It is yours" not in page
    assert sorted(Invoice.objects.values_list("total_minor", flat=True)) == [-4500, 4500]
    assert Invoice.objects.get(kind="credit_note").dispute.state == "lost"
    assert Registration.objects.get().cancelled_at
    assert SkillSession.objects.get(pk=session.pk).seats_taken == 0
    payment = Payment.objects.get()
    assert services.ask_refund(payment=payment, amount_minor=4500, source="organiser", cause="x") is None


def test_what_was_bought_for_good_closes(stripe, lose, expert, learner):
    order = services.sell(
        person=learner, key="library:1", title="A course", unit_minor=2000, currency="EUR", seller=expert, policy={}
    )
    services.checkout_url(order=order)
    money.pay(stripe.state, order.checkouts.get().stripe_id)
    services.sync_checkout(order.checkouts.get().stripe_id)
    assert services.entitled(learner, "library:1")
    lose()
    assert not services.entitled(learner, "library:1")
    assert Entitlement.objects.get().revoked_at

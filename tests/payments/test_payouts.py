"""What experts earn: held until it is delivered and nobody complains, then transferred once; taken back when a buyer
gets it back; and what an account cannot give is kept back from what it earns next."""

from datetime import timedelta
from threading import Event

import pytest
from django.db import connection, transaction
from django.utils import timezone

from core.jobs import run_pending
from features.payments import services
from features.payments.models import (
    Account,
    Dispute,
    Earning,
    Incident,
    Payment,
    PayoutAccount,
    Refund,
    Transfer,
    TransferReversal,
)
from features.payments.stripe_client import StripeDown
from features.sessions.models import Registration
from tests.factories import make_session, make_user
from tests.local_stripe import connect, money
from tests.parallel import in_parallel
from tests.payments.selling import even, later, onboarded, release, sold

pytestmark = pytest.mark.django_db
NET = 4050  # of 45.00, when the site keeps a tenth


@pytest.fixture(scope="module")
def session(expert):
    return make_session(expert, capacity=5, price_minor=4500)


@pytest.fixture
def earning(stripe, session, learner):
    return sold(stripe, session, learner)


def transfers():
    return list(Transfer.objects.order_by("pk").values_list("amount_minor", "state"))


def give_back(earning, amount=None):
    source = Refund.Source.ORGANISER
    services.refund_thing("registration", earning.line.ref, source=source, amount_minor=amount)
    run_pending()
    earning.refresh_from_db()


def dispute(stripe, earning):
    made = money.dispute(stripe.state, earning.payment.stripe_id)
    services.receive(stripe.state.events[-1])
    run_pending()
    return made


def until_somebody_waits():
    """For a row that this transaction has locked."""
    with connection.cursor() as cursor:
        for _ in range(500):
            cursor.execute("SELECT pg_sleep(0.01), exists(SELECT FROM pg_locks WHERE NOT granted)")
            if cursor.fetchone()[1]:
                return
    raise AssertionError("nobody waited")


class TestHeld:
    def test_until_it_is_delivered_and_complaints_are_over(self, stripe, earning, expert, settings):
        onboarded(stripe, expert)
        window = timedelta(days=settings.PAYOUT_WINDOW_DAYS)
        session = Registration.objects.get(pk=earning.line.ref).session
        assert earning.look_at == session.ends_at + timedelta(hours=2) + window
        services.release_earnings(now=earning.look_at - timedelta(seconds=1))
        assert not Transfer.objects.exists()
        services.release_earnings(now=earning.look_at)
        run_pending()
        assert transfers() == [(NET, "done")]

    def test_longer_when_the_session_is_moved(self, stripe, earning, session, expert):
        onboarded(stripe, expert)
        was = earning.look_at
        session.starts_at, session.ends_at = session.starts_at + timedelta(days=7), session.ends_at + timedelta(days=7)
        session.save()
        services.release_earnings(now=was)
        earning.refresh_from_db()
        assert earning.released_at is None
        assert earning.look_at == was + timedelta(days=7)

    def test_while_the_bank_of_the_buyer_asks(self, stripe, earning, expert):
        onboarded(stripe, expert)
        made = dispute(stripe, earning)
        services.release_earnings(now=later(earning))
        run_pending()
        assert not Transfer.objects.exists()
        money.close_dispute(stripe.state, made["id"], won=True)
        services.receive(stripe.state.events[-1])
        release(earning)
        assert transfers() == [(NET, "done")]
        assert even(stripe)

    def test_until_they_say_where_it_goes_and_then_it_goes_by_itself(self, stripe, earning, expert):
        release(earning)
        assert earning.released_at
        assert not Transfer.objects.exists()
        assert services.balances()["owed", "EUR"] == -NET
        services.onboarding_url(person=expert, country="DE")
        connect.fill_in(stripe.state, PayoutAccount.objects.get().stripe_id)
        services.receive(stripe.state.events[-1])
        run_pending()
        assert transfers() == [(NET, "done")]


class TestTransferred:
    def test_once_with_what_the_site_keeps_and_to_the_cent(self, stripe, earning, expert):
        account = onboarded(stripe, expert)
        for _ in range(3):
            release(earning)
        assert transfers() == [(NET, "done")]
        assert (earning.gross_minor, earning.fee_minor, earning.net_minor) == (4500, 450, NET)
        [sent] = stripe.state.of_kind("transfer")
        assert sent["destination"] == account.stripe_id
        assert sent["source_transaction"] == earning.payment.charge_id
        assert services.balances() == {
            ("stripe", "EUR"): 4500 - 92 - NET, ("fees", "EUR"): 92, ("held", "EUR"): 0, ("owed", "EUR"): 0,
            ("commission", "EUR"): -450,
        }  # fmt: skip
        assert even(stripe)

    @pytest.mark.parametrize("fault", [500, "reset", 409])
    def test_an_answer_that_was_lost_makes_no_second_transfer(self, stripe, earning, expert, fault):
        onboarded(stripe, expert)
        services.release_earnings(now=later(earning))
        stripe.state.faults.extend([("POST /v1/transfers", fault)] * 2)  # a call is made once more by itself
        row = Transfer.objects.get()
        with pytest.raises(StripeDown):
            services.send_transfer(row.pk)
        services.send_transfer(row.pk)
        assert len(stripe.state.of_kind("transfer")) == 1
        assert transfers() == [(NET, "done")]

    def test_one_whose_key_stripe_has_forgotten_is_looked_for_first(self, stripe, earning, expert):
        onboarded(stripe, expert)
        services.release_earnings(now=later(earning))
        row = Transfer.objects.get()
        stripe.state.faults.extend([("POST /v1/transfers", "reset")] * 2)
        with pytest.raises(StripeDown):
            services.send_transfer(row.pk)
        stripe.state.answers.clear()
        Transfer.objects.update(asked_at=timezone.now() - timedelta(hours=30))
        services.send_transfer(row.pk)
        assert len(stripe.state.of_kind("transfer")) == 1

    def test_its_events_and_a_reconciliation_change_nothing_twice(self, stripe, deliver, earning, expert):
        onboarded(stripe, expert)
        release(earning)
        assert set(deliver() + deliver()) == {200}
        assert services.reconcile().is_even
        assert not Incident.objects.exists()
        assert len(transfers()) == 1

    def test_an_answer_that_never_came_is_found_by_reconciling(self, stripe, earning, expert):
        onboarded(stripe, expert)
        services.release_earnings(now=later(earning))
        stripe.state.faults.extend([("POST /v1/transfers", "reset")] * 2)
        with pytest.raises(StripeDown):
            services.send_transfer(Transfer.objects.get().pk)
        found = services.reconcile()
        assert found.is_even
        assert transfers() == [(NET, "done")]

    def test_one_that_was_not_made_here_is_reported(self, stripe, deliver, earning, expert):
        account = onboarded(stripe, expert)
        from tests.local_stripe.api import Call

        connect.create_transfer(
            Call(stripe.state, {"amount": 100, "currency": "eur", "destination": account.stripe_id}, "", ())
        )
        deliver(stripe.state.events[-1])
        assert [one.kind for one in Incident.objects.all()] == ["unknown_transfer"]

    def test_the_payout_to_their_bank_is_seen(self, stripe, deliver, earning, expert):
        account = onboarded(stripe, expert)
        release(earning)
        connect.pay_out(stripe.state, account.stripe_id)
        assert deliver(stripe.state.events[-1]) == [200]
        transfer = Transfer.objects.select_related("payout").get()
        assert transfer.payout.amount_minor == NET
        assert transfer.payout.state == "paid"

    def test_a_payout_whose_news_was_lost_is_found_by_reconciling(self, stripe, earning, expert):
        account = onboarded(stripe, expert)
        release(earning)
        connect.pay_out(stripe.state, account.stripe_id)
        services.reconcile()
        assert Transfer.objects.get().payout

    @pytest.mark.parametrize("is_told", [True, False])
    def test_what_goes_to_the_sites_own_bank_is_booked_and_the_books_stay_even(self, stripe, deliver, earning, is_told):
        made = connect.pay_out(stripe.state)
        if is_told:
            assert deliver(stripe.state.events[-1]) == [200]
        for _ in range(2):
            assert services.reconcile().is_even
        assert services.balances()[(Account.BANK, "EUR")] == made["amount"]
        connect.bounce(stripe.state, made["id"])
        if is_told:
            deliver(stripe.state.events[-1])
        assert services.reconcile().is_even
        assert services.balances()[(Account.BANK, "EUR")] == 0
        assert not Incident.objects.exists()

    def test_an_account_that_was_closed_keeps_no_other_from_being_looked_at(self, stripe, earning, expert, outsider):
        account = onboarded(stripe, expert)
        release(earning)
        del stripe.state.objects[account.stripe_id]
        services.onboarding_url(person=outsider, country="DE")
        other = PayoutAccount.objects.get(person=outsider)
        connect.fill_in(stripe.state, other.stripe_id)
        services.reconcile()
        other.refresh_from_db()
        assert other.is_ready


class TestGoneBack:
    def test_what_is_paid_back_before_is_never_sent(self, stripe, earning, expert):
        onboarded(stripe, expert)
        give_back(earning, 1000)
        release(earning)
        assert transfers() == [(3150, "done")]
        assert (earning.back_minor, earning.fee_minor, earning.net_minor) == (1000, 350, 3150)
        assert even(stripe)

    def test_all_of_it_before_leaves_nothing_to_wait_for(self, stripe, earning, expert):
        onboarded(stripe, expert)
        give_back(earning)
        assert earning.released_at
        assert not Transfer.objects.exists()

    @pytest.mark.parametrize(("amount", "taken"), [(1000, 900), (4500, NET)])
    def test_after_the_transfer_their_part_is_taken_back(self, stripe, earning, expert, amount, taken):
        onboarded(stripe, expert)
        release(earning)
        give_back(earning, amount)
        [back] = TransferReversal.objects.all()
        assert (back.amount_minor, back.state) == (taken, "done")
        assert Refund.objects.get().state == "done"
        balances = services.balances()
        assert balances["held", "EUR"] == balances["owed", "EUR"] == 0
        assert balances["commission", "EUR"] == -(4500 - amount) // 10
        assert even(stripe)

    def test_a_refund_that_fails_is_theirs_again(self, stripe, deliver, earning, expert):
        onboarded(stripe, expert)
        release(earning)
        give_back(earning, 1000)
        money.fail_refund(stripe.state, Refund.objects.get().stripe_id)
        deliver(stripe.state.events[-1])
        run_pending()
        assert [amount for amount, _state in transfers()] == [NET, 900]
        assert even(stripe)

    def test_a_dispute_after_the_transfer_takes_it_back_and_one_that_is_won_sends_it_again(
        self, stripe, earning, expert
    ):
        onboarded(stripe, expert)
        release(earning)
        made = dispute(stripe, earning)
        assert TransferReversal.objects.get().state == "done"
        money.close_dispute(stripe.state, made["id"], won=True)
        services.receive(stripe.state.events[-1])
        run_pending()
        assert [amount for amount, _state in transfers()] == [NET, NET]
        assert even(stripe)

    def test_one_that_is_lost_costs_the_site_the_banks_fee_alone(self, stripe, earning, expert):
        onboarded(stripe, expert)
        release(earning)
        made = dispute(stripe, earning)
        money.close_dispute(stripe.state, made["id"], won=False)
        services.receive(stripe.state.events[-1])
        run_pending()
        assert Dispute.objects.get().state == "lost"
        balances = {account: amount for (account, _currency), amount in services.balances().items()}
        assert (balances["held"], balances["owed"], balances["disputes"]) == (0, 0, 2000)
        assert even(stripe)

    def test_reversed_in_stripes_dashboard_it_is_booked_and_reported(self, stripe, deliver, earning, expert):
        onboarded(stripe, expert)
        release(earning)
        connect.reverse(stripe.state, Transfer.objects.get().stripe_id, {"amount": 50})
        deliver(stripe.state.events[-1])
        assert [one.kind for one in Incident.objects.all()] == ["unknown_reversal"]
        assert even(stripe)


class TestAccountsThatCannotGive:
    def test_the_buyer_is_paid_back_all_the_same_and_the_next_earnings_make_up_for_it(
        self, stripe, session, earning, expert, outsider
    ):
        account = onboarded(stripe, expert)
        second = sold(stripe, session, outsider)
        services.release_earnings(now=later(earning))
        Earning.objects.filter(pk=second.pk).update(released_at=None)
        run_pending()
        connect.pay_out(stripe.state, account.stripe_id)
        give_back(earning)
        assert Refund.objects.get().state == "done"
        [debt] = services.debts(expert.pk)
        assert (debt.amount_minor, debt.state) == (NET, "owed")

        third = sold(stripe, session, make_user("Third Buyer"))
        give_back(third, 1000)  # they earn less than they owe
        release(third)
        assert [(t.amount_minor, t.offset_minor, t.state) for t in Transfer.objects.filter(earning=third)] == [
            (0, 3150, "done")
        ]
        fourth = sold(stripe, session, make_user("Fourth Buyer"))
        release(fourth)
        assert Transfer.objects.get(earning=fourth).amount_minor == NET - (NET - 3150)
        assert not services.debts(expert.pk).exists()
        assert services.balances()["owed", "EUR"] == 0
        assert even(stripe)

    @pytest.mark.django_db(transaction=True)
    def test_what_stripe_is_asked_for_once_more_is_not_kept_back_as_well(self, stripe, session, earning, expert):
        account = onboarded(stripe, expert)
        release(earning)
        connect.pay_out(stripe.state, account.stripe_id)
        give_back(earning)
        other = sold(stripe, session, make_user("Second Buyer"))
        is_asked = Event()

        def ask_once_more():
            with transaction.atomic():
                services.try_again(now=timezone.now() + timedelta(days=2))
                is_asked.set()
                until_somebody_waits()

        def earn_meanwhile():
            is_asked.wait(60)
            return services.release_earnings(now=later(other))

        assert in_parallel([ask_once_more, earn_meanwhile]) == [None, 1]
        assert TransferReversal.objects.get().covered_minor == 0
        assert Transfer.objects.get(earning=other).offset_minor == 0

    def test_what_it_can_give_later_is_taken_then(self, stripe, session, earning, expert, outsider):
        account = onboarded(stripe, expert)
        release(earning)
        connect.pay_out(stripe.state, account.stripe_id)
        give_back(earning)
        money.move(stripe.state, NET, "eur", "topup", "by hand", account=account.stripe_id)
        assert services.try_again(now=timezone.now() + timedelta(days=2)) == 1
        run_pending()
        assert TransferReversal.objects.get().state == "done"
        assert even(stripe)


class TestRefusedByStripe:
    @pytest.fixture
    def refused(self, stripe, earning, expert):
        account = onboarded(stripe, expert)
        stripe.state.objects[account.stripe_id]["capabilities"]["transfers"] = "inactive"
        release(earning)
        assert transfers() == [(NET, "failed")]
        return account

    def test_it_is_tried_again_as_another_call_and_sent_once(self, stripe, refused, earning):
        stripe.state.objects[refused.stripe_id]["capabilities"]["transfers"] = "active"
        assert services.try_transfer_again(transfer=Transfer.objects.get())
        assert not services.try_transfer_again(transfer=Transfer.objects.get())
        run_pending()
        assert transfers() == [(NET, "done")]
        assert len(stripe.state.of_kind("transfer")) == 1

    def test_what_goes_back_meanwhile_is_sent_no_more(self, stripe, refused, earning):
        give_back(earning, 1000)
        assert not TransferReversal.objects.exists()
        stripe.state.objects[refused.stripe_id]["capabilities"]["transfers"] = "active"
        services.try_again(now=timezone.now() + timedelta(days=10))
        run_pending()
        assert transfers() == [(3150, "done")]
        assert even(stripe)


def test_events_of_accounts_mean_nothing_else_than_what_is_of_accounts(stripe, deliver, earning):
    """Somebody's own sales in their own Stripe account come to the same door."""
    event = stripe.state.events[-1]
    assert deliver(event | {"id": "evt_theirs", "account": "acct_theirs", "type": "payment_intent.succeeded"}) == [200]
    assert Payment.objects.count() == 1
    assert not Incident.objects.exists()


def test_a_payment_from_before_there_were_earnings_is_earned_by_reconciling(stripe, earning, expert):
    onboarded(stripe, expert)
    Earning.objects.all().delete()
    services.reconcile()
    assert Earning.objects.get().net_minor == NET

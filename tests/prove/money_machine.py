"""Everything that can happen to money, in any order: holds, pages, payments, refunds, disputes, transfers, payouts,
news that comes, comes twice or never, and answers that are lost. Whatever was done, once all is looked at again the
books are Stripe's to the cent, and nobody has paid for nothing or twice."""

import contextlib
import os
import traceback
from datetime import timedelta

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from tests.local_stripe import connect, money
from tests.local_stripe.server import Server

KEY, PRICE, SEATS = "sk_test_local", 4500, 2
LOST = ["POST /v1/refunds", "POST /v1/checkout", "POST /v1/transfers", "GET /v1/", "POST /v1/"]
number = st.integers(0, 30)


class Money(RuleBasedStateMachine):
    """One session of two seats, four buyers, one expert. `server` is put there by whoever runs it."""

    server: Server
    steps = 0

    @initialize()
    def begin(self):
        from django.db import transaction
        from django.utils import timezone

        from core import limits
        from features.payments import stripe_client
        from tests import factories

        self.atomic = transaction.atomic()
        self.atomic._from_testcase = True  # it stands for the database of one run, not for a transaction of ours
        self.atomic.__enter__()
        self.state = self.server.state
        self.state.reset()
        stripe_client._client.cache_clear()
        self.allowed = limits.LIMITS["registration"]
        limits.LIMITS["registration"] = (10**9, 3600)
        self.now = timezone.now()
        self.expert = factories.make_user("Amara Okonjo", role="expert")
        self.people = [factories.make_user(f"Buyer {n}") for n in range(4)]
        self.session = factories.make_session(self.expert, capacity=SEATS, price_minor=PRICE)
        self.told = 0

    def teardown(self):
        from django.db import connection, transaction

        from core import limits

        if not hasattr(self, "atomic"):
            return
        try:
            self._look_at_everything()
            self._judge()
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # the books come to nothing
        finally:
            limits.LIMITS["registration"] = self.allowed
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)

    # --- Who buys -----------------------------------------------------------------------------------------------------
    @rule(who=number)
    def take_a_seat(self, who):
        from features.sessions import services as sessions

        Money.steps += 1
        with contextlib.suppress(sessions.RegistrationRefused):
            sessions.register(session=self.session, person=self.people[who % 4])

    @rule(which=number)
    def go_to_the_till(self, which):
        from features.payments import services

        order = self._one(self._orders(settled_at=None), which)
        if order:
            with contextlib.suppress(services.CheckoutRefused):
                services.checkout_url(order=order)

    @rule(which=number)
    def forget_the_page_and_open_another(self, which):
        from django.utils import timezone

        from features.payments.models import Checkout

        Money.steps += 1
        row = self._one(Checkout.objects.filter(closed_at=None), which)
        if row:
            Checkout.objects.filter(pk=row.pk).update(closed_at=timezone.now())

    @rule(which=number)
    def pay(self, which):
        Money.steps += 1
        page = self._page(which)
        if page:
            money.pay(self.state, page["id"])

    @rule(which=number)
    def stripes_page_ends(self, which):
        Money.steps += 1
        page = self._page(which)
        if page:
            money.expire_session(self.state, page["id"])

    @rule(which=number)
    def leave_the_till(self, which):
        from features.payments import services

        order = self._one(self._orders(settled_at=None), which)
        if order:
            with contextlib.suppress(services.CheckoutRefused):
                services.leave(order=order)

    @rule(which=number)
    def the_hold_ends_without_a_word_of_stripes(self, which):
        from features.payments import services

        order = self._one(self._orders(settled_at=None), which)
        if order:
            services.release(order=order, now=self.now)

    @rule(which=number)
    def give_the_seat_back(self, which):
        from features.sessions import services as sessions
        from features.sessions.models import Registration

        Money.steps += 1
        seat = self._one(Registration.objects.confirmed(), which)
        if seat:
            with contextlib.suppress(sessions.RegistrationRefused):
                sessions.cancel_registration(registration=seat, by=seat.person)

    # --- Who runs the site, banks, and the expert ---------------------------------------------------------------------
    @rule(which=number, amount=st.integers(1, PRICE))
    def pay_back(self, which, amount):
        from features.payments import services
        from features.payments.models import Payment

        Money.steps += 1
        payment = self._one(Payment.objects.all(), which)
        if payment:
            cause = f"machine:{payment.pk}:{amount % 3}"
            services.ask_refund(payment=payment, amount_minor=amount, source="organiser", cause=cause)

    @rule(which=number, amount=st.integers(1, PRICE))
    def pay_back_in_the_dashboard(self, which, amount):
        charge = self._thing("charge", which)
        if charge and not charge["disputed"]:
            with contextlib.suppress(money.Refused):
                money.refund(self.state, {"charge": charge["id"], "amount": amount})

    @rule(which=number)
    def the_bank_asks(self, which):
        charge = self._thing("charge", which)
        if charge and not charge["disputed"] and not charge["amount_refunded"]:
            money.dispute(self.state, charge["payment_intent"])

    @rule(which=number, won=st.booleans())
    def the_bank_decides(self, which, won):
        dispute = self._thing("dispute", which)
        if dispute and dispute["status"] == "needs_response":
            money.close_dispute(self.state, dispute["id"], won=won)

    @rule(which=number)
    def the_bank_sends_a_refund_back(self, which):
        refund = self._thing("refund", which)
        if refund and refund["status"] == "succeeded":
            money.fail_refund(self.state, refund["id"])

    @rule(is_ready=st.booleans())
    def the_expert_answers_stripe(self, is_ready):
        from features.payments import services
        from features.payments.models import PayoutAccount
        from features.payments.stripe_client import StripeDown

        Money.steps += 1
        with contextlib.suppress(StripeDown):
            services.onboarding_url(person=self.expert, country="DE")
            connect.fill_in(self.state, PayoutAccount.objects.get().stripe_id, is_ready=is_ready)

    @rule(days=st.sampled_from([1, 4, 9]))
    def time_passes(self, days):
        from features.payments import services

        Money.steps += 1
        self.now += timedelta(days=days)
        services.release_earnings(now=self.now)
        services.try_again(now=self.now)

    @rule()
    def stripe_pays_out(self):
        Money.steps += 1
        for account in self.state.of_kind("account"):
            connect.pay_out(self.state, account["id"])

    # --- News, jobs, and what goes wrong ------------------------------------------------------------------------------
    @rule(which=number)
    @precondition(lambda self: self.state.events)
    def news_comes(self, which):
        from features.payments import services
        from features.payments.stripe_client import StripeDown

        Money.steps += 1
        with contextlib.suppress(StripeDown):
            services.receive(self.state.events[-1 - which % len(self.state.events)])

    @rule()
    def the_worker_runs(self):
        from core.jobs import run_pending
        from features.payments.services.transfers import NotYet
        from features.payments.stripe_client import StripeDown

        Money.steps += 1
        with contextlib.suppress(StripeDown, NotYet):
            run_pending()

    @rule(what=st.sampled_from(LOST), fault=st.sampled_from([500, 409, "reset"]))
    def an_answer_will_be_lost(self, what, fault):
        Money.steps += 1
        self.state.faults.extend([(what, fault)] * 2)  # a call is made once more by itself

    # --- And in the end -----------------------------------------------------------------------------------------------
    def _look_at_everything(self):
        """Time is over for whoever has not paid, banks have decided, because what they decide about is paid back after
        that, and everything is compared, until nothing is left to be done."""
        from core.jobs import run_pending
        from core.models import Outbox
        from features.payments import services

        self.state.faults.clear()
        self.state.skew += 2 * 60 * 60
        for number, dispute in enumerate(self.state.of_kind("dispute")):
            if dispute["status"] == "needs_response":
                money.close_dispute(self.state, dispute["id"], won=number % 2 == 0)
        for _ in range(4):
            services.reconcile(now=self.now + timedelta(hours=2), since=self.now - timedelta(days=400))
            Outbox.objects.filter(done_at=None).update(attempts=0, parked_at=None, claimed_until=None)
            run_pending(now=self.now + timedelta(days=900))

    def _judge(self):
        from django.db.models import F, Sum

        from features.payments import services
        from features.payments.models import Earning, Incident, Order, Payment, Refund, Transfer, TransferReversal
        from features.sessions.models import Registration

        books = services.balances()
        theirs = sum(part["amount"] for part in money.balance(self.state)["available"])
        assert books.get(("stripe", "EUR"), 0) == theirs, (books, theirs)
        assert Registration.objects.confirmed().count() <= SEATS
        assert not Order.objects.unpaid().exists()
        charges = {charge["payment_intent"]: charge for charge in self.state.of_kind("charge")}
        assert set(charges) == set(Payment.objects.values_list("stripe_id", flat=True))
        for payment in Payment.objects.all():
            given_back = charges[payment.stripe_id]["amount_refunded"]
            assert payment.refunded_minor >= given_back
            came_back = payment.refunds.filter(state=Refund.State.FAILED, stripe_id__isnull=False)
            assert payment.is_kept or given_back or charges[payment.stripe_id]["disputed"] or came_back.exists()
            self._judge_documents(payment)
        assert not Refund.objects.filter(state=Refund.State.ASKED).exists()
        # What sellers should have, what was sent, and what they owe.
        sent = sum(one["amount"] - one["amount_reversed"] for one in self.state.of_kind("transfer"))
        net = Earning.objects.exclude(released_at=None).aggregate(n=Sum("net_minor"))["n"] or 0
        assert books.get(("owed", "EUR"), 0) == sent - net
        on_the_way = Transfer.objects.filter(state="failed").aggregate(n=Sum("amount_minor"))["n"] or 0
        owed = TransferReversal.objects.filter(state="owed")
        owed = owed.aggregate(n=Sum(F("amount_minor") - F("covered_minor")))["n"] or 0
        paid = Earning.objects.aggregate(n=Sum("paid_minor"))["n"] or 0
        assert paid == sent + on_the_way - owed
        kinds = set(Incident.objects.filter(resolved_at=None).values_list("kind", flat=True))
        assert not kinds & {"ledger_differs", "unknown_payment", "unknown_transfer", "unknown_reversal"}, kinds

    @staticmethod
    def _judge_documents(payment):
        """Invoice, credit notes and their cancellations say what was kept."""
        from django.db.models import Sum

        from features.payments.models import Refund

        said = payment.invoices.aggregate(n=Sum("total_minor"))["n"]
        back = payment.refunds.filter(state=Refund.State.DONE).aggregate(n=Sum("amount_minor", default=0))["n"]
        kept = payment.amount_minor - min(back + payment.lost_minor, payment.amount_minor)
        assert said == (kept if payment.is_kept else None), (said, kept)

    def _orders(self, **more):
        from features.payments.models import Order

        Money.steps += 1
        return Order.objects.filter(released_at=None, **more)

    @staticmethod
    def _one(rows, which):
        rows = list(rows.order_by("pk"))
        return rows[which % len(rows)] if rows else None

    def _page(self, which):
        pages = [page for page in self.state.of_kind("checkout.session") if page["status"] == "open"]
        return pages[which % len(pages)] if pages else None

    def _thing(self, kind, which):
        Money.steps += 1
        things = self.state.of_kind(kind)
        return things[which % len(things)] if things else None


def machine(server: Server, examples: int, steps: int, number: int = 1) -> int:
    """Run it; answers how many steps were taken. Whatever does not hold is raised, with the steps that led there."""
    Money.server, Money.steps = server, 0
    how = settings(
        max_examples=examples, stateful_step_count=steps, deadline=None, database=None,
        suppress_health_check=list(HealthCheck), phases=[Phase.generate],
    )  # fmt: skip
    run_state_machine_as_test(seed(number)(Money), settings=how)
    return Money.steps


def run(steps: int) -> dict:
    """In an empty database of its own."""
    with Server(key=KEY) as server:
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "core.settings", "STRIPE_SECRET_KEY": KEY, "STRIPE_WEBHOOK_SECRET": "whsec_local",
            "STRIPE_API_URL": server.url,
        }  # fmt: skip
        import django

        import tests.environment  # noqa: F401 - before Django reads its settings

        django.setup()
        from django.db import connection

        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        taken, runs = 0, 0
        try:
            while taken < steps:
                taken += machine(server, 10, 60, runs)
                runs += 10
        except AssertionError:
            return {"steps": taken, "runs": runs, "faults": [traceback.format_exc()]}  # with the steps that led there
        finally:
            connection.creation.destroy_test_db("", verbosity=0)
    return {"steps": taken, "runs": runs, "faults": []}

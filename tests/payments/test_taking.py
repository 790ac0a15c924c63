"""Money comes in: once, whatever the events do; for the thing, or back."""

import itertools
from copy import deepcopy
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from core.jobs import outbox, run_pending
from core.jobs.registry import find
from features.payments import services, stripe_client, tasks
from features.payments.models import Account, Checkout, Incident, LedgerTransaction, Order, Payment, Refund, StripeEvent
from features.payments.services.books import book
from features.payments.services.standing import COMPARED, stripe_standing
from features.sessions import services as sessions
from features.sessions.models import Registration
from tests.factories import make_session, make_user
from tests.local_stripe import money
from tests.parallel import in_parallel

pytestmark = pytest.mark.django_db
SOON = timedelta(minutes=32)


@pytest.fixture(scope="module")
def session(expert):
    return make_session(expert, capacity=2, price_minor=4500)


def bought(session, person, now=None):
    """A seat that is held, and its order."""
    seat = sessions.register(session=session, person=person, now=now)
    return seat, services.order_of("registration", seat.pk)


def at_till(stripe, order):
    """The order's page at Stripe."""
    services.checkout_url(order=order)
    return order.checkouts.get(closed_at=None).stripe_id


def pay(stripe, order):
    money.pay(stripe.state, at_till(stripe, order))


def state(order):
    """What it all comes to, without ids and times."""
    order.refresh_from_db()
    return {
        "settled": bool(order.settled_at),
        "payments": list(order.payments.values_list("amount_minor", "is_kept", "refunded_minor")),
        "seats": list(Registration.objects.active().exclude(confirmed_at=None).values_list("person")),
        "booked": sorted(LedgerTransaction.objects.values_list("entries__account", "entries__amount_minor")),
        "incidents": list(Incident.objects.values_list("kind", flat=True)),
    }


def even(stripe):
    """Our books and Stripe's, to the last cent."""
    ours = services.balances()
    theirs = {part["currency"].upper(): part["amount"] for part in money.balance(stripe.state)["available"]}
    return {currency: amount for (account, currency), amount in ours.items() if account == "stripe"} == theirs


def test_held_then_paid_then_seated(stripe, deliver, session, learner, letters):
    seat, order = bought(session, learner)
    assert seat.confirmed_at is None
    assert order.total_minor == 4500
    pay(stripe, order)
    assert set(deliver()) == {200}
    seat.refresh_from_db()
    assert seat.confirmed_at
    assert services.balances() == {("stripe", "EUR"): 4408, ("fees", "EUR"): 92, ("held", "EUR"): -4500}
    assert even(stripe)
    assert {letter.subject.partition(":")[0] for letter in letters()} == {"You have a seat", "Receipt"}


def test_the_hold_and_stripes_page_end_at_the_same_moment(stripe, session, learner):
    seat, order = bought(session, learner)
    name = at_till(stripe, order)
    seat.refresh_from_db()
    order.refresh_from_db()
    ends = stripe.state.objects[name]["expires_at"]
    assert int(seat.held_until.timestamp()) == int(order.hold_until.timestamp()) == ends
    assert ends - timezone.now().timestamp() >= 30 * 60


def test_two_tabs_open_one_page(stripe, session, learner):
    _seat, order = bought(session, learner)
    assert services.checkout_url(order=order) == services.checkout_url(order=order)
    assert len(stripe.state.of_kind("checkout.session")) == 1


@pytest.mark.parametrize("fault", [500, "reset", 409])
def test_an_answer_that_was_lost_makes_no_second_page(stripe, session, learner, fault):
    _seat, order = bought(session, learner)
    stripe.state.faults.extend([("POST /v1/checkout", fault)] * 2)  # a call is made once more by itself
    with pytest.raises(services.CheckoutRefused, match="stripe_down"):
        services.checkout_url(order=order)
    assert services.checkout_url(order=order)
    assert len(stripe.state.of_kind("checkout.session")) == 1


def test_the_same_event_many_times_has_one_effect(stripe, deliver, session, learner):
    _seat, order = bought(session, learner)
    pay(stripe, order)
    deliver()
    before = state(order)
    assert set(deliver() + deliver()) == {200}
    assert state(order) == before


def test_any_order_of_events_ends_the_same(stripe, session, learner, monkeypatch):
    """All that happens in a purchase that is partly paid back; every twelfth of the 120 orders it may be told in."""
    _seat, order = bought(session, learner)
    pay(stripe, order)
    [intent] = stripe.state.of_kind("payment_intent")
    money.refund(stripe.state, {"payment_intent": intent["id"], "amount": 1000})
    events, found, call = list(stripe.state.events), [], stripe_client.call
    answers = {}  # nothing changes at Stripe meanwhile, so it is asked once for each thing

    def ask(act, *names, params=None, **more):
        key = names, repr(params), act.__code__.co_names
        answers[key] = answers.get(key) or call(act, *names, params=params, **more)
        return deepcopy(answers[key])

    monkeypatch.setattr(stripe_client, "call", ask)
    monkeypatch.setattr(stripe_client, "refuse_open_transaction", lambda asked: None)
    assert len(events) == 5
    for permutation in itertools.islice(itertools.permutations(events), 0, None, 12):
        with transaction.atomic():
            for event in permutation:
                services.receive(event)
            found.append(state(order))
            transaction.set_rollback(True)
    assert len(found) == 10
    assert all(one == found[0] for one in found)
    assert found[0]["settled"]
    assert found[0]["payments"] == [(4500, True, 1000)]


def test_all_webhooks_lost_and_one_run_repairs_everything(stripe, expert):
    session = make_session(expert, capacity=6, price_minor=4500)
    orders = [bought(session, make_user(f"Buyer {n}"))[1] for n in range(6)]
    for order in orders:
        pay(stripe, order)
    found = services.reconcile()
    assert Order.objects.exclude(settled_at=None).count() == 6
    assert found.is_even
    assert not found.incidents
    assert services.reconcile().mended == 0


def test_a_round_whose_every_step_is_killed_at_its_end_goes_on_where_it_was(stripe, expert, monkeypatch):
    monkeypatch.setattr(stripe_client, "PAGE", 2)
    session = make_session(expert, capacity=6, price_minor=4500)
    for n in range(6):
        pay(stripe, bought(session, make_user(f"Buyer {n}"))[1])
    tasks.reconcile()
    tasks.reconcile()  # killed as well
    steps = []
    while row := outbox.claim():
        if row.task == "features.payments.tasks.reconcile_on":
            find(row.task).run(row.ref)
            steps.append(row.ref.partition(":")[2])
        outbox.execute(row)
    assert Order.objects.exclude(settled_at=None).count() == 6
    assert len(steps) == len(set(steps))
    assert [step[:9] for step in steps if step.startswith("payments:")] == ["payments:"] * 3
    assert steps[-1] == "compare:"
    assert stripe_standing()[COMPARED]
    assert services.reconcile().mended == 0


def test_what_was_lost_before_an_event_that_came_by_itself_is_fetched(stripe, deliver, expert, learner, outsider):
    session = make_session(expert, capacity=2, price_minor=4500)
    for person in (learner, outsider):
        pay(stripe, bought(session, person)[1])
    *lost, last = stripe.state.events
    for event in lost:
        event["created"] -= 60 * 60
    assert deliver(last) == [200]
    assert services.pull_events() == len(lost)
    assert Order.objects.exclude(settled_at=None).count() == 2


def test_late_money_gets_a_free_seat(stripe, deliver, session, learner):
    seat, order = bought(session, learner)
    pay(stripe, order)
    services.release(order=order, now=timezone.now())
    seat.refresh_from_db()
    assert seat.cancelled_at
    deliver()
    seat.refresh_from_db()
    assert seat.confirmed_at
    assert not seat.cancelled_at
    assert not Refund.objects.exists()


def test_late_money_for_a_full_session_goes_back_once(stripe, deliver, expert, learner, outsider, letters):
    session = make_session(expert, capacity=1, price_minor=4500)
    _seat, order = bought(session, learner)
    pay(stripe, order)
    services.release(order=order, now=timezone.now())
    _other, second = bought(session, outsider)
    pay(stripe, second)
    deliver()
    said = letters()
    deliver()
    run_pending()
    assert [seat.person for seat in Registration.objects.confirmed()] == [outsider]
    [refund] = Refund.objects.all()
    assert (refund.source, refund.amount_minor, refund.state) == ("late", 4500, "done")
    assert len(stripe.state.of_kind("refund")) == 1
    assert any(letter.to == [learner.email] and "go back to you" in letter.subject for letter in said)
    assert even(stripe)


def test_paid_in_two_checkouts_there_is_one_seat_and_one_refund(stripe, deliver, session, learner):
    _seat, order = bought(session, learner)
    first = at_till(stripe, order)
    Checkout.objects.update(closed_at=timezone.now())
    second = at_till(stripe, order)
    assert first != second
    for name in (first, second):
        money.pay(stripe.state, name)
    deliver()
    run_pending()
    assert Registration.objects.confirmed().count() == 1
    assert [refund.source for refund in Refund.objects.all()] == ["twice"]
    assert even(stripe)


def test_another_amount_than_the_orders_buys_nothing_and_goes_back(stripe, deliver, session, learner):
    _seat, order = bought(session, learner)
    name = at_till(stripe, order)
    stripe.state.objects[name]["amount_total"] = 100
    money.pay(stripe.state, name)
    deliver()
    run_pending()
    order.refresh_from_db()
    assert order.settled_at is None
    assert [refund.source for refund in Refund.objects.all()] == ["amount"]
    assert Incident.objects.get().kind == "amount_differs"


def test_money_that_belongs_to_no_order_is_kept_and_reported(stripe, deliver):
    intent = money.charge(stripe.state, 700, "eur", {"metadata": {"order": "nobody-knows"}})
    stripe.state.tell("payment_intent.succeeded", intent)
    assert deliver() == [200]
    assert Incident.objects.get().about == intent["id"]
    assert not Payment.objects.exists()


class TestHoldsThatEnd:
    def test_by_stripes_word(self, stripe, deliver, session, learner):
        seat, order = bought(session, learner)
        money.expire_session(stripe.state, at_till(stripe, order))
        deliver()
        seat.refresh_from_db()
        session.refresh_from_db()
        assert seat.cancellation_reason == "hold_expired"
        assert session.seats_taken == 0

    def test_by_our_own_sweep_which_closes_stripes_page_first(self, stripe, session, learner):
        _seat, order = bought(session, learner)
        name = at_till(stripe, order)
        assert services.end_holds(now=timezone.now() + timedelta(minutes=20)) == 0
        assert services.end_holds(now=timezone.now() + SOON) == 1
        assert stripe.state.objects[name]["status"] == "expired"
        assert services.end_holds(now=timezone.now() + SOON) == 0
        session.refresh_from_db()
        assert session.seats_taken == 0

    def test_the_sweep_seats_whoever_paid_and_was_not_heard(self, stripe, session, learner):
        _seat, order = bought(session, learner)
        pay(stripe, order)
        assert services.end_holds(now=timezone.now() + SOON) == 0
        assert Registration.objects.confirmed().get().person == learner

    def test_without_an_answer_of_stripes_it_waits_a_while_and_no_longer(self, stripe, session, learner):
        _seat, order = bought(session, learner)
        at_till(stripe, order)
        stripe.state.faults.extend([("POST /v1/checkout", 500)] * 4)
        assert services.end_holds(now=timezone.now() + SOON) == 0
        assert services.end_holds(now=timezone.now() + SOON + timedelta(minutes=11)) == 1

    def test_who_leaves_frees_the_seat_at_once_and_cannot_pay_any_more(self, stripe, session, learner):
        _seat, order = bought(session, learner)
        name = at_till(stripe, order)
        assert services.leave(order=order)
        money.pay(stripe.state, name)
        assert stripe.state.objects[name]["payment_status"] == "unpaid"
        session.refresh_from_db()
        assert session.seats_taken == 0
        with pytest.raises(services.CheckoutRefused, match="over"):
            services.checkout_url(order=order)

    def test_who_pays_and_then_leaves_has_paid(self, stripe, session, learner):
        _seat, order = bought(session, learner)
        pay(stripe, order)
        assert not services.leave(order=order)
        assert Registration.objects.confirmed().exists()


class TestEvents:
    def test_a_failure_leaves_no_row_and_the_next_delivery_succeeds(
        self, stripe, deliver, session, learner, monkeypatch, client
    ):
        _seat, order = bought(session, learner)
        pay(stripe, order)
        event = stripe.state.events[-1]
        stripe.state.faults.extend([("GET /v1/checkout", 500)] * 8)
        assert [deliver(event)[0] for _ in range(4)] == [503] * 4
        assert not StripeEvent.objects.exists()
        assert deliver(event) == [200]
        order.refresh_from_db()
        assert order.settled_at

    def test_one_in_another_version_is_fetched_anew_and_reported(self, stripe, deliver, session, learner):
        _seat, order = bought(session, learner)
        pay(stripe, order)
        deliver(stripe.state.events[-1] | {"api_version": "2017-08-15"})
        order.refresh_from_db()
        assert order.settled_at
        assert Incident.objects.get().kind == "api_version"

    def test_every_write_names_a_row_of_ours(self, stripe, deliver, session, learner):
        _seat, order = bought(session, learner)
        pay(stripe, order)
        deliver()
        services.refund_thing("registration", Registration.objects.get().pk, source="organiser")
        run_pending()
        writes = [key for asked, key in stripe.state.requests if asked.startswith("POST")]
        assert writes == [
            f"checkout-{Checkout.objects.get().public_id}",
            f"refund-{Refund.objects.get().public_id}",
        ]

    def test_stripe_is_never_asked_inside_a_transaction(self, stripe, session, learner):
        _seat, order = bought(session, learner)
        with transaction.atomic(), pytest.raises(RuntimeError, match="while a transaction is open"):
            services.checkout_url(order=order)


@pytest.mark.django_db(transaction=True)
def test_the_same_event_from_many_sides_at_once(stripe, deliver, expert, learner):
    session = make_session(expert, capacity=2, price_minor=4500)
    _seat, order = bought(session, learner)
    pay(stripe, order)
    event = stripe.state.events[-1]
    results = in_parallel([lambda: deliver(event)[0]] * 8)
    assert results == [200] * 8
    assert Payment.objects.count() == StripeEvent.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_database_refuses_books_that_do_not_come_to_nothing(learner):
    with pytest.raises(IntegrityError, match="do not come to nothing"), transaction.atomic():
        book(key="wrong", happened_at=timezone.now(), currency="EUR", amounts={Account.STRIPE: 5, Account.HELD: -4})
    book(key="right", happened_at=timezone.now(), currency="EUR", amounts={Account.STRIPE: 5, Account.HELD: -5})
    with pytest.raises(Exception, match="is not changed"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE payments_ledgerentry SET amount_minor = 6 WHERE amount_minor = 5")

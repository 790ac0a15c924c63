"""Orders: free ones settle as they are opened, others wait for a provider; nothing is handed over twice."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from features.payments import services
from features.payments.models import Order, OrderLine
from features.payments.services import Line, OrderRefused, open_order
from tests.parallel import in_parallel

pytestmark = pytest.mark.django_db


class Recorder(services.Fulfilment):
    def __init__(self):
        self.confirmed, self.released = [], []

    def confirm(self, ref, now):
        self.confirmed.append(ref)

    def release(self, ref, now):
        self.released.append(ref)


@pytest.fixture
def thing():
    services.fulfilments["thing"] = Recorder()
    yield services.fulfilments["thing"]
    del services.fulfilments["thing"]


@pytest.fixture
def provider(settings):
    settings.STRIPE_SECRET_KEY = "sk_test_1"


def line(ref="1", unit_minor=0, **more):
    return Line(
        kind="thing", ref=ref, title="A thing", unit_minor=unit_minor, currency=more.pop("currency", "EUR"), **more
    )


def test_a_free_order_settles_and_hands_over_at_once(learner, thing):
    order = open_order(buyer=learner, lines=[line("7")], hold_until=None)
    order.refresh_from_db()
    assert order.settled_at
    assert thing.confirmed == ["7"]


def test_what_costs_is_refused_without_a_way_to_take_money(learner, thing):
    with pytest.raises(OrderRefused) as refused:
        open_order(buyer=learner, lines=[line(unit_minor=4500)], hold_until=timezone.now())
    assert refused.value.code == "payments_not_set_up"
    assert not Order.objects.exists()


def test_what_costs_waits_for_its_provider(learner, thing, provider):
    until = timezone.now()
    order = open_order(buyer=learner, lines=[line(unit_minor=4500)], hold_until=until)
    assert (order.settled_at, order.hold_until) == (None, until)
    assert thing.confirmed == []


def test_settling_and_releasing_happen_once_and_exclude_each_other(learner, thing, provider):
    now = timezone.now()
    order = open_order(buyer=learner, lines=[line(unit_minor=4500)], hold_until=now)
    assert services.release(order=order, now=now)
    assert not services.release(order=order, now=now)
    assert not services.settle(order=order, now=now)
    assert (thing.confirmed, thing.released) == ([], ["1"])


def test_the_policy_is_a_copy(learner, thing):
    policy = {"free_until_hours": 24}
    open_order(buyer=learner, lines=[line(policy=policy)], hold_until=None)
    policy["free_until_hours"] = 0
    assert OrderLine.objects.get().policy == {"free_until_hours": 24}


@pytest.mark.parametrize(
    ("lines", "code"), [([], "nothing_to_buy"), ([line("1"), line("2", currency="USD")], "mixed_currencies")]
)
def test_orders_that_make_no_sense_are_refused(learner, thing, lines, code):
    with pytest.raises(OrderRefused) as refused:
        open_order(buyer=learner, lines=lines, hold_until=None)
    assert refused.value.code == code


def test_one_thing_is_sold_on_one_line(learner, thing):
    open_order(buyer=learner, lines=[line("7")], hold_until=None)
    with pytest.raises(IntegrityError, match="one_order_line_per_thing"), transaction.atomic():
        open_order(buyer=learner, lines=[line("7")], hold_until=None)


def test_the_database_refuses_prices_below_nothing(learner, thing):
    with pytest.raises(IntegrityError, match="order_line_price_not_negative"), transaction.atomic():
        OrderLine.objects.create(
            order=Order.objects.create(buyer=learner, currency="EUR"),
            kind="thing",
            ref="1",
            title="x",
            unit_minor=-1,
            currency="EUR",
        )


@pytest.mark.django_db(transaction=True)
def test_settled_from_many_sides_at_once_it_is_handed_over_once(learner, thing, provider):
    now = timezone.now()
    order = open_order(buyer=learner, lines=[line(unit_minor=4500)], hold_until=now)
    results = in_parallel([lambda: services.settle(order=order, now=now)] * 8)
    assert results.count(True) == 1
    assert thing.confirmed == ["1"]

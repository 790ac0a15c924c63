"""The short form of `bin/prove money`: what it does with real processes is too slow for here (`bin/prove money 60`)."""

import pytest

from features.payments import services
from features.payments.models import Refund
from tests.factories import make_session
from tests.parallel import in_parallel
from tests.payments.selling import even, release, sold
from tests.prove.money_machine import machine


@pytest.mark.django_db
def test_whatever_happens_in_whatever_order_the_books_are_stripes(stripe):
    assert machine(stripe, 2, 20)


@pytest.mark.django_db(transaction=True)
def test_many_clicks_at_once_are_one_refund(stripe, expert, learner):
    earning = sold(stripe, make_session(expert, capacity=2, price_minor=4500), learner)
    pay_back = {"source": Refund.Source.ORGANISER}
    in_parallel([lambda: services.refund_thing("registration", earning.line.ref, **pay_back)] * 8)
    release(earning)
    assert Refund.objects.count() == len(stripe.state.of_kind("refund")) == 1
    assert even(stripe)

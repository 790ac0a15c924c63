"""The short forms of `bin/prove money`."""

import pytest

from tests.prove import money as proof
from tests.prove.money_machine import machine


def test_more_purchases_than_seats_while_news_is_lost_and_workers_are_killed():
    result = proof.sale(24, 3, drop=0.3, delay=0.5)
    assert proof.faults(result, 3) == []


def test_the_same_event_at_once_lost_ones_and_many_clicks_on_one_refund():
    assert proof.faults_of_deliveries(proof.deliveries(10, 6, 10)) == []


@pytest.mark.django_db
def test_whatever_happens_in_whatever_order_the_books_are_stripes(stripe):
    assert machine(stripe, 2, 20)

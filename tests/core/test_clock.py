"""Holds go by the database's clock, whatever that of the web server says."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core import clock
from features.sessions import services
from features.sessions.services.seats import HOLD
from tests.factories import make_session

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _as_it_was(monkeypatch):
    monkeypatch.setattr(clock, "_ahead", timedelta(0))
    monkeypatch.setattr(clock, "_measured_at", float("-inf"))


def by_the_database():
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]


@pytest.mark.parametrize("minutes", [-10, 10])
def test_a_seat_is_held_for_half_an_hour_of_the_databases_time(minutes, expert, learner, settings):
    settings.STRIPE_SECRET_KEY, settings.STRIPE_WEBHOOK_SECRET = "sk_test_local", "whsec_local"
    with time_machine.travel(by_the_database() + timedelta(minutes=minutes)):
        assert abs(timezone.now() - by_the_database()) > timedelta(minutes=9)
        clock.follow(connection)
        assert abs(timezone.now() - by_the_database()) < timedelta(seconds=30)
        seat = services.register(session=make_session(expert, price_minor=1500), person=learner)
    assert abs(seat.registered_at - by_the_database()) < timedelta(seconds=60)
    assert abs(seat.held_until - by_the_database() - HOLD) < timedelta(seconds=60)


def test_what_rows_get_by_default_goes_by_it_too(learner, monkeypatch):
    monkeypatch.setattr(clock, "_ahead", timedelta(days=3))
    field = type(learner)._meta.get_field("joined_at")
    assert field.get_default() - by_the_database() > timedelta(days=2)


def test_a_small_difference_is_none(monkeypatch):
    monkeypatch.setattr(clock, "_ahead", timedelta(days=3))
    clock.measure(connection)
    assert clock._ahead == timedelta(0)


def test_it_is_measured_once_a_minute_however_often_a_connection_is_taken(monkeypatch):
    with CaptureQueriesContext(connection) as asked:
        for _ in range(3):
            clock.follow(connection)
        monkeypatch.setattr(clock, "_measured_at", clock._measured_at - clock.EVERY)
        clock.follow(connection)
    assert len(asked) == 2

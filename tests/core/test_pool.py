import os

import psycopg
import pytest
from django.core.signals import got_request_exception
from django.db import NotSupportedError, connection

from core import pool
from core.jobs import outbox
from core.models import RateCounter
from core.pool import check_connection


@pytest.fixture
def pooled():
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        yield connection


def end(pooled):
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [pooled.info.backend_pid])


@pytest.fixture
def asked(monkeypatch):
    """How often the server was asked."""
    calls = []
    real = pool.ConnectionPool.check_connection
    monkeypatch.setattr(pool.ConnectionPool, "check_connection", lambda pooled: calls.append(1) or real(pooled))
    return calls


class TestCheckConnection:
    def test_a_living_connection_costs_no_round_trip_each_time(self, pooled, asked):
        for _ in range(5):
            check_connection(pooled)
        assert len(asked) == 1

    def test_after_a_silence_the_server_is_asked(self, pooled, asked):
        check_connection(pooled)
        check_connection(pooled, patience=0)
        assert len(asked) == 2

    def test_one_that_was_ended_is_found_at_once(self, pooled):
        check_connection(pooled)
        end(pooled)
        with pytest.raises(psycopg.OperationalError):
            check_connection(pooled)


def asked_for(key):
    return list(RateCounter.objects.filter(key=key).values_list("key", flat=True))


def kept_plans() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements")
        return [statement for (statement,) in cursor.fetchall() if "core_ratecounter" in statement]


class TestPlans:
    def test_what_is_asked_again_is_planned_once_whatever_its_values_are(self, db):
        connection.connection._prepared.clear()
        for n in range(4):
            asked_for(f"key {n}")
        [plan] = kept_plans()
        assert '"key" = $1' in plan

    def test_a_connection_keeps_as_many_as_we_say(self, db):
        assert connection.connection.prepared_max == pool.MOST


class TestStalePlans:
    """A column has another type than it had when its statement was planned."""

    @pytest.fixture
    def widened(self, transactional_db):
        """By another process, as by a migration."""

        def widen(to):
            with psycopg.connect(os.environ["DATABASE_URL"], dbname=name) as other:
                other.execute(f"ALTER TABLE core_ratecounter ALTER key TYPE varchar({to})")

        name, longest = connection.settings_dict["NAME"], RateCounter._meta.get_field("key").max_length
        for _thrice in range(3):
            asked_for("a key")
        widen(longest + 1)
        yield
        widen(longest)

    def test_one_request_fails_and_the_next_does_not(self, widened):
        with pytest.raises(NotSupportedError):
            asked_for("a key")
        try:
            asked_for("a key")
        except NotSupportedError:
            got_request_exception.send(sender=None, request=None)
        assert asked_for("a key") == []

    def test_one_job_fails_and_the_next_does_not(self, widened, monkeypatch):
        failed = []
        monkeypatch.setattr(outbox, "execute", lambda row, notes: asked_for("a key"))
        monkeypatch.setattr(outbox, "fail", lambda row, error: failed.append(error))
        row = outbox.Outbox(pk=1, attempts=1)
        for _twice in range(2):
            outbox.attempt(row, [])
        [error] = failed
        assert isinstance(error, NotSupportedError)

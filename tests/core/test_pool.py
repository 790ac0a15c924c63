import os

import psycopg
import pytest

from core import pool
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

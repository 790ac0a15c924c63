import time
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.test import override_settings
from django.utils import timezone

from core import health
from core.jobs import worker
from core.models import Heartbeat, Outbox


def ask(client):
    response = client.get("/healthz")
    assert response["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in response
    return response.status_code, response.json()


class TestHealth:
    def test_a_node_with_a_worker_is_well(self, db, client):
        began = time.monotonic()
        worker.beat()
        status, said = ask(client)
        assert 0 <= said.pop("worker_seconds") <= round(time.monotonic() - began)
        well = {"status": "ok", "database": "ok", "migrations": "ok", "worker": "ok", "parked_jobs": 0}
        assert (status, said) == (200, well)

    @pytest.mark.parametrize(("age", "state"), [(timedelta(seconds=50), "ok"), (timedelta(seconds=70), "late")])
    def test_a_late_worker_is_said_and_takes_no_node_away(self, db, client, age, state):
        Heartbeat.objects.create(name=Heartbeat.WORKER, beat_at=timezone.now() - age)
        Outbox.objects.create(task="x", ref="1", parked_at=timezone.now())
        status, said = ask(client)
        assert (status, said["worker"], said["parked_jobs"]) == (200, state, 1)
        assert said["status"] == ("ok" if state == "ok" else "degraded")

    def test_a_worker_that_never_was_is_missing(self, db, client):
        status, said = ask(client)
        assert (status, said["status"], said["worker"], said["worker_seconds"]) == (200, "degraded", "missing", None)

    def test_missing_tables_make_it_unfit(self, db, client, monkeypatch):
        monkeypatch.setattr(health.migrations, "are_applied", False)
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM django_migrations WHERE app = 'core'")
        assert ask(client) == (503, {"status": "unfit", "database": "ok", "migrations": "missing"})
        assert not health.migrations.are_applied

    def test_no_database_makes_it_unfit(self, db, client):
        def refuse(*_):
            raise OperationalError("no host")

        with connection.execute_wrapper(refuse):
            assert ask(client) == (503, {"status": "unfit", "database": "unreachable"})

    def test_asking_is_cheap_and_needs_no_session(self, db, client, django_assert_num_queries):
        ask(client)
        with django_assert_num_queries(1):
            ask(client)

    def test_a_load_balancer_is_not_sent_elsewhere(self, db, client):
        with override_settings(SECURE_SSL_REDIRECT=True):
            assert client.get("/healthz").status_code == 200
            assert client.get("/robots.txt").status_code == 301

    def test_it_takes_no_post(self, db, client):
        assert client.post("/healthz").status_code == 405

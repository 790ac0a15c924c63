"""The outbox with real worker processes, a real mail server and kill -9."""

import signal
import threading
import time
from urllib.parse import quote

import pytest
from django.db import connection, transaction

from core.jobs import enqueue
from core.models import Heartbeat, Outbox, PeriodicRun
from tests.core import job_tasks
from tests.core.workers import PATIENCE, StrictServer, database_url, until

EFFECT, LETTER, BROKEN, HOLD, SLOW = (
    f"tests.core.job_tasks.{name}" for name in ("effect", "letter", "broken", "hold", "slow")
)


def all_done():
    return not Outbox.objects.filter(done_at=None).exclude(key__startswith="periodic:").exists()


class TestKilled:
    def test_sixty_effects_and_letters_survive_three_kills_once_each(self, workers, effects):
        with transaction.atomic():
            for ref in range(60):
                enqueue(LETTER if ref % 2 else EFFECT, ref)
        wanted = {
            "effect": {str(ref): 1 for ref in range(0, 60, 2)},
            "letter": {str(ref): 1 for ref in range(1, 60, 2)},
        }
        with StrictServer(think=lambda: time.sleep(0.02)) as server:
            for reached in (8, 20, 35):
                worker = workers.start(mail_port=server.port)
                until(lambda count=reached: len(effects("effect")) + len(effects("letter")) >= count)
                worker.kill()
            assert not all_done()
            workers.start(mail_port=server.port)
            until(all_done)
        assert {kind: effects(kind) for kind in wanted} == wanted
        assert len(server.accepted) == 30
        assert set(server.accepted.values()) == {1}

    def test_killed_while_the_mail_server_thinks_a_letter_is_still_one(self, workers, effects):
        """Between the final dot and the server's thanks nobody can know whether it has the letter: here it has."""
        has_thought = threading.Event()
        with StrictServer(think=lambda: has_thought.wait(PATIENCE)) as server:
            enqueue(LETTER, 1)
            first = workers.start(mail_port=server.port)
            until(lambda: Outbox.objects.get(task=LETTER).handed_over_at)
            first.kill()
            assert effects("letter") == {}
            has_thought.set()
            until(lambda: server.accepted)
            workers.start(mail_port=server.port)
            until(all_done)
        assert effects("letter") == {"1": 1}
        assert list(server.accepted.values()) == [1]
        assert server.dropped == 0

    def test_what_a_killed_worker_held_is_free_after_its_lease(self, workers, effects):
        enqueue(HOLD, 1)
        first = workers.start(lease=4)
        until(lambda: effects("held"))
        first.kill()
        workers.start(lease=4)
        until(lambda: effects("effect"))
        assert Outbox.objects.get(task=HOLD).attempts == 2

    def test_a_killed_worker_leaves_no_process(self, workers, effects):
        worker = workers.start()
        until(worker.has_started)
        until(lambda: Heartbeat.objects.exists())
        assert worker.family() == {worker.process.pid}
        worker.kill()
        assert until(lambda: not worker.family())


class TestBegun:
    def test_a_worker_waits_for_a_database_that_is_on_its_way_up(self, workers, effects, tmp_path):
        """As beside one that recovers from a crash, or that was started in the same moment."""
        there = connection.get_connection_params()["host"]
        way = tmp_path / "way"
        enqueue(EFFECT, 1)
        worker = workers.start(DATABASE_URL=database_url().replace(quote(there, safe=""), quote(str(way), safe="")))
        until(lambda: "waits for the database" in worker.log.read_text() or worker.process.poll() is not None)
        way.symlink_to(there)
        until(all_done)
        assert effects("effect") == {"1": 1}


class TestTransactions:
    def test_a_job_is_not_seen_before_the_commit_of_its_cause(self, workers, effects):
        until(workers.start().has_started)
        with transaction.atomic():
            enqueue(EFFECT, 1)
            with transaction.atomic():
                enqueue(EFFECT, 2)
                transaction.set_rollback(True)
            time.sleep(2.5)  # more than two looks of the worker
            assert effects("effect") == {}
        until(lambda: effects("effect"))
        until(all_done)
        assert effects("effect") == {"1": 1}


class TestSchedule:
    def test_two_workers_and_a_restart_run_each_minute_once(self, workers, effects):
        first, second = workers.start(), workers.start()
        # Killed between its effect and the end of its row it would, rightly, be run again.
        until(lambda: effects("minute") and not Outbox.objects.filter(done_at=None).exists())
        first.kill()
        second.stop()
        third = workers.start()
        fourth = workers.start()
        until(third.has_started)
        until(fourth.has_started)
        beats = Heartbeat.objects.get().beat_at
        time.sleep(2)
        slots = PeriodicRun.objects.filter(task="tests.core.job_tasks.every_minute")
        # The effect's own clock may have passed into the next minute; the slots are what must not repeat.
        assert sum(effects("minute").values()) == slots.count() == slots.distinct().count()
        assert slots.filter(finished_at=None).count() == 0
        assert beats


class TestStopping:
    @pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
    def test_a_worker_that_is_asked_to_stop_ends_its_job_first(self, workers, effects, how):
        for ref in range(6):
            enqueue(SLOW, ref)
        worker = workers.start(lease=30)
        until(lambda: len(effects("begun")) == 2)
        assert worker.stop(using=how) == 0
        begun, ended = effects("begun"), effects("effect")
        assert begun == ended
        assert 2 <= len(ended) < 6
        # Nothing is left claimed: the next one goes on at once, not after a lease.
        assert not Outbox.objects.filter(done_at=None, claimed_until__isnull=False).exists()
        workers.start(lease=30)
        until(all_done)
        assert effects("effect") == {str(ref): 1 for ref in range(6)}

    def test_poison_does_not_hold_up_a_real_worker(self, workers, effects):
        with transaction.atomic():
            for ref in range(4):
                enqueue(BROKEN, f"bad-{ref}")
            for ref in range(10):
                enqueue(EFFECT, ref)
        workers.start()
        until(lambda: len(effects("effect")) == 10)
        until(lambda: Outbox.objects.filter(task=BROKEN, last_error="ZeroDivisionError").count() == 4)
        assert effects("effect") == {str(ref): 1 for ref in range(10)}


class TestDatabaseRestart:
    def test_a_worker_survives_that_its_connections_are_cut(self, workers, effects):
        worker = workers.start()
        until(worker.has_started)
        enqueue(EFFECT, 1)
        until(lambda: effects("effect"))
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            assert cursor.fetchone()[0] >= 3
        enqueue(EFFECT, 2)
        until(lambda: len(effects("effect")) == 2)
        assert worker.process.poll() is None
        assert job_tasks.counts("effect") == {"1": 1, "2": 1}

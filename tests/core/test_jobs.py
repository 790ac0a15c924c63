"""The outbox in this process: what is written, claimed, tried again and parked. Time is passed in."""

import threading
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from django.conf import settings
from django.core import mail as outgoing
from django.core.management import call_command
from django.db import IntegrityError, OperationalError, connection, transaction
from django.utils import timezone

from core import tasks
from core.jobs import each, enqueue, outbox, registry, run_pending, schedule
from core.jobs.handover import Notes, Superseded
from core.jobs.registry import UnknownTask, find
from core.models import Outbox, PeriodicRun

EFFECT, LETTER, BROKEN = (f"tests.core.job_tasks.{name}" for name in ("effect", "letter", "broken"))
MINUTE = "tests.core.job_tasks.every_minute"


def die():
    """Whoever holds a row is killed, and their lease runs out."""
    Outbox.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
    outbox.take_back_lost()


class TestEnqueue:
    def test_a_row_lives_and_dies_with_its_transaction(self, effects):
        with transaction.atomic():
            enqueue(EFFECT, 1)
            transaction.set_rollback(True)
        assert not Outbox.objects.exists()
        with transaction.atomic():
            enqueue(EFFECT, 2)
        assert run_pending() == 1
        assert effects("effect") == {"2": 1}

    def test_a_key_is_enqueued_once(self, effects):
        for _ in range(3):
            enqueue(EFFECT, 1, key="once")
        enqueue(EFFECT, 2)
        enqueue(EFFECT, 2)
        run_pending()
        enqueue(EFFECT, 1, key="once")
        run_pending()
        assert effects("effect") == {"1": 1, "2": 2}

    def test_a_wrong_name_fails_where_it_is_written(self, db):
        with pytest.raises(UnknownTask):
            enqueue("tests.core.job_tasks.record", 1)
        with pytest.raises(ModuleNotFoundError):
            enqueue("tests.core.no_such_module.effect", 1)

    def test_later_means_later(self, effects):
        soon = timezone.now() + timedelta(hours=2)
        enqueue(EFFECT, 1, not_before=soon)
        assert outbox.claim() is None
        assert run_pending() == 0
        assert run_pending(now=soon - timedelta(seconds=1)) == 0
        assert run_pending(now=soon) == 1

    def test_a_world_in_the_past_runs_what_asked_for_no_wait(self, effects):
        then = datetime(2020, 1, 1, tzinfo=UTC)
        enqueue(EFFECT, 1)
        enqueue(EFFECT, 2, not_before=then + timedelta(days=1))
        run_pending(now=then)
        assert effects("effect") == {"1": 1}

    def test_a_job_may_lead_to_another(self, effects, monkeypatch):
        monkeypatch.setitem(registry.jobs, EFFECT, registry.Job(lambda ref: enqueue(LETTER, ref)))
        enqueue(EFFECT, 7)
        assert run_pending() == 2
        assert effects("letter") == {"7": 1}


class TestClaim:
    def test_parallel_workers_never_get_the_same_row(self, effects):
        for ref in range(60):
            enqueue(EFFECT, ref)
        claimed, lock = [], threading.Lock()

        def worker():
            while row := outbox.claim():
                with lock:
                    claimed.append(row.ref)
            connection.close()

        threads = [threading.Thread(target=worker) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(claimed, key=int) == [str(ref) for ref in range(60)]

    def test_a_claim_ends_by_itself_within_a_minute(self, effects):
        enqueue(EFFECT, 1)
        row = outbox.claim()
        assert outbox.claim() is None
        left = row.claimed_until - row.not_before
        assert timedelta(seconds=5) < left <= timedelta(seconds=60)
        assert settings.JOB_LEASE <= 60
        die()
        assert outbox.claim(now=timezone.now() + timedelta(minutes=1)).attempts == 2

    def test_a_running_row_is_renewed(self, effects):
        enqueue(EFFECT, 1)
        row = outbox.claim()
        Outbox.objects.update(claimed_until=timezone.now() + timedelta(seconds=1))
        outbox._running[row.pk] = 1
        outbox.renew_leases()
        outbox._running.clear()
        row.refresh_from_db()
        assert row.claimed_until > timezone.now() + timedelta(seconds=settings.JOB_LEASE - 5)

    def test_who_lost_the_lease_loses_the_effects(self, effects):
        enqueue(EFFECT, 1)
        stale = outbox.claim()
        Outbox.objects.update(claimed_until=None)
        fresh = outbox.claim()
        with pytest.raises(Superseded):
            outbox.execute(stale)
        assert effects("effect") == {}
        outbox.execute(fresh)
        with pytest.raises(Superseded):
            outbox.execute(stale)
        assert effects("effect") == {"1": 1}


class TestNotes:
    def test_that_a_letter_is_gone_is_written_down_though_the_database_went_away(self, effects):
        enqueue(LETTER, 1)
        row, notes = outbox.claim(), Notes()
        try:
            assert notes.hold(row)
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(%s)", [notes.connection.connection.info.backend_pid])
            notes.write(row, sent=True)
            assert Outbox.objects.get().handed_over_at
            assert not notes.hold(row)
        finally:
            notes.close()


class TestFailure:
    def test_a_failure_leaves_no_effect_and_no_words(self, effects, caplog):
        enqueue(BROKEN, 1)
        outbox.attempt(outbox.claim())
        row = Outbox.objects.get()
        assert effects("effect") == {}
        assert (row.last_error, row.attempts, row.claimed_until, row.done_at) == ("ZeroDivisionError", 1, None, None)
        assert "sofia@example.org" not in caplog.text
        record = caplog.records[-1]
        assert (record.task, record.row, record.error) == (BROKEN, row.pk, "ZeroDivisionError")
        assert record.where.startswith("/tests/core/job_tasks.py:")

    def test_a_poison_job_waits_longer_each_time_and_is_parked_after_eight(self, effects):
        enqueue(BROKEN, 1)
        now, waits = timezone.now() + timedelta(seconds=1), []
        for _ in range(outbox.ATTEMPTS):
            outbox.attempt(outbox.claim(now=now))
            row = Outbox.objects.get()
            waits.append(row.not_before - timezone.now())
            now = row.not_before + timedelta(seconds=1)
        assert all(later > 3 * sooner for sooner, later in pairwise(waits))
        assert timedelta(seconds=8) < waits[0] < timedelta(seconds=12)
        assert sum(waits[:-1], timedelta()) > timedelta(hours=12)
        assert row.parked_at
        assert outbox.claim(now=now + timedelta(days=365)) is None

    def test_a_job_that_kills_its_worker_is_parked_too(self, effects):
        """After eight deaths in some hours: one minute in which all workers die is the fault of none of the jobs."""
        enqueue(EFFECT, 1)
        now, waits = timezone.now() + timedelta(seconds=1), []
        for _ in range(outbox.ATTEMPTS):
            assert outbox.claim(now=now)
            die()
            row = Outbox.objects.get()
            waits.append(row.not_before - timezone.now())
            now = row.not_before + timedelta(seconds=1)
        assert waits[0] < timedelta(seconds=5)
        assert sum(waits[:3], timedelta()) > timedelta(seconds=40)
        assert sum(waits[:-1], timedelta()) > timedelta(hours=3)
        assert (row.last_error, bool(row.parked_at)) == ("WorkerDied", True)
        assert outbox.claim(now=now + timedelta(days=365)) is None

    def test_poison_does_not_block_others(self, effects):
        for ref in range(5):
            enqueue(BROKEN, ref)
            enqueue(EFFECT, ref)
        while row := outbox.claim():
            outbox.attempt(row)
        assert effects("effect") == {str(ref): 1 for ref in range(5)}

    def test_parked_jobs_are_listed_and_tried_again(self, effects, capsys):
        enqueue(BROKEN, 41)
        enqueue(BROKEN, 42)
        Outbox.objects.update(parked_at=timezone.now(), attempts=8, last_error="ZeroDivisionError")
        first, second = Outbox.objects.order_by("pk")
        call_command("jobs")
        said = capsys.readouterr().out
        assert f"{first.pk}  {BROKEN}(41)  ZeroDivisionError  8 attempts  parked" in said
        assert "0 jobs wait, 2 are parked" in said
        call_command("jobs", "--retry", str(first.pk))
        assert [row.ref for row in Outbox.objects.filter(parked_at=None, attempts=0)] == ["41"]
        call_command("jobs", "--retry", "all")
        assert Outbox.objects.filter(parked_at=None).count() == 2
        assert outbox.claim().ref == "41"
        assert second.ref == "42"

    def test_run_pending_raises_what_the_job_raises(self, effects):
        enqueue(BROKEN, 1)
        with pytest.raises(ZeroDivisionError):
            run_pending()


class TestLetters:
    def test_a_letter_goes_out_with_its_row(self, effects):
        enqueue(LETTER, 5)
        run_pending()
        assert [letter.subject for letter in outgoing.outbox] == ["Letter 5"]
        assert effects("letter") == {"5": 1}

    def test_one_job_one_letter(self, effects):
        enqueue("tests.core.job_tasks.two_letters", 5)
        with pytest.raises(RuntimeError, match="one job, one letter"):
            run_pending()

    def test_what_was_handed_over_before_a_crash_is_not_sent_again(self, effects):
        enqueue(LETTER, 5)
        Outbox.objects.update(handed_over_at=timezone.now())
        run_pending()
        assert outgoing.outbox == []
        assert effects("letter") == {"5": 1}


class TestSlots:
    def test_a_slot_is_the_latest_time_it_should_have_run(self):
        noon = datetime(2026, 11, 22, 12, 0, 59, tzinfo=UTC)
        assert find(MINUTE).slot(noon) == noon.replace(second=0)
        night = find("core.tasks.prune")
        assert night.slot(noon) == datetime(2026, 11, 22, 3, 20, tzinfo=UTC)
        assert night.slot(noon.replace(hour=1)) == datetime(2026, 11, 21, 3, 20, tzinfo=UTC)

    def test_a_slot_is_opened_once_however_many_look(self, effects):
        noon = datetime(2026, 11, 22, 12, 0, 1, tzinfo=UTC)
        opened = []

        def look():
            opened.append(schedule.open_slot(find(MINUTE), noon))
            connection.close()

        threads = [threading.Thread(target=look) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(opened) == [False] * 5 + [True]
        assert run_pending() == 1
        assert not schedule.open_slot(find(MINUTE), noon + timedelta(seconds=58))
        assert run_pending() == 0
        assert schedule.open_slot(find(MINUTE), noon + timedelta(seconds=59))
        assert run_pending() == 1
        assert PeriodicRun.objects.filter(finished_at=None).count() == 0
        with pytest.raises(IntegrityError):
            PeriodicRun.objects.create(task=MINUTE, slot=noon.replace(second=0))

    def test_a_slot_whose_worker_died_is_run_again(self, effects):
        noon = datetime(2026, 11, 22, 12, 0, 1, tzinfo=UTC)
        schedule.open_slot(find(MINUTE), noon)
        assert outbox.claim().task == MINUTE
        assert not schedule.open_slot(find(MINUTE), noon)
        die()
        assert run_pending(now=timezone.now() + timedelta(minutes=1)) == 1
        assert PeriodicRun.objects.get().finished_at

    def test_a_run_that_goes_on_is_not_started_beside_itself(self, effects):
        noon = datetime(2026, 11, 22, 12, 0, 1, tzinfo=UTC)
        schedule.open_slot(find(MINUTE), noon)
        running = outbox.claim()
        schedule.open_slot(find(MINUTE), noon + timedelta(minutes=1))
        assert run_pending() == 0
        outbox.execute(running)
        schedule.open_slot(find(MINUTE), noon + timedelta(minutes=2))
        assert run_pending() == 1

    def test_a_failed_run_gets_its_attempts_back_with_the_next_slot(self, effects):
        noon = datetime(2026, 11, 22, 12, 0, 1, tzinfo=UTC)
        schedule.open_slot(find(MINUTE), noon)
        Outbox.objects.update(attempts=8, parked_at=timezone.now(), not_before=noon + timedelta(days=9999))
        schedule.open_slot(find(MINUTE), noon + timedelta(minutes=1))
        assert run_pending() == 1


class TestRounds:
    def test_one_that_fails_stops_no_other_and_is_seen_at_the_end(self):
        done = []

        def do(n):
            if n == 2:
                raise ValueError("two")
            done.append(n)
            return True

        with pytest.raises(ValueError, match="two"):
            each([1, 2, 3], do)
        assert done == [1, 3]
        assert each([1, 3], do) == 2

    def test_without_a_database_none_of_the_others_is_tried(self):
        asked = []

        def do(n):
            asked.append(n)
            raise OperationalError

        with pytest.raises(OperationalError):
            each([1, 2], do)
        assert asked == [1]


class TestPruning:
    def test_what_is_done_goes_after_a_month_and_what_is_not_stays(self, effects):
        enqueue(EFFECT, 1)
        enqueue(EFFECT, 2)
        run_pending()
        enqueue(EFFECT, 3)
        long_ago = timezone.now() - timedelta(days=31)
        Outbox.objects.filter(ref="1").update(done_at=long_ago)
        Outbox.objects.filter(ref="3").update(created_at=long_ago, parked_at=long_ago)
        PeriodicRun.objects.create(task=MINUTE, slot=long_ago)
        PeriodicRun.objects.create(task=MINUTE, slot=timezone.now())
        tasks.prune()
        assert set(Outbox.objects.values_list("ref", flat=True)) == {"2", "3"}
        assert PeriodicRun.objects.count() == 1


def test_an_outbox_row_holds_ids_only():
    """Nothing that identifies a person has a place in a row."""
    fields = {field.name for field in Outbox._meta.get_fields()}
    assert fields == {
        "id", "task", "ref", "key", "created_at", "not_before", "claimed_until", "attempts", "handed_over_at",
        "done_at", "parked_at", "last_error",
    }  # fmt: skip

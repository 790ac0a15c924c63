"""The rows: written with their cause, claimed under a lease, tried again, parked."""

import random
import threading
from datetime import timedelta

from django.db import connection, models, transaction
from django.db.models.functions import Now
from django.utils import timezone

from core import logs, mail
from core.jobs.handover import Handover, Notes, Superseded, finish, lease
from core.jobs.registry import find
from core.models import Outbox
from core.pool import forget_stale_plans

CHANNEL = "masteryhub_outbox"
ATTEMPTS = 8
# 10 s, 40 s, 3 min, 11 min, 43 min, 3 h, 11 h: a mail server may be down for a night before anything is parked.
FIRST_WAIT, GROWTH = timedelta(seconds=10), 4
MOST_TAKEN_BACK = 100  # at a look

# The news is delivered at the commit.
ENQUEUE = """
    WITH written AS (
        INSERT INTO core_outbox (task, ref, key, not_before, attempts, last_error)
        VALUES (%s, %s, %s, coalesce(%s::timestamptz, statement_timestamp()), 0, '') ON CONFLICT DO NOTHING
    )
    SELECT pg_notify(%s, '')
"""


def enqueue(task: str, ref: int | str, key: str | None = None, not_before=None) -> None:
    """Have `task` run with `ref` after the commit of the open transaction, and not without it. The same `key` is
    enqueued once. Rows hold ids; what they mean is looked up when they run."""
    find(task)  # a wrong name fails here, where the mistake is
    with connection.cursor() as cursor:
        cursor.execute(ENQUEUE, [task, str(ref), key, not_before, CHANNEL])


# --- Claiming ---------------------------------------------------------------------------------------------------------
DUE = "not_before <= statement_timestamp()"
CLAIM = """
    UPDATE core_outbox
    SET claimed_until = statement_timestamp() + %(lease)s, attempts = attempts + 1
    WHERE id = (
        SELECT id FROM core_outbox
        WHERE done_at IS NULL AND parked_at IS NULL AND claimed_until IS NULL AND {due}
        ORDER BY not_before, id LIMIT 1 FOR UPDATE SKIP LOCKED
    )
    RETURNING *
"""

_running: dict[int, int] = {}  # row -> attempt, of this process
_running_lock = threading.Lock()


def claim(now=None) -> Outbox | None:
    """Take the next due row. The clock is the database's, so that no machine's own clock matters; `now` is for tests
    and seeds, which live at a time of their own: then what asked for no wait is due at any time."""
    due = DUE if now is None else "(not_before <= %(now)s OR not_before = created_at)"
    rows = list(Outbox.objects.raw(CLAIM.format(due=due), {"lease": lease(), "now": now}))
    return rows[0] if rows else None


def count_due(most: int) -> int:
    due = Outbox.objects.filter(claimed_until=None, done_at=None, parked_at=None, not_before__lte=Now())
    return due[:most].count()


def renew_leases() -> None:
    with _running_lock:
        running = list(_running)
    if running:
        Outbox.objects.filter(pk__in=running, done_at=None).update(claimed_until=Now() + lease())


# --- Running ----------------------------------------------------------------------------------------------------------
def execute(row: Outbox, notes: Notes | None = None) -> None:
    """Run a claimed row; raises what the job raises."""
    job = find(row.task)
    with mail.handing_over(Handover(row, notes)):
        if job.is_atomic:
            with transaction.atomic():
                job.run(row.ref)
                finish(row)
        else:
            job.run(row.ref)
            finish(row)


def attempt(row: Outbox, notes: Notes | None = None) -> None:
    """Run a claimed row for the worker: a failure is written down, and its time will come again."""
    with _running_lock:
        _running[row.pk] = row.attempts
    try:
        execute(row, notes)
    except Superseded:
        logs.jobs.warning("superseded", extra={"task": row.task, "row": row.pk})
    except Exception as error:  # noqa: BLE001 - a job may fail in any way, and none of them may stop the worker
        forget_stale_plans()
        fail(row, error)
    finally:
        with _running_lock:
            _running.pop(row.pk, None)


class WorkerDied(Exception):
    """The attempt ended with the worker's death, so nobody could write down why."""


def take_back_lost() -> None:
    """What workers that are no more had claimed. Such a death is one of the attempts, because the job may have been its
    cause. But its lease was a wait already, so a job that was only near keeps its place in the line; and as waits grow,
    a minute in which workers die again and again costs it no more than four attempts."""
    lost = Outbox.objects.filter(done_at=None, parked_at=None, claimed_until__lte=Now())
    for row in lost[:MOST_TAKEN_BACK]:
        fail(row, WorkerDied())


def fail(row: Outbox, error: Exception) -> None:
    """Wait and try again, or park. The row keeps the kind of the error; its words may hold what is personal."""
    mine, times = Outbox.objects.filter(pk=row.pk, attempts=row.attempts, done_at=None), row.attempts
    if isinstance(error, WorkerDied):
        mine, times = mine.filter(claimed_until__lte=Now()), times - 1
    wait = FIRST_WAIT * GROWTH ** max(times - 1, 0) * random.uniform(0.9, 1.1)  # noqa: S311 - spreads, guards nothing
    is_parked = row.attempts >= ATTEMPTS
    is_written = mine.update(
        claimed_until=None,
        last_error=type(error).__name__[:200],
        not_before=Now() + wait if times else models.F("not_before"),
        parked_at=Now() if is_parked else None,
    )
    if is_written:
        logs.jobs.error(
            "parked" if is_parked else "failed",
            extra={"task": row.task, "row": row.pk, "attempt": row.attempts, "error": type(error).__name__}
            | logs.where(error),
        )


def retry(ids: list[int] | None = None) -> int:
    """Give parked rows, or all of them, their attempts back; answers how many these were."""
    parked = Outbox.objects.filter(parked_at__isnull=False)
    if ids is not None:
        parked = parked.filter(pk__in=ids)
    return parked.update(parked_at=None, attempts=0, claimed_until=None, not_before=Now())


def run_pending(now=None) -> int:
    """Run in this process, now, what is due, and what that leads to: for seeds and tests. What fails, raises."""
    now, count = now or timezone.now(), 0
    while row := claim(now):
        execute(row)
        count += 1
    return count


def rearm(task: str, ref: str) -> None:
    """The one row of a periodic task is due again, unless its last run is still going on."""
    key = f"periodic:{task}"
    fresh = {
        "ref": ref, "not_before": Now(), "created_at": Now(), "attempts": 0, "done_at": None, "parked_at": None,
        "claimed_until": None,
    }  # fmt: skip
    is_free = models.Q(claimed_until=None) | models.Q(claimed_until__lte=Now())
    if not Outbox.objects.filter(is_free, key=key).update(**fresh):
        Outbox.objects.bulk_create([Outbox(task=task, ref=ref, key=key)], ignore_conflicts=True)

"""How the work after the answer stands, for whoever runs the site."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Count, Min, Q
from django.db.models.functions import Now

from core.jobs.registry import Periodic, find
from core.models import Outbox

# Each by its own step through the index: there are a month of runs, some of them minutely.
LAST_RUNS = """
    WITH RECURSIVE known(task) AS (
        (SELECT task FROM core_periodicrun ORDER BY task LIMIT 1)
        UNION ALL
        SELECT (SELECT run.task FROM core_periodicrun run WHERE run.task > known.task ORDER BY run.task LIMIT 1)
        FROM known WHERE known.task IS NOT NULL
    )
    SELECT known.task, last.slot, last.finished_at
    FROM known CROSS JOIN LATERAL (
        SELECT slot, finished_at FROM core_periodicrun WHERE task = known.task AND finished_at IS NOT NULL
        ORDER BY slot DESC LIMIT 1
    ) last
    WHERE known.task IS NOT NULL
"""


@dataclass(frozen=True)
class Run:
    task: str
    finished_at: datetime
    every: timedelta
    is_late: bool


def figures() -> dict:
    """How many rows are due, run, wait for their time and were given up, and since when the oldest of the due waits."""
    is_open, runs = Q(done_at=None, parked_at=None), Q(claimed_until__gt=Now())
    is_due = is_open & Q(not_before__lte=Now()) & ~Q(claimed_until__gt=Now(), claimed_until__isnull=False)
    return Outbox.objects.filter(done_at=None).aggregate(
        due=Count("pk", is_due),
        oldest=Min("not_before", filter=is_due),
        running=Count("pk", is_open & runs),
        later=Count("pk", is_open & Q(not_before__gt=Now(), claimed_until=None)),
        parked=Count("pk", Q(parked_at__isnull=False)),
    )


def parked():
    return Outbox.objects.filter(parked_at__isnull=False)


def failing():
    """What failed and is tried again by itself."""
    return Outbox.objects.filter(done_at=None, parked_at=None, attempts__gt=0).exclude(last_error="")


def last_runs(now: datetime) -> list[Run]:
    """When each periodic task was through last; late first. One that was renamed meanwhile is left out."""
    with connection.cursor() as cursor:
        cursor.execute(LAST_RUNS)
        rows = cursor.fetchall()
    found = []
    for name, slot, finished_at in rows:
        task = _known(name)
        if task:
            is_late = now - slot > 2 * task.every + timedelta(minutes=5)
            found.append(Run(name, finished_at, task.every, is_late))
    return sorted(found, key=lambda run: (not run.is_late, run.every, run.task))


def _known(name: str) -> Periodic | None:
    try:
        task = find(name)
    except (LookupError, ImportError):
        return None
    return task if isinstance(task, Periodic) else None


def spoken(task: str) -> tuple[str, str]:
    """A task's name as words, and whose it is: "features.payments.tasks.look_again" is "look again" of "payments"."""
    parts = task.split(".")
    whose = parts[1] if len(parts) > 2 and parts[0] == "features" else parts[0]
    return parts[-1].replace("_", " "), whose

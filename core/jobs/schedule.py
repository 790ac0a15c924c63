"""When periodic tasks run: every worker looks, and the first to write down a slot has it run."""

from datetime import datetime

from django.db import transaction

from core.jobs.outbox import rearm
from core.jobs.registry import Periodic
from core.models import PeriodicRun


def open_slot(task: Periodic, now: datetime) -> bool:
    """Have the task's current slot run, unless that was done before, here or elsewhere."""
    slot = task.slot(now)
    with transaction.atomic():
        _, is_new = PeriodicRun.objects.get_or_create(task=task.name, slot=slot)
        if is_new:
            rearm(task.name, slot.isoformat())
    return is_new

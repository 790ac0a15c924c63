"""Which functions may be run by name."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import import_module

from django.db.models.functions import Now

from core import logs
from core.models import PeriodicRun
from core.registry import Registry


class UnknownTask(LookupError):
    """The row names a function that is no job here: renamed by a deployment, or written by somebody else."""


@dataclass(frozen=True)
class Job:
    function: Callable[[str], None]
    is_atomic: bool = True  # what it writes and the end of its row are one transaction

    def run(self, ref: str) -> None:
        self.function(ref)


@dataclass(frozen=True)
class Periodic:
    """Each of its items has a transaction of its own, as it may walk over many: it is safe to run twice instead. It
    answers with how many it did something, which is logged."""

    function: Callable[[], int | None]
    name: str
    every: timedelta
    at: timedelta  # after midnight UTC
    is_atomic = False

    def slot(self, now: datetime) -> datetime:
        """The latest time up to `now` at which it should have run: after a break one run catches up."""
        step, offset = self.every.total_seconds(), self.at.total_seconds()
        return datetime.fromtimestamp((now.timestamp() - offset) // step * step + offset, UTC)

    def run(self, ref: str) -> None:
        if count := self.function():
            logs.jobs.info("done", extra={"task": self.name, "count": count})
        PeriodicRun.objects.filter(task=self.name, slot=ref).update(finished_at=Now())


jobs = Registry("jobs")


def job(function: Callable[[str], None]) -> Callable[[str], None]:
    """A function that takes the `ref` of an outbox row. It sends at most one letter, as its last act but for writing
    down that it was sent."""
    jobs.register(f"{function.__module__}.{function.__qualname__}", Job(function))
    return function


def job_outside(function: Callable[[str], None]) -> Callable[[str], None]:
    """A job that asks somebody outside and waits for the answer, or goes through many one by one, so no transaction is
    open around it: it opens its own, and is safe to run twice. It sends no letter."""
    jobs.register(f"{function.__module__}.{function.__qualname__}", Job(function, is_atomic=False))
    return function


def periodic(*, minutes: int, at: timedelta = timedelta()):
    """Run every `minutes`; with 24 * 60, `at` is the time of day in UTC."""

    def decorate(function: Callable[[], int | None]) -> Callable[[], int | None]:
        name = f"{function.__module__}.{function.__qualname__}"
        jobs.register(name, Periodic(function, name, timedelta(minutes=minutes), at))
        return function

    return decorate


def find(name: str) -> Job | Periodic:
    if name not in jobs:
        import_module(name.rpartition(".")[0])
    if name not in jobs:
        raise UnknownTask(name)
    return jobs[name]


def periodics() -> list[Periodic]:
    return [known for known in jobs.values() if isinstance(known, Periodic)]

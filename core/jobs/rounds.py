"""What a periodic task goes through in turn."""

from collections.abc import Callable, Iterable

from core import logs
from core.db import DATABASE_FAULTS


def each[Thing](things: Iterable[Thing], do: Callable[[Thing], object]) -> int:
    """Do it with each of them; answers with how many it was done. `do` has a transaction of its own for each: what
    fails stops no other, and fails the round only at its end, so that it is seen and tried again."""
    done, first = 0, None
    for thing in things:
        try:
            done += bool(do(thing))
        except DATABASE_FAULTS:
            raise
        except Exception as error:  # noqa: BLE001 - one may fail in any way
            logs.jobs.error("one of a round failed", extra={"error": type(error).__name__} | logs.where(error))
            first = first or error
    if first:
        raise first
    return done

"""Who is kept apart from whom. Whoever keeps that answers; features that bring two people together ask."""

from collections.abc import Callable, Collection
from datetime import datetime

from django.db import connection

from core.registry import Registry
from features.accounts.models import User

apart: dict[str, Callable[[User], Collection[int]]] = Registry("who is kept apart")
# What ends when two are kept apart, in the same transaction: (one, other, by, now).
partings: dict[str, Callable[[User, User, User, datetime], None]] = Registry("what ends when two are kept apart")

# One lock a pair, taken before all others. It is shared by whatever begins between the two.
HELD = "pg_advisory_xact_lock_shared"
HELD_AT_ONCE = "pg_try_advisory_xact_lock_shared"
ALONE = "pg_advisory_xact_lock"


def hold_pair(one: int, other: int) -> None:
    """Until the transaction ends nobody begins to keep these two people apart. Whatever begins between them takes this
    first, and then asks whether they are."""
    _lock(HELD, one, other)


def may_hold_pair(one: int, other: int) -> bool:
    """The same for whoever holds other locks by now: without waiting, and not if they are being parted right now."""
    return bool(_lock(HELD_AT_ONCE, one, other))


def part_pair(one: int, other: int) -> None:
    """Wait for what begins between the two at this moment, so that it can be ended; nothing more begins meanwhile."""
    _lock(ALONE, one, other)


def _lock(how, one, other):
    low, high = sorted((one, other))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {how}(hashtextextended(%s, 0))", [f"apart:{low}:{high}"])
        return cursor.fetchone()[0]


def kept_apart_from(person: User) -> set[int]:
    """Ids of people who are not brought together with this one, whoever of the two, or of staff, decided it."""
    return {pk for of_person in apart.values() for pk in of_person(person)}

"""Who is kept apart from whom. Whoever keeps that answers; features that bring two people together ask."""

from collections.abc import Callable, Collection
from datetime import datetime

from core.registry import Registry
from features.accounts.models import User

apart: dict[str, Callable[[User], Collection[int]]] = Registry("who is kept apart")
# What ends when two are kept apart, in the same transaction: (one, other, by, now).
partings: dict[str, Callable[[User, User, User, datetime], None]] = Registry("what ends when two are kept apart")


def kept_apart_from(person: User) -> set[int]:
    """Ids of people who are not brought together with this one, whoever of the two, or of staff, decided it."""
    return {pk for of_person in apart.values() for pk in of_person(person)}

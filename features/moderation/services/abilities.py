"""Abilities that are earned by work others found good. What somebody has earned can be taken from them, one by one,
as everything else (`Sanction`)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from core.registry import Registry
from features.accounts import access
from features.accounts.access import Ability
from features.accounts.models import User


@dataclass(frozen=True, kw_only=True)
class Need:
    """`count` answers how far somebody is, in one query."""

    label: Any
    wanted: int
    count: Callable[[User], int]


@dataclass(frozen=True, kw_only=True)
class Earned:
    ability: Ability
    what: Any  # what it lets one do
    needs: tuple[Need, ...] = ()
    order: int = 0


@dataclass(frozen=True)
class Progress:
    ability: Ability
    what: Any
    needs: list[tuple[Any, int, int]]  # label, how far, wanted
    is_earned: bool
    bar: access.Bar | None


# ability -> how it is earned
earned: dict[str, Earned] = Registry("abilities that are earned")


def has_earned(person: User, ability: str) -> bool:
    return all(need.count(person) >= need.wanted for need in earned[ability].needs)


def may(person: User, ability: str, scope: str = "") -> bool:
    """Earned, and not taken away."""
    return access.bar(person, ability, scope) is None and has_earned(person, ability)


def progress(person: User) -> list[Progress]:
    """Where somebody stands with each of them: one query for each need."""
    found = []
    for one in sorted(earned.values(), key=lambda one: one.order):
        needs = [(need.label, min(need.count(person), need.wanted), need.wanted) for need in one.needs]
        is_earned = all(done >= wanted for _label, done, wanted in needs)
        found.append(Progress(one.ability, one.what, needs, is_earned, access.bar(person, one.ability)))
    return found

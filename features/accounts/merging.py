"""What becomes of two accounts of one person: each feature says it of each of its columns that point at somebody.

A column without a rule is no merge: `services.merging` refuses to work, and a test says so long before.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from django.db.models import Model, QuerySet

from core.registry import Registry
from features.accounts.models import User


class Rule(Enum):
    """What becomes of the rows of the account that is merged into the other one."""

    MOVE = "they are the other account's"
    KEEP = "so they are, but for those that both have: the row of the account that stays is the one that stays"
    ALONE = "so they are, and nothing is merged where both have one: dropping either would take something from somebody"
    DROP = "they go: made anew from the others, or a key that was given to this account alone"
    ERASE = "they go with the account, by the rules for everybody who leaves"
    STAY = "they stay where they are: they tell what was"
    REFUSE = "whoever has one is not merged into another"


@dataclass(frozen=True)
class Column:
    """`words` name its rows in the preview; those without stand there together. `clashes` picks, of the rows that would
    move, those that cannot stand beside the other account's; without it, constraints say which."""

    rule: Rule
    words: Any = ""
    clashes: Callable[[QuerySet, User], QuerySet] | None = None


@dataclass(frozen=True)
class Obstacle:
    """Why two accounts are not merged: `code` for programs, words with the next step for people."""

    code: str
    words: Any


@dataclass(frozen=True)
class Part:
    """What a feature knows. `columns` by "app.Model.field". What no column says: `obstacles` reads, `before` and
    `after` run beside the moves, all with the account that stays and the other one. `strangers` are pairs of columns
    by which two accounts may meet and are still no judges, customers or helpers of each other."""

    columns: Mapping[str, Column]
    strangers: frozenset[str] = frozenset()
    obstacles: Callable[[User, User], Iterable[Obstacle]] | None = None
    before: Callable[[User, User], None] | None = None
    after: Callable[[User, User], None] | None = None


parts: dict[str, Part] = Registry("accounts that are merged")


def columns(app: str, words: Mapping[str, Any] | None = None, **by_rule: str) -> dict[str, Column]:
    """The columns of one app by rule: `columns("forum", {"Thread.author": _("Threads")}, move="Thread.author")`."""
    said = words or {}
    found = {
        f"{app}.{name}": Column(Rule[rule.upper()], said.get(name, ""))
        for rule, names in by_rule.items()
        for name in names.split()
    }
    if unknown := {f"{app}.{name}" for name in said} - set(found):
        raise ValueError(f"words for columns without a rule: {unknown}")
    return found


@dataclass(frozen=True)
class Count:
    """Of one column: how many rows go over, and how many go."""

    name: str
    column: Column = field(repr=False)
    moved: int = 0
    dropped: int = 0


def all_columns() -> dict[str, Column]:
    return {name: column for part in parts.values() for name, column in part.columns.items()}


Place = tuple[type[Model], Any]  # a table and its column

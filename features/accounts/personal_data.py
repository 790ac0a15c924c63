"""Everything the site knows about a person: each feature registers how its part is exported and erased."""

from collections.abc import Callable
from dataclasses import dataclass, field

from django.db import transaction

from core.registry import Registry
from features.accounts.models import User


@dataclass
class Foretold:
    """What closing an account means, in numbers by their names: at once, and of what others read."""

    at_once: list[tuple[str, int]] = field(default_factory=list)
    words: list[tuple[str, int]] = field(default_factory=list)


@dataclass(frozen=True)
class PersonalData:
    """`export` answers rows that JSON can hold, by table; `erase` removes or blanks what must not stay.

    An account is erased two weeks after it was closed. What others count on cannot wait for that: `leave` gives it back
    when the account is closed. What a person said in public stays without a name, or goes by `withdraw`, as they say.
    """

    export: Callable[[User], dict]
    erase: Callable[[User], None]
    leave: Callable[[User], None] | None = None
    withdraw: Callable[[User], None] | None = None
    foretell: Callable[[User], Foretold] | None = None


personal_data = Registry("personal data")


def export_all(person: User) -> dict:
    return {name: data.export(person) for name, data in sorted(personal_data.items())}


def foretell_all(person: User) -> Foretold:
    found = Foretold()
    for _name, data in sorted(personal_data.items()):
        if data.foretell:
            part = data.foretell(person)
            found.at_once += [row for row in part.at_once if row[1]]
            found.words += [row for row in part.words if row[1]]
    return found


@transaction.atomic
def leave_all(person: User) -> None:
    for _name, data in sorted(personal_data.items()):
        if data.leave:
            data.leave(person)


@transaction.atomic
def erase_all(person: User, *, with_words: bool = True) -> None:
    """Every feature's part, and the account itself last, because the others find their rows through it. `with_words`
    takes along what others read."""
    leave_all(person)
    for name in sorted(personal_data, key=lambda name: (name == "accounts", name)):
        data = personal_data[name]
        if with_words and data.withdraw:
            data.withdraw(person)
        data.erase(person)

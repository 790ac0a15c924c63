"""Everything the site knows about a person: each feature registers how its part is exported and erased."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction

from core.registry import Registry
from features.accounts.models import User


@dataclass(frozen=True)
class PersonalData:
    """`export` answers rows that JSON can hold, by table; `erase` removes or blanks what must not stay."""

    export: Callable[[User], dict]
    erase: Callable[[User], None]


personal_data = Registry("personal data")


def export_all(person: User) -> dict:
    return {name: data.export(person) for name, data in sorted(personal_data.items())}


@transaction.atomic
def erase_all(person: User) -> None:
    """Every feature's part, and the account itself last, because the others find their rows through it."""
    for name in sorted(personal_data, key=lambda name: (name == "accounts", name)):
        personal_data[name].erase(person)

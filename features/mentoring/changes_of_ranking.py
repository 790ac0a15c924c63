"""Every change of what a score is made of, the newest first. The page about the ranking shows it; a change of
`matching.VERSION` without a line here fails a test."""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


@dataclass(frozen=True)
class Change:
    version: int
    on: date
    what: "str | StrPromise"


CHANGES = [
    Change(
        2,
        date(2026, 11, 26),
        _("How often mentors answer became how often they keep promises: meetings and sessions count, too."),
    ),
    Change(
        1,
        date(2026, 11, 25),
        _("The first one: nine parts that are multiplied, filters before them, a price for who is shown too often."),
    ),
]

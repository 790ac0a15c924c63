"""Dates as people remember them: 2021, 2021-03 or 2021-03-14. A year may stand for all of its days."""

import re
from calendar import monthrange
from datetime import date

from django.core.exceptions import ValidationError
from django.utils.dateformat import format as date_words
from django.utils.translation import gettext_lazy as _

SHAPE = r"^[12][0-9]{3}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$"


def first_day(value: str) -> date:
    year, month, day = ([int(part) for part in value.split("-")] + [1, 1])[:3]
    return date(year, month, day)


def last_day(value: str) -> date:
    """The end of what is meant: what expires in 2026 is good until 31 December."""
    parts = [int(part) for part in value.split("-")]
    if len(parts) == 3:
        return date(*parts)
    month = parts[1] if len(parts) == 2 else 12
    return date(parts[0], month, monthrange(parts[0], month)[1])


def ends_before(ended: str, started: str) -> bool:
    """Of two dates that are both there; what is no date is for `check` to refuse."""
    try:
        return last_day(ended) < first_day(started)
    except ValueError:
        return False


def check(value: str) -> None:
    """A validator: 2021-02-30 has the shape and is no day."""
    try:
        if not re.fullmatch(SHAPE, value):
            raise ValueError
        first_day(value)
    except ValueError:
        raise ValidationError(_("Write a year (2021), a month (2021-03) or a day (2021-03-14)."), code="date") from None


def words(value: str) -> str:
    """2021, Mar 2021 or 14 Mar 2021."""
    return date_words(first_day(value), {4: "Y", 7: "M Y", 10: "j M Y"}[len(value)]) if value else ""

"""Keyset paging: the next page starts after the last row seen, so that page 1,000 costs what page 1 costs."""

import json
from dataclasses import dataclass

from django.core import signing
from django.db.models import Q

SALT = "core.pagination"


@dataclass
class Page:
    items: list
    next_url: str = ""
    is_first: bool = True
    parameter: str = "after"

    @property
    def at_first(self) -> dict:
        """For `{% querystring %}`: the way back to the first page, of this list alone."""
        return {self.parameter: None}


def keyset(queryset, request, *, order: tuple[str, ...], size: int = 20, parameter: str = "after", rows=None) -> Page:
    """One page of `queryset` in `order` (field names, "-" descends; the last must be unique and none may be NULL).
    `rows` is the queryset in which its rows are read once it is known which these are: where thousands fit, what is
    joined to a row is then joined to the few that are shown.

    The cursor is a signed list of the last row's values: a forged or stale one, or one of another order, is answered as
    the first page.
    """
    queryset = queryset.order_by(*order)
    values = position(request, order, parameter)
    if values:
        queryset = queryset.filter(after(order, values))
    found = queryset[: size + 1]
    if rows is not None:
        found = rows.filter(pk__in=queryset.values("pk")[: size + 1]).order_by(*order)
    return page_of(list(found), request, order, size, parameter, is_first=not values)


def page_of(rows, request, order, size: int = 20, parameter: str = "after", *, is_first: bool) -> Page:
    """A page of rows that were read in another way: one more than fit, if there are more."""
    next_url = ""
    if len(rows) > size:
        rows = rows[:size]
        query = request.GET.copy()
        query[parameter] = _write(rows[-1], order)
        next_url = f"{request.path}?{query.urlencode()}"
    return Page(rows, next_url, is_first, parameter)


def position(request, order, parameter: str = "after") -> list | None:
    """The values of the last row seen, as a cursor names them."""
    return _read(request.GET.get(parameter, ""), order)


def after(order, values):
    """(a, b) > (x, y), spelled out so that each field may have its own direction. It follows that a is not below x, but
    only where that is said does an index begin there."""
    condition, equal = Q(), Q()
    for field, value in zip(order, values, strict=True):
        condition |= equal & _beyond(field, value)
        equal &= Q(**{field.lstrip("-"): value})
    return condition if len(order) == 1 else _beyond(order[0], values[0], "e") & condition


def _beyond(field: str, value, or_equal: str = "") -> Q:
    return Q(**{f"{field.lstrip('-')}__{'lt' if field.startswith('-') else 'gt'}{or_equal}": value})


def _write(row, order):
    values = []
    for field in order:
        value = row
        for part in field.lstrip("-").split("__"):
            value = getattr(value, part)
        values.append(value if isinstance(value, int | float | str) else value.isoformat())
    return _signer(order).sign_object(values)


def _signer(order):
    """Without a time in it: a list that has not changed says the same at every moment, and need not be sent again."""
    return signing.Signer(salt=f"{SALT} {','.join(order)}")


def _read(text, order):
    if not text:
        return None
    try:
        values = _signer(order).unsign_object(text)
    except (signing.BadSignature, json.JSONDecodeError):
        return None
    return values if isinstance(values, list) and len(values) == len(order) else None

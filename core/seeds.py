"""Made-up worlds: the demo, and one of any size. Features register how they fill them, with an order, so that lower
features come first."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from random import Random
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.db.backends.signals import connection_created
from django.db.models import JSONField
from psycopg.types.json import Jsonb

from core.registry import Registry

seeds = Registry("seeds")
around = Registry("around each seed")  # context managers
scales = Registry("seeds of any size")


def in_order(registry=None):
    """(name, function) of every registered seed. One of the demo takes the time `now` that the world is built around,
    one of any size a Scale."""
    steps = (registry if registry is not None else seeds).items()
    return [(name, function) for name, (_, function) in sorted(steps, key=lambda item: (item[1][0], item[0]))]


@contextmanager
def in_one_piece() -> Iterator[None]:
    """A seed comes true as a whole or not at all: whatever fails in its transaction ends all of it. So no verb inside
    makes a place to go back to, and drops it again, which was a third of all statements of the demo."""
    before = connection.features.uses_savepoints
    connection.features.uses_savepoints = False
    try:
        yield
    finally:
        connection.features.uses_savepoints = before


@contextmanager
def planned_once() -> Iterator[None]:
    """A demo is ten thousand statements of a few hundred kinds: the server reads and plans each kind once, on a
    connection of its own, which takes a twelfth of the time away. Inside a transaction all stays as it is."""
    if connection.in_atomic_block:
        yield
        return
    options = connection.settings_dict["OPTIONS"]
    before = dict(options)
    connection_created.connect(_keep_all_plans, dispatch_uid="seeds")
    try:
        _open_anew(options | {"server_side_binding": True, "prepare_threshold": 1})
        yield
    finally:
        connection_created.disconnect(dispatch_uid="seeds")
        _open_anew(before)


def _keep_all_plans(connection, **kwargs):
    connection.connection.prepared_max = 2000  # a hundred, unless somebody says otherwise


def _open_anew(options):
    connection.close()
    connection.close_pool()
    connection.settings_dict["OPTIONS"] = options


class Scale:
    """A world of `members`, the same every time around the same `now`. Rows go in by COPY; what a feature has made it
    leaves in `made` for the features above it."""

    def __init__(self, members: int, now: datetime):
        self.members, self.now = members, now
        self.chance = Random(members)  # noqa: S311 - the same world every time
        self.made: dict[str, Any] = {}

    def ids(self, model: type[models.Model], count: int) -> range:
        """So many numbers of a table, which nobody else gets any more."""
        with connection.cursor() as cursor:
            table = model._meta.db_table
            cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id'))", [table])
            first = cursor.fetchone()[0]
            cursor.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", [table, first + max(count, 1) - 1])
        return range(first, first + count)

    def copy(self, model: type[models.Model], rows: Iterable[Mapping[str, Any]]) -> int:
        """Rows by column, all with the same ones. Other columns get the model's defaults, also those of columns that
        will be added later."""
        rows = iter(rows)
        first = next(rows, None)
        if first is None:
            return 0
        fields = [
            field
            for field in model._meta.concrete_fields
            if not field.generated and (field.attname in first or not field.primary_key)
        ]
        values = [_value(field, first) for field in fields]
        columns = ", ".join(f'"{field.column}"' for field in fields)
        count = 0
        with (
            connection.cursor() as cursor,
            cursor.copy(f'COPY "{model._meta.db_table}" ({columns}) FROM STDIN') as copy,
        ):
            for row in _all(first, rows):
                copy.write_row([value(row) for value in values])
                count += 1
        return count

    def zipf(self, things: list) -> Callable[[], Any]:
        """Picks one of them: the first half as often as its place says, as words and wishes are spread."""
        weights, total = [], 0.0
        for place in range(1, len(things) + 1):
            total += 1 / place
            weights.append(total)
        return lambda: self.chance.choices(things, cum_weights=weights)[0]


def _all(first, rest) -> Iterator[Mapping[str, Any]]:
    yield first
    yield from rest


def _value(field: models.Field, row: Mapping[str, Any]) -> Callable[[Mapping[str, Any]], Any]:
    name = field.attname
    if name in row:
        return (lambda row: Jsonb(row[name])) if isinstance(field, JSONField) else lambda row: row[name]
    if field.has_default() and callable(field.default) and not isinstance(field, ArrayField | JSONField):
        return lambda row: field.get_default()  # such as a random name, of which each row has its own
    default = Jsonb(field.get_default()) if isinstance(field, JSONField) else field.get_default()
    return lambda row: default

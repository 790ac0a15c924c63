"""One transaction for one verb, tried again when the database asks for it; queries that are made and planned once."""

import functools
import random
import time
from inspect import signature
from typing import Any

from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.backends.postgresql.base import ServerBindingCursor
from django.db.models import Expression

SERIALIZATION_FAILURE, DEADLOCK = "40001", "40P01"


class StartOver(Exception):
    """What stopped this transaction is a row that its snapshot does not show: only a new transaction can read it."""


def atomic_retry(verb, attempts: int = 12):
    """Run `verb` in one transaction. At REPEATABLE READ and above Postgres may refuse a commit that raced another;
    such a refusal, and a deadlock, mean "start over". Inside an outer transaction there is nothing to start over."""

    @functools.wraps(verb)
    def wrapped(*args, **kwargs):
        if connection.in_atomic_block:
            with transaction.atomic():
                return verb(*args, **kwargs)
        for attempt in range(attempts):
            try:
                with transaction.atomic():
                    return verb(*args, **kwargs)
            except (OperationalError, StartOver) as error:
                state = getattr(error.__cause__, "sqlstate", None)
                may_retry = isinstance(error, StartOver) or state in (SERIALIZATION_FAILURE, DEADLOCK)
                if not may_retry or attempt == attempts - 1:
                    raise
                time.sleep(random.uniform(0, 0.02 * 2 ** min(attempt, 7)))  # noqa: S311 - spreads retries, guards nothing
        raise AssertionError("unreachable")

    return wrapped


def broken_constraint(error: IntegrityError) -> str:
    """The name of the constraint that refused a row, or nothing."""
    return getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or ""


class Argument(Expression):
    """The place in a `Prepared` query that an argument of each call takes."""

    def __init__(self, position: int):
        super().__init__()
        self.position = position

    def as_sql(self, compiler, connection):
        return "%s", [self]


def first_row(sql: str, params) -> Any:
    """The first row, or None, of a statement that every request runs: the server keeps its plan, where connections are
    our own (see OPTIONS in the settings). Making the plan takes it six times as long as following it."""
    connection.ensure_connection()
    with (
        connection.wrap_database_errors,
        connection._prepare_cursor(ServerBindingCursor(connection.connection)) as cursor,  # type: ignore[attr-defined,call-arg]
    ):
        cursor.execute(sql, params)
        return cursor.fetchone()


class Prepared:
    """The first row of a query whose SQL is made once. The ORM makes it anew for each request, which for the rows that
    every request reads costs more than all the rest of the reading. `build` answers a queryset of rows, which may be
    annotated, and gets an `Argument` for each value that differs from call to call."""

    def __init__(self, build):
        self.build = build
        self.made = None
        self.more: list[str] = []  # what the rows are annotated with

    def _make(self):
        queryset = self.build(*map(Argument, range(len(signature(self.build).parameters))))
        compiler = queryset.query.get_compiler(connection=connection)
        sql, params = compiler.as_sql()
        columns = [column for column, _sql, _alias in compiler.select]
        self.more = list(queryset.query.annotation_select)
        self.made = queryset.model, sql, params, compiler.get_converters(columns), compiler
        return self.made

    def first(self, *arguments):
        model, sql, params, converters, compiler = self.made or self._make()
        row = first_row(sql, [arguments[p.position] if isinstance(p, Argument) else p for p in params])
        if row is None:
            return None
        if converters:
            row = next(iter(compiler.apply_converters([row], converters)))
        names = self.names(model)
        found = model.from_db(connection.alias, names, row[: len(names)])
        for name, value in zip(self.more, row[len(names) :], strict=True):
            setattr(found, name, value)
        return found

    @staticmethod
    def names(model):
        return [field.attname for field in model._meta.concrete_fields]

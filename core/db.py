"""One transaction for one verb, tried again when the database asks for it; queries that are made and planned once."""

import contextlib
import functools
import random
import re
import time
from contextvars import ContextVar
from enum import Enum
from inspect import signature
from operator import itemgetter
from typing import Any
from weakref import ref

import psycopg
from django.db import (
    DEFAULT_DB_ALIAS,
    IntegrityError,
    InterfaceError,
    OperationalError,
    connection,
    connections,
    transaction,
)
from django.db.backends.postgresql.base import ServerBindingCursor
from django.db.models import Expression
from django.db.models.base import Model, ModelState
from psycopg._queries import PostgresQuery
from psycopg.pq import ExecStatus, TransactionStatus
from psycopg.sql import Literal

SERIALIZATION_FAILURE, DEADLOCK, READ_ONLY = "40001", "40P01", "25006"


# With any other row, and for any other job, it would be no different: the database is away, or in a hurry.
DATABASE_FAULTS = (OperationalError, InterfaceError)


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


def refuse_open_transaction(asked: str) -> None:
    """For whoever is about to ask somebody outside, who may take their time. A test's own does not count."""
    if connection.in_atomic_block and not connection.atomic_blocks[-1]._from_testcase:  # type: ignore[attr-defined]
        raise RuntimeError(
            f"{asked} is asked while a transaction is open: every row it holds would wait for the answer"
        )


def is_away(error: BaseException | None) -> bool:
    """Whether something failed because the database cannot be reached for now, as while it starts anew."""
    if not isinstance(error, DATABASE_FAULTS):
        return False
    state = getattr(error.__cause__, "sqlstate", None)
    return state is None or state.startswith(("08", "57P"))  # connections; shut down, crashed, not yet started


_reading: ContextVar[bool] = ContextVar("reading", default=False)


@contextlib.contextmanager
def reading_only():
    """Nothing that happens inside is written: Postgres refuses it."""
    token = _reading.set(True)
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION READ ONLY")
            yield
            transaction.set_rollback(True)  # also of what failed inside, and was answered
    finally:
        _reading.reset(token)


def is_reading_only() -> bool:
    return _reading.get()


def is_refused_write(error: BaseException) -> bool:
    """Whether something was to be written where nothing is."""
    return getattr(error.__cause__, "sqlstate", None) == READ_ONLY


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
    """The first row, or None, of a statement that every request runs: see `all_rows`."""
    rows = all_rows(sql, params)
    return rows[0] if rows else None


def all_rows(sql: str, params) -> list[tuple]:
    """The rows of a statement that every request runs: the server keeps its plan, where connections are our own (see
    OPTIONS in the settings), and we what reads its columns. Making the plan takes the server six times as long as
    following it; a cursor finds out anew how each column is read, which takes longer than reading a row."""
    database: Any = connections[DEFAULT_DB_ALIAS]  # which `connection` looks for at every mention
    database.ensure_connection()
    raw = database.connection
    known = vars(raw).setdefault("known_statements", {})
    if (statement := known.get(sql)) and not (database.queries_logged or database.execute_wrappers):
        rows = statement.rows(database, params)
        if rows is not None:
            return rows
    with (
        database.wrap_database_errors,
        database._prepare_cursor(ServerBindingCursor(raw)) as cursor,  # type: ignore[call-arg]
    ):
        cursor.execute(sql, params)
        known[sql] = Statement(raw, sql, params)
        return cursor.fetchall()


class Statement:
    """What a connection keeps of a statement that it has run: its words as the server has them, and what writes its
    arguments and reads its rows."""

    def __init__(self, raw, sql: str, params):
        self.adapt = psycopg.adapt.Transformer(raw)
        self.query = PostgresQuery(self.adapt)
        self.query.convert(sql, params)
        self.has_loaders = False

    def rows(self, database, params) -> list[tuple] | None:
        """None where it has to be run by a cursor, which prepares it, or begins a transaction first."""
        query, raw = self.query, database.connection
        query.dump(params)
        # What psycopg has prepared, and forgets with what it has the server forget: after a rollback, for one.
        name = raw._prepared._names.get((query.query, query.types))
        if name is None or not (raw.autocommit or raw.pgconn.transaction_status == TransactionStatus.INTRANS):
            return None
        database.validate_no_broken_transaction()
        with database.wrap_database_errors:
            result = raw.pgconn.exec_prepared(name, query.params, query.formats)
            if result.status != ExecStatus.TUPLES_OK:
                error = psycopg.errors.error_from_result(result)
                # What has no state was not said by the server: it is gone, even if libpq has not noticed yet.
                raise error if error.sqlstate else psycopg.OperationalError(str(error))
        self.adapt.set_pgresult(result, set_loaders=not self.has_loaders)
        self.has_loaders = True
        return self.adapt.load_rows(0, result.ntuples, tuple)


class Prepared:
    """A query whose SQL is made once. The ORM makes it anew for each request, which for rows that many requests read
    costs more than all the rest of the reading. `build` answers a queryset of rows, which may be annotated and come
    with others (`select_related`, `defer`), or of values, and gets an `Argument` for each value that differs from call
    to call. All other values stand in the SQL itself: the one plan that is kept may use indexes made for them."""

    def __init__(self, build):
        self.build = build
        self.made: Any = None

    def _make(self):
        queryset = self.build(*map(Argument, range(len(signature(self.build).parameters))))
        compiler = queryset.query.get_compiler(connection=connection)
        sql, params = compiler.as_sql()
        sql, positions = _with_its_values(sql, params)
        converters = compiler.get_converters([column for column, _sql, _alias in compiler.select])
        about = compiler.klass_info
        reader = about and _Reader(about, compiler.select, compiler.annotation_col_map, queryset._fetch_mode)
        self.made = sql, positions, converters, compiler, reader
        return self.made

    def first(self, *arguments):
        """The first row, or None."""
        sql, positions = (self.made or self._make())[:2]
        row = first_row(sql, [arguments[position] for position in positions])
        return None if row is None else self._rows([row])[0]

    def all(self, *arguments) -> list:
        sql, positions = (self.made or self._make())[:2]
        return self._rows(all_rows(sql, [arguments[position] for position in positions]))

    def _rows(self, rows):
        _sql, _positions, converters, compiler, reader = self.made
        if converters:
            rows = list(compiler.apply_converters(rows, converters))
        return rows if reader is None else reader.read(rows)


def _with_its_values(sql: str, params) -> tuple[str, list[int]]:
    """The statement with all values that are fixed written into it, and which argument goes where."""
    left, positions = iter(params), []

    def written(match):
        if match[0] == "%%":
            return "%%"
        value = next(left)
        if isinstance(value, Argument):
            positions.append(value.position)
            return "%s"
        value = value.value if isinstance(value, Enum) else value
        return Literal(value).as_string(connection.connection).replace("%", "%%")

    connection.ensure_connection()
    return re.sub("%[%s]", written, sql), positions


class _Reader:
    """Rows into objects as the ORM reads them, for a fraction of the time: what it finds out anew for each object, as
    which fields were left out and who wants to hear of it, is the same for all rows of a query. What a query is of says
    as `row` what it was read from, with all that came along."""

    def __init__(self, about, select, annotated, fetch_mode, is_whole=True):
        self.model, self.fetch_mode, self.is_whole = about["model"], fetch_mode, is_whole
        bases = [kind for kind in self.model.__mro__ if issubclass(kind, Model) and kind is not Model]
        if any(vars(kind).keys() & {"__init__", "from_db"} for kind in bases):
            raise TypeError(f"{self.model.__name__} is made in a way of its own, which is not followed here.")
        columns = {select[place][0].target.attname: place for place in about["select_fields"]} | annotated
        self.key = columns[self.model._meta.pk.attname]
        self.names, self.values = tuple(columns), _taken(list(columns.values()))
        self.related = [
            (_Reader(other, select, {}, fetch_mode, is_whole=False), other["local_setter"], other["remote_setter"])
            for other in about.get("related_klass_infos", [])
        ]

    def read(self, rows) -> list:
        """An object a row, None where an outer join found nothing."""
        found: list = []
        peers: list = []  # what is read later of one of them is read of all that came with it
        make, model, key, names, values = object.__new__, self.model, self.key, self.names, self.values
        known = {"adding": False, "db": DEFAULT_DB_ALIAS, "fetch_mode": self.fetch_mode}
        if self.fetch_mode.track_peers:
            known["peers"] = peers
        for row in rows:
            one = None
            if row[key] is not None:
                one = make(model)
                state = ModelState()
                state.__dict__.update(known)
                one.__dict__.update(zip(names, values(row), strict=True), _state=state)
                if self.is_whole:
                    one.__dict__["row"] = tuple(row)
                if self.fetch_mode.track_peers:
                    peers.append(ref(one))
            found.append(one)
        for reader, local, remote in self.related:
            for one, other in zip(found, reader.read(rows), strict=True):
                if one is not None:
                    local(one, other)
                if one is not None and other is not None:
                    remote(other, one)
        return found


def _taken(places: list[int]):
    """What takes these values of a row, one or several, as a sequence."""
    start, end = places[0], places[-1] + 1
    if places == list(range(start, end)):
        return itemgetter(slice(start, end))
    return itemgetter(*places)

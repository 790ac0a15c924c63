"""Z3: what one person sends with another's ids does nothing to them. Z6: nor do fields that a form does not have."""

import json
import re
from functools import cache

import pytest
import time_machine
from django.apps import apps
from django.db import connection, models
from django.utils import timezone

from core.api import api
from tests.permissions.table import COLUMNS, is_success, outcome, rows
from tests.permissions.traces import RESTLESS, compared, undone, writes, written_since

ROWS = [row for row in rows() if not row.is_secret]
ACTS = [(row, method) for row in ROWS for method in ("POST", "DELETE") if method in row.cells]
# Acts upon one thing of one person: the others are told that it is not there.
ON_A_THING = [(row, method) for row, method in ACTS if row.arguments and is_success(row.cells[method]["owner"])]
AT_THE_TILL = {"order_checkout", "order_coupon", "order_credit", "order_look", "order_right"}
UPON_OWN = [
    (row, method)
    for row, method in ON_A_THING
    # Nobody waits for a draft, and Stripe is not there to be asked.
    if row.cells[method]["member"] == "404" and row.name not in {"waitlist@draft", *AT_THE_TILL}
]
# Acts that anybody does for themselves, and could try to do to somebody else by naming them.
FOR_ONESELF = [(row, method) for row, method in ACTS if is_success(row.cells[method]["member"])]


def name_of(value):
    return str(value)


def ids_of_others(world) -> dict:
    """Every id that the owner's forms, addresses and pages hold, under every name that a form could read it by."""
    return {
        "id": world.session.pk, "pk": world.session.pk, "session": world.session.pk, "session_id": world.session.pk,
        "person": world.guest.pk, "person_id": world.guest.pk, "user": world.guest.pk, "user_id": world.guest.pk,
        "host": world.host.pk, "host_id": world.host.pk, "owner": world.guest.pk, "by": world.guest.pk,
        "registration": world.seat.public_id, "registration_id": world.seat.pk, "public_id": world.seat.public_id,
        "join_token": world.seat.join_token, "entry": world.entry.pk, "entry_id": world.entry.pk,
        "weekly_hours": world.hours.pk, "authenticator": world.passkey.pk, "usersession": world.phone.pk,
        "session_key": world.phone.session_key,
    }  # fmt: skip


@pytest.mark.parametrize(("row", "method"), UPON_OWN, ids=name_of)
def test_the_owners_act_replayed_by_somebody_else_changes_nothing(world, row, method):
    with compared() as changed:
        assert is_success(outcome(row.ask(world, "owner", method)))
    assert changed, "the owner's own act does nothing, so this would prove nothing"
    for persona in COLUMNS:
        if not is_success(row.cells[method][persona]):
            with compared() as changed:
                row.ask(world, persona, method)
                row.ask(world, persona, method, extra=None if row.is_json else ids_of_others(world))
            assert not changed, persona


@pytest.mark.parametrize(("row", "method"), FOR_ONESELF, ids=name_of)
def test_naming_somebody_else_touches_nothing_of_theirs(world, row, method):
    ids = ids_of_others(world)
    for name in row.bodies[method](world) if method in row.bodies else ():
        ids.pop(name, None)
    owners = {world.guest.pk, world.host.pk}
    already = writes()
    with undone():
        row.ask(world, "member", method, extra=ids)
        written = written_since(already)
        after = contents(written)
    for table, old, new in touched(contents(written), after):
        if any(old[column] in owners for column in PEOPLE.get(table, ())):
            # That a seat is taken is counted in the host's row; nothing else may move there.
            differing = {name for name in old if new is None or old[name] != new[name]}
            assert (table, differing) == ("skill_sessions_skillsession", {"seats_taken"}), (table, old)


def _columns_of_people() -> dict[str, set[str]]:
    """By table, the columns that say whose a row is."""
    found: dict[str, set[str]] = {}
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if field.related_model is apps.get_model("accounts.User"):
                found.setdefault(model._meta.db_table, set()).add(field.column)
    found["accounts_user"] = {"id"}
    return found


PEOPLE = _columns_of_people()


def contents(tables=None) -> dict[str, dict]:
    """All rows of the tables, or of all tables, by their key."""
    keys = {table: key for table, key in _keys().items() if tables is None or table in tables}
    if not keys:
        return {}
    with connection.cursor() as cursor:
        # One query for all of them: asking table by table took most of the time here.
        cursor.execute(
            " UNION ALL ".join(
                f"SELECT '{table}', coalesce(jsonb_object_agg({key}::text, to_jsonb(r)), '{{}}')::text"
                f" FROM {connection.ops.quote_name(table)} r"
                for table, key in keys.items()
            )
        )
        return {table: json.loads(rows) for table, rows in cursor.fetchall()}


@cache
def _keys() -> dict[str, str]:
    with connection.cursor() as cursor:
        return {
            table: connection.introspection.get_primary_key_column(cursor, table)
            for table in connection.introspection.table_names(cursor)
            if table not in RESTLESS
        }


def touched(before, after):
    """(table, old row, new row or None) of each row that is no longer as it was."""
    for table, old_rows in before.items():
        for key, old in old_rows.items():
            new = after[table].get(key)
            if old != new:
                yield table, old, new


# --- Z6 -------------------------------------------------------------------------------------------------------------
WORD, NUMBER, MOMENT = "z6-canary", 987654321, "2001-02-03T04:05:06Z"
CANARIES = (WORD, str(NUMBER), MOMENT[:10])
# What is being typed is kept as it comes, and is only ever put into a form.
KEEPS_ALL = {"kept_form", "kept_form@new", "unfinished"}
INPUT = re.compile(r'<(?:input|select|textarea|button)[^>]*\sname="([^"]+)"')


@cache
def tempting(world) -> dict:
    """A value for every column of every table: what a form or the API would have to ignore."""
    values = {"is_staff": True, "owner": world.people["member"].pk, "roles": "organiser", "is_premium": True}
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            for name in {field.name, field.attname}:
                values[name] = _value_for(field, world)
    return values


def _value_for(field, world):
    if field.related_model is apps.get_model("accounts.User"):
        return world.people["member"].pk
    if isinstance(field, models.BooleanField):
        return True
    if isinstance(field, models.DateTimeField):
        return MOMENT
    if isinstance(field, models.EmailField):
        return f"{WORD}@example.org"
    if isinstance(field, models.IntegerField | models.ForeignKey | models.FloatField):
        return NUMBER
    return WORD


def actors(row, method):
    """Of the kinds of people that may do it, those whose doing it differs."""
    return [who for who in ("owner", "member", "organiser", "stranger") if is_success(row.cells[method][who])]


WRITES = [
    (row, method, persona) for row, method in ACTS if row.name not in KEEPS_ALL for persona in actors(row, method)
]


@pytest.mark.parametrize(("row", "method", "persona"), WRITES, ids=name_of)
def test_fields_that_the_form_does_not_have_change_nothing(world, row, method, persona):
    page = row.look(world, persona).answer.text if "GET" in row.cells else ""
    asked_for = {"next", "act", *INPUT.findall(page)}
    asked_for |= set(row.bodies[method](world)) if method in row.bodies else set()
    asked_for |= fields_of(row.path(world), method) if row.is_json else set()
    extra = {name: value for name, value in tempting(world).items() if name not in asked_for}
    assert len(extra) > 100
    # Signed addresses hold the second they were made in.
    with time_machine.travel(timezone.now(), tick=False):
        tempted_outcome, tempted = after(row, world, persona, method, extra)
        plain_outcome, plain = after(row, world, persona, method, tables=tempted)
        again = plain if tempted == plain else after(row, world, persona, method, tables=tempted)[1]
    assert tempted_outcome == plain_outcome
    for table, columns in tempted.items():
        for column, values in columns.items():
            assert not any(canary in value for canary in (WORD, str(NUMBER), MOMENT[:10]) for value in values), (
                table,
                column,
            )
            # Tokens, moments and numbers of rows differ each time; what is the same twice stays the same.
            if plain[table][column] == again[table][column]:
                assert values == plain[table][column], (table, column)


def fields_of(path, method) -> set[str]:
    """What the API's document says that an operation reads."""
    document = described()
    for template, operations in document["paths"].items():
        if re.fullmatch(re.sub(r"{\w+}", "[^/]+", template), path):
            body = operations[method.lower()].get("requestBody", {"content": {"application/json": {"schema": {}}}})
            name = body["content"]["application/json"]["schema"].get("$ref", "").rpartition("/")[2]
            return set(document["components"]["schemas"][name]["properties"]) if name else set()
    return set()  # the document itself, and the root


@cache
def described():
    return api.get_openapi_schema()


def after(row, world, persona, method, extra=None, tables=None):
    """What an act leads to: its outcome, and the values of each column of `tables`, or of those that it wrote to."""
    already = writes()
    with undone():
        got = outcome(row.ask(world, persona, method, extra=extra))
        found = {}
        for table, records in contents(written_since(already) if tables is None else tables).items():
            names = {name for record in records.values() for name in record}
            found[table] = {name: sorted(json.dumps(record[name]) for record in records.values()) for name in names}
        return got, found

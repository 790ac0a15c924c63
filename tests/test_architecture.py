"""Which way things depend on each other, and what stands nowhere in the product's code. See docs/architecture.md."""

import ast
import re
import tomllib
from functools import cache
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from features.accounts.merging import Rule, all_columns, parts
from features.accounts.personal_data import export_all
from features.accounts.services.merging import how_many, meetings, move_everything, without_rule
from tests.factories import make_user
from tests.permissions.world import made

ROOT = Path(settings.BASE_DIR)
FEATURES = {path.parent.name for path in (ROOT / "features").glob("*/apps.py")}
PYTHON = sorted(path for part in ("core", "features") for path in (ROOT / part).rglob("*.py"))

PUBLIC = {"models", "services", "signals", "access", "templatetags"}
# Public besides, each because several features need it: choices and cleaning of time zones, the registries of personal
# data, of merged accounts and of reports on health, calendar files, wall time, the registries of kinds of notice and of
# findable kinds, the skill picker, dates as people remember them, a session, a work or a thread as a row of a list.
ALSO_PUBLIC = {
    "accounts.zones", "accounts.personal_data", "accounts.merging", "accounts.bulk_exports", "accounts.health",
    "calendar.ical", "calendar.zones", "notifications.kinds", "discovery.kinds", "skills.fields", "skills.dates",
    "sessions.cards", "library.cards", "forum.lists",
}  # fmt: skip


def place(path: Path) -> str:
    return str(path.relative_to(ROOT))


@cache
def imports(path: Path) -> set[str]:
    """The full names of what a file imports, wherever in it that stands; what is relative begins with a dot."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{'.' * node.level}{node.module or ''}.{alias.name}" for alias in node.names}
    return found


def of_others() -> dict[tuple[str, str], str]:
    """(file, what it imports of another feature): feature.module."""
    found = {}
    for path in PYTHON:
        for name in imports(path):
            parts = name.split(".")
            if parts[0] == "features" and len(parts) > 2 and not place(path).startswith(f"features/{parts[1]}/"):
                found[place(path), name] = ".".join(parts[1:3])
    return found


class TestImports:
    def test_each_feature_is_in_the_contract(self):
        assert {name for row in rows() for name in row} == FEATURES

    def test_nothing_is_imported_relatively(self):
        assert not [place(path) for path in PYTHON if any(name.startswith(".") for name in imports(path))]

    def test_of_another_feature_only_its_public_modules(self):
        private = {
            use
            for use, module in of_others().items()
            if module.split(".")[1] not in PUBLIC
            and module not in ALSO_PUBLIC
            and not use[0].startswith(("core/urls.py", "core/api.py"))
        }
        assert not private

    def test_and_of_its_services_only_what_the_package_offers(self):
        assert not {use for use in of_others() if _is_part_of_services(use[1])}

    def test_every_further_public_module_is_in_use(self):
        assert set(of_others().values()) >= ALSO_PUBLIC

    def test_one_file_talks_to_stripe(self):
        talking = {place(path) for path in PYTHON if any(name.split(".")[0] == "stripe" for name in imports(path))}
        assert talking <= {"features/payments/stripe_client.py"}


def _is_part_of_services(name: str) -> bool:
    """features.sessions.services.attendance.room_is_open reaches past features.sessions.services."""
    package, _, rest = name.partition(".services.")
    return "." in rest and (ROOT / package.replace(".", "/") / "services" / f"{rest.split('.')[0]}.py").exists()


# --- Tables ---------------------------------------------------------------------------------------------------------
def rows() -> list[set[str]]:
    """The layers of the contract, the lowest first."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    return [{name.strip().removeprefix("features.") for name in layer.split("|")} for layer in reversed(layers)]


def feature_of(model) -> str:
    """The feature that a table belongs to; nothing for the core, which is below all, and for packages."""
    parts = model.__module__.split(".")
    return parts[1] if parts[0] == "features" else ""


def height(feature: str) -> int:
    return next((n for n, row in enumerate(rows(), start=1) if feature in row), 0)


def relations():
    """(model, field, model it points to) of every foreign key, by name or by string."""
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.get_fields():
            if field.concrete and field.is_relation and field.related_model:
                yield model, field, field.related_model


class TestTables:
    def test_foreign_keys_point_down(self):
        up = {
            f"{model.__name__}.{field.name} -> {target.__name__}"
            for model, field, target in relations()
            if (feature_of(model) or model.__module__.startswith("core."))
            and feature_of(target) != feature_of(model)
            and height(feature_of(target)) >= height(feature_of(model))
            and feature_of(target)
        }
        assert not up

    def test_there_are_foreign_keys_to_look_at(self):
        assert ("SkillSession", "host", "User") in {(m.__name__, f.name, t.__name__) for m, f, t in relations()}


# --- What we know about people --------------------------------------------------------------------------------------
# With a path to a person and yet in nobody's export, because:
NOT_EXPORTED = {
    "accounts_user": "is the person that the export is asked for, and needs no reading",
    "accounts_user_groups": "never filled: what a person may do is a role",
    "accounts_user_user_permissions": "never filled: what a person may do is a role",
    "account_emailconfirmation": "never filled: addresses are proved by codes",
    "django_admin_log": "what is done there stands in the audit log too, and that is exported",
    "library_work_skills": "what an article or a course is about, which its public page says",
    "assessments_calibrationrun": "what a job reckoned from everybody's answers together",
    "assessments_itemparameter": "how hard a question is, from everybody's answers together",
    "assessments_itemflag": "what is the matter with a question",
    "skill_sessions_sessionskill": "what a session is about, which its public page says",
}


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    with made(django_db_blocker) as world:
        yield world


def tables_about_people() -> set[str]:
    """Tables with a foreign key to a person, or to a row of such a table."""
    about = {apps.get_model("accounts.User")}
    while True:
        more = {model for model, _, target in relations() if target in about} - about
        if not more:
            return {model._meta.db_table for model in about}
        about |= more


@pytest.mark.django_db
def test_what_is_known_of_a_person_is_in_their_export(world):
    with CaptureQueriesContext(connection) as queries:
        export_all(world.guest)
    read = {table for query in queries for table in re.findall(r'(?:FROM|JOIN) "([a-z_]+)"', query["sql"])}
    assert tables_about_people() - read == set(NOT_EXPORTED)


# --- Two accounts that become one ------------------------------------------------------------------------------------
# Where a person's number stands in a text, and what becomes of it:
NUMBERS_IN_TEXT = {
    "accounts_auditentry.target": "the log tells what was",
    "accounts_auditentry.fields": "the log tells what was",
    "core_cacheentry.key": "is over within minutes",
    "core_outbox.key": "what is to be done once is done, and finds nobody",
    "core_ratecounter.key": "counts for a day at most",
    "discovery_document.ref": "made anew when people come or go",
    "notifications_follow.key": "moved (notifications.merging)",
    "notifications_notification.key": "says that this very account was told",
    "skills_skillevidence.source": "moved (skills.merging)",
    "moderation_case.ref": "moved (moderation.merging)",
}


def test_every_column_that_points_at_a_person_says_what_becomes_of_it_in_a_merge():
    """`columns(…)` of the feature's merging.py. Whoever adds a column decides: its rows move, are kept once, or go."""
    assert not without_rule()
    assert not {pair for part in parts.values() for pair in part.strangers} - {pair for pair, _, _ in meetings()}


@pytest.mark.django_db
def test_in_a_merge_no_row_is_lost(world):
    """Of somebody who has a row in nearly every table: what moves is all there was, but for what goes with the account
    and what keeps them from being merged."""
    staying, merged = make_user("Somebody Else"), world.guest
    before = how_many(merged)
    rules = all_columns()
    assert len(before) > 50
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL moderation.merging = 'on'")
        with pytest.raises(RuntimeError, match="left behind"):  # they have paid
            move_everything(staying, merged)
        after, theirs = how_many(merged), how_many(staying)
        transaction.set_rollback(True)
    assert {rules[name].rule for name in after} <= {Rule.REFUSE, Rule.ERASE, Rule.STAY}
    moved = {name: n for name, n in before.items() if rules[name].rule in (Rule.MOVE, Rule.KEEP, Rule.ALONE)}
    assert {name: theirs[name] for name in moved} == moved


@pytest.mark.django_db
def test_a_persons_number_stands_in_no_other_text(world):
    """By its word: what says "person:7" of somebody is not found by the columns above."""
    found = set()
    word = rf"(^|\W)(person|declared|user|member):?{world.guest.pk}(\W|$)"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = current_schema()"
            " AND data_type IN ('text', 'character varying', 'ARRAY', 'jsonb')"
        )
        for table, column in cursor.fetchall():
            cursor.execute(f'SELECT EXISTS (SELECT FROM "{table}" WHERE "{column}"::text ~ %s)', [word])
            found |= {f"{table}.{column}"} if cursor.fetchone()[0] else set()
    assert found <= set(NUMBERS_IN_TEXT)


# --- What stands nowhere --------------------------------------------------------------------------------------------
WRITTEN = [
    path
    for part in ("core", "features", "templates", "static/js", "static/css", "bin")
    for path in (ROOT / part).rglob("*")
    if path.suffix in {".py", ".html", ".txt", ".js", ".css", ".toml"} or (path.parent.name == "bin" and path.is_file())
]
# Whatever goes wrong in a job must not end the worker that runs it, nor with one payment the money of all others.
MAY_SWALLOW = {
    "core/jobs/outbox.py",
    "core/jobs/rounds.py",
    "core/jobs/worker.py",
    "features/payments/services/incidents.py",
}


class TestNowhere:
    def test_nothing_is_put_off(self):
        words = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
        assert not [place(path) for path in WRITTEN if words.search(path.read_text())]

    def test_nothing_is_swallowed(self):
        """Whatever catches everything gives it on, but for those that keep a worker or a round at work."""
        everything = re.compile(r"\b(Base)?Exception\b")
        swallowing = {
            place(path)
            for path in PYTHON
            if "except" in path.read_text()
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.ExceptHandler)
            and (node.type is None or everything.search(ast.unparse(node.type)))
            and ast.unparse(node.body[-1]) != "raise"
        }
        assert swallowing == MAY_SWALLOW

    def test_one_file_asks_whether_it_is_htmx(self):
        asking = re.compile(r"request\.htmx|HX-Request|HTTP_HX|hx_request", re.IGNORECASE)
        files = [path for path in WRITTEN if path.suffix in {".py", ".html"} and asking.search(path.read_text())]
        assert [place(path) for path in files] == ["core/htmx.py"]

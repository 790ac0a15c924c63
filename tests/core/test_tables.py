"""A new database is made from the models at once; the migrations lead to the same tables."""

import os
import subprocess
import sys

import psycopg

from core.preconditions import ROOT
from tests.template import prepare, with_name

# Migrations widen the number of a join table that Django brings and nobody here uses.
NO_MATTER = "('auth_group_permissions', 'id', "
MADE = {
    "columns": """
        SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity, a.attgenerated,
               pg_get_expr(d.adbin, d.adrelid)
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped""",
    "constraints": """
        SELECT conrelid::regclass::text, contype, pg_get_constraintdef(oid) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace AND contype <> 'n'""",
    "indexes": """
        SELECT tablename, substring(indexdef FROM ' USING .*'), indexdef LIKE '%UNIQUE%' FROM pg_indexes
        WHERE schemaname = 'public'""",
    "triggers": """
        SELECT tgrelid::regclass::text, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal""",
    "functions": "SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
    "storage": """
        SELECT relname, relpersistence, reloptions FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND (relkind = 'r' OR reloptions IS NOT NULL)""",
    "migrations": "SELECT app, name FROM django_migrations",
    "kinds": "SELECT app_label, model FROM django_content_type",
}


def what_is_in(url: str) -> dict[str, list[str]]:
    with psycopg.connect(url) as connection:
        return {name: sorted(map(str, connection.execute(query).fetchall())) for name, query in MADE.items()}


def test_both_ways_lead_to_the_same_tables():
    url = os.environ["DATABASE_URL"]
    at_once, step_by_step = with_name(url, prepare()), with_name(url, "step_by_step")
    with psycopg.connect(with_name(url, "postgres"), autocommit=True) as server:
        server.execute("CREATE DATABASE step_by_step")
    try:
        command = [sys.executable, "-m", "tests.steps"]
        subprocess.run(command, cwd=ROOT, env=os.environ | {"DATABASE_URL": step_by_step}, check=True)
        one, other = what_is_in(at_once), what_is_in(step_by_step)
    finally:
        with psycopg.connect(with_name(url, "postgres"), autocommit=True) as server:
            server.execute("DROP DATABASE step_by_step WITH (FORCE)")
    assert {name: len(rows) > 3 for name, rows in one.items()} == dict.fromkeys(one, True)
    different = {
        name: {row for row in set(one[name]) ^ set(other[name]) if not row.startswith(NO_MATTER)} for name in MADE
    }
    assert not any(different.values()), different

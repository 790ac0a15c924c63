"""What docs/operations.md says of bringing a backup back is true."""

import re
import subprocess

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from core.embedded_programs import find_programs

pytestmark = pytest.mark.django_db
WORDS = (settings.BASE_DIR / "docs/operations.md").read_text()
# By name: Postgres writes the same condition down in other words once it has read it anew.
STANDS = """
    SELECT concat('trigger ', tgrelid::regclass, ' ', tgname) FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL SELECT concat('constraint ', conrelid::regclass, ' ', conname) FROM pg_constraint
    UNION ALL SELECT concat('index ', indexname) FROM pg_indexes WHERE schemaname = 'public'
"""


def test_a_restored_database_has_every_table_rule_and_trigger(tmp_path):
    programs, known = find_programs(None), connection.get_connection_params()
    flags = re.search(r"^pg_restore (.*) --dbname=masteryhub masteryhub.pg$", WORDS, re.MULTILINE)[1].split()
    assert "pg_dump --format=custom --file=masteryhub.pg" in WORDS
    reach = {name: known[name] for name in ("host", "port", "user", "password") if known.get(name)}
    reached = [f"--host={known['host']}", f"--username={known['user']}"]
    if known.get("port"):
        reached.append(f"--port={known['port']}")
    copy, dump = f"{known['dbname']}_restored", tmp_path / "masteryhub.pg"

    def run(program, *more):
        subprocess.run([programs / program, *reached, *more], check=True, timeout=300)

    run("pg_dump", "--format=custom", f"--file={dump}", known["dbname"])
    run("createdb", copy)
    try:
        run("pg_restore", *flags, f"--dbname={copy}", dump)
        with psycopg.connect(**reach | {"dbname": copy}) as restored, connection.cursor() as cursor:
            cursor.execute(STANDS)
            assert sorted(restored.execute(STANDS)) == sorted(cursor.fetchall())
    finally:
        run("dropdb", copy)

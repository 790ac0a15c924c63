"""What an act leaves in the database, and how to leave nothing."""

from contextlib import contextmanager
from functools import cache

from django.db import connection, transaction

from core.arrays import array_text
from core.db import all_rows, first_row

# What changes without anybody's act, or by merely looking: not data of the site.
RESTLESS = {"django_session", "core_ratecounter", "core_cacheentry", "core_heartbeat", "core_pagetouch"}


@contextmanager
def undone():
    """Whatever happens inside did not happen."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@contextmanager
def watched():
    """Undone as well; holds afterwards the tables that anything was written to, whether it was kept or not."""
    already, found = writes(), set()
    with undone():
        yield found
        found |= written_since(already)


@contextmanager
def compared():
    """Undone as well; holds afterwards the tables that were not as before: what is written back as it was has not
    changed."""
    already, found = writes(), set()
    with undone():
        yield found
        written = written_since(already)
        then = snapshot(written)
    now = snapshot(written)
    found |= {table for table in written if then[table] != now[table]}


def written_since(already: dict[str, int]) -> set[str]:
    return {table for table, count in writes().items() if count != already.get(table) and table not in RESTLESS}


WRITTEN = " + ".join(f"pg_stat_get_xact_tuples_{act}(oid)" for act in ("inserted", "updated", "deleted"))
# What was counted last, and when: the counts only grow, so where their sum is the same, all are.
counted: dict[tuple, dict[str, int]] = {}


@cache
def tables() -> dict[int, str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT oid, relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        )
        return dict(cursor.fetchall())


def writes() -> dict[str, int]:
    """By table, how many rows this transaction has written so far, those of acts that were undone among them."""
    all_tables = f"unnest('{array_text(tables())}'::oid[]) oid"
    moment = first_row(f"SELECT transaction_timestamp(), sum({WRITTEN}) FROM {all_tables}", [])
    if moment not in counted:
        counts = all_rows(f"SELECT oid, {WRITTEN} FROM {all_tables}", [])
        counted.clear()
        counted[moment] = {tables()[oid]: count for oid, count in counts}
    return counted[moment]


def snapshot(tables) -> dict[str, str]:
    """A hash of the rows of each table."""
    if not tables:
        return {}
    with connection.cursor() as cursor:
        hashes = [
            f"SELECT '{t}', md5(string_agg(r::text, '|' ORDER BY r::text)) FROM {connection.ops.quote_name(t)} r"
            for t in tables
        ]
        cursor.execute(" UNION ALL ".join(hashes))
        return dict(cursor.fetchall())

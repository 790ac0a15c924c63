"""Whether a connection of the pool still leads somewhere, and what the server keeps for a connection."""

import select
import sys
import time

from django.db import connection as database
from psycopg._preparing import PrepareManager
from psycopg_pool import ConnectionPool


def check_connection(pooled, patience: float = 30) -> None:
    """Raise OperationalError if a connection of the pool is broken. Asking the server costs each request a round trip;
    one that has gone away has said so on the socket, and only after `patience` seconds of silence it takes more."""
    now = time.monotonic()
    if now - getattr(pooled, "alive_at", 0) > patience or select.select([pooled.fileno()], [], [], 0)[0]:
        ConnectionPool.check_connection(pooled)
    pooled.alive_at = now


class Kept(PrepareManager):
    """What the server has prepared for a connection. psycopg has it forgotten with every rollback, even to a savepoint:
    tables may have come and gone in between. Here only migrations make tables, and what changes with a table the server
    plans anew by itself."""

    def _should_discard(self, prep, results):
        return super()._should_discard(prep, [result for result in results if result.command_status != b"ROLLBACK"])


# Statements for which a connection keeps the plan: what all pages ask for, at some 75 kB each.
MOST = 300
FEATURE_NOT_SUPPORTED = "0A000"


def keep_statements(connection, **_kwargs) -> None:
    """Whenever a connection is taken: what it holds already stays."""
    connection.connection._prepared.__class__ = Kept
    connection.connection.prepared_max = MOST


def forget_stale_plans(**_kwargs) -> None:
    """To be called where something has failed. A migration that gives a column another type while this process runs
    has the server refuse what it prepared before; the next who asks gets it prepared anew."""
    state = getattr(getattr(sys.exception(), "__cause__", None), "sqlstate", None)
    if state == FEATURE_NOT_SUPPORTED and database.connection:
        database.connection._prepared.clear()

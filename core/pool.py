"""Whether a connection of the pool still leads somewhere, and what the server keeps for a connection."""

import select
import time

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


def keep_statements(connection, **_kwargs) -> None:
    """Whenever a connection is taken: what it holds already stays."""
    connection.connection._prepared.__class__ = Kept

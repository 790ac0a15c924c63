"""Whether a connection of the pool still leads somewhere."""

import select
import time

from psycopg_pool import ConnectionPool


def check_connection(pooled, patience: float = 30) -> None:
    """Raise OperationalError if a connection of the pool is broken. Asking the server costs each request a round trip;
    one that has gone away has said so on the socket, and only after `patience` seconds of silence it takes more."""
    now = time.monotonic()
    if now - getattr(pooled, "alive_at", 0) > patience or select.select([pooled.fileno()], [], [], 0)[0]:
        ConnectionPool.check_connection(pooled)
    pooled.alive_at = now

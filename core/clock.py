"""The time as the database tells it: whoever holds something and whoever takes it back go by one clock.

A web server whose clock is ten minutes slow would keep seats for forty minutes, and ask Stripe for a page that is over
too soon for Stripe to make it. How far the clock of this process is off is measured once a minute at most, when a
connection is taken; from then on `timezone.now`, which everything here and in Django asks, answers the database's time.
"""

import time
from datetime import datetime, timedelta

from django.utils import timezone

EVERY = 60.0  # seconds
TOLERATED = 1.0  # seconds: what differs less may as well be the measuring's
_own = timezone.now
_ahead = timedelta(0)
_measured_at = float("-inf")


def now() -> datetime:
    return _own() + _ahead


def rule() -> None:
    """Before any model is made: fields keep the function that gives them their default."""
    timezone.now = now


def follow(connection, **_kwargs) -> None:
    global _measured_at
    if time.monotonic() - _measured_at >= EVERY:
        _measured_at = time.monotonic()
        measure(connection)


def measure(connection) -> None:
    """How far the database's clock is ahead of our own."""
    global _ahead
    with connection.cursor() as cursor:
        asked = time.time()
        cursor.execute("SELECT extract(epoch FROM clock_timestamp())")
        there = float(cursor.fetchone()[0])
        took = time.time() - asked
    difference = there - (asked + took / 2)
    _ahead = timedelta(seconds=difference if abs(difference) > TOLERATED + took else 0)

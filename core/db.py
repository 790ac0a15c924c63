"""One transaction for one verb, tried again when the database asks for it."""

import functools
import random
import time

from django.db import IntegrityError, OperationalError, connection, transaction

SERIALIZATION_FAILURE, DEADLOCK = "40001", "40P01"


def atomic_retry(verb, attempts: int = 8):
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
            except OperationalError as error:
                state = getattr(error.__cause__, "sqlstate", None)
                if state not in (SERIALIZATION_FAILURE, DEADLOCK) or attempt == attempts - 1:
                    raise
                time.sleep(random.uniform(0, 0.02 * 2**attempt))  # noqa: S311 - spreads retries, guards nothing
        raise AssertionError("unreachable")

    return wrapped


def broken_constraint(error: IntegrityError) -> str:
    """The name of the constraint that refused a row, or nothing."""
    return getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or ""

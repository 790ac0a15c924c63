"""Many at once, for tests of what races. Each call has its own thread and its own database connection."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connection


def in_parallel(calls):
    """Run the callables at the same moment; answer each result, or the exception it raised, in order."""
    barrier = Barrier(len(calls))

    def run(call):
        try:
            connection.ensure_connection()
            barrier.wait(timeout=60)
            return call()
        except Exception as error:  # noqa: BLE001 - the exception is the result
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))

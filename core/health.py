"""What a load balancer and an operator ask: is this node fit to serve?"""

from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import JsonResponse
from django.views.decorators.http import require_safe

from core.models import Heartbeat

LATE = 60  # seconds: six missed heartbeats

STATE = """
    SELECT (SELECT extract(epoch FROM statement_timestamp() - beat_at) FROM core_heartbeat WHERE name = %s),
           (SELECT count(*) FROM core_outbox WHERE parked_at IS NOT NULL)
"""


class Migrations:
    """Once they are applied they stay so for as long as this code runs: then nobody is asked again."""

    are_applied = False

    def check(self) -> bool:
        if not self.are_applied:
            executor = MigrationExecutor(connection)
            self.are_applied = not executor.migration_plan(executor.loader.graph.leaf_nodes())
        return self.are_applied


migrations = Migrations()


@require_safe
def healthz(request):
    """503 when pages cannot be served: no database, or tables that this code does not know. A worker that is late is
    said but stays 200: the node can serve, its letters wait in the outbox, and taking every web node out of service
    because one worker died would turn a delay into an outage."""
    try:
        if not migrations.check():
            return _answer(503, {"status": "unfit", "database": "ok", "migrations": "missing"})
        with connection.cursor() as cursor:
            cursor.execute(STATE, [Heartbeat.WORKER])
            age, parked = cursor.fetchone()
    except Error:
        return _answer(503, {"status": "unfit", "database": "unreachable"})
    worker = "missing" if age is None else "late" if age > LATE else "ok"
    state = {
        "status": "ok" if worker == "ok" else "degraded",
        "database": "ok",
        "migrations": "ok",
        "worker": worker,
        "worker_seconds": None if age is None else round(float(age)),
        "parked_jobs": parked,
    }
    return _answer(200, state)


def _answer(status: int, state: dict) -> JsonResponse:
    return JsonResponse(state, status=status, headers={"Cache-Control": "no-store"})

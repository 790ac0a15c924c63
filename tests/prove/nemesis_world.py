"""The world of the nemesis, made and judged inside the site that is being hurt."""

import time

from django.db import connection
from django.utils import timezone

from core.models import Outbox
from features.accounts.models import User
from features.discovery.services import rebuild
from features.payments.models import Order
from features.sessions.models import Registration, SkillSession, WaitlistEntry
from features.sessions.services import recount_seats
from features.skills.services import recount_levels
from tests.prove import crowd

TWICE = {
    "two seats of one person": (
        "SELECT count(*) FROM (SELECT 1 FROM skill_sessions_registration WHERE cancelled_at IS NULL"
        " GROUP BY session_id, person_id HAVING count(*) > 1) found"
    ),
    "two places in line of one person": (
        "SELECT count(*) FROM (SELECT 1 FROM skill_sessions_waitlistentry WHERE left_at IS NULL"
        " GROUP BY session_id, person_id HAVING count(*) > 1) found"
    ),
    "a seat without its order": (
        "SELECT count(*) FROM skill_sessions_registration r WHERE NOT EXISTS (SELECT 1 FROM payments_orderline l"
        " WHERE l.kind = 'registration' AND l.ref = r.id::text)"
    ),
    "an order without its seat": (
        "SELECT count(*) FROM payments_orderline l WHERE l.kind = 'registration' AND NOT EXISTS"
        " (SELECT 1 FROM skill_sessions_registration r WHERE l.ref = r.id::text)"
    ),
    "one thing told twice": (
        "SELECT count(*) FROM (SELECT 1 FROM notifications_notification WHERE key <> ''"
        " GROUP BY key HAVING count(*) > 1) found"
    ),
}


def gather(people: int, sessions: int, seats: int) -> dict:
    """Members who are logged in, and sessions with few seats."""
    world = crowd.gather(people, seats)
    host = User.objects.get(handle=f"stampede-{people + crowd.WARM}")
    paths = [world["path"], *(crowd._session(host, f"session-{n}", seats) for n in range(1, sessions))]
    list(rebuild())  # they were written without their documents
    return {"keys": world["keys"], "paths": paths, "cookie": world["cookie"], "csrf": world["csrf"]}


def waiting() -> int:
    """Jobs that are due and not done."""
    return Outbox.objects.filter(done_at=None, parked_at=None, not_before__lte=timezone.now()).count()


def verdict(patience: int = 0) -> dict:
    """What holds no more, by name and number, once what was left to be done is done; and how much had happened."""
    deadline = time.monotonic() + patience
    while waiting() and time.monotonic() < deadline:
        time.sleep(0.5)
    faults = {
        "jobs that were not done": waiting() if patience else 0,
        "sessions with more people than seats": sum(
            session.registrations.active().count() > session.capacity for session in SkillSession.objects.all()
        ),
        "counters that are off": recount_seats(),
        "levels that are off": recount_levels(),
        "documents that are off": sum(part.written + part.withdrawn for part in rebuild()),
        "jobs that were given up": Outbox.objects.filter(parked_at__isnull=False).count(),
        "orders that hang": Order.objects.filter(settled_at=None).count(),
    }
    with connection.cursor() as cursor:
        for name, statement in TWICE.items():
            cursor.execute(statement)
            faults[name] = cursor.fetchone()[0]
    happened = {
        "seats taken": Registration.objects.count(),
        "given back": Registration.objects.exclude(cancelled_at=None).count(),
        "places in line": WaitlistEntry.objects.count(),
        "jobs": Outbox.objects.exclude(done_at=None).count(),
    }
    return {"faults": {name: count for name, count in faults.items() if count}, "happened": happened}

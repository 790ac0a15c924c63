"""10,000 acts at once on three sessions, at each isolation level: no seat lost or sold twice, no deadlock."""

import json
import random
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from tests.prove.site import running_site


def storm(acts: int, isolation: str = "READ COMMITTED", threads: int = 8, seed: int = 7) -> dict:
    """Register, cancel, wait, leave and sweep, mixed, by `threads` at once; then count what must hold."""
    from django.db import connection
    from django.utils import timezone

    from core import limits
    from features.accounts.models import User
    from features.sessions.models import SkillSession, WaitlistOffer

    now = timezone.now()
    people = [_person(User, n) for n in range(40)]
    sessions = [
        SkillSession.objects.create(
            host=people[0], title=f"Storm {n}", slug="storm", outcome="x", time_zone="UTC", published_at=now,
            starts_at=now + timedelta(days=5), ends_at=now + timedelta(days=5, hours=1), capacity=6,
        )
        for n in range(3)
    ]  # fmt: skip
    before = _deadlocks(connection)

    def run(number):
        rng = random.Random(seed * 1000 + number)
        with connection.cursor() as cursor:
            cursor.execute(f"SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL {isolation}")
        try:
            return [_act(rng, people, sessions, now) for _ in range(acts // threads)]
        finally:
            connection.close()

    allowed = limits.LIMITS["registration"]
    limits.LIMITS["registration"] = (10**9, 3600)  # forty people do here what thousands would
    try:
        with ThreadPoolExecutor(threads) as pool:
            outcomes = [outcome for part in pool.map(run, range(threads)) for outcome in part]
    finally:
        limits.LIMITS["registration"] = allowed
    wrong = 0
    for session in SkillSession.objects.filter(pk__in=[s.pk for s in sessions]):
        seats = session.registrations.active().count()
        offers = WaitlistOffer.objects.filter(entry__session=session, closed_at=None).count()
        wrong += session.seats_taken != seats + offers or session.seats_taken > session.capacity
    return {
        "acts": len(outcomes),
        "refused": outcomes.count("refused"),
        "unexpected": sorted({o for o in outcomes if o not in ("done", "refused")}),
        "wrong_counts": wrong,
        "deadlocks": _deadlocks(connection) - before,
    }


def _person(model, number):
    person = model.objects.create_user(f"storm{number}@example.org", handle=f"storm-{number}", name=f"Storm {number}")
    person.emailaddress_set.create(email=person.email, verified=True, primary=True)
    return person


def _deadlocks(connection):
    with connection.cursor() as cursor:
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return cursor.fetchone()[0]


def _act(rng, people, sessions, now):
    from features.sessions import services
    from features.sessions.models import SkillSession

    person, session = rng.choice(people[1:]), SkillSession.objects.get(pk=rng.choice(sessions).pk)
    try:
        match rng.choice(["register", "register", "wait", "cancel", "leave", "sweep"]):
            case "register":
                services.register(session=session, person=person)
            case "wait":
                services.join_waitlist(session=session, person=person)
            case "cancel":
                seat = session.registrations.active().filter(person=person).first()
                if seat:
                    services.cancel_registration(registration=seat, by=person)
            case "leave":
                entry = session.waitlist.filter(person=person, left_at=None).first()
                if entry:
                    services.leave_waitlist(entry=entry)
            case "sweep":
                services.expire_offers(now=now + timedelta(hours=rng.randrange(30)))
    except services.RegistrationRefused:
        return "refused"
    except Exception as error:  # noqa: BLE001 - whatever it is, it is the finding
        return f"{type(error).__name__}: {error}"[:120]
    return "done"


def main(arguments=()):
    acts = int(arguments[0]) if arguments else 10_000
    failed = False
    for isolation in ("READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE"):
        # No pool: each of the threads keeps a connection to itself, at its isolation level.
        with running_site(workers=1, worker=False, environment={"DATABASE_POOL": "0"}) as site:
            call = f"import json; from tests.prove.seats import storm; print(json.dumps(storm({acts}, {isolation!r})))"
            result = json.loads(site.manage("shell", "--verbosity", "0", "-c", call).splitlines()[-1])
        bad = result["wrong_counts"] or result["unexpected"] or (isolation == "READ COMMITTED" and result["deadlocks"])
        failed = failed or bool(bad)
        print(f"{isolation:16} {result}  {'NOT OK' if bad else 'ok'}", flush=True)
        acts = min(acts, 2_000)  # retries make the stricter levels slow; what they must show is that nothing is lost
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

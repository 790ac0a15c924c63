"""The world of the stampede, made inside the site that is being stormed."""

from datetime import timedelta
from importlib import import_module

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.hashers import make_password
from django.db import connection
from django.utils import timezone

from features.accounts.models import User
from features.sessions.models import SkillSession

WARM = 60


def gather(people: int, seats: int, name: str = "stampede") -> dict:
    """A session with `seats` seats, and that many people who are logged in: what a press needs."""
    crowd = [
        User(email=f"{name}-{n}@example.org", handle=f"{name}-{n}", name=f"Person {n}", time_zone="UTC", password="!")
        for n in range(people + 1 + WARM)
    ]
    User.objects.bulk_create(crowd)
    EmailAddress.objects.bulk_create(
        EmailAddress(user=person, email=person.email, verified=True, primary=True) for person in crowd
    )
    host = crowd.pop()
    keys = [log_in(person) for person in crowd]
    path, before = _session(host, name, seats), _session(host, f"before-{name}", 1)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # as Postgres does by itself within a minute of so many new rows
    return {
        "path": path,
        "keys": keys[WARM:],
        # Others, who press on a session of another day first: a site that is stormed has been running for a while.
        "warm": {"path": before, "keys": keys[:WARM]},
        "cookie": settings.SESSION_COOKIE_NAME,
        "csrf": settings.CSRF_COOKIE_NAME,
    }


def members(count: int) -> str:
    """`member-N@example.org`, with a password that is hashed as any other. Answers the name of the token's cookie."""
    password = make_password("a sentence of their own")
    crowd = [
        User(
            email=f"member-{n}@example.org",
            handle=f"member-{n}",
            name=f"Person {n}",
            time_zone="UTC",
            password=password,
        )
        for n in range(count)
    ]
    User.objects.bulk_create(crowd)
    EmailAddress.objects.bulk_create(
        EmailAddress(user=person, email=person.email, verified=True, primary=True) for person in crowd
    )
    return settings.CSRF_COOKIE_NAME


def _session(host, slug, seats):
    now = timezone.now()
    session = SkillSession.objects.create(
        host=host, title=slug, slug=slug, outcome="Few seats.", time_zone="UTC", published_at=now, capacity=seats,
        starts_at=now + timedelta(days=5), ends_at=now + timedelta(days=5, hours=1),
    )  # fmt: skip
    return session.get_absolute_url()


def log_in(person) -> str:
    """The key of a session such as the log-in page opens, with the row that says whose it is."""
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(person.pk), settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.create()
    UserSession.objects.create(user=person, ip="127.0.0.1", session_key=session.session_key)
    return session.session_key


def outcome(name: str) -> list[int]:
    """Rows that occupy a seat, and what the counter says."""
    session = SkillSession.objects.get(slug=name)
    return [session.registrations.active().count(), session.seats_taken]

"""A hundred times as many members: 100,000 seeded within five minutes, and pages as quick and with as few queries."""

import contextlib
import os
import statistics
import sys
import time
from pathlib import Path

import django

FEW, MANY = 1_000, 100_000
MOST_SECONDS, MOST_MS = 300, 200
ROUNDS = 25


def pages():
    """(name, who asks, address) of the lists and pages there are, with things that are asked for most."""
    from django.db.models import Count, F
    from django.utils import timezone

    from features.accounts.models import User
    from features.profiles.pages import member_home
    from features.sessions.models import SkillSession
    from features.skills.models import Skill

    now = timezone.now()
    coming = SkillSession.objects.upcoming(now)
    # With a seat left, so that its page is of the same sort whatever the size of the world.
    session = coming.filter(seats_taken__lt=F("capacity")).order_by("-seats_taken", "pk").first()
    popular = Skill.objects.filter(sessions__in=coming).annotate(n=Count("sessions")).order_by("-n", "pk").first()
    others = User.objects.exclude(registrations__session=session).exclude(hosted_sessions__isnull=False)
    busiest = others.annotate(n=Count("registrations")).order_by("-n", "pk")[:500]
    # With a question that they could answer, so that their home has the same sections whatever the size of the world.
    member = next(person for person in busiest if member_home(person, now)["to_answer"])
    return [
        ("home, a stranger", None, "/"),
        ("home, a member", member, "/"),
        ("sessions", None, "/sessions/"),
        ("sessions, a member", member, "/sessions/"),
        ("sessions, words", None, "/sessions/?q=team"),
        ("sessions, filters", None, "/sessions/?level=3&level=4&kind=workshop&when=month"),
        ("sessions, a skill", None, f"/sessions/?skill={popular.slug}&price=free"),
        ("sessions, free time", member, "/sessions/?fits=on"),
        ("a session", None, session.get_absolute_url()),
        ("a session, a member", member, session.get_absolute_url()),
        ("a person", None, session.host.get_absolute_url()),
        ("a person, a member", member, member.get_absolute_url()),
        ("a skill", None, popular.get_absolute_url()),
        ("skills", None, "/skills/"),
        ("search", None, "/search/?q=team"),
        ("search, people", member, "/search/?q=engineer&kind=person"),
        ("search, a slip", member, "/search/?q=enginere+"),
        ("agenda", member, "/agenda/"),
        ("hosting", session.host, "/hosting/"),
        ("inbox", member, "/inbox/"),
        ("API, sessions", None, "/api/v1/sessions/"),
        ("API, search", None, "/api/v1/search/?q=team"),
    ]


def measured(rounds: int = ROUNDS) -> dict[str, tuple[float, float, int]]:
    """p50 and p95 in milliseconds and the number of queries, by name of the page."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from core.models import RateCounter

    found = {}
    for name, person, address in pages():
        client = Client()
        if person:
            client.force_login(person)
        client.get(address)
        RateCounter.objects.all().delete()
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(address)
        asked = len(queries)  # before the next request forgets them
        assert answer.status_code == 200, (address, answer.status_code)
        took = []
        for _ in range(rounds):
            began = time.perf_counter()
            client.get(address)
            took.append((time.perf_counter() - began) * 1000)
        found[name] = (statistics.median(took), statistics.quantiles(took, n=20)[-1], asked)
    return found


def seed(members: int) -> float:
    from django.core.management import call_command

    began = time.monotonic()
    with Path(os.devnull).open("w") as nowhere, contextlib.redirect_stdout(nowhere):
        call_command("seed", scale=members)
    return time.monotonic() - began


def main(arguments=()) -> int:
    os.environ["DJANGO_SETTINGS_MODULE"] = "core.settings"
    os.environ.setdefault("LOG_LEVEL", "ERROR")
    os.environ["ALLOWED_HOSTS"] = "testserver"
    django.setup()
    from django.core.management import call_command

    from features.discovery.services import rebuild
    from features.sessions.services import recount_seats
    from features.skills.services import recount_levels

    with Path(os.devnull).open("w") as nowhere, contextlib.redirect_stdout(nowhere):
        call_command("migrate", verbosity=0)
    seed(FEW)
    few = measured()
    seconds = seed(MANY)
    many = measured()
    print(f"{MANY:,} members in {seconds:.0f} s.\n{'':22}{FEW:>9,} members{MANY + FEW:>18,} members")
    for name in few:
        (before, before_p95, asked), (after, after_p95, asked_now) = few[name], many[name]
        print(
            f"  {name:20} {before:6.1f} {before_p95:6.1f} ms {asked:3} queries"
            f" {after:6.1f} {after_p95:6.1f} ms {asked_now:3} queries"
        )
    slow = {name: p95 for name, (_, p95, _) in many.items() if p95 > MOST_MS}
    more = {name: (few[name][2], many[name][2]) for name in few if many[name][2] > few[name][2]}
    checks = {
        f"seeded within {MOST_SECONDS} s": seconds <= MOST_SECONDS,
        f"every page within {MOST_MS} ms (p95) {slow or ''}": not slow,
        f"no page asks more {more or ''}": not more,
        "the counts of seats are right": recount_seats() == 0,
        "levels are what their causes come to": recount_levels() == 0,
        "a rebuild of the search changes nothing": not any(part.written + part.withdrawn for part in rebuild()),
    }
    for words, holds in checks.items():
        print(f"{'ok    ' if holds else 'NOT OK'} {words}", flush=True)
    return 0 if all(checks.values()) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

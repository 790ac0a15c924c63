"""The demo world's decisions on people: `demo_decisions.toml` comes true through the services, days before `now`."""

import tomllib
from datetime import timedelta
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from core.models import RateCounter
from features.accounts.models import User
from features.moderation import services
from features.moderation.letters import GROUP
from features.moderation.models import RoleMark, Sanction
from features.notifications.kinds import kinds
from features.notifications.models import Notification
from features.skills.services import resolve_all

FILE = Path(__file__).with_name("demo_decisions.toml")


@transaction.atomic
def fill(now):
    if Sanction.objects.filter(person__is_demo=True).exists():
        return
    told = tomllib.loads(FILE.read_text("utf-8"))
    people = {person.email.partition("@")[0]: person for person in User.objects.filter(is_demo=True)}
    for entry in told["application"]:
        _apply(entry, people, now - timedelta(days=entry["days_ago"]))
    for entry in told["silence"]:
        began = now - timedelta(days=entry["days_ago"])
        services.impose(
            by=people["moderator"], person=people[entry["person"]], kind="silence", reason=entry["reason"], now=began,
            ends_at=began + timedelta(days=entry["days"]),
        )  # fmt: skip
    services.tell_ends(now=now)
    for entry in told["mark"]:
        _mark(entry, people, now - timedelta(days=entry["days_ago"]))
    _file_old_letters(now)
    RateCounter.objects.filter(key__in=[f"mark_request:{person.pk}" for person in people.values()]).delete()


def _apply(entry, people, at):
    organiser = people["organiser"]
    skills = resolve_all(entry["skills"])
    written = {name: entry[name].strip().replace("\n", " ").replace("  ", "\n\n") for name in ("plan", "evidence")}
    draft = services.save_draft(
        person=people[entry["person"]], skills=skills.values(), links=entry["links"], now=at, **written
    )
    sent = services.send(application=draft, now=at)
    later = at + timedelta(days=2)
    if question := entry.get("question"):
        services.ask(by=organiser, application=sent, text=question, now=later)
    if reason := entry.get("declined"):
        services.decline(by=organiser, application=sent, text=reason.strip().replace("\n", " "), now=later)


def _mark(entry, people, at):
    asked = {name: entry[name] for name in ("kind", "name", "link")}
    mark = services.ask_for_mark(person=people[entry["person"]], text=entry["words"], **asked)
    RoleMark.objects.filter(pk=mark.pk).update(asked_at=at)
    if scope := entry.get("scope"):
        ends = at + timedelta(days=365)
        services.grant_mark(by=people["organiser"], mark=mark, scope=scope, ends_at=ends, now=at + timedelta(days=1))


def _file_old_letters(now):
    """What was decided days ago was written about, and read, days ago."""
    ours = [name for name, kind in kinds.items() if kind.group == GROUP]
    old = Notification.objects.filter(kind__in=ours, recipient__is_demo=True, mailed_at=None)
    at = min(now, timezone.now()) - timedelta(days=2)
    old.update(created_at=at, mailed_at=at, read_at=at)

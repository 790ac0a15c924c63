"""Who mentors in the demo world and who wants to learn, through the same verbs as the pages."""

import tomllib
from datetime import time
from pathlib import Path

from django.db import transaction

from features.accounts.models import User
from features.calendar import services as calendar
from features.mentoring import services
from features.mentoring.models import MentorPage
from features.skills.models import Goal
from features.skills.services import resolve_all

WORLD = Path(__file__).with_name("demo_mentors.toml")
OWN = ("capacity", "about", "not_for", "level_from", "level_to", "languages")


def fill(now) -> None:
    if MentorPage.objects.filter(person__is_demo=True).exists():
        return
    with transaction.atomic():
        _people(tomllib.loads(WORLD.read_text("utf-8")), now)
    services.rematch(now)


def _people(world, now):
    people = {person.email.partition("@")[0]: person for person in User.objects.filter(is_demo=True)}
    wanted = {name for said in world["mentor"].values() for name in said["topics"]}
    wanted |= {name for said in world["goal"].values() for name in said["skills"]}
    skills = resolve_all(wanted)
    if unknown := wanted - skills.keys():
        raise LookupError(f"The starter set does not know: {', '.join(sorted(unknown))}")
    for key, said in world["mentor"].items():
        page = MentorPage(person=people[key], **{name: said[name] for name in OWN if name in said})
        _keep_free(people[key], said)
        services.save_mentor_page(page=page, topics=[skills[name] for name in said["topics"]], now=now)
    for key, said in world["goal"].items():
        _keep_free(people[key], said)
        if Goal.objects.filter(person=people[key]).exclude(skill__name__in=said["skills"]).exists():
            continue  # played with before
        services.set_goal(
            person=people[key], reason=said["reason"], skills=[skills[name] for name in said["skills"]],
            level=said["level"], minutes=60, budget=None, now=now,
        )  # fmt: skip


def _keep_free(person, said) -> None:
    hours = [(day, time(start), time(end)) for day, start, end in said.get("hours", ())]
    calendar.keep_free(person=person, hours=hours)

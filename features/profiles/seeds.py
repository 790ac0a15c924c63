"""What the people of the demo world say of themselves, through the same verbs as the pages."""

import tomllib
from pathlib import Path

from django.db import transaction

from features.accounts.models import User
from features.calendar import services as calendar
from features.discovery import services as discovery
from features.profiles import services
from features.skills import services as skills
from features.skills.models import (
    Achievement,
    Certification,
    Education,
    Goal,
    PersonSkill,
    ProfileLink,
    Project,
    SpokenLanguage,
    Work,
)

DOMAIN = "demo.example"
SOUGHT = "Kubernetes costs"  # what four look for in vain
ROWS = {
    "work": Work,
    "projects": Project,
    "education": Education,
    "certifications": Certification,
    "achievements": Achievement,
    "links": ProfileLink,
}


@transaction.atomic
def fill(now) -> None:
    """Of those who have no profile yet: the others may have been played with."""
    for email in ("learner", "leila", "hana", "moderator"):
        person = User.objects.filter(email=f"{email}@{DOMAIN}", is_demo=True, wishes=None).first()
        if person:
            discovery.wish(person=person, words=SOUGHT, now=now)
    for key, said in tomllib.loads((Path(__file__).parent / "demo_profiles.toml").read_text()).items():
        person = User.objects.filter(email=f"{key}@{DOMAIN}", is_demo=True, profile=None).first()
        if person:
            _tell(person, said)


def _tell(person: User, said: dict) -> None:
    # Demo addresses lead nowhere, so their links are not looked at.
    said["links"] = [link | {"check_at": None} for link in said.get("links", [])]
    services.save_profile(
        person=person, **{name: said[name].strip() for name in ("place", "about", "phone") if name in said}
    )
    for block, model in ROWS.items():
        for row in said.get(block, []):
            clean = {name: value.strip() if isinstance(value, str) else value for name, value in row.items()}
            services.save_entry(person=person, entry=model(**clean))
    known = skills.resolve_all([*said.get("skills", {}), *said.get("goals", {})])
    for name, level in said.get("skills", {}).items():
        services.save_entry(person=person, entry=PersonSkill(skill=known[name], level=level))
    for name, level in said.get("goals", {}).items():
        reason = said.get("goal_reasons", {}).get(name, "")
        services.save_entry(person=person, entry=Goal(skill=known[name], level=level, reason=reason))
    for code, fluency in said.get("languages", {}).items():
        services.save_entry(person=person, entry=SpokenLanguage(code=code, fluency=fluency))
    for block, visibility in said.get("visibility", {}).items():
        services.set_visibility(person=person, block=block, visibility=visibility)
    if preset := said.get("hours"):
        calendar.keep_free(person=person, hours=calendar.PRESETS[preset].hours)

import pytest

from features.accounts.models import User
from features.profiles import services
from features.profiles.blocks import PARTS
from features.skills.models import (
    Achievement,
    Certification,
    Education,
    Goal,
    PersonSkill,
    Project,
    SpokenLanguage,
    Work,
)
from tests.factories import make_skill, make_upload


def fill(person: User, mark: str = "") -> None:
    """A row in every block, each with `mark` and the block's name in all of its words."""
    said = {block: f"{block} {mark}".strip() for block in PARTS}
    skill = make_skill(f"Skill {mark}".strip())
    services.save_profile(person=person, place=said["about"][:80], about=said["about"], phone=f"+49 {said['phone']}")
    for entry in [
        Work(position_held=said["work"], organisation=said["work"], started_on="2019-04", is_current=True),
        Education(institution=said["education"], degree="MSc", started_on="2010", ended_on="2014"),
        Certification(name=said["certifications"], issuer="Acme", issued_on="2020-01", expires_on="2022-01"),
        Achievement(title=said["achievements"], awarder="Somebody", awarded_on="2021"),
        PersonSkill(skill=skill, level=4),
        Goal(skill=skill, level=5, reason=said["goals"]),
        SpokenLanguage(code="pt", fluency=4),
    ]:
        services.save_entry(person=person, entry=entry)
    project = Project(name=said["projects"], summary=said["projects"], started_on="2022")
    services.save_project(person=person, entry=project, upload=make_upload())


@pytest.fixture(scope="module")
def told(expert):
    """An expert with something in every block."""
    fill(expert)
    return expert

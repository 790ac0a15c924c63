"""What a profile holds of a person. Photo and pictures are files, and belong to accounts."""

from features.skills.models import (
    Achievement,
    BlockVisibility,
    Certification,
    Education,
    Goal,
    PersonSkill,
    Profile,
    ProfileLink,
    Project,
    ResumeDraft,
    SpokenLanguage,
    Work,
)

TABLES = [
    Profile, BlockVisibility, PersonSkill, Goal, Work, Project, Education, Certification, Achievement, SpokenLanguage,
    ProfileLink, ResumeDraft,
]  # fmt: skip
NAMED = {PersonSkill: ["skill__name"], Goal: ["skill__name"]}
LEFT_OUT = {"id", "person", "skill", "position"}  # numbers that say nothing to anybody


def export(person) -> dict:
    """Rows by table."""
    found = {}
    for table in TABLES:
        fields = [field.name for field in table._meta.concrete_fields if field.name not in LEFT_OUT]
        rows = table.objects.filter(person=person).order_by("pk")
        found[table._meta.model_name] = list(rows.values(*NAMED.get(table, []), *fields))
    return found


def erase(person) -> None:
    for table in TABLES:
        table.objects.filter(person=person).delete()

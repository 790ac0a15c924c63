"""What this feature knows about a person."""

from features.skills.models import SkillEvidence, SkillLevel


def export(person) -> dict:
    fields = (
        "skill__name",
        "kind",
        "strength",
        "measured",
        "error",
        "happened_at",
        "source",
        "recorded_at",
        "revoked_at",
    )
    level = ("skill__name", "level", "low", "high", "causes", "basis", "freshest_at")
    return {
        "skill_evidence": list(SkillEvidence.objects.filter(person=person).order_by("id").values(*fields)),
        "skill_levels": list(SkillLevel.objects.filter(person=person).order_by("skill__name").values(*level)),
    }


def erase(person) -> None:
    SkillEvidence.objects.filter(person=person).delete()
    SkillLevel.objects.filter(person=person).delete()

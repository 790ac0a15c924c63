"""What this feature knows about a person."""

from features.skills.models import SkillEvidence


def export(person) -> dict:
    fields = ("skill__name", "kind", "strength", "happened_at", "source", "recorded_at", "revoked_at")
    return {"skill_evidence": list(SkillEvidence.objects.filter(person=person).order_by("id").values(*fields))}


def erase(person) -> None:
    SkillEvidence.objects.filter(person=person).delete()

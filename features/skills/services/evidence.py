"""The evidence that a person has a skill."""

from django.utils import timezone

from features.skills.models import SkillEvidence


def record_evidence(*, person, skill, kind, strength, happened_at, source) -> None:
    """One cause, one row: recording it again corrects it, and brings it back if it had been revoked.
    `strength` is above 0 and at most 1; `source` names the cause, such as `registration:41`."""
    evidence = SkillEvidence(
        person=person, skill=skill, kind=kind, strength=strength, happened_at=happened_at, source=source
    )
    SkillEvidence.objects.bulk_create(
        [evidence],
        update_conflicts=True,
        unique_fields=["person", "skill", "kind", "source"],
        update_fields=["strength", "happened_at", "revoked_at"],
    )


def revoke_evidence(source: str) -> int:
    """The cause is gone, and so is what it proved. Returns how many rows stopped counting."""
    return SkillEvidence.objects.standing().filter(source=source).update(revoked_at=timezone.now())


def evidence_for(person):
    """What stands for a person, newest first, with its skills."""
    evidence = SkillEvidence.objects.standing().filter(person=person)
    return evidence.select_related("skill").order_by("-happened_at", "-id")

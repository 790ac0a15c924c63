"""The ledger: what proves that a person has a skill. The level follows in the same transaction."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import transaction
from django.utils import timezone

from features.skills.models import SkillEvidence, SkillLevel
from features.skills.services.levels import Pair, refresh
from features.skills.signals import levels_changed

DECLARED = "self_declared"


def record_evidence(*, person, skill, kind, strength, happened_at, source, measured=None, error=None) -> None:
    """One cause, one row: recording it again corrects it, and brings it back if it had been revoked.
    `strength` is above 0 and at most 1; `source` names the cause, such as `registration:41`. What measured the level
    says so: `measured` on the scale (a test may say 0.7 or 5.4) and its standard `error`."""
    evidence = SkillEvidence(
        person=person,
        skill=skill,
        kind=kind,
        strength=strength,
        measured=measured,
        error=error,
        happened_at=happened_at,
        source=source,
    )
    record_all([evidence])


@transaction.atomic
def record_all(evidence: Sequence[SkillEvidence]) -> None:
    """Many causes at once, such as everybody's of one session. No two of them may be the same cause."""
    SkillEvidence.objects.bulk_create(
        evidence,
        update_conflicts=True,
        unique_fields=["person", "skill", "kind", "source"],
        update_fields=["strength", "measured", "error", "happened_at", "revoked_at"],
    )
    recount({(row.person_id, row.skill_id) for row in evidence})


@transaction.atomic
def revoke_evidence(*sources: str, **only) -> int:
    """The causes are gone, and so is what they proved; `only` that of one person, skill or kind, where a source says
    several things. Returns how many rows stopped counting."""
    named = SkillEvidence.objects.filter(source__in=sources, **only)
    revoked = named.standing().update(revoked_at=timezone.now())
    if revoked:
        recount(set(named.values_list("person_id", "skill_id")))
    return revoked


def declare_level(*, person, skill, level: int, now=None) -> None:
    """What a person says of themselves, on the scale of 1 to 5; saying it again replaces it."""
    declare_levels(person=person, levels={skill: level}, now=now)


def declare_levels(*, person, levels: Mapping, now=None) -> None:
    """The same of several skills."""
    said = {"person": person, "kind": DECLARED, "happened_at": now or timezone.now(), "source": f"declared:{person.pk}"}
    record_all([SkillEvidence(skill=skill, strength=level / 5, **said) for skill, level in levels.items()])


@transaction.atomic
def withdraw_declared(*, person, skill) -> None:
    said = SkillEvidence.objects.standing().filter(person=person, skill=skill, kind=DECLARED)
    if said.update(revoked_at=timezone.now()):
        recount({(person.pk, skill.pk)})


def evidence_for(person):
    """What stands for a person, newest first, with its skills."""
    evidence = SkillEvidence.objects.standing().filter(person=person)
    return evidence.select_related("skill").order_by("-happened_at", "-id")


_gathering: ContextVar[set[Pair] | None] = ContextVar("gathering", default=None)


@contextmanager
def gathered() -> Iterator[None]:
    """For hundreds of causes at once, within the caller's transaction: each level that they are for is counted once,
    when this is over."""
    pairs: set[Pair] = set()
    token = _gathering.set(pairs)
    try:
        yield
    finally:
        _gathering.reset(token)
    recount(pairs)  # only of what went well: the rest was undone


def recount(pairs) -> None:
    """These people's levels of these skills rest on something else now, and who lists people by them hears of it."""
    if (gathering := _gathering.get()) is not None:
        gathering.update(pairs)
        return
    refresh(pairs)
    levels_changed.send(SkillLevel, people={person for person, _ in pairs})

"""Levels as they are kept: written with their causes, and counted again every night because sureness fades."""

import logging
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import batched, groupby
from operator import attrgetter
from typing import TYPE_CHECKING

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from features.skills.levels import Cause, Estimate, estimate
from features.skills.models import Skill, SkillEvidence, SkillLevel
from features.skills.services.sources import Told, rules, sources

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

log = logging.getLogger(__name__)

Pair = tuple[int, int]  # the ids of a person and a skill
COUNTED = ("level", "low", "high", "causes", "basis", "freshest_at")
BATCH = 500


@dataclass(frozen=True)
class SkillStanding:
    """One skill of a person as a page shows it: `level` with its range, what most of it rests on, and where every
    number opens to its causes."""

    skill: Skill
    level: float
    low: float
    high: float
    rounded: int
    kind: str
    basis: "str | StrPromise"
    causes: int
    freshest_at: datetime | None
    url: str


@dataclass(frozen=True)
class ToldCause:
    """One line of the ledger for a viewer: `adds` is its part of the level."""

    basis: "str | StrPromise"
    told: Told
    happened_at: datetime
    adds: float


def skill_levels(person, at: datetime | None = None) -> list[SkillStanding]:
    """A person's skills, the highest first; with `at`, as what had happened by then comes to."""
    if at is None:
        kept = SkillLevel.objects.shown().filter(person=person).select_related("skill", "person")
    else:
        kept = _as_of(person, at)
    return [standing_of(row) for row in sorted(kept, key=lambda row: (-row.level, row.skill.name))]


def standing_of(row: SkillLevel) -> SkillStanding:
    """A level that rests on something, as pages and programs show it; it comes with its person and skill."""
    return SkillStanding(
        skill=row.skill,
        level=row.level,
        low=row.low,
        high=row.high,
        rounded=row.rounded,
        kind=row.basis,
        basis=sources[row.basis].basis if row.basis in sources else "",
        causes=row.causes,
        freshest_at=row.freshest_at,
        url=reverse("skill_causes", args=[row.person.handle, row.skill.slug]),
    )


def _as_of(person, at):
    rows = SkillEvidence.objects.standing().filter(person=person, happened_at__lte=at).select_related("skill")
    found = []
    for skill, of_skill in groupby(rows.order_by("skill_id", "id"), key=attrgetter("skill")):
        kept = SkillLevel(person=person, skill=skill)
        _put(kept, estimate(_causes(of_skill), at, rules()), at)
        if kept.causes:
            found.append(kept)
    return found


def level_of(person, skill, now=None) -> Estimate:
    """Counted afresh, with what each cause adds."""
    rows = SkillEvidence.objects.standing().filter(person=person, skill=skill)
    return estimate(_causes(rows), now or timezone.now(), rules())


def history(person, skill, now: datetime | None = None, most: int = 60) -> list[tuple[datetime, Estimate]]:
    """How the level became what it is: what was known after each of the newest `most` causes, and now. One query."""
    now = now or timezone.now()
    rows = SkillEvidence.objects.standing().filter(person=person, skill=skill, happened_at__lte=now)
    causes = _causes(rows.order_by("happened_at", "id"))
    known = rules()
    moments = list(dict.fromkeys(cause.happened_at for cause in causes))[-most:]
    steps = [(at, estimate([c for c in causes if c.happened_at <= at], at, known)) for at in moments]
    return [*steps, (now, estimate(causes, now, known))] if steps else []


def tell_causes(evidence: Collection[SkillEvidence], found: Estimate, viewer) -> list[ToldCause]:
    """Rows of the ledger in words. One question for each kind of source, however many rows there are."""
    by_kind: dict[str, list[str]] = {}
    for row in evidence:
        by_kind.setdefault(row.kind, []).append(row.source)
    seen = {kind: sources[kind].tell(keys, viewer) for kind, keys in by_kind.items()}
    return [
        ToldCause(
            basis=sources[row.kind].basis,
            told=seen[row.kind].get(row.source) or Told(str(sources[row.kind].words)),
            happened_at=row.happened_at,
            adds=found.added_by(_cause(row)),
        )
        for row in evidence
    ]


# --- Counting ---------------------------------------------------------------------------------------------------------
@transaction.atomic
def refresh(pairs: Collection[Pair], now: datetime | None = None) -> None:
    """Count the levels of these people and skills again. The rows are locked first, always in the same order: of two
    transactions with causes for one level the second counts after the first has ended, and sees its cause."""
    now = now or timezone.now()
    for some in batched(sorted(pairs), BATCH):
        blank = [SkillLevel(person_id=person, skill_id=skill, computed_at=now) for person, skill in some]
        SkillLevel.objects.bulk_create(blank, ignore_conflicts=True)
        kept = _locked(some)
        for pair, causes in _standing(some).items():
            _put(kept[pair], estimate(causes, now, rules()), now)
        # Not bulk_update, whose SQL for many columns takes longer than all the rest.
        counted = [kept[pair] for pair in some]
        SkillLevel.objects.bulk_create(
            counted, update_conflicts=True, unique_fields=["id"], update_fields=[*COUNTED, "computed_at"]
        )


def recount_levels(now: datetime | None = None) -> int:
    """Count all levels again. Returns how many were not what their causes came to when they were last counted; there
    should never be one, and what differs is mended and logged."""
    now = now or timezone.now()
    wrong = 0
    for some in batched(_all_pairs(), BATCH):
        with transaction.atomic():
            wrong += _check(some)
            refresh(some, now)
    return wrong


def _check(pairs):
    kept, wrong = _locked(pairs), 0
    for pair, causes in _standing(pairs).items():
        level, again = kept.get(pair, SkillLevel()), SkillLevel()
        _put(again, estimate(causes, level.computed_at, rules()), None)
        differing = [name for name in COUNTED if getattr(level, name) != getattr(again, name)]
        if differing:
            log.error("skill level differed", extra={"person": pair[0], "skill": pair[1], "fields": differing})
            wrong += 1
    return wrong


def _locked(pairs):
    rows = _of(SkillLevel, pairs).select_for_update().order_by("person_id", "skill_id")
    return {(level.person_id, level.skill_id): level for level in rows}


def _standing(pairs):
    causes: dict[Pair, list[Cause]] = {pair: [] for pair in pairs}
    for row in _of(SkillEvidence, pairs).standing():
        if (row.person_id, row.skill_id) in causes:
            causes[row.person_id, row.skill_id].append(_cause(row))
    return causes


def _all_pairs() -> Iterator[Pair]:
    """Whoever has a level, or causes for one."""
    levels = SkillLevel.objects.order_by().values_list("person_id", "skill_id")
    evidence = SkillEvidence.objects.order_by().values_list("person_id", "skill_id")
    yield from levels.union(evidence).order_by("person_id", "skill_id").iterator(chunk_size=BATCH)


def _of(model, pairs):
    """The rows of these pairs, and perhaps more of the same people: whoever asks picks out what it wants."""
    people, skills = {person for person, _ in pairs}, {skill for _, skill in pairs}
    return model.objects.filter(person__in=people, skill__in=skills)


def _causes(rows):
    return [_cause(row) for row in rows]


def _cause(row):
    return Cause(row.kind, row.strength, row.happened_at, row.measured, row.error)


def _put(level, found: Estimate, now):
    """Hundredths are kept: more would be written anew every night for nothing."""
    level.level, level.low, level.high = (round(value, 2) for value in (found.level, found.low, found.high))
    level.causes, level.basis, level.freshest_at = found.causes, found.basis, found.freshest_at
    level.computed_at = now

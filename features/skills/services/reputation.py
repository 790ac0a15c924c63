"""What somebody did for others, as tokens. A token is a cause in the ledger of evidence of a kind that is worth points:
each once, however many skills it proves, and gone with its cause. The number is their sum and is stored nowhere."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Count, Exists, OuterRef

from features.skills.models import SkillEvidence
from features.skills.services.sources import Told, sources

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


@dataclass(frozen=True)
class ToldToken:
    basis: "StrPromise"
    told: Told
    points: int
    happened_at: datetime
    reversed_at: datetime | None


def points_of_kinds() -> dict[str, int]:
    return {kind: source.points for kind, source in sources.items() if source.points}


def reputation_of(person) -> int:
    """The sum of the tokens that stand, in one query."""
    points = points_of_kinds()
    rows = SkillEvidence.objects.standing().filter(person=person, kind__in=points).order_by().values("kind")
    return sum(points[row["kind"]] * row["n"] for row in rows.annotate(n=Count("source", distinct=True)))


def tokens_of(person, *, is_reversed: bool = False):
    """One row of the ledger for each token: those that stand, or those whose cause is gone."""
    rows = SkillEvidence.objects.filter(person=person, kind__in=points_of_kinds())
    same = rows.filter(kind=OuterRef("kind"), source=OuterRef("source"))
    if is_reversed:
        gone = rows.filter(revoked_at__isnull=False).exclude(Exists(same.standing()))
        return gone.exclude(Exists(same.filter(pk__lt=OuterRef("pk"))))
    return rows.standing().exclude(Exists(same.standing().filter(pk__lt=OuterRef("pk"))))


def tell_tokens(rows: Collection[SkillEvidence], viewer) -> list[ToldToken]:
    """In words, of what the viewer may see; of the rest what kind it is. One question for each kind."""
    by_kind: dict[str, list[str]] = {}
    for row in rows:
        by_kind.setdefault(row.kind, []).append(row.source)
    seen = {kind: sources[kind].tell(keys, viewer) for kind, keys in by_kind.items()}
    return [
        ToldToken(
            basis=sources[row.kind].basis,
            told=seen[row.kind].get(row.source) or Told(str(sources[row.kind].words)),
            points=sources[row.kind].points,
            happened_at=row.happened_at,
            reversed_at=row.revoked_at,
        )
        for row in rows
    ]

"""Two skills that are one: everything that hangs on the first goes over to the second."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from core.registry import Registry
from features.accounts.services import audit
from features.skills.models import EscoConcept, FormerSlug, Origin, Skill, SkillEvidence, SkillRelation
from features.skills.services.evidence import recount
from features.skills.services.naming import SkillRefused
from features.skills.signals import skills_changed


@dataclass(frozen=True)
class Merge:
    """How another feature takes its rows over: `move(source, into)` answers how many there were, `words(n)` says so."""

    words: Callable[[int], str]
    move: Callable[[Skill, Skill], int]


merges = Registry("merges")


def preview(*, source: Skill, into: Skill) -> dict[str, int]:
    """What a merge would move, counted by doing it and undoing it: no second account of the rules."""
    with transaction.atomic():
        moved = _move(source, into)
        transaction.set_rollback(True)
    return moved


@transaction.atomic
def merge(*, source: Skill, into: Skill, by) -> dict[str, int]:
    """`source` becomes `into`, or SkillRefused. Answers how many rows went over, by name of the part."""
    number = source.pk
    moved = _move(source, into)
    audit(by, "skill.merged", f"skill:{into.pk}", [f"skill:{number}"])
    return moved


def _move(source, into):
    locked = Skill.objects.select_for_update().order_by("pk").in_bulk([source.pk, into.pk])
    if len(locked) < 2:
        raise SkillRefused("same", _("Choose another skill: these two are one already."), into)
    source, into = locked[source.pk], locked[into.pk]
    _check(source, into)
    moved = {
        "names": source.names.update(skill=into, is_canonical=False),
        "children": source.children.update(parent=into),
        "relations": _move_relations(source, into),
        "evidence": _move_evidence(source, into),
    }
    moved |= {name: part.move(source, into) for name, part in merges.items()}
    EscoConcept.objects.filter(skill=source).update(skill=into)
    FormerSlug.objects.filter(skill=source).update(skill=into)
    FormerSlug.objects.create(slug=source.slug, skill=into)
    number = source.pk
    source.delete()
    skills_changed.send(Skill, skills=[number, into.pk])
    return moved


def _check(source, into):
    if source.is_group or into.is_group:
        raise SkillRefused("group", _("A group is not a skill, and no skill becomes one."))
    if source.origin == Origin.OURS and into.origin != Origin.OURS:
        words = _("%(source)s is curated here and keeps its place. Merge %(into)s into it instead.")
        raise SkillRefused("curated", words % {"source": source, "into": into}, into)
    with connection.cursor() as cursor:
        cursor.execute(CYCLE, {"source": source.pk, "into": into.pk, "parent": into.parent_id})
        if cursor.fetchone()[0]:
            words = _(
                "%(into)s would lie below itself, because it and %(source)s are at different depths of one branch."
            )
            raise SkillRefused("cycle", words % {"source": source, "into": into}, into)


# Everything above the two once they are one. The two themselves are left out at the start: what joins them directly as
# a relation goes away. A parent stays, so a skill can never take its own parent over.
CYCLE = """
    WITH RECURSIVE edge AS (
        SELECT id AS low, parent_id AS high FROM skills_skill WHERE parent_id IS NOT NULL
        UNION SELECT skill_id, other_id FROM skills_skillrelation WHERE kind = 'broader'
    ), above(id) AS (
        SELECT high FROM edge WHERE low IN (%(source)s, %(into)s) AND high NOT IN (%(source)s, %(into)s)
        UNION SELECT edge.high FROM above JOIN edge ON edge.low = above.id
    )
    SELECT %(parent)s IS NOT DISTINCT FROM %(source)s::bigint
        OR EXISTS (SELECT FROM above WHERE id IN (%(source)s, %(into)s))
"""


def _move_relations(source, into):
    count = 0
    for here, there in (("skill", "other"), ("other", "skill")):
        rows = SkillRelation.objects.filter(**{here: source})
        count += len(rows)
        known = SkillRelation.objects.filter(**{here: into, "kind": OuterRef("kind"), there: OuterRef(there)})
        rows.filter(**{there: into}).delete()
        rows.filter(Exists(known)).delete()
        rows.update(**{here: into})
    return count


def _move_evidence(source, into):
    """A cause of both skills is one cause: it keeps the greater strength, and stands if one of them did."""
    rows = SkillEvidence.objects.filter(skill=source)
    count = rows.count()
    fields = ("person", "kind", "source")
    for both in rows.filter(
        Exists(SkillEvidence.objects.filter(skill=into, **{field: OuterRef(field) for field in fields}))
    ):
        same: Any = {field: getattr(both, field) for field in fields}
        kept = SkillEvidence.objects.get(skill=into, **same)
        standing = [row for row in (kept, both) if row.revoked_at is None] or [kept]
        kept.strength = max(row.strength for row in standing)
        for name in ("measured", "error", "happened_at", "recorded_at", "revoked_at"):
            setattr(kept, name, getattr(standing[0], name))
        kept.save()
        both.delete()
    people = set(rows.values_list("person", flat=True)) | set(source.levels.values_list("person", flat=True))
    rows.update(skill=into)
    recount({(person, into.pk) for person in people})
    return count

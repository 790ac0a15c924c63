"""What a name means, and what somebody may mean who has not finished typing."""

from collections.abc import Iterable
from functools import reduce
from operator import and_
from typing import Any

from django.contrib.postgres.search import Lexeme, SearchQuery
from django.db import connection
from django.db.models import Case, IntegerField, Q, When
from django.db.models.functions import Length

from core.spelling import slips_allowed
from core.text import words
from features.skills import names
from features.skills.models import Skill, SkillName

CANDIDATES = 50  # names that share most letters with it; counting slips takes longer than finding them


def resolve(name: str) -> Skill | None:
    """The one skill that people mean by this name, however they write it."""
    return resolve_all([name]).get(name)


def resolve_all(wanted: Iterable[str]) -> dict[str, Skill]:
    """{name as given: skill} for the names that are known, in one query."""
    keys = {name: names.key(name) for name in wanted}
    rows = SkillName.objects.filter(key__in={key for key in keys.values() if 0 < len(key) <= names.LONGEST})
    skills = {row.key: row.skill for row in rows.select_related("skill")}
    return {name: skills[key] for name, key in keys.items() if key in skills}


def by_slug(slug: str) -> Skill | None:
    """The skill at this address, or at the address it had before it was merged."""
    return Skill.objects.filter(slug=slug).first() or Skill.objects.filter(former_slugs=slug).first()


def names_of(skills: Iterable[Skill]) -> list[str]:
    """All that these skills are called: for texts that are searched."""
    rows = SkillName.objects.filter(skill__in=list(skills)).order_by("skill_id", "-is_canonical", "id")
    return list(rows.values_list("name", flat=True))


def suggest(text: str, limit: int = 8) -> list[Skill]:
    """Skills for what is typed so far: by the name itself, by its beginning, by the beginning of one of its words, and
    where that finds nothing, by what was perhaps mistyped. `skill.matched` is the synonym that led there, or empty."""
    typed = words(text[: names.LONGEST])
    if not typed:
        return []
    found: dict[int, str] = {}
    # What skills are called comes first, and mostly suffices: all that begins with "ma" is too much to sort.
    for look in (_called, _beginning_with, _mistyped):
        if look is _mistyped and found:
            break
        for skill_id, name, is_canonical in look(typed, limit * 5):
            if len(found) < limit:
                found.setdefault(skill_id, "" if is_canonical else name)
        if len(found) == limit:
            break
    skills = Skill.objects.in_bulk(found)
    for pk, skill in skills.items():
        skill.matched = found[pk]
    return [skills[pk] for pk in found if pk in skills]


Hit = tuple[int, str, bool]  # skill, name, whether it is the skill's own


def _hits(rows, most) -> list[Hit]:
    return list(rows.values_list("skill_id", "name", "is_canonical")[:most])


def _called(typed, most) -> list[Hit]:
    key = typed.replace(" ", "")
    rows = SkillName.objects.filter(Q(key=key) | Q(key__startswith=key, is_canonical=True))
    exact_first = Case(When(key=key, then=0), default=1, output_field=IntegerField())
    return _hits(rows.order_by(exact_first, Length("folded"), "id"), most)


def _beginning_with(typed, most) -> list[Hit]:
    key = typed.replace(" ", "")
    all_of_them: Any = reduce(and_, (Lexeme(word, prefix=True) for word in typed.split()))
    rows = SkillName.objects.filter(Q(key__startswith=key) | Q(words=SearchQuery(all_of_them, config="simple")))
    rank = Case(When(key=key, then=0), When(key__startswith=key, then=1), default=2, output_field=IntegerField())
    return _hits(rows.order_by(rank, "-is_canonical", Length("folded"), "id"), most)


def _mistyped(typed, most) -> list[Hit]:
    key = typed.replace(" ", "")
    allowed = slips_allowed(key)
    if not allowed:
        return []
    with connection.cursor() as cursor:
        cursor.execute(LIKELY, {"grams": names.trigrams(key), "most": CANDIDATES})
        near = [(names.slips(key, folded), len(folded), pk, hit) for pk, folded, *hit in cursor.fetchall()]
    return [(skill, name, own) for slips, _, _, (skill, name, own) in sorted(near) if slips <= allowed][:most]


# The names that share most runs of letters with what was typed. Common runs stand in half of all names and cost most of
# the time, so of those that Postgres has counted (in its statistics) only the four rarest lead to candidates.
LIKELY = """
    WITH common AS (
        SELECT gram, share
        FROM pg_stats, unnest(most_common_elems::text::text[], most_common_elem_freqs) AS counted(gram, share)
        WHERE schemaname = current_schema() AND tablename = 'skills_skillname' AND attname = 'grams'
            AND gram = ANY(%(grams)s)
    ), chosen AS (
        SELECT gram FROM unnest(%(grams)s::text[]) AS gram WHERE gram NOT IN (SELECT gram FROM common)
        UNION ALL (SELECT gram FROM common ORDER BY share LIMIT 4)
    )
    SELECT id, folded, skill_id, name, is_canonical FROM skills_skillname
    WHERE grams && (SELECT array_agg(gram)::varchar(3)[] FROM chosen)
    ORDER BY (SELECT count(*) FROM unnest(grams) AS gram WHERE gram = ANY(%(grams)s)) DESC, length(folded), id
    LIMIT %(most)s
"""

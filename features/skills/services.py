"""What a name means, what a skill may be called, and the evidence that a person has it."""

from collections.abc import Iterable
from functools import reduce
from operator import and_
from typing import Any

from django.contrib.postgres.search import Lexeme, SearchQuery
from django.db import IntegrityError, connection, transaction
from django.db.models import Case, IntegerField, Q, When
from django.db.models.functions import Length
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from core.db import broken_constraint
from core.text import one_line, words
from features.skills import names, starter
from features.skills.models import Skill, SkillEvidence, SkillName

CANDIDATES = 50  # names that share most letters with it; counting slips takes longer than finding them


class SkillRefused(Exception):
    """`code` is empty, comma, too_long or taken; `skill` is the one that the name already means."""

    def __init__(self, code, words, skill=None):
        super().__init__(code)
        self.code, self.words, self.skill = code, words, skill


# --- Finding ----------------------------------------------------------------------------------------------------------
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
    return Skill.objects.filter(slug=slug).first()


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
    rows = list(_beginning_with(typed)[: limit * 5]) or _mistyped(typed)
    found: dict[int, Skill] = {}
    for row in rows:
        if row.skill_id not in found and len(found) < limit:
            row.skill.matched = "" if row.is_canonical else row.name
            found[row.skill_id] = row.skill
    return list(found.values())


def _beginning_with(typed):
    key = typed.replace(" ", "")
    all_of_them: Any = reduce(and_, (Lexeme(word, prefix=True) for word in typed.split()))
    rows = SkillName.objects.filter(Q(key__startswith=key) | Q(words=SearchQuery(all_of_them, config="simple")))
    rank = Case(When(key=key, then=0), When(key__startswith=key, then=1), default=2, output_field=IntegerField())
    return rows.select_related("skill").order_by(rank, "-is_canonical", Length("folded"), "id")


def _mistyped(typed):
    key = typed.replace(" ", "")
    allowed = names.slips_allowed(key)
    if not allowed:
        return []
    grams = names.trigrams(key)
    with connection.cursor() as cursor:
        cursor.execute(LIKELY, {"grams": grams, "most": CANDIDATES})
        near = {pk: (names.slips(key, folded), len(folded), pk) for pk, folded in cursor.fetchall()}
    near = {pk: order for pk, order in near.items() if order[0] <= allowed}
    rows = SkillName.objects.filter(pk__in=near).select_related("skill")
    return sorted(rows, key=lambda row: near[row.pk])


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
    SELECT id, folded FROM skills_skillname
    WHERE grams && (SELECT array_agg(gram)::varchar(3)[] FROM chosen)
    ORDER BY (SELECT count(*) FROM unnest(grams) AS gram WHERE gram = ANY(%(grams)s)) DESC, length(folded), id
    LIMIT %(most)s
"""


# --- Naming -----------------------------------------------------------------------------------------------------------
@transaction.atomic
def add_skill(*, name, synonyms=(), description="", parent=None) -> Skill:
    """A new skill with all its names, or SkillRefused when one of them is not a name or means another skill."""
    name = _checked(name)
    slug = free_slug(name, set(Skill.objects.values_list("slug", flat=True)))
    skill = Skill.objects.create(name=name, slug=slug, description=one_line(description)[:300], parent=parent)
    for position, called in enumerate([name, *synonyms]):
        _call(skill, called, is_canonical=position == 0)
    return skill


@transaction.atomic
def add_synonym(*, skill, name) -> None:
    """People may call the skill this, too. Saying it twice changes nothing; a name of another skill is refused."""
    _call(skill, name)


def _call(skill, name, *, is_canonical=False):
    row = as_row(skill, _checked(name), is_canonical=is_canonical)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        if broken_constraint(error) != "one_skill_per_name":
            raise
        owner = resolve(name)
        if owner != skill:
            words = _("“%(name)s” already means %(skill)s.") % {"name": row.name, "skill": owner}
            raise SkillRefused("taken", words, owner) from error


def _checked(name):
    name = one_line(name)
    if not names.key(name):
        raise SkillRefused("empty", _("A name needs at least one letter or digit."))
    if "," in name:
        raise SkillRefused("comma", _("A name has no comma: commas stand between names."))
    if max(len(name), len(words(name))) > names.LONGEST:
        raise SkillRefused("too_long", _("A name has at most %(most)d letters.") % {"most": names.LONGEST})
    return name


def as_row(skill, name, *, is_canonical=False) -> SkillName:
    return SkillName(
        skill=skill, name=name, folded=words(name), grams=names.trigrams(names.key(name)), is_canonical=is_canonical
    )


def free_slug(name: str, taken: set[str]) -> str:
    """The words of a name in ASCII, numbered where that is taken."""
    base = slugify(words(name))[:100].strip("-") or "skill"
    slug, number = base, 1
    while slug in taken or slug == "suggest":  # an address of its own
        number += 1
        slug = f"{base}-{number}"
    return slug


@transaction.atomic
def load_starter() -> int:
    """Bring in the starter set; returns how many skills are new. Running it again changes nothing, and names that the
    site has given to another skill stay there."""
    rows = SkillName.objects.select_related("skill")
    owners = {row.key: row.skill for row in rows}
    slugs = set(Skill.objects.values_list("slug", flat=True))
    before = len(slugs)
    entries = starter.entries()
    for group in ([e for e in entries if not e.area], [e for e in entries if e.area]):
        fresh = []
        for entry in group:
            if names.key(entry.name) not in owners:
                slug = free_slug(entry.name, slugs)
                slugs.add(slug)
                parent = owners[names.key(entry.area)] if entry.area else None
                fresh.append(Skill(name=entry.name, slug=slug, description=entry.description, parent=parent))
        Skill.objects.bulk_create(fresh)
        called = [as_row(skill, skill.name, is_canonical=True) for skill in fresh]
        owners |= {names.key(skill.name): skill for skill in fresh}
        for entry in group:
            for synonym in entry.synonyms:
                if names.key(synonym) not in owners:
                    owner = owners[names.key(synonym)] = owners[names.key(entry.name)]
                    called.append(as_row(owner, synonym))
        SkillName.objects.bulk_create(called)
    return len(slugs) - before


# --- Evidence ---------------------------------------------------------------------------------------------------------
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

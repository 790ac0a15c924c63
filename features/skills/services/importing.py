"""ESCO's skills beside our own: what is curated here keeps its name, its words, its place and its address."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from django.db import connection, transaction

from features.skills import esco, names
from features.skills.models import EscoConcept, Origin, Skill, SkillName, SkillRelation
from features.skills.services.naming import free_slug, taken_slugs
from features.skills.signals import skills_changed

LOCK = 0x45_53_43_4F  # "ESCO": one import at a time
# The words of 97,000 names, sorted into their index at once instead of name by name: seconds, not minutes. A page's
# patience is no measure for this.
IN_BULK = """
    SET LOCAL statement_timeout = '10min';
    SET LOCAL gin_pending_list_limit = '1GB';
    SET LOCAL maintenance_work_mem = '256MB'
"""
SORT_IN = "SELECT gin_clean_pending_list('skill_name_words'), gin_clean_pending_list('skill_name_grams')"
TABLES = ("skills_skill", "skills_skillname", "skills_skillrelation", "skills_escoconcept")


@dataclass
class Imported:
    """What an import did. `known` were here before; `matched` are what the site already called by that name."""

    skills: int = 0
    groups: int = 0
    known: int = 0
    matched: int = 0
    synonyms: int = 0
    taken: int = 0  # synonyms that mean another skill
    too_long: int = 0
    relations: int = 0
    problems: list[esco.Problem] = field(default_factory=list)


def import_esco(paths: Iterable[Path], tell: Callable[[str], None] = lambda words: None) -> Imported:
    """Bring in the archives, or NotEsco. Running it again changes nothing. A concept that is known is not renamed and
    not moved: whoever curates has the last word, over a newer ESCO too."""
    tell("Reading the archives …")
    found = esco.read(list(paths))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        cursor.execute(IN_BULK)
        done = Imported(problems=found.problems)
        tell(f"Writing {len(found.concepts):,} skills and groups …")
        owners = dict(SkillName.objects.values_list("key", "skill_id"))
        concepts = dict(EscoConcept.objects.values_list("uri", "skill_id"))
        fresh = _add_skills(found.concepts, owners, concepts, done)
        tell("Writing their names …")
        named = _add_names(found.concepts, owners, concepts, fresh, done)
        tell(f"Writing {len(found.relations):,} relations …")
        edges = _known_ends(found.relations, concepts, done)
        _add_relations(edges, done)
        _place(edges, fresh)
        # The picker asks Postgres which letters are common; plans depend on how much there is.
        cursor.execute(f"ANALYZE {', '.join(TABLES)}")
        if named:
            tell("Putting them where they are found …")
            skills_changed.send(Skill, skills=named)
    return done


def _add_skills(found, owners, concepts, done) -> set[int]:
    """The ids of the skills that are new; `concepts` learns which skill each concept is."""
    slugs = taken_slugs()
    fresh: list[Skill] = []
    new = [concept for concept in found if concept.uri not in concepts]
    done.known = len(found) - len(new)
    ours = SkillName.objects.filter(is_canonical=True, skill__origin=Origin.OURS)
    curated = dict(ours.values_list("key", "skill_id"))
    links, waiting = [], []
    coming: dict[str, int] = {}  # the place among the new ones of a name: ESCO may write one skill twice
    twins: list[tuple[str, int]] = []
    for concept in new:
        owner = None if concept.is_group else _owner(concept, owners, curated)
        if owner:
            links.append((concept.uri, owner))
            continue
        if not concept.is_group and coming.setdefault(concept.key, len(fresh)) < len(fresh):
            twins.append((concept.uri, coming[concept.key]))
            continue
        slug = free_slug(concept.name, slugs)
        slugs.add(slug)
        waiting.append(concept)
        fresh.append(
            Skill(
                name=concept.name,
                slug=slug,
                description=concept.description,
                origin=Origin.ESCO,
                is_group=concept.is_group,
            )
        )
    Skill.objects.bulk_create(fresh, batch_size=2000)
    links += [(uri, fresh[place].pk) for uri, place in twins]
    done.matched = len(links)
    done.groups = sum(skill.is_group for skill in fresh)
    done.skills = len(fresh) - done.groups
    links += [(concept.uri, skill.pk) for concept, skill in zip(waiting, fresh, strict=True)]
    _copy(EscoConcept, ("uri", "skill_id"), links)
    concepts.update(links)
    return {skill.pk for skill in fresh}


def _owner(concept, owners, curated):
    """What the site calls by that name; or by that name without what ESCO says in brackets, if it is a curated skill's
    own: a synonym such as ML is too little to go by."""
    return owners.get(concept.key) or curated.get(names.key(esco.without_qualifier(concept.name)))


def _add_names(found, owners, concepts, fresh, done) -> list[int]:
    """First what each is called, then what else: a synonym never takes the name of another. Answers whose names are
    new."""
    rows = []

    def call(pk, name, folded, key, *, is_canonical=False):
        owners[key] = pk
        # An imported synonym is found as it is written. Slips are looked for in what skills are called: seven names for
        # each would make that search seven times as long, and they are mostly the same words in another order.
        rows.append((pk, name, folded, names.trigrams(key) if is_canonical else [], is_canonical))

    skills = [(concepts[concept.uri], concept) for concept in found if not concept.is_group]
    for pk, concept in skills:
        if pk in fresh and concept.key not in owners:
            call(pk, concept.name, concept.folded, concept.key, is_canonical=True)
    for pk, concept in skills:
        for label, folded in ((concept.name, concept.folded), *concept.labels):
            key = folded.replace(" ", "")
            if not key:
                continue
            if key in owners:
                done.taken += owners[key] != pk
            elif esco.fits(label, folded):
                done.synonyms += 1
                call(pk, label, folded, key)
            else:
                done.too_long += 1
    _copy(SkillName, ("skill_id", "name", "folded", "grams", "is_canonical"), rows)
    with connection.cursor() as cursor:
        cursor.execute(SORT_IN)
    return sorted({row[0] for row in rows})


def _known_ends(relations, concepts, done) -> list[tuple[int, str, int]]:
    """The relations whose both ends are here, as skill, kind, other; the others are problems."""
    edges: dict[tuple[int, str, int], None] = {}
    for relation in relations:
        unknown = next((uri for uri in (relation.uri, relation.other) if uri not in concepts), None)
        if unknown:
            done.problems.append(esco.Problem(relation.file, relation.line, f"{unknown} is not among the skills"))
        elif concepts[relation.uri] != concepts[relation.other]:  # two concepts may be one skill here
            edges[concepts[relation.uri], relation.kind, concepts[relation.other]] = None
    return list(edges)


def _add_relations(edges, done) -> None:
    known = set(SkillRelation.objects.values_list("skill_id", "kind", "other_id"))
    rows = [edge for edge in edges if edge not in known]
    done.relations = len(rows)
    _copy(SkillRelation, ("skill_id", "kind", "other_id"), rows)


def _place(edges, fresh) -> None:
    """A new skill's parent is the first that ESCO names as broader and that does not lie below it."""
    parents = dict(Skill.objects.values_list("pk", "parent_id"))
    placed = {}

    def lies_below(high, low):
        while high and high != low:
            high = parents.get(high)
        return high == low

    for pk, kind, other in edges:
        if kind == SkillRelation.Kind.BROADER and pk in fresh and pk not in placed and not lies_below(other, pk):
            parents[pk] = placed[pk] = other
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE skills_skill SET parent_id = high FROM unnest(%s::bigint[], %s::bigint[]) AS placed(low, high) "
            "WHERE id = low",
            [list(placed), list(placed.values())],
        )


def _copy(model, columns, rows) -> None:
    if not rows:
        return
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {model._meta.db_table} ({', '.join(columns)}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row(row)

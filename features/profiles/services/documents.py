"""People as the site's search knows them: what everybody who finds the document may see, and nothing else."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from functools import cache
from itertools import batched
from typing import Any

from django.db import connection
from django.db.models import Exists, Model, OuterRef, QuerySet

from core.db import Prepared
from features.accounts.models import User
from features.discovery import services as discovery
from features.discovery.kinds import Entry
from features.discovery.models import Visibility
from features.profiles.access import public_people
from features.profiles.services.portraits import LISTS, Portrait
from features.skills.access import DEFAULTS
from features.skills.models import Block, BlockVisibility, Profile, SkillName
from features.skills.models import Visibility as Blocks

KIND = "person"
AT_ONCE = 500
# Blocks that have words. Addresses, numbers and free hours are for people who look at the page.
TOLD = [block for block in LISTS if block != Block.AVAILABILITY]


def publish_person(person: User) -> None:
    """Write the document anew, within the caller's transaction. Whoever has left, or never came in, has none."""
    discovery.republish(KIND, [str(person.pk)])


def entries(refs: Collection[str] | None = None) -> Iterator[Entry]:
    """A fixed number of queries for hundreds of people at a time."""
    if refs is not None and len(refs) == 1:  # at nearly every change
        one = ONE.first(int(next(iter(refs))))
        yield from _entries([one] if one else [])
        return
    found = _findable()
    if refs is not None:
        found = found.filter(pk__in=refs)
    for people in batched(found.iterator(chunk_size=AT_ONCE), AT_ONCE):
        yield from _entries(people)


def _findable() -> QuerySet[User]:
    for_all = public_people(for_good=True).filter(pk=OuterRef("pk"))
    return User.objects.filter(is_active=True).confirmed().annotate(is_for_all=Exists(for_all)).order_by("pk")


ONE = Prepared(lambda pk: _findable().filter(pk=pk))


def _entries(people: Sequence[User]) -> Iterator[Entry]:
    public = {person.pk for person in people if person.is_for_all}  # type: ignore[attr-defined]
    shown_people = list(_portraits(people, public)) if people else []
    names = _names_of({claim.skill_id for shown in shown_people for claim in shown.skills})
    for shown in shown_people:
        person, claimed = shown.person, [claim.skill_id for claim in shown.skills]
        yield Entry(
            kind=KIND,
            ref=str(person.pk),
            title=person.name,
            text="\n".join(sentence for sentence in shown.sentences() if sentence.strip()),
            names=[f"@{person.handle}", *(name for pk in claimed for name in names[pk])],
            skills=claimed,
            language=(person.languages or ["en"])[0],
            visibility=Visibility.PUBLIC if person.pk in public else Visibility.MEMBERS,
            url=person.get_absolute_url(),
        )


def _portraits(people: Sequence[User], public: set[int]) -> Iterator[Portrait]:
    ids = [person.pk for person in people]
    filled = _filled(ids)
    chosen: dict[int, dict[str, str]] = defaultdict(dict)
    if BlockVisibility in filled:
        said = BlockVisibility.objects.filter(person__in=ids).values_list("person_id", "block", "visibility")
        for person_id, block, visibility in said:
            chosen[person_id][block] = visibility
    rows: dict[tuple[int, str], list] = defaultdict(list)
    for part in (block for block in TOLD if LISTS[block].model in filled):
        of_them: Any = LISTS[part].filter(person__in=ids)
        for row in of_them:
            rows[row.person_id, part.value].append(row)
    profiles = Profile.objects.in_bulk(ids) if Profile in filled else {}
    for person in people:
        seen_by_all = {Blocks.PUBLIC} if person.pk in public else {Blocks.PUBLIC, Blocks.MEMBERS}
        levels: dict[str, str] = {block.value: level.value for block, level in DEFAULTS.items()} | chosen[person.pk]
        told: dict[str, Any] = {
            block.value: rows[person.pk, block.value] for block in TOLD if levels[block.value] in seen_by_all
        }
        if levels[Block.ABOUT.value] in seen_by_all and person.pk in profiles:
            told |= {"place": profiles[person.pk].place, "about": profiles[person.pk].about}
        yield Portrait(person, **told)


@cache
def _parts() -> dict[str, type[Model]]:
    """What a portrait is made of, by table."""
    parts: list[type[Model]] = [BlockVisibility, Profile, *(LISTS[block].model for block in TOLD)]
    return {model._meta.db_table: model for model in parts}


def _filled(ids: list[int]) -> set[type[Model]]:
    """The parts that hold anything of these people: of most people most are empty, and each costs a query."""
    with connection.cursor() as cursor:
        cursor.execute(
            " UNION ALL ".join(
                f"SELECT '{table}' WHERE EXISTS (SELECT FROM {table} WHERE person_id = ANY(%(ids)s))"  # noqa: S608
                for table in _parts()
            ),
            {"ids": ids},
        )
        return {_parts()[table] for (table,) in cursor.fetchall()}


def _names_of(claimed: Collection[int]) -> dict[int, list[str]]:
    names: dict[int, list[str]] = defaultdict(list)
    if claimed:
        found = SkillName.objects.filter(skill__in=claimed).order_by("-is_canonical", "pk")
        for pk, name in found.values_list("skill_id", "name"):
            names[pk].append(name)
    return names

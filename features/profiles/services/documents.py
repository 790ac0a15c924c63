"""People as the site's search knows them: what everybody who finds the document may see, and nothing else."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from itertools import batched
from typing import Any

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
    found = User.objects.filter(is_active=True).confirmed().order_by("pk")
    if refs is not None:
        found = found.filter(pk__in=refs)
    for people in batched(found.iterator(chunk_size=AT_ONCE), AT_ONCE):
        yield from _entries(people)


def _entries(people: Sequence[User]) -> Iterator[Entry]:
    ids = [person.pk for person in people]
    public = set(public_people(for_good=True).filter(pk__in=ids).values_list("pk", flat=True))
    names = _names_of_claimed(ids)
    for shown in _portraits(people, public):
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
    chosen: dict[int, dict[str, str]] = defaultdict(dict)
    said = BlockVisibility.objects.filter(person__in=ids).values_list("person_id", "block", "visibility")
    for person_id, block, visibility in said:
        chosen[person_id][block] = visibility
    rows: dict[tuple[int, str], list] = defaultdict(list)
    for part in TOLD:
        of_them: Any = LISTS[part].filter(person__in=ids)
        for row in of_them:
            rows[row.person_id, part.value].append(row)
    profiles = Profile.objects.in_bulk(ids)
    for person in people:
        seen_by_all = {Blocks.PUBLIC} if person.pk in public else {Blocks.PUBLIC, Blocks.MEMBERS}
        levels: dict[str, str] = {block.value: level.value for block, level in DEFAULTS.items()} | chosen[person.pk]
        told: dict[str, Any] = {
            block.value: rows[person.pk, block.value] for block in TOLD if levels[block.value] in seen_by_all
        }
        if levels[Block.ABOUT.value] in seen_by_all and person.pk in profiles:
            told |= {"place": profiles[person.pk].place, "about": profiles[person.pk].about}
        yield Portrait(person, **told)


def _names_of_claimed(ids: Collection[int]) -> dict[int, list[str]]:
    names: dict[int, list[str]] = defaultdict(list)
    claimed = SkillName.objects.filter(skill__claims__person__in=ids).distinct().order_by("-is_canonical", "pk")
    for pk, name in claimed.values_list("skill_id", "name"):
        names[pk].append(name)
    return names

"""Following people, skills and whatever else can be named by a key, and being told once of what is new there."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from core.limits import hit
from core.registry import Registry
from core.text import numbers
from features.notifications.kinds import FOLLOWS, kinds
from features.notifications.models import DigestRhythm, Follow, Level, Notification, Preference, Rhythm
from features.notifications.services import telling

BATCH = 500
LOUDNESS = {level: place for place, level in enumerate(Level.values)}


@dataclass(frozen=True)
class Followed:
    """What can be followed, as lists show it."""

    key: str
    name: str
    url: str
    kind: Any  # in a word: "Board"


# "person", "skill": of these ids, those that can be followed. Features that know them register here.
followables: dict[str, Callable[[list[int]], dict[int, Followed]]] = Registry("what can be followed")


def named(keys: Iterable[str]) -> dict[str, Followed]:
    """{key: what it is} for those that are there to be followed. The queries grow with the kinds, not the keys."""
    by_kind: dict[str, list[int]] = defaultdict(list)
    for key in keys:
        kind, _, ref = key.partition(":")
        if kind in followables:
            by_kind[kind] += numbers([ref])
    return {found.key: found for kind, ids in by_kind.items() for found in followables[kind](ids).values()}


def follow(*, person, key: str, level: str | None = None, now=None) -> None:
    """Hear of what is new there; following twice is following once. `level` is how for this one, "" as chosen for all;
    without it, it stays as it was."""
    hit("follow", person.pk)
    row = Follow(person=person, key=key, level=level or "", followed_at=now or timezone.now())
    if level is None:
        Follow.objects.bulk_create([row], ignore_conflicts=True)
        return
    Follow.objects.bulk_create([row], update_conflicts=True, unique_fields=["person", "key"], update_fields=["level"])


def unfollow(*, person, key: str) -> None:
    Follow.objects.filter(person=person, key=key).delete()


def follows(person, key: str) -> bool:
    return Follow.objects.filter(person=person, key=key).exists()


def take_over(source: str, into: str) -> int:
    """Who followed `source` follows `into`; answers how many there were."""
    rows = Follow.objects.filter(key=source)
    count = rows.count()
    rows.filter(person__in=Follow.objects.filter(key=into).values("person")).delete()
    rows.update(key=into)
    return count


# --- Telling ----------------------------------------------------------------------------------------------------------
@transaction.atomic
def tell_followers(
    *, keys: Iterable[str], kind: str, ref, url: str, leave_out: int | Collection[int], after: int = 0
) -> int | None:
    """Tell the next batch of those who follow any of `keys`, but for those to `leave_out`: each person once per (kind,
    ref), by person's number from `after` on. Answers the last person's number if there may be more: ten thousand are
    told by a chain of jobs."""
    if kinds[kind].group != FOLLOWS:
        raise ValueError(f"{kind} does not belong to what people follow")
    left_out = [leave_out] if isinstance(leave_out, int) else list(leave_out)
    rows = Follow.objects.filter(key__in=list(keys), person__gt=after, person__is_active=True)
    rows = rows.exclude(person__in=left_out)
    people = list(rows.order_by("person").values_list("person", flat=True).distinct()[:BATCH])
    loudest = _loudest(rows.filter(person__in=people).values_list("person", "level"), people)
    never = set(DigestRhythm.objects.filter(person__in=people, rhythm=Rhythm.NEVER).values_list("person", flat=True))
    telling.write(
        [
            Notification(
                recipient_id=person,
                kind=kind,
                ref=str(ref),
                url=url,
                key=f"{kind}:{ref}:{person}",
                by_digest=loudest[person] == Level.DIGEST and person not in never,
            )
            for person in people
            if loudest[person] != Level.OFF
        ]
    )
    return people[-1] if len(people) == BATCH else None


def _loudest(rows, people) -> dict[int, str]:
    """{person: level} of the follow that wants most. Who switched the whole group off wants nothing."""
    chosen = dict(Preference.objects.filter(person__in=people, group=FOLLOWS.key).values_list("person", "level"))
    found = dict.fromkeys(people, str(Level.OFF))
    for person, own in rows:
        of_group = chosen.get(person, FOLLOWS.proposed)
        found[person] = max(found[person], _effective(own, of_group), key=LOUDNESS.__getitem__)
    return found


def _effective(own: str, of_group: str) -> str:
    return Level.OFF if of_group == Level.OFF else own or of_group


def wanted_by(person, keys_by_row: dict[int, set[str]]) -> dict[int, str]:
    """{row: level}: what a person wants now of things that concern these keys. Nothing, of what they left."""
    own = dict(Follow.objects.filter(person=person).values_list("key", "level"))
    chosen = Preference.objects.filter(person=person, group=FOLLOWS.key).values_list("level", flat=True).first()
    of_group = chosen or FOLLOWS.proposed
    return {
        row: max(
            (_effective(own[key], of_group) for key in keys if key in own),
            key=LOUDNESS.__getitem__,
            default=Level.OFF,
        )
        for row, keys in keys_by_row.items()
    }

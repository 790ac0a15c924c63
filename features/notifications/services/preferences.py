"""What a person wants to be told, and how."""

from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone

from features.notifications.kinds import DIGEST, FOLLOWS, Group, groups
from features.notifications.models import DigestRhythm, Follow, Level, Notification, Preference, Rhythm

WITH_LETTERS = (Level.DIGEST, Level.MAIL)


def levels(person) -> dict[str, str]:
    """What a person wants of each group that leaves a choice."""
    chosen = dict(Preference.objects.filter(person=person).values_list("group", "level"))
    return {key: chosen.get(key, group.proposed) for key, group in groups().items() if group.is_optional}


def level(person, group: Group) -> str:
    if not group.is_optional:
        return Level.MAIL
    chosen = Preference.objects.filter(person=person, group=group.key).values_list("level", flat=True).first()
    return chosen or group.proposed


def choose(*, person, levels: Mapping[str, str], now=None) -> None:
    """Write down what a person wants of some groups. Raises KeyError for a group that leaves no choice, ValueError for
    a level that it does not have."""
    now = now or timezone.now()
    known = groups()
    open_ones = {key for key, group in known.items() if group.is_optional}
    if fixed := set(levels) - open_ones:
        raise KeyError(*sorted(fixed))
    if unknown := {key for key, level in levels.items() if level not in known[key].levels}:
        raise ValueError(f"no such level: {sorted(unknown)}")
    rows = [Preference(person=person, group=key, level=Level(level), changed_at=now) for key, level in levels.items()]
    Preference.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["person", "group"], update_fields=["level", "changed_at"]
    )


def rhythm(person) -> str:
    chosen = DigestRhythm.objects.filter(person=person).values_list("rhythm", flat=True).first()
    return chosen or Rhythm.WEEKLY


@transaction.atomic
def choose_rhythm(*, person, rhythm: str, now=None) -> None:
    """How often a digest comes. What waits for one when there are to be none stays in the inbox alone."""
    now = now or timezone.now()
    row = DigestRhythm(person=person, rhythm=Rhythm(rhythm), changed_at=now)
    DigestRhythm.objects.bulk_create(
        [row], update_conflicts=True, unique_fields=["person"], update_fields=["rhythm", "changed_at"]
    )
    if rhythm == Rhythm.NEVER:
        Notification.objects.for_digest().filter(recipient=person).update(withheld_at=now)


def gets_letters(person, group: Group) -> bool:
    """Whether letters of this group are sent at all: what the page at the end of its address asks."""
    if group == DIGEST:
        return rhythm(person) != Rhythm.NEVER
    chosen = level(person, group)
    by_itself = group == FOLLOWS and chosen != Level.OFF  # whoever switched them all off gets none of these either
    return chosen in WITH_LETTERS or (by_itself and _own_levels(person).exists())


def in_inbox(person, group: Group) -> bool:
    """Whether what its letters say stands in the inbox as well."""
    return group == DIGEST or level(person, group) != Level.OFF


@transaction.atomic
def stop_letters(*, person, group: Group, now=None) -> None:
    """No more mail of this group; what it says still stands in the inbox, unless that was switched off as well."""
    if group == DIGEST:
        choose_rhythm(person=person, rhythm=Rhythm.NEVER, now=now)
        return
    if level(person, group) in WITH_LETTERS:
        choose(person=person, levels={group.key: Level.OFF if group.is_mail_alone else Level.INBOX}, now=now)
    if group == FOLLOWS:
        _own_levels(person).update(level="")


def _own_levels(person):
    """Follows that have letters of their own, whatever is chosen for all."""
    return Follow.objects.filter(person=person, level__in=WITH_LETTERS)

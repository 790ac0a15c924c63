"""What a person changes in their own profile. Whatever changes it also changes what is found of it."""

from collections.abc import Iterable, Sequence

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from features.accounts import services as accounts
from features.accounts.models import User
from features.mentoring import services as mentoring
from features.profiles.services.documents import publish_person
from features.skills import services as skills
from features.skills.models import BlockVisibility, Entry, Goal, PersonSkill, Profile, Project, Skill

MOST = 60  # rows of a block: a page of them is read at once


class EntryRefused(Exception):
    """`code` is twice or too_many; the text says what to do."""

    def __init__(self, code: str, text: str):
        super().__init__(text)
        self.code = code


@transaction.atomic
def save_entry(*, person: User, entry: Entry) -> None:
    """A new row goes before what is older, or to the end; an old one stays in its place. Raises EntryRefused."""
    if entry._state.adding:
        for refused in add_entries(person=person, entries=[entry]):
            raise refused
        return
    _write(entry)
    _declare(person, [entry])
    publish_person(person)


@transaction.atomic
def add_entries(*, person: User, entries: Sequence[Entry]) -> list[EntryRefused]:
    """New rows of one block, each before what is older. Answers why some were not taken."""
    rows, added, refused = _rows(person, type(entries[0])), [], []
    for entry in entries:
        entry.person = person
        entry.position = next((n for n, row in enumerate(rows) if row.newest() < entry.newest()), len(rows))
        try:
            if len(rows) >= MOST:
                raise EntryRefused("too_many", _("This block is full. Remove what matters least first."))
            _write(entry)
        except EntryRefused as why:
            refused.append(why)
        else:
            rows.insert(entry.position, entry)
            added.append(entry)
    _number(rows)
    _declare(person, added)
    publish_person(person)
    return refused


def _declare(person: User, entries: Iterable[Entry]) -> None:
    said = {entry.skill: entry.level for entry in entries if isinstance(entry, PersonSkill)}
    if said:
        skills.declare_levels(person=person, levels=said)


def _write(entry: Entry) -> None:
    try:
        with transaction.atomic():
            entry.save()
    except IntegrityError as error:
        diagnosis = getattr(error.__cause__, "diag", None)
        if not (getattr(diagnosis, "constraint_name", None) or "").startswith("one_"):
            raise
        raise EntryRefused("twice", _("This stands on your profile already. Change that row instead.")) from error


@transaction.atomic
def save_project(*, person: User, entry: Project, upload=None, without_picture=False) -> None:
    """Raises EntryRefused, and FileRefused for what is no picture; then nothing is changed."""
    old = None
    if entry.pk and (upload or without_picture):  # of two at once the second takes away what the first has put there
        there = Project.objects.select_for_update(of=("self",)).select_related("picture").filter(pk=entry.pk).first()
        old = there and there.picture
    if upload:
        entry.picture = accounts.store_picture(owner=person, upload=upload, kind="project", is_public=False)
    elif without_picture:
        entry.picture = None
    save_entry(person=person, entry=entry)
    if old:
        accounts.remove_file(old)


@transaction.atomic
def remove_entry(*, person: User, entry: Entry) -> None:
    picture = getattr(entry, "picture", None)
    entry.delete()
    if isinstance(entry, PersonSkill):
        skills.withdraw_declared(person=person, skill=entry.skill)
    if picture:
        accounts.remove_file(picture)
    publish_person(person)


@transaction.atomic
def move_entry(*, person: User, entry: Entry, up: bool) -> None:
    """One place up or down; at the end of the list nothing happens."""
    rows = _rows(person, type(entry))
    place = next((n for n, row in enumerate(rows) if row.pk == entry.pk), None)
    other = None if place is None else place + (-1 if up else 1)
    if place is not None and other is not None and 0 <= other < len(rows):
        rows[place], rows[other] = rows[other], rows[place]
        _number(rows)


def _rows(person: User, model: type[Entry]) -> list[Entry]:
    # Two tabs that add or move at once queue here, so that no two rows end up in one place.
    User.objects.select_for_update(no_key=True).get(pk=person.pk)
    return list(model._default_manager.filter(person=person))


def _number(rows: list[Entry]) -> None:
    moved = [row for place, row in enumerate(rows) if row.position != place]
    for place, row in enumerate(rows):
        row.position = place
    if moved:
        type(moved[0])._default_manager.bulk_update(moved, ["position"])
        if isinstance(moved[0], Goal):  # the first one weighs most
            mentoring.mark_dirty([moved[0].person_id], "goal")


@transaction.atomic
def save_profile(*, person: User, **fields: str) -> None:
    Profile.objects.update_or_create(person=person, defaults=fields)
    publish_person(person)


@transaction.atomic
def set_visibility(*, person: User, block: str, visibility: str) -> None:
    BlockVisibility.objects.update_or_create(person=person, block=block, defaults={"visibility": visibility})
    publish_person(person)


def take_over_skill(source: Skill, into: Skill) -> int:
    """Who said they have `source`, or want it, says so of `into`; of two rows the one with the higher level stays."""
    people: set[int] = set()
    for model in (PersonSkill, Goal):
        rows = model._default_manager.filter(skill=source)
        people |= set(rows.values_list("person_id", flat=True))
        for row in rows:
            other = model._default_manager.filter(person=row.person_id, skill=into).first()
            if other is None:
                row.skill = into
                row.save(update_fields=["skill"])
            else:
                other.level = max(other.level, row.level)
                other.save(update_fields=["level"])
                row.delete()
    for person in User.objects.filter(pk__in=people):
        publish_person(person)
    return len(people)

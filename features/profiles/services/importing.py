"""Taking a résumé over, row by row. What was handed in stays until it is taken or thrown away."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core.text import words
from features.accounts.models import User
from features.discovery import services as discovery
from features.profiles import resume
from features.profiles.blocks import PARTS
from features.profiles.services.editing import add_entries, save_profile
from features.profiles.services.links import add_links
from features.skills import services as skills
from features.skills.models import Block, Entry, PersonSkill, Profile, ResumeDraft

# What makes two rows the same thing, whatever else is said of it.
IDENTITY = {
    Block.WORK: ("organisation", "position_held", "started_on"),
    Block.EDUCATION: ("institution", "degree", "area"),
    Block.CERTIFICATIONS: ("name", "issuer", "issued_on"),
    Block.PROJECTS: ("name", "started_on"),
    Block.ACHIEVEMENTS: ("title", "awarded_on"),
    Block.SKILLS: ("skill_id",),
    Block.LANGUAGES: ("code",),
    Block.LINKS: ("url",),
}


@dataclass(frozen=True)
class Row:
    """One thing that a résumé says. `problems` is why it cannot be taken; `is_known` that the profile says it too."""

    key: str
    block: str
    said: dict
    taken: Any  # a row to be, or the fields of the profile
    problems: list[str]
    is_known: bool

    @property
    def label(self) -> str:
        return str(Block(self.block).label)

    @property
    def is_open(self) -> bool:
        return not self.problems and not self.is_known


def hand_in(*, person: User, text: str) -> ResumeDraft:
    """Keep what can be read of a résumé, in place of one before. Raises resume.ResumeRefused."""
    return ResumeDraft.objects.update_or_create(person=person, defaults={"content": resume.read(text)})[0]


def rows(draft: ResumeDraft) -> list[Row]:
    """Everything in it, as it would be taken over now. The number of queries does not grow with it."""
    person, said = draft.person, list(resume.entries(draft.content))
    profile = Profile.objects.filter(person=person).first() or Profile(person=person)
    named = skills.resolve_all(fields["skill"] for key, block, fields in said if block == Block.SKILLS)
    known: dict[str, set] = {block: set() for block in IDENTITY}
    for block, of_block in known.items():
        of_block |= {_identity(row, block) for row in PARTS[block].model._default_manager.filter(person=person)}
    found = []
    for key, block, fields in said:
        taken, problems = _skill(fields, named) if block == Block.SKILLS else _by_form(block, fields)
        if block not in IDENTITY:
            is_known = all(getattr(profile, name) == value for name, value in taken.items())
        else:
            identity = None if problems else _identity(taken, block)
            is_known = identity in known[block]
            known[block] |= {identity} - {None}  # said twice, it is taken once
        found.append(Row(key, block, fields, taken, problems, is_known))
    return found


def _skill(fields, named):
    if skill := named.get(fields["skill"]):
        return PersonSkill(skill=skill, level=fields["level"]), []
    return None, [_("We know no skill of this name. Add it yourself: the field suggests what we call it.")]


def _by_form(block, fields):
    form = PARTS[block].form(fields)
    if form.is_valid():
        return (form.instance if block in IDENTITY else {name: form.cleaned_data[name] for name in fields}), []
    return {}, [f"{form.fields[name].label}: {error}" for name, errors in form.errors.items() for error in errors]


def _identity(entry: Entry, block: str) -> tuple:
    values = (getattr(entry, name) for name in IDENTITY[Block(block)])
    return tuple(words(value) if isinstance(value, str) else value for value in values)


@transaction.atomic
def take_over(*, draft: ResumeDraft, keys: Collection[str]) -> tuple[int, list[str]]:
    """Put the chosen rows on the profile. Answers how many, and why some were not. The draft goes once all of it is on
    the profile: what could not be taken stays to be read."""
    person, refused = draft.person, []
    all_rows = rows(draft)
    chosen: dict[str, list] = defaultdict(list)
    for row in all_rows:
        if row.key in keys and row.is_open:
            chosen[row.block].append(row.taken)
    with discovery.gathered():  # three hundred rows are one profile
        for block, entries in chosen.items():
            if block == Block.LINKS:
                refused += add_links(person=person, entries=entries)
            elif block in IDENTITY:
                refused += add_entries(person=person, entries=entries)
            else:
                save_profile(person=person, **{name: said for entry in entries for name, said in entry.items()})
    taken = sum(map(len, chosen.values())) - len(refused)
    if taken == sum(not row.is_known for row in all_rows):
        draft.delete()
    return taken, [str(why) for why in refused]


def discard(*, person: User) -> None:
    ResumeDraft.objects.filter(person=person).delete()

"""What is not there yet and what it would open: a reason and a way, never a percentage."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from features.profiles.services import Portrait


@dataclass(frozen=True)
class Missing:
    what: str
    opens: str
    url: str


def missing(shown: Portrait) -> list[Missing]:
    """`shown` is everything of a person, as they see themselves."""
    person = shown.person
    preferences = reverse("preferences")
    asked: list[tuple[Any, str, str, str]] = [
        (person.headline, _("A headline"), _("stands under your name wherever you host or take part."), preferences),
        (person.photo_id, _("A photo"), _("people know you in the room and at the door."), reverse("profile_edit")),
        (person.time_zone, _("Your time zone"), _("times are shown on your own clock."), preferences),
        (person.languages, _("Your languages"), _("sessions can be filtered by what you follow."), preferences),
        (shown.skills, _("A skill"), _("the search finds you by it, and by all its other names."), _edit("skills")),
        (shown.goals, _("A goal"), _("those who can help you see what you are after."), _edit("goals")),
        (shown.work, _("Where you work"), _("readers know what your knowledge comes from."), _edit("work")),
        (shown.availability, _("Free hours"), _("sessions can be filtered by your week."), reverse("weekly_hours")),
        (shown.links, _("A link that links back"), _("it is marked as yours, which nobody can copy."), _edit("links")),
    ]
    return [Missing(what, opens, url) for has, what, opens, url in asked if not has]


def _edit(block):
    return reverse("profile_block", args=[block])

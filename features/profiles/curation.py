"""Profiles as things that members report and moderators decide on."""

from django.utils.html import linebreaks
from django.utils.translation import gettext_lazy as _

from core.text import numbers
from features.accounts.models import User
from features.moderation.services import Subject, Thing, subjects
from features.profiles.access import seen


def _thing(person) -> Thing:
    return Thing(
        kind="person",
        ref=str(person.pk),
        title=person.name,
        url=person.get_absolute_url(),
        author=person,
        state="shown",
        html=linebreaks(person.headline, autoescape=True),
        at=person.joined_at,
        row=person,
    )


def things(refs):
    return {str(person.pk): _thing(person) for person in User.objects.filter(pk__in=numbers(refs))}


def shown_to(person, ref):
    found = User.objects.active().filter(pk=ref).first()
    return found is not None and seen(found.handle, person) is not None


def register():
    subjects.register("person", Subject(label=_("a profile"), things=things, shown_to=shown_to))

"""Rows of lists as ready strings."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.templatetags.ui import face, level, price
from features.library.models import Work


@dataclass(frozen=True, slots=True)
class Card:
    url: str
    title: str
    outcome: str
    face: str
    by: str
    kind: str
    level: str
    size: str
    language: str
    price: str
    standing: str


def size_words(work: Work) -> str:
    """How much there is of it, in what people count."""
    minutes = ngettext("%(n)d minute", "%(n)d minutes", work.minutes) % {"n": work.minutes}
    if not work.is_course:
        return minutes
    lessons = ngettext("%(n)d lesson", "%(n)d lessons", work.lesson_count) % {"n": work.lesson_count}
    return f"{lessons}, {minutes}" if work.minutes else lessons


def cards(works, standings=None) -> list[Card]:
    """Rows for works that came with their author. `standings`: {work id: word} for the viewer."""
    standings = standings or {}
    return [
        Card(
            url=work.get_absolute_url(),
            title=work.title,
            outcome=work.outcome,
            face=face(work.author.photo_id, work.author_id, work.author.name, "s"),
            by=work.author.name,
            kind=work.get_kind_display(),
            level=level(work.level),
            size=size_words(work),
            language="" if work.language == "en" else work.spoken,
            price=price(work.price_minor, work.currency),
            standing=standings.get(work.pk, ""),
        )
        for work in works
    ]


def standing_words(enrolment) -> str:
    """Where somebody is in a work; `enrolment` came with its progress."""
    if enrolment.completed_at:
        return _("Completed")
    return _("%(done)d of %(all)d done") % {"done": enrolment.done, "all": enrolment.total}

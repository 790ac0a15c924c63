"""What people write to each other here, as things that either can report. A moderator reads what was reported, and no
more: the rest stays between the two."""

from django.db.models import Q
from django.utils import timezone
from django.utils.html import linebreaks
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from core.text import numbers
from features.mentoring.models import MentorshipRequest, Message, PooledRequest
from features.moderation.services import Subject, Thing, subjects

MESSAGE, REQUEST, POOLED = "mentoring_message", "mentorship_request", "pooled_request"
ACTS = ("warn", "silence", "suspend")


def messages(refs):
    rows = Message.objects.filter(pk__in=numbers(refs)).select_related("author", "engagement")
    return {
        str(row.pk): Thing(
            kind=MESSAGE,
            ref=str(row.pk),
            title=Truncator(row.text).words(8),
            url=row.engagement.get_absolute_url(),
            author=row.author,
            state="shown",
            html=row.html,
            at=row.written_at,
            row=row,
        )
        for row in rows
    }


def message_shown_to(person, ref):
    """To whom it was written."""
    rows = Message.objects.filter(pk__in=numbers([ref])).exclude(author=person)
    return rows.filter(Q(engagement__mentor=person) | Q(engagement__mentee=person)).exists()


def requests(refs):
    rows = MentorshipRequest.objects.filter(pk__in=numbers(refs)).select_related("mentee")
    return {str(row.pk): _asked(REQUEST, row, row.background, row.expectation, row.answer) for row in rows}


def _asked(kind, row, *words):
    return Thing(
        kind=kind,
        ref=str(row.pk),
        title=row.goal,
        url=row.get_absolute_url(),
        author=row.mentee,
        state="shown",
        html=linebreaks("\n\n".join(words).strip(), autoescape=True),
        at=row.sent_at,
        row=row,
    )


def request_shown_to(person, ref):
    return MentorshipRequest.objects.filter(pk__in=numbers([ref]), mentor=person).exists()


def pooled(refs):
    rows = PooledRequest.objects.filter(pk__in=numbers(refs)).select_related("mentee")
    return {str(row.pk): _asked(POOLED, row, row.background, row.expectation) for row in rows}


def pooled_shown_to(person, ref):
    """Who reads it under their lock, or mentors its author by now."""
    reads = Q(lock__mentor=person, lock__until__gt=timezone.now()) | Q(request__mentor=person)
    return PooledRequest.objects.filter(reads, pk__in=numbers([ref])).exists()


def register():
    for kind, label, things, shown_to in (
        (MESSAGE, _("a message"), messages, message_shown_to),
        (REQUEST, _("a request to a mentor"), requests, request_shown_to),
        (POOLED, _("a request to whoever can help"), pooled, pooled_shown_to),
    ):
        subjects.register(kind, Subject(label=label, things=things, shown_to=shown_to, acts=ACTS, is_private=True))

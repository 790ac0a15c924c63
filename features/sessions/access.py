"""Who may see and do what with a session. What somebody may not see does not exist for them."""

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone

from core.db import Prepared
from features.moderation.services import moderates
from features.notifications.models import Notification
from features.sessions import services
from features.sessions.joining import with_standing
from features.sessions.models import CoHost, Registration, SessionMessage, SkillSession

VISIBLE = Prepared(
    lambda pk, person, now: with_standing(SkillSession.objects.visible_to(person).filter(pk=pk), person, now)
)


def visible_session(person, pk) -> SkillSession:
    """With how they stand with it, which most pages of a session ask next."""
    session = VISIBLE.first(pk, person.pk, timezone.now())
    if session is None:
        raise Http404
    session.read_for = person
    return session


def hosted_session(person, pk) -> SkillSession:
    """For its host, and for whoever holds it with them: the roster, the messages, the wording."""
    return get_object_or_404(SkillSession.objects.hosted_by(person).select_related("host"), pk=pk)


def owned_session(person, pk) -> SkillSession:
    """For its host alone: publishing, calling off, co-hosts, and what has to do with money."""
    return get_object_or_404(SkillSession.objects.owned_by(person).select_related("host"), pk=pk)


def removed_draft(person, pk) -> SkillSession:
    return get_object_or_404(SkillSession.objects.removed_drafts(person), pk=pk)


def cohosting(person, pk) -> CoHost:
    """What somebody was asked, or said yes to."""
    rows = CoHost.objects.open().filter(person=person, session__removed_at=None).select_related("session__host")
    return get_object_or_404(rows, session=pk)


def own_registration(person, session) -> Registration:
    return get_object_or_404(Registration.objects.active(), session=session, person=person)


def last_registration(person, session) -> Registration:
    """Also one that was given back."""
    newest = Registration.objects.filter(session=session, person=person).order_by("-pk")[:1]
    return get_object_or_404(Registration, pk__in=newest)


def seat_of_hosted_session(person, public_id) -> Registration:
    seats = Registration.objects.confirmed().select_related("session", "person")
    return get_object_or_404(seats, public_id=public_id, session__in=SkillSession.objects.hosted_by(person))


def own_message(person, pk, number) -> SessionMessage:
    found = SessionMessage.objects.select_related("session__host", "by", "ticket")
    found = found.filter(session__in=SkillSession.objects.hosted_by(person))
    return get_object_or_404(found, pk=number, session=pk, by=person)


def shown_message(person, pk, number) -> SessionMessage:
    """To whoever wrote it; once it was sent to all who host, to whoever got it, unless a moderator stopped it, and to
    moderators."""
    found = SessionMessage.objects.select_related("session__host", "by", "ticket")
    message = get_object_or_404(found, pk=number, session=pk)
    sees_all = not message.is_draft and (moderates(person) or message.session.is_hosted_by(person))
    if message.by_id == person.pk or sees_all:
        return message
    told = Notification.objects.filter(recipient=person, kind=services.MESSAGE, ref=str(number))
    if message.state == "shown" and told.exists():
        return message
    raise Http404

"""The host is late: one press tells everybody with a seat. The words are ours, so nobody reads them first."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from features.accounts.models import User
from features.accounts.services import audit
from features.sessions.models import SessionMessage, SkillSession
from features.sessions.services.attendance import CHECK_IN_OPENS
from features.sessions.services.messages import MessageRefused, recipients, release
from features.sessions.services.waitlist import lock

MINUTES = (5, 10, 20)


def may_say_late(session: SkillSession, now: datetime) -> bool:
    """From an hour before the start until the end."""
    starts_at, ends_at = session.starts_at, session.ends_at
    if not starts_at or not ends_at or not session.is_published or session.is_cancelled:
        return False
    return starts_at - CHECK_IN_OPENS <= now < ends_at


@transaction.atomic
def say_late(*, session: SkillSession, by: User, minutes: int, now: datetime | None = None) -> SessionMessage:
    """Each number once, however often it is pressed, and by whom of those who host. Raises MessageRefused."""
    now = now or timezone.now()
    session = lock(session.pk)
    if not session.is_hosted_by(by):
        raise MessageRefused("no_host", _("You do not host this session any more."))
    if said := _said(session, minutes).first():
        return said
    if minutes not in MINUTES or not may_say_late(session, now):
        raise MessageRefused("not_now", _("You can say so from an hour before the start until the end."))
    words = {
        "title": _("Running about %(n)d minutes late") % {"n": minutes},
        "text": _("The host is on the way: it begins about %(n)d minutes later than planned. Please stay.")
        % {"n": minutes},
    }
    facts = words | {"session": session, "audience": SessionMessage.Audience.SEATS, "asked_at": now}
    message, is_new = SessionMessage.objects.get_or_create(by=by, form_key=_key(session, minutes), defaults=facts)
    if is_new:
        audit(by, "message.asked", f"session:{session.pk}", [f"message:{message.pk}", str(recipients(message).count())])
        release(message, now)
    return message


def lateness(session: SkillSession) -> SessionMessage | None:
    """What the host said last about being late."""
    return _said(session, *MINUTES).on_their_way().order_by("-asked_at", "-pk").first()


def _said(session, *minutes):
    return SessionMessage.objects.asked().filter(session=session, form_key__in=[_key(session, n) for n in minutes])


def _key(session, minutes) -> str:
    return f"late:{session.pk}:{minutes}"

"""Sessions that take place only if enough people have a seat by a moment that is said from the start."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.jobs import each
from features.sessions.models import Registration, SkillSession
from features.sessions.services.hosting import cancel_session
from features.sessions.services.waitlist import lock

EARLIEST = timedelta(hours=168)


def decide_due(*, now: datetime | None = None) -> int:
    """Those whose moment has come: each in its own transaction, once. Answers how many were called off."""
    now = now or timezone.now()
    waiting = SkillSession.objects.upcoming(now).filter(
        least_seats__isnull=False, decided_at=None, starts_at__lte=now + EARLIEST
    )
    due = [session.pk for session in waiting.order_by("pk") if session.decides_at <= now]
    return each(due, lambda pk: _decide(pk, now))


@transaction.atomic
def _decide(pk, now) -> bool:
    """Seats that are held and not paid yet do not count: nobody knows whether they will be."""
    session = lock(pk)
    if session.decided_at or session.is_cancelled or not session.least_seats or session.decides_at > now:
        return False
    sure = Registration.objects.confirmed().filter(session=session).count()
    SkillSession.objects.filter(pk=pk).update(decided_at=now)
    if sure >= session.least_seats:
        return False
    reason = _("It needed %(least)d people and had %(sure)d.") % {"least": session.least_seats, "sure": sure}
    return cancel_session(session=session, by=None, reason=reason, now=now)

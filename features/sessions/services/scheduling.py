"""A draft that becomes public by itself, at a moment that its host has named."""

from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.jobs import each
from core.limits import RateLimited
from features.accounts.models import User
from features.notifications.services import notify
from features.sessions.models import SkillSession
from features.sessions.services.hosting import HostingRefused, may_publish, publish
from features.sessions.services.waitlist import lock


@transaction.atomic
def schedule(*, session: SkillSession, by: User, at: datetime, now: datetime | None = None) -> SkillSession:
    """What would stand in the way now is refused now. Raises HostingRefused."""
    now = now or timezone.now()
    session = lock(session.pk)
    _must_be_own_draft(session, by)
    may_publish(session, by, now)
    if at <= now:
        raise HostingRefused("in_the_past", _("That time has passed. Choose one to come."), "date")
    if session.starts_at and at >= session.starts_at:
        raise HostingRefused("too_late", _("By then it has begun. Choose an earlier time."), "date")
    session.publish_at = at
    session.save(update_fields=["publish_at"])
    return session


@transaction.atomic
def unschedule(*, session: SkillSession, by: User) -> SkillSession:
    """It stays a draft. Twice is once."""
    session = lock(session.pk)
    _must_be_own_draft(session, by)
    session.publish_at = None
    session.save(update_fields=["publish_at"])
    return session


def _must_be_own_draft(session, by):
    if session.host_id != by.pk:
        raise HostingRefused("owner_only", _("Publishing is for %(name)s to do.") % {"name": session.host.name})
    if session.is_published or session.removed_at:
        raise HostingRefused("no_draft", _("It is no draft any more."))


def publish_due(*, now: datetime | None = None) -> int:
    """Those whose moment has come; answers how many are public now. What cannot be published stays a draft, and its
    host is told. Each in a transaction of its own; twice is once."""
    now = now or timezone.now()
    due = SkillSession.objects.filter(publish_at__lte=now, published_at=None, removed_at=None, host__is_active=True)
    return each(due.order_by("publish_at", "pk").values_list("pk", flat=True), lambda pk: _publish(pk, now))


@transaction.atomic
def _publish(pk, now) -> bool:
    session = lock(pk)
    if session.is_published or session.removed_at or not session.publish_at or session.publish_at > now:
        return False  # it was put off, or thrown away, meanwhile
    wanted = session.publish_at.isoformat()
    try:
        with transaction.atomic():
            publish(session=session, by=session.host, now=now)
    except RateLimited:
        return False  # later
    except HostingRefused:
        SkillSession.objects.filter(pk=pk).update(publish_at=None)
        edit = reverse("session_edit", args=[session.pk, session.slug])
        notify(session.host, "session_not_published", pk, edit, key=f"session_not_published:{pk}:{wanted}")
        return False
    notify(session.host, "session_went_public", pk, session.get_absolute_url())
    return True

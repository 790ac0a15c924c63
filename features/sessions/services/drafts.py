"""Drafts: a copy of a session, what is being typed, what was thrown away."""

from datetime import UTC, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.db import atomic_retry
from features.sessions.models import KeptForm, SkillSession
from features.sessions.services.about import set_skills
from features.sessions.services.hosting import HostingRefused, write_tickets
from features.sessions.services.tickets import wanted_of
from features.sessions.services.waitlist import lock

RECOVERY = timedelta(days=14)
FOUR_WEEKS = timedelta(days=28)
LONGEST_FORM = 400_000  # letters that are not Latin are written as six or nine
COPIED = (
    "title", "outcome", "description", "description_html", "kind", "format", "level", "language", "time_zone",
    "address", "room_url", "preparation", "capacity", "price_minor", "currency", "cancellation_hours", "refund_preset",
    "reminder_minutes", "follow_up_minutes", "least_seats", "decide_hours",
)  # fmt: skip


@atomic_retry
def duplicate(*, session, by, form_key=None, is_later=False, now=None) -> SkillSession:
    """A draft like this one: without a date, or with `is_later` four weeks after it, at the same wall time on the same
    weekday, or as many times four as it takes to be to come. The same `form_key` is the same copy, however often it is
    pressed."""
    lock(session.pk)  # two presses at once come one after the other
    if form_key and (made := SkillSession.objects.filter(form_key=form_key).first()):
        if made.host_id == by.pk and not made.is_published and not made.removed_at:
            return made
        form_key = None
    copy = SkillSession(host=by, form_key=form_key, **{name: getattr(session, name) for name in COPIED})
    copy.slug = copy.make_slug()
    if is_later and session.starts_at:
        copy.starts_at = _four_weeks_on(session.starts_at, session.time_zone, now or timezone.now())
        copy.ends_at = copy.starts_at + (session.ends_at - session.starts_at)
    copy.save()
    set_skills(copy, list(session.skills.order_by("sessionskill__position")))
    write_tickets(copy, wanted_of(session))
    return copy


def keep_form(*, person, key: str, data: str, now=None):
    """Keep what is being typed. Answers when it was kept."""
    now = now or timezone.now()
    KeptForm.objects.update_or_create(person=person, key=key, defaults={"data": data[:LONGEST_FORM], "saved_at": now})
    return now


def forget_form(*, person, key: str) -> None:
    KeptForm.objects.filter(person=person, key=key).delete()


@transaction.atomic
def restore_draft(*, session) -> None:
    """Bring back a draft that was thrown away."""
    session.removed_at = session.removed_by = None
    session.save(update_fields=["removed_at", "removed_by"])


def erase_removed(*, now=None) -> int:
    """Drafts that were thrown away 14 days ago are gone for good."""
    old = SkillSession.objects.filter(published_at=None, removed_at__lt=(now or timezone.now()) - RECOVERY)
    return old.delete()[0]


@transaction.atomic
def remove_draft(*, session, by, now=None) -> None:
    """Throw a draft away; it can be brought back for 14 days. A published session is cancelled instead."""
    session = lock(session.pk)
    if session.host_id != by.pk:
        raise HostingRefused("owner_only", _("Throwing it away is for %(name)s to do.") % {"name": session.host.name})
    if session.is_published:
        raise HostingRefused("published", _("A published session is cancelled, not removed."))
    session.removed_at, session.removed_by, session.publish_at = now or timezone.now(), by, None
    session.save(update_fields=["removed_at", "removed_by", "publish_at"])


def _four_weeks_on(start, zone, now):
    """At the same time on the clocks there; a time that these leave out on that day is the one an hour later."""
    there = timezone.localtime(start, ZoneInfo(zone))
    while True:
        there = there + FOUR_WEEKS  # on the wall, whatever the clocks do meanwhile
        moment = there.astimezone(UTC)
        if moment > now:
            return moment

"""A host writes to those who registered: a draft, a look at it, and sending it once.

Nobody writes to strangers on the first day: until sessions of a host have taken place, a moderator reads each message
before it goes out, links stay out of it, and there are few a day.
"""

import math
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.db import broken_constraint
from core.jobs import enqueue
from core.limits import RateLimited, hit
from core.text import is_seen, one_line
from features.accounts import access
from features.accounts.models import User
from features.accounts.services import audit
from features.moderation import services as moderation
from features.moderation.models import Case, Flag, Sanction
from features.notifications import services as notifications
from features.sessions.models import Registration, SessionMessage, SkillSession, WaitlistEntry
from features.sessions.notices import HOST_MESSAGES

MESSAGE = "session_message"
TASK = "features.sessions.tasks.tell_attendees"
WRITTEN_UNTIL = timedelta(days=30)  # after the end
# What a host has behind them who writes without being read first. Two accounts of one's own are no crowd.
SESSIONS_HELD, PEOPLE_SEEN = 3, 5
RECORD = timedelta(days=365)
LINK = re.compile(r"(?:[a-z][a-z0-9+.-]*://|\bwww\.|\bmailto:|\S@\S+\.\w|\b[\w-]+\.[a-z]{2,}/)", re.IGNORECASE)

Audience = SessionMessage.Audience


class MessageRefused(Exception):
    """`code` is stable; `field` names the form field it belongs to, or is empty; `url` is where the next step is."""

    def __init__(self, code: str, words: str, field: str = "", url: str = ""):
        super().__init__(code)
        self.code, self.words, self.field, self.url = code, words, field, url


# --- Who may, and to whom ---------------------------------------------------------------------------------------------
def is_trusted(host: User, now: datetime) -> bool:
    """Whether their messages go out unread: some sessions of theirs have taken place, and for a year no report about
    them was right and nothing was taken from them."""
    seen = Registration.objects.present().filter(
        session__host=host, session__attendance_settled_at__isnull=False, session__cancelled_at=None
    )
    held = seen.order_by().values("session").distinct()[:SESSIONS_HELD].count()
    people = seen.order_by().values("person").distinct()[:PEOPLE_SEEN].count()
    if held < SESSIONS_HELD or people < PEOPLE_SEEN:
        return False
    since = now - RECORD
    upheld = Flag.objects.filter(case__person=host, outcome=Flag.Outcome.RIGHT, case__decided_at__gt=since)
    return not upheld.exists() and not Sanction.objects.filter(person=host, starts_at__gt=since).exists()


def why_not_write(session: SkillSession, host: User, now: datetime) -> MessageRefused | None:
    """`host` is who writes: its host, or whoever holds it with them."""
    if barred := access.bar(host, access.Ability.MESSAGE):
        return MessageRefused("barred", barred.words, url=barred.url)
    if not session.is_hosted_by(host):
        return MessageRefused("no_host", _("You do not host this session any more."))
    if not session.is_published:
        return MessageRefused("draft", _("Publish the session first. Then people can register, and you can write."))
    if session.has_ended(now - WRITTEN_UNTIL):
        return MessageRefused("over", _("The session was over a month ago, so nobody is written to about it any more."))
    return None


def audience(message: SessionMessage) -> QuerySet[User]:
    """Those it is meant for as things are now: nobody who has given the seat back, and nobody who left the line."""
    seats = Registration.objects.confirmed().filter(session=message.session_id)
    found: QuerySet = {
        Audience.SEATS: seats,
        Audience.TICKET: seats.filter(ticket=message.ticket_id),
        Audience.PRESENT: seats.present(),
        Audience.WAITING: WaitlistEntry.objects.in_line().filter(session=message.session_id),
    }[Audience(message.audience)]
    return User.objects.filter(pk__in=found.order_by().values("person"), is_active=True)


def recipients(message: SessionMessage) -> QuerySet[User]:
    """Of these, those who want to hear from hosts."""
    return notifications.listening(audience(message), HOST_MESSAGES)


# --- Writing ----------------------------------------------------------------------------------------------------------
def save_message(
    *, message: SessionMessage, by: User, data: Mapping[str, Any], form_key: str | None = None, now=None
) -> SessionMessage:
    """A draft, new or changed: `data` is title, text, audience and ticket. The same `form_key` is the same draft,
    however often its form arrives. Raises MessageRefused."""
    now = now or timezone.now()
    if refused := why_not_write(message.session, by, now):
        raise refused
    if not is_seen(data["text"]):
        raise MessageRefused("empty", _("Write something."), "text")
    if not is_trusted(by, now):
        _without_links(data)
    try:
        with transaction.atomic():
            return _save(message, by, data, form_key, now)
    except IntegrityError as error:
        if "form_key" not in broken_constraint(error):
            raise
        first = SessionMessage.objects.select_related("session").filter(by=by, form_key=form_key).first()
        return first or save_message(message=message, by=by, data=data, now=now)  # the first tap's


def _save(message, by, data, form_key, now):
    if message.pk:
        message = _own_draft(message.pk)
    else:
        # No form brings a key of ours, as of `lateness`.
        message.by, message.form_key = by, form_key if form_key and ":" not in form_key else None
        message.written_at = now
    for name, value in data.items():
        setattr(message, name, value)
    message.title = one_line(message.title)
    message.save()
    return message


def _without_links(data) -> None:
    for field in ("title", "text"):
        if LINK.search(data[field]):
            words = _(
                "Leave links and addresses out: they are for hosts whose sessions people have been to. "
                "What all should find can stand on the session’s page."
            )
            raise MessageRefused("links", words, field)


def discard_message(*, message: SessionMessage) -> None:
    """Raises MessageRefused for what was sent: that stays to be seen."""
    with transaction.atomic():
        _own_draft(message.pk).delete()


def _own_draft(pk: int) -> SessionMessage:
    found = SessionMessage.objects.select_for_update(of=("self",)).select_related("session").get(pk=pk)
    if not found.is_draft:
        raise MessageRefused("sent", _("It was sent, and does not change any more. Write another one."))
    return found


# --- Sending ----------------------------------------------------------------------------------------------------------
@transaction.atomic
def send_message(*, message: SessionMessage, by: User, now: datetime | None = None) -> SessionMessage:
    """To everybody it is meant for, once, however often it is pressed: at once, or when a moderator has read it. Raises
    MessageRefused."""
    now = now or timezone.now()
    found = SessionMessage.objects.select_for_update(of=("self",)).select_related("session").get(pk=message.pk)
    if found.asked_at:
        return found
    if refused := why_not_write(found.session, by, now):
        raise refused
    count = recipients(found).count()
    if not count:
        raise MessageRefused("nobody", _("There is nobody it would go to. Choose others."))
    trusted = is_trusted(by, now)
    if not trusted:
        _without_links({"title": found.title, "text": found.text})
    _count_it(by, trusted)
    if by.pk != found.session.host_id:  # several who hold it together write no more than one
        _count_it(found.session.host, trusted)
    found.asked_at, found.is_reviewed = now, not trusted
    found.save(update_fields=["asked_at", "is_reviewed"])
    audit(by, "message.asked", f"session:{found.session_id}", [f"message:{found.pk}", str(count)])
    if trusted:
        release(found, now)
    else:
        thing = moderation.thing(f"{MESSAGE}:{found.pk}")
        assert thing
        moderation.open_case(thing, Case.Cause.MESSAGE, 2, now)
    return found


def _count_it(host: User, trusted: bool) -> None:
    try:
        hit("host_message" if trusted else "host_first_message", host.pk)
    except RateLimited as limited:
        hours = math.ceil(limited.retry_after / 3600)
        words = ngettext(
            "That was all for today. You can send it in %(n)d hour; it is kept until then.",
            "That was all for today. You can send it in %(n)d hours; it is kept until then.",
            hours,
        )
        raise MessageRefused("too_many", words % {"n": hours}) from limited


def release(message: SessionMessage, now: datetime) -> None:
    """Let a locked message go out."""
    message.sent_at = now
    message.save(update_fields=["sent_at"])
    notifications.tell_the_rest(message, kind=MESSAGE, task=TASK)


def tell_attendees(message_id: int, *, now: datetime | None = None) -> int:
    """The next batch of those it goes to; answers how many."""
    rows = SessionMessage.objects.on_their_way().select_related("session")
    return notifications.tell_next(rows, message_id, recipients, kind=MESSAGE, task=TASK, now=now)


# --- What moderators decide -------------------------------------------------------------------------------------------
@transaction.atomic
def approve_message(*, message: SessionMessage, by: User, now: datetime | None = None) -> None:
    """Read and let go. Raises MessageRefused."""
    found = SessionMessage.objects.select_for_update(of=("self",)).select_related("session", "by").get(pk=message.pk)
    if found.by_id == by.pk:
        raise MessageRefused("own", _("Nobody decides on their own words. Another moderator does."))
    if found.state != "held":
        raise MessageRefused("decided", _("This is decided already."))
    release(found, now or timezone.now())
    notifications.notify(found.by, "message_approved", found.pk, found.get_absolute_url())


@transaction.atomic
def stop_message(*, message: SessionMessage, now: datetime | None = None) -> dict:
    """It is not sent, or no longer: letters that have not left stay here. Answers how it stood."""
    found = SessionMessage.objects.select_for_update(of=("self",)).get(pk=message.pk)
    before = {"state": found.state}
    if not found.stopped_at:
        found.stopped_at = now or timezone.now()
        found.save(update_fields=["stopped_at"])
    return before


@transaction.atomic
def restore_message(*, message: SessionMessage) -> None:
    """As it stood before it was stopped: it waits again, or goes on to those who have not been told."""
    found = SessionMessage.objects.select_for_update(of=("self",)).get(pk=message.pk)
    found.stopped_at = None
    found.save(update_fields=["stopped_at"])
    if found.sent_at and not found.told_at:
        enqueue(TASK, found.pk)

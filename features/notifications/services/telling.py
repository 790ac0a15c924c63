"""Telling a person something, and what they have been told."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from smtplib import SMTPException

from django.db import transaction
from django.db.models import Count, Expression, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from core import mail
from core.jobs import each, enqueue
from core.seo import absolute
from features.notifications.kinds import Group, kinds
from features.notifications.links import unsubscribe_url
from features.notifications.models import Level, Notification, Rhythm
from features.notifications.services import addresses, preferences


# --- Telling ----------------------------------------------------------------------------------------------------------
@transaction.atomic
def notify(recipient, kind: str, ref, url: str, key: str | None = None) -> None:
    """Tell one person one thing, once per key. The only way to write to a person; mail is one channel of it.

    What they switched off is not even written down.
    """
    level = preferences.level(recipient, kinds[kind].group)
    if level == Level.OFF:
        return
    key = key or f"{kind}:{ref}:{recipient.pk}"
    by_digest = level == Level.DIGEST and preferences.rhythm(recipient) != Rhythm.NEVER
    write([Notification(recipient=recipient, kind=kind, ref=str(ref), url=url, key=key, by_digest=by_digest)])


def already_told(keys: Iterable[str]) -> set[str]:
    """Which of these were told, for whoever looks again and again: one query instead of five for each."""
    return set(Notification.objects.filter(key__in=list(keys)).values_list("key", flat=True))


def notify_each(things: Iterable[tuple]) -> int:
    """(recipient, kind, ref, url, key) of many, each in a transaction of its own: one that fails stops no other, and a
    worker that is killed goes on with those who were not told. Answers how many were."""
    things = list(things)
    known = already_told(thing[-1] for thing in things)
    return each((thing for thing in things if thing[-1] not in known), lambda thing: notify(*thing) or True)


def write(rows: Sequence[Notification]) -> None:
    """Write notifications down, each once by its key, and have those delivered that wait for no digest."""
    Notification.objects.bulk_create(rows, ignore_conflicts=True)
    at_once = [row.key for row in rows if not row.by_digest]
    for pk in Notification.objects.filter(key__in=at_once).order_by("pk").values_list("pk", flat=True):
        enqueue("features.notifications.tasks.deliver", pk, key=f"deliver:{pk}")


def deliver(notification_id: int, *, now=None) -> None:
    """Send the letter of a notification, unless it was dealt with before, is no longer true, or not wanted as mail."""
    now = now or timezone.now()
    open_ones = Notification.objects.filter(mailed_at=None, withheld_at=None)
    notification = open_ones.select_related("recipient").filter(pk=notification_id).first()
    if notification is None:
        return
    recipient, kind = notification.recipient, kinds[notification.kind]
    letter = kind.letter(notification) if _is_wanted(notification, recipient, kind) else None
    if letter is None:
        open_ones.filter(pk=notification_id).update(withheld_at=now)
        return
    foot, headers = ways_out(recipient, kind.group)
    try:
        mail.send(
            recipient,
            letter.template,
            {**letter.context, **foot},
            attachments=letter.attachments,
            headers={**letter.headers, **headers},
            message_id=f"notification-{notification_id}",
        )
    except SMTPException as refusal:
        if not addresses.record_refusal(recipient.email, refusal, now=now):
            raise
        open_ones.filter(pk=notification_id).update(withheld_at=now)
        return
    # Written after the sending, so that no row is locked while a mail server takes its time.
    open_ones.filter(pk=notification_id).update(mailed_at=now)


def _is_wanted(notification, recipient, kind) -> bool:
    if not addresses.may_write_to(recipient, is_optional=kind.group.is_optional):
        return False
    return levels_of([notification]).get(notification.pk) == Level.MAIL


def levels_of(notifications: Sequence[Notification]) -> dict[int, str]:
    """What the recipient of these, who is one person and to whom they are of one kind, wants of each now."""
    kind = kinds[notifications[0].kind]
    if kind.levels:
        return kind.levels(notifications)
    return dict.fromkeys((row.pk for row in notifications), preferences.level(notifications[0].recipient, kind.group))


def ways_out(person, group: Group) -> tuple[dict, dict]:
    """What the foot of a letter says, and what its mail program may offer as a button (RFC 2369, RFC 8058)."""
    foot = {"why": group.why, "preferences_url": absolute(reverse("notification_preferences"))}
    if not group.is_optional:
        return foot, {}
    url = unsubscribe_url(person.pk, group.key)
    headers = {"List-Unsubscribe": f"<{url}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    return foot | {"unsubscribe_url": url}, headers


# --- Reading ----------------------------------------------------------------------------------------------------------
def in_words(notifications: Sequence[Notification]) -> list[tuple[Notification, str]]:
    """Each with the sentence that the inbox says, or "" where what it was about is gone.

    The queries grow with the kinds, never with the rows.
    """
    by_kind = defaultdict(list)
    for notification in notifications:
        by_kind[notification.kind].append(notification)
    said: dict[int, str] = {}
    for kind, rows in by_kind.items():
        if kind in kinds:
            said |= kinds[kind].sentences(rows)
    return [(notification, said.get(notification.pk, "")) for notification in notifications]


def unread_of(person: str) -> Expression:
    """Every page of a member says the number, so it comes with the person behind a request."""
    mine = Notification.objects.unread().filter(recipient=OuterRef(person)).order_by()
    counted = mine.values("recipient").annotate(count=Count("pk")).values("count")
    return Coalesce(Subquery(counted), 0)


def unread_count(person) -> int:
    """Of the person behind a request as it was when that began, of anybody else now."""
    if hasattr(person, "unread"):
        return person.unread
    return Notification.objects.unread().filter(recipient=person).count()


def mark_read(*, notification: Notification, and_older=False, now=None) -> None:
    """One, or with `and_older` all up to it: what came after the page was drawn was seen by nobody."""
    rows = Notification.objects.unread()
    rows = rows.until(notification) if and_older else rows.filter(pk=notification.pk)
    rows.update(read_at=now or timezone.now())


def mark_seen(*, person, url: str, now=None) -> None:
    """They look at the page to which these lead."""
    Notification.objects.unread().filter(recipient=person, url=url).update(read_at=now or timezone.now())


def mark_unread(*, notification: Notification) -> None:
    """What one press read: it all bears the moment of that press."""
    if notification.read_at:
        Notification.objects.filter(recipient=notification.recipient_id, read_at=notification.read_at).update(
            read_at=None
        )

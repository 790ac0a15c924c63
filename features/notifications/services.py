from collections import defaultdict
from collections.abc import Mapping, Sequence

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from core import mail
from core.jobs import enqueue
from core.seo import absolute
from features.notifications.kinds import Group, groups, kinds
from features.notifications.links import unsubscribe_url
from features.notifications.models import Level, Notification, Preference


# --- Telling ----------------------------------------------------------------------------------------------------------
@transaction.atomic
def notify(recipient, kind: str, ref, url: str, key: str | None = None) -> None:
    """Tell one person one thing, once per key. The only way to write to a person; mail is one channel of it.

    What they switched off is not even written down.
    """
    if _level(recipient, kinds[kind].group) == Level.OFF:
        return
    key = key or f"{kind}:{ref}:{recipient.pk}"
    row = Notification(recipient=recipient, kind=kind, ref=str(ref), url=url, key=key)
    Notification.objects.bulk_create([row], ignore_conflicts=True)
    saved = Notification.objects.only("pk").get(key=key)
    enqueue("features.notifications.tasks.deliver", saved.pk, key=f"deliver:{saved.pk}")


def deliver(notification_id: int, *, now=None) -> None:
    """Send the letter of a notification, unless it was dealt with before, is no longer true, or not wanted as mail."""
    now = now or timezone.now()
    open_ones = Notification.objects.filter(mailed_at=None, withheld_at=None)
    notification = open_ones.select_related("recipient").filter(pk=notification_id).first()
    if notification is None:
        return
    recipient, kind = notification.recipient, kinds[notification.kind]
    wanted = recipient.is_active and _level(recipient, kind.group) == Level.MAIL
    letter = kind.letter(notification) if wanted else None
    if letter is None:
        open_ones.filter(pk=notification_id).update(withheld_at=now)
        return
    ways_out, headers = _ways_out(recipient, kind.group)
    mail.send(
        recipient,
        letter.template,
        {**letter.context, **ways_out},
        attachments=letter.attachments,
        headers={**letter.headers, **headers},
        message_id=f"notification-{notification_id}",
    )
    # Written after the sending, so that no row is locked while a mail server takes its time.
    open_ones.filter(pk=notification_id).update(mailed_at=now)


def _ways_out(person, group: Group) -> tuple[dict, dict]:
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


def unread_count(person) -> int:
    return Notification.objects.unread().filter(recipient=person).count()


def mark_read(*, notification: Notification, and_older=False, now=None) -> None:
    """One, or with `and_older` all up to it: what came after the page was drawn was seen by nobody."""
    rows = Notification.objects.unread()
    rows = rows.until(notification) if and_older else rows.filter(pk=notification.pk)
    rows.update(read_at=now or timezone.now())


# --- Preferences ------------------------------------------------------------------------------------------------------
def levels(person) -> dict[str, str]:
    """What a person wants of each group that leaves a choice."""
    chosen = dict(Preference.objects.filter(person=person).values_list("group", "level"))
    return {key: chosen.get(key, Level.MAIL) for key, group in groups().items() if group.is_optional}


def choose(*, person, levels: Mapping[str, str], now=None) -> None:
    """Write down what a person wants of some groups. Raises KeyError for a group that leaves no choice."""
    now = now or timezone.now()
    open_ones = {key for key, group in groups().items() if group.is_optional}
    if fixed := set(levels) - open_ones:
        raise KeyError(*sorted(fixed))
    rows = [Preference(person=person, group=key, level=Level(level), changed_at=now) for key, level in levels.items()]
    Preference.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["person", "group"], update_fields=["level", "changed_at"]
    )


def stop_letters(*, person, group: str, now=None) -> None:
    """No more mail of this group; what it says still stands in the inbox, unless that was switched off as well."""
    if levels(person)[group] == Level.MAIL:
        choose(person=person, levels={group: Level.INBOX}, now=now)


def _level(person, group: Group) -> str:
    if not group.is_optional:
        return Level.MAIL
    chosen = Preference.objects.filter(person=person, group=group.key).values_list("level", flat=True).first()
    return chosen or Level.MAIL

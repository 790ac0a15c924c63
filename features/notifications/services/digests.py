"""One letter with all that can wait: on the morning of the person's own day, and never without anything to say."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from smtplib import SMTPException
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from core import mail
from core.jobs import enqueue
from core.seo import absolute
from features.notifications.kinds import DIGEST, Line, kinds
from features.notifications.models import Digest, Level, Notification, Rhythm
from features.notifications.services import addresses, preferences, telling

MOST = 30  # what is more stands in the inbox, and the letter says so
BATCH = 200
# A worker that was down catches up until the afternoon; after that it would be no morning's letter any more.
MORNING, LATEST = time(8), timedelta(hours=6)


@dataclass(frozen=True)
class Item:
    line: Line
    url: str


def open_digests(*, now=None) -> int:
    """Give everybody whose morning it is, and for whom something waits, their row of the day and the job that sends
    it; answers how many. Two workers that do this at once write the same rows, and each row is sent once."""
    now, count = now or timezone.now(), 0
    waiting = Notification.objects.for_digest().filter(recipient__is_active=True)
    for zone in waiting.order_by().values_list("recipient__time_zone", flat=True).distinct():
        slot_at = morning(zone, now)
        if slot_at is None:
            continue
        here = waiting.filter(recipient__time_zone=zone, created_at__lt=slot_at)
        while opened := _open_some(_due(here, slot_at.date()), slot_at):
            count += opened
    return count


def morning(zone: str, now) -> datetime | None:
    """This morning's hour on the clocks of `zone`, if it has struck and is not long over."""
    here = now.astimezone(ZoneInfo(zone or settings.DEFAULT_TIME_ZONE))
    slot_at = datetime.combine(here.date(), MORNING, here.tzinfo)
    return slot_at if timedelta() <= now - slot_at <= LATEST else None


def _due(waiting, day):
    waiting = waiting.exclude(recipient__digests__day=day)
    if day.isoweekday() == 1:
        return waiting.exclude(recipient__digest_rhythm__rhythm=Rhythm.NEVER)
    return waiting.filter(recipient__digest_rhythm__rhythm=Rhythm.DAILY)


@transaction.atomic
def _open_some(due, slot_at) -> int:
    people = list(due.order_by("recipient").values_list("recipient", flat=True).distinct()[:BATCH])
    rows = [Digest(person_id=person, day=slot_at.date(), slot_at=slot_at) for person in people]
    Digest.objects.bulk_create(rows, ignore_conflicts=True)
    for pk in Digest.objects.filter(person__in=people, day=slot_at.date()).values_list("pk", flat=True):
        enqueue("features.notifications.tasks.send_digest", pk, key=f"digest:{pk}")
    return len(people)


def send_digest(digest_id: int, *, now=None) -> None:
    """Send one digest, unless it was dealt with, is not wanted, or has nothing left to say."""
    now = now or timezone.now()
    digest = Digest.objects.select_related("person").filter(pk=digest_id, sent_at=None, withheld_at=None).first()
    if digest is None:
        return
    person = digest.person
    waiting = Notification.objects.for_digest().filter(recipient=person, created_at__lt=digest.slot_at)
    rows = list(waiting.select_related("recipient").order_by("-created_at", "-pk"))
    may_write = preferences.rhythm(person) != Rhythm.NEVER and addresses.may_write_to(person, is_optional=True)
    sections = gather(rows, person) if may_write else {}
    told = {pk for items in sections.values() for pk in items}
    try:
        if told:
            _mail(digest, sections)
    except SMTPException as refusal:
        if not addresses.record_refusal(person.email, refusal, now=now):
            raise
        told = set()
    Notification.objects.filter(pk__in=told).update(mailed_at=now)
    Notification.objects.filter(pk__in={row.pk for row in rows} - told).update(withheld_at=now)
    Digest.objects.filter(pk=digest.pk).update(**{"sent_at" if told else "withheld_at": now})


def gather(rows, person) -> dict[str, dict[int, Item]]:
    """{heading: {notification: what is said}}: what is still true and still wanted, in the person's own time."""
    by_kind = defaultdict(list)
    for row in rows:
        by_kind[row.kind].append(row)
    sections: dict[str, dict[int, Item]] = {}
    with timezone.override(ZoneInfo(person.time_zone or settings.DEFAULT_TIME_ZONE)):
        for name, kind in kinds.items():
            if name not in by_kind:
                continue
            wanted = telling.levels_of(by_kind[name])
            asked = [row for row in by_kind[name] if wanted.get(row.pk) in (Level.DIGEST, Level.MAIL)]
            lines = kind.lines(asked) if asked else {}
            items = {row.pk: Item(lines[row.pk], absolute(row.url)) for row in asked if row.pk in lines}
            if items:
                sections.setdefault(str(kind.group.label), {}).update(items)
    return sections


def _mail(digest, sections):
    count = sum(len(items) for items in sections.values())
    shown, room = [], MOST
    for heading, items in sections.items():
        if room:
            shown.append((heading, list(items.values())[:room]))
            room -= min(room, len(items))
    foot, headers = telling.ways_out(digest.person, DIGEST)
    context = {
        "count": count,
        "sections": shown,
        "more": max(0, count - MOST),
        "inbox_url": absolute(reverse("inbox")),
        "follows_url": absolute(reverse("follows")),
        **foot,
    }
    mail.send(digest.person, "notifications/email/digest", context, headers=headers, message_id=f"digest-{digest.pk}")


def forget_old(*, before) -> int:
    """Digests that were dealt with long ago: their day will not come again."""
    return Digest.objects.filter(~Q(sent_at=None, withheld_at=None), slot_at__lt=before).delete()[0]

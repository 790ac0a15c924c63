"""A line that everybody reads at the top of every page: work on the site, a date that moved, an invitation."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Expression, Subquery
from django.db.models.functions import JSONObject, Now
from django.utils import timezone

from core.text import one_line
from features.accounts import services as accounts
from features.accounts.models import User
from features.marketing.models import Announcement


def said_now(_person: str = "") -> Expression:
    """What is said at this moment, as a value that comes with whoever is behind a request."""
    newest = Announcement.objects.filter(until__gt=Now()).order_by("-made_at", "-id")
    return Subquery(newest.values(said=JSONObject(words="words", url="url"))[:1])


def said_to_strangers() -> dict | None:
    return Announcement.objects.filter(until__gt=Now()).order_by("-made_at", "-id").values("words", "url").first()


@transaction.atomic
def announce(*, by: User, words: str, hours: int, url: str = "", now: datetime | None = None) -> Announcement:
    """Say it on every page for so many hours, instead of what was said so far."""
    now = now or timezone.now()
    _end_all(now)
    made = Announcement.objects.create(
        words=one_line(words), url=url, made_by=by, made_at=now, until=now + timedelta(hours=hours)
    )
    accounts.audit(by, "announcement.made", f"announcement:{made.pk}", [str(hours)])
    return made


@transaction.atomic
def end_announcement(*, by: User, announcement: Announcement, now: datetime | None = None) -> bool:
    """Say it no longer: False where it was over before."""
    now = now or timezone.now()
    if not Announcement.objects.filter(pk=announcement.pk, until__gt=now).update(until=now):
        return False
    accounts.audit(by, "announcement.ended", f"announcement:{announcement.pk}")
    return True


def _end_all(now: datetime) -> None:
    Announcement.objects.filter(until__gt=now).update(until=now)

"""Mentors that somebody does not want to see: for good, or for a while."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from features.mentoring.models import Dismissal, MatchWish
from features.mentoring.services.matching import mark_dirty

NOT_NOW = timedelta(days=30)


@transaction.atomic
def dismiss(*, mentee, mentor, for_good: bool, now: datetime | None = None) -> None:
    """The page leaves the mentor out at once, the list at its next drawing. "Not now" does not undo "never"."""
    now = now or timezone.now()
    until = None if for_good else now + NOT_NOW
    row, is_new = Dismissal.objects.get_or_create(mentee=mentee, mentor=mentor, defaults={"until": until, "at": now})
    if not is_new and row.until is not None:
        row.until, row.at = until, now
        row.save(update_fields=["until", "at"])
    mark_dirty([mentee.pk], "dismissal")


@transaction.atomic
def bring_back(*, mentee, mentor) -> None:
    Dismissal.objects.filter(mentee=mentee, mentor=mentor).delete()
    mark_dirty([mentee.pk], "dismissal")


@transaction.atomic
def save_wish(*, person, minutes: int, budget: int | None, now: datetime | None = None) -> None:
    values = {"minutes": minutes, "budget": budget, "updated_at": now or timezone.now()}
    MatchWish.objects.update_or_create(person=person, defaults=values)
    mark_dirty([person.pk], "wish")

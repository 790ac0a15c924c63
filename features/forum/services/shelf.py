"""Accepted answers with a shelf life: where an area moves fast, somebody who knows says from time to time whether it
is still so. What nobody confirms is marked, and found further down."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from features.accounts.access import has_role
from features.accounts.models import Role, User
from features.forum.models import Board, Closing, Thread
from features.forum.services.refusals import ForumRefused
from features.forum.services.writing import index, lock
from features.notifications import services as notifications

BATCH = 500
MONTH = timedelta(days=30.44)


def due(board: Board, since: datetime) -> datetime | None:
    """When an answer accepted or confirmed at `since` is to be looked at again."""
    return since + board.shelf_months * MONTH if board.shelf_months else None


def may_confirm(person, thread: Thread) -> bool:
    """Whoever gave the answer, and experts."""
    if not person.is_authenticated or thread.accepted is None or thread.closing == Closing.LOCKED:
        return False
    return thread.accepted.author_id == person.pk or has_role(person, Role.EXPERT)


@transaction.atomic
def confirm(*, by: User, thread: Thread, now: datetime | None = None) -> Thread:
    """The accepted answer is still true today."""
    now = now or timezone.now()
    thread = lock(thread)
    if not may_confirm(by, thread):
        raise ForumRefused("not_an_expert", _("Whoever gave the answer, or an expert, confirms it."))
    thread.confirmed_at, thread.confirmed_by = now, by
    thread.ages_at, thread.is_stale = due(thread.board, now), False
    thread.save(update_fields=["confirmed_at", "confirmed_by", "ages_at", "is_stale"])
    index(thread)
    return thread


def mark_stale(now: datetime | None = None) -> int:
    """Mark what was not confirmed in time, and ask whoever gave the answer; answers how many there were."""
    now = now or timezone.now()
    count = 0
    while batch := list(
        Thread.objects.filter(is_stale=False, ages_at__lte=now).order_by("ages_at").values_list("pk", flat=True)[:BATCH]
    ):
        for pk in batch:
            count += _mark(pk, now)
    return count


@transaction.atomic
def _mark(pk: int, now: datetime) -> int:
    thread = Thread.objects.select_for_update(of=("self",)).select_related("accepted__author").get(pk=pk)
    if thread.ages_at is None or thread.ages_at > now or thread.is_stale:
        return 0
    if thread.accepted is None:
        Thread.objects.filter(pk=pk).update(ages_at=None)
        return 0
    Thread.objects.filter(pk=pk).update(is_stale=True)
    index(thread)
    if thread.accepted.author.is_active:
        key = f"answer_ageing:{thread.accepted_id}:{thread.ages_at:%Y%m%d}"
        notifications.notify(
            thread.accepted.author, "answer_ageing", thread.pk, thread.accepted.get_absolute_url(), key=key
        )
    return 1

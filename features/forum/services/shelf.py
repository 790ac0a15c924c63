"""Accepted answers with a shelf life: where an area moves fast, somebody who knows says from time to time whether it
is still so. What nobody confirms is marked, and found further down."""

from collections import Counter
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Max, Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from features.accounts.access import has_role
from features.accounts.models import Role, RoleGrant, User
from features.discovery import services as discovery
from features.forum.models import Board, Closing, Thread
from features.forum.services.acceptance import NOT_ACCEPTED
from features.forum.services.refusals import ForumRefused
from features.forum.services.writing import index, lock
from features.notifications import services as notifications

BATCH = 500
A_NIGHT = 3  # answers that one person is asked about at once; others are marked, and have the same button
EXPERTS = 2  # who are asked about an answer whose author is gone
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


@transaction.atomic
def date_answers(threads, now: datetime | None = None) -> None:
    """Say anew when answers accepted in these threads are to be looked at again, by the boards where they are now."""
    now = now or timezone.now()
    threads = threads.exclude(accepted=None)
    marked = threads.filter(is_stale=True)
    before = set(marked.values_list("pk", flat=True))
    for board in Board.objects.filter(threads__in=threads).distinct():
        rows = threads.filter(board=board)
        if board.shelf_months:
            since = Coalesce("confirmed_at", "accepted_at")
            rows.update(ages_at=since + board.shelf_months * MONTH)
            rows.filter(is_stale=True, ages_at__gt=now).update(is_stale=False)
        else:
            rows.update(ages_at=None, is_stale=False)
    found_higher = before - set(marked.values_list("pk", flat=True))
    discovery.republish("thread", [str(pk) for pk in sorted(found_higher)])


def mark_stale(now: datetime | None = None) -> int:
    """Mark what was not confirmed in time, and ask whoever gave the answer, or experts where they are gone; answers how
    many there were."""
    now = now or timezone.now()
    count, asked = 0, Counter[int]()
    while batch := list(
        Thread.objects.filter(is_stale=False, ages_at__lte=now).order_by("ages_at").values_list("pk", flat=True)[:BATCH]
    ):
        for pk in batch:
            count += _mark(pk, now, asked)
    return count


@transaction.atomic
def _mark(pk: int, now: datetime, asked: Counter[int]) -> int:
    thread = Thread.objects.select_for_update(of=("self",)).select_related("accepted__author").get(pk=pk)
    if thread.ages_at is None or thread.ages_at > now or thread.is_stale:
        return 0
    if thread.accepted is None:
        Thread.objects.filter(pk=pk).update(**NOT_ACCEPTED)
        return 0
    Thread.objects.filter(pk=pk).update(is_stale=True)
    index(thread)
    author = thread.accepted.author
    for person in [author] if author.is_active else _experts(thread)[:EXPERTS]:
        if asked[person.pk] < A_NIGHT:
            asked[person.pk] += 1
            key = f"answer_ageing:{thread.accepted_id}:{thread.ages_at:%Y%m%d}:{person.pk}"
            notifications.notify(person, "answer_ageing", thread.pk, thread.accepted.get_absolute_url(), key=key)
    return 1


def _experts(thread: Thread):
    """Those who are furthest in what it is about; where nobody is known for that, whoever is an expert."""
    grants = RoleGrant.objects.in_force().filter(role=Role.EXPERT, scope="")
    level = Max(
        "skill_levels__level", filter=Q(skill_levels__skill__in=thread.skills.all(), skill_levels__causes__gt=0)
    )
    people = User.objects.filter(is_active=True, pk__in=grants.values("person")).annotate(level=level)
    return people.order_by(F("level").desc(nulls_last=True), "pk")

"""Who is kept apart, by one of the two or by staff: what is open between them ends, and nothing new begins."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from core.db import atomic_retry
from core.text import one_line
from features.accounts.models import User
from features.accounts.services import audit
from features.mentoring.models import (
    Block,
    Booking,
    EndedApart,
    Engagement,
    MentorshipRequest,
    OfficeSeat,
    WrittenReview,
)
from features.mentoring.services.bookings import cancel_booking
from features.mentoring.services.engagements import end_engagement, lock_engagement
from features.mentoring.services.hours_held import end_hours
from features.mentoring.services.matching import mark_dirty
from features.mentoring.services.pool import let_go_of_locks
from features.mentoring.services.refusals import MentoringRefused
from features.mentoring.services.written import end_written
from features.moderation.services import part_pair, partings


@atomic_retry
def keep_apart(*, person: User, other: User, now: datetime | None = None) -> None:
    """By one of the two."""
    _end_all_between(person, other, person, now or timezone.now())
    Block.objects.get_or_create(person=person, blocked=other, decided_at=None)


def kept_apart_from(person: User) -> set[int]:
    """Ids of all with whom the person is brought together no more, by whomever."""
    pairs = Block.objects.filter(Q(person=person) | Q(blocked=person)).values_list("person", "blocked")
    return {pk for pair in pairs for pk in pair} - {person.pk}


@transaction.atomic
def end_apart(*, person: User, other: User) -> None:
    """What the person decided; what staff decided stays."""
    Block.objects.own().filter(person=person, blocked=other).delete()
    mark_dirty([person.pk, other.pk], "kept apart")


@atomic_retry
def keep_two_apart(*, people: Sequence[User], by: User, reason: str, now: datetime | None = None) -> Block:
    """By staff, for a reason that only staff read. Twice is once. Raises MentoringRefused."""
    now = now or timezone.now()
    one, other = sorted(people, key=lambda person: person.pk)
    if one == other:
        raise MentoringRefused("same", _("Name two different people."))
    if by in (one, other):
        raise MentoringRefused("own", _("You are one of the two. Do it on your own page, or let a colleague decide."))
    _end_all_between(one, other, by, now)
    values = {"decided_by": by, "decided_at": now, "blocked_at": now, "reason": one_line(reason)[:300]}
    staff = Block.objects.decided().select_for_update().filter(person=one, blocked=other)
    if known := staff.first():
        return known
    made = Block.objects.create(person=one, blocked=other, **values)
    audit(by, "mentoring.kept_apart", f"person:{one.pk}", [f"person:{other.pk}"])
    return made


@transaction.atomic
def end_two_apart(*, block: Block, by: User, reason: str, now: datetime | None = None) -> None:
    """What staff decided no longer holds, and why. Twice is once."""
    found = Block.objects.decided().select_for_update(of=("self",)).filter(pk=block.pk).first()
    if found is None:
        return
    EndedApart.objects.create(
        person_id=found.person_id, blocked_id=found.blocked_id, reason=found.reason, decided_at=found.decided_at,
        ended_by=by, ended_at=now or timezone.now(), ended_reason=one_line(reason)[:300],
    )  # fmt: skip
    found.delete()
    audit(by, "mentoring.kept_apart_ended", f"person:{found.person_id}", [f"person:{found.blocked_id}"])
    mark_dirty([found.person_id, found.blocked_id], "kept apart")


def _end_all_between(one, other, by, now) -> None:
    part_pair(one.pk, other.pk)
    words = _("These two do not meet any more.")
    for booking in Booking.objects.active().of(one).of(other).filter(starts_at__gt=now):
        cancel_booking(booking=booking, by=by, reason=words, is_told=False, now=now)
    written = WrittenReview.objects.filter(mentor__in=(one, other), mentee__in=(one, other))
    end_written(waiting=written, by=by, words=words, now=now)
    seats = OfficeSeat.objects.filter(hour__mentor__in=(one, other), person__in=(one, other))
    end_hours(seats=seats, by=by, now=now)
    for engagement in Engagement.objects.active().of(one).of(other):
        end_engagement(lock_engagement(engagement.pk), by, Engagement.Ending.NOT_A_FIT, now)
    open_ones = MentorshipRequest.objects.open().filter(mentee__in=(one, other), mentor__in=(one, other))
    open_ones.update(state=MentorshipRequest.State.WITHDRAWN, decided_at=now)
    let_go_of_locks(one, other)
    for end in partings.values():
        end(one, other, by, now)
    mark_dirty([one.pk, other.pk], "kept apart")

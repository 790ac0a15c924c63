"""What somebody's home shows of mentoring: the next meeting, and what waits for them."""

from datetime import datetime

from django.db.models import Q
from django.utils import timezone

from features.accounts.models import User
from features.mentoring.models import Booking, Engagement, MentorshipRequest, WrittenReview
from features.payments import services as payments

MOST = 5


def commitments(person: User, now: datetime | None = None) -> dict:
    now = now or timezone.now()
    State = MentorshipRequest.State
    coming = Booking.objects.confirmed().of(person).filter(ends_at__gt=now).select_related("mentor", "mentee")
    meeting = coming.order_by("starts_at", "pk").first()
    mine = Q(mentor=person, state__in=(State.NEW, State.VIEWED)) | Q(mentee=person, state=State.NEEDS_INFO)
    requests = MentorshipRequest.objects.filter(mine).select_related("mentor", "mentee").order_by("due_at", "pk")[:MOST]
    Written = WrittenReview.State
    to_write = Q(mentor=person, state=Written.OPEN) | Q(mentee=person, state=Written.ASKED)
    written = WrittenReview.objects.filter(to_write).select_related("mentor", "mentee").order_by("due_at", "pk")[:MOST]
    rows: list[MentorshipRequest | WrittenReview] = [*requests, *written]
    due = sorted(rows, key=lambda row: row.due_at or now)[:MOST]
    turn = Q(mentor=person, turn=Engagement.Turn.MENTOR) | Q(mentee=person, turn=Engagement.Turn.MENTEE)
    turns = Engagement.objects.active().filter(turn).select_related("mentor", "mentee").order_by("turn_since", "pk")
    return {
        "held": _held(person, now),
        "meeting": meeting,
        "meeting_with": meeting.other(person) if meeting else None,
        "meeting_token": meeting.token_of(person) if meeting else "",
        "room_is_open": bool(meeting and meeting.room_is_open(now)),
        "due": [(row, row.mentee if row.mentor_id == person.pk else row.mentor) for row in due],
        "turns": [(row, row.other(person)) for row in turns[:MOST]],
    }


def _held(person: User, now: datetime) -> list[tuple[Booking, int]]:
    """Times that are kept for the person, with the seconds left. With an order it waits among what is unpaid."""
    held = Booking.objects.active().filter(mentee=person, confirmed_at=None, held_until__gt=now)
    rows = held.select_related("mentor").order_by("held_until", "pk")[:MOST]
    return [
        (row, int((row.held_until - now).total_seconds()))
        for row in rows
        if not row.price_minor or payments.order_of("booking", row.pk) is None
    ]

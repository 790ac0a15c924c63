"""What is known of requests: pairs that need no suggestion, places that are taken, and how long answers take."""

import statistics
from datetime import datetime, timedelta

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from core.arrays import array_of, one_of
from core.jobs import each
from features.accounts.models import User
from features.mentoring.models import ANSWER_WITHIN, Block, Engagement, MentorPage, MentorshipRequest
from features.notifications.services import notify

State = MentorshipRequest.State
LOOKED_BACK = timedelta(weeks=4)
# What a mentor had to answer: whom an organiser paired with them never waited for it.
ASKED = Q(first_answer_at__isnull=False) | Q(state=State.EXPIRED)
SILENT_TIMES = 3  # requests in a row that nobody answered: from then on nobody is sent


# --- What matching asks -----------------------------------------------------------------------------------------------
def closed_pairs(mentees) -> set[tuple[int, int]]:
    """Pairs that do not come together again: kept apart by either, declined for good, or ended as no fit."""
    declined = MentorshipRequest.objects.filter(state=State.DECLINED, reason=MentorshipRequest.Reason.NO_FIT)
    unfit = Engagement.objects.filter(ending=Engagement.Ending.NOT_A_FIT)
    found = _pairs(mentees, declined, unfit)
    for one, other in (("person", "blocked"), ("blocked", "person")):
        rows = Block.objects.all() if mentees is None else Block.objects.filter(one_of(one, array_of(mentees)))
        found |= set(rows.values_list(one, other))
    return found


def busy_pairs(mentees) -> set[tuple[int, int]]:
    """Pairs that are together or have asked."""
    return _pairs(mentees, MentorshipRequest.objects.open(), Engagement.objects.active())


def _pairs(mentees, *queries) -> set[tuple[int, int]]:
    found: set[tuple[int, int]] = set()
    for rows in queries:
        of_these = rows if mentees is None else rows.filter(one_of("mentee", array_of(mentees)))
        found |= set(of_these.values_list("mentee", "mentor"))
    return found


# --- Counting ---------------------------------------------------------------------------------------------------------
def count_places(mentor: User) -> None:
    """How many people a mentor has. The page's row is held by whoever calls this, or it is counted again at night."""
    taken = Engagement.objects.active().filter(mentor=mentor).count()
    MentorPage.objects.filter(person=mentor).update(places_taken=taken)


def count_answers(*, now: datetime | None = None) -> int:
    """How long mentors take to answer, over the last four weeks; what was never answered counts as the whole time.
    Whoever left the last three without an answer is sent nobody until they say that they are back."""
    now = now or timezone.now()
    return each(MentorPage.objects.select_related("person"), lambda page: _count_answers(page, now))


def _count_answers(page, now) -> int:
    decided = MentorshipRequest.objects.filter(ASKED, mentor=page.person, sent_at__gt=now - LOOKED_BACK)
    took = [(row.first_answer_at - row.sent_at) if row.first_answer_at else ANSWER_WITHIN for row in decided]
    median = statistics.median(time.total_seconds() for time in took) if took else None
    page.answers_in = timedelta(seconds=median) if median is not None else None
    taken = Engagement.objects.active().filter(mentor=page.person).count()
    return MentorPage.objects.filter(pk=page.pk).update(answers_in=page.answers_in, places_taken=taken)


def freeze_if_silent(mentor: User, now: datetime) -> None:
    """Whoever left the last ones without an answer is sent nobody until they say that they are back."""
    received = MentorshipRequest.objects.filter(ASKED, mentor=mentor, decided_at__isnull=False)
    received = received.exclude(state=State.WITHDRAWN)
    last = list(received.order_by("-decided_at", "-pk")[:SILENT_TIMES])
    is_silent = len(last) == SILENT_TIMES and all(row.first_answer_at is None for row in last)
    if is_silent and MentorPage.objects.filter(person=mentor, frozen_at=None).update(frozen_at=now):
        notify(mentor, "mentor_frozen", last[0].pk, reverse("mentoring"), key=f"mentor_frozen:{last[0].pk}")


def come_back(*, mentor: User) -> None:
    """A mentor who fell silent is there again. One more request without an answer, and it begins anew."""
    MentorPage.objects.filter(person=mentor).update(frozen_at=None)

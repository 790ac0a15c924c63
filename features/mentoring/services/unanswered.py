"""Requests that nobody answered in time: they end, and go on to the next mentor who fits."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from core.jobs import each
from features.accounts.access import Ability
from features.mentoring.models import MentorshipRequest
from features.mentoring.services.answering import freeze_if_silent
from features.mentoring.services.colleagues import alternatives
from features.mentoring.services.refusals import MentoringRefused
from features.mentoring.services.requests import decide, send_request, tell
from features.moderation.models import Incident
from features.moderation.services import note_incident

State = MentorshipRequest.State


def expire_requests(*, now: datetime | None = None) -> int:
    """What nobody answered in time. It goes to the next who fits, if its mentee wants that and somebody does."""
    now = now or timezone.now()
    due = MentorshipRequest.objects.open().filter(due_at__lte=now)
    return each(list(due.values_list("pk", flat=True)), lambda pk: _expire(pk, now))


@transaction.atomic
def _expire(pk, now) -> bool:
    request = MentorshipRequest.objects.open().select_for_update().filter(pk=pk, due_at__lte=now).first()
    if request is None:
        return False
    was_mentors = request.waits_for_mentor
    decide(request, State.EXPIRED, now, by_mentor=False)
    if not was_mentors:
        tell(request.mentee, "request_lapsed", request)
        return True
    tell(request.mentor, "request_missed", request)
    freeze_if_silent(request.mentor, now)
    note_incident(
        person=request.mentor,
        kind=Incident.Kind.NO_ANSWER,
        source=f"request:{request.pk}",
        happened_at=request.due_at,
        ability=Ability.MENTOR,
        other=request.mentee,
        now=now,
    )
    if not (request.goes_on and go_on(request, now)):
        tell(request.mentee, "request_expired", request)
    return True


def go_on(request, now, without=frozenset()) -> bool:
    """Ask the next who fits, with all that was said."""
    asked = set(_line_of(request)) | without
    for mentor in alternatives(request.mentee, request.skills.all(), without=asked, now=now):
        try:
            with transaction.atomic():
                onward = send_request(
                    person=request.mentee,
                    mentor=mentor,
                    goal=request.goal,
                    background=request.background,
                    expectation=request.expectation,
                    about=list(request.skills.all()),
                    goes_on=True,
                    origin=request,
                    now=now,
                )
        except MentoringRefused:
            continue
        tell(request.mentee, "request_moved_on", onward)
        return True
    return False


def _line_of(request):
    while request:
        yield request.mentor_id
        request = request.origin

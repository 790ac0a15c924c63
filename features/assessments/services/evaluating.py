"""Talks about one's work, booked in the free hours of whoever set the task. The constraint on claims decides who gets a
time; the judgement that follows is one like any other."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.db import atomic_retry
from core.jobs import each
from core.limits import hit
from core.text import one_line, render_markdown
from features.accounts.access import Ability, bar, has_any_role
from features.accounts.models import Role, User
from features.assessments.evaluation_news import tell
from features.assessments.models import Evaluation, Reading, Submission, Task
from features.assessments.services.refusals import AssessmentRefused
from features.calendar import services as calendar
from features.moderation.services import hold_pair, kept_apart_from
from features.notifications.models import Follow

KIND = "evaluation"
TO_JUDGE = timedelta(days=3)  # after the talk
State = Submission.State


def why_not_book(task: Task, person: User, now: datetime) -> AssessmentRefused | None:
    """Whether this person may book the talk at all, whatever the hour."""
    is_open = task.kind == Task.Kind.LIVE and task.is_open and task.author.is_active
    if not is_open or not has_any_role(task.author, Role.EXPERT, Role.ORGANISER):
        return AssessmentRefused("closed", _("Nothing can be booked here. Look for another task on the skill."))
    if task.author_id == person.pk:
        return AssessmentRefused("own_task", _("You set this task, so somebody else's word is needed on another one."))
    if task.author_id in kept_apart_from(person):
        return AssessmentRefused("closed", _("Nothing can be booked here. Look for another task on the skill."))
    if barred := bar(person, Ability.APPLY):
        return AssessmentRefused("barred", barred.words)
    if Follow.objects.filter(person=task.author_id, key=f"person:{person.pk}").exists():
        words = _("Whoever examines here follows you, so their word would not count for much. Look for another task.")
        return AssessmentRefused("friends", words)
    if task.submissions.filter(person=person, state=State.LIVE).exists():
        return AssessmentRefused("waiting", _("You have a time already. Call it off to choose another one."))
    return None


def free_times(*, task: Task, person: User, now: datetime) -> list[tuple[datetime, datetime]]:
    """What is free for both, by the examiner's own rules."""
    return calendar.free_times(task.author, person, timedelta(minutes=task.minutes), now)


def examined_at(person: User, since: datetime) -> list[datetime]:
    """Starts of the talks that a person gives from then on: their limits of a day and a week count them."""
    given = Evaluation.objects.filter(examiner=person, cancelled_at=None, starts_at__gt=since)
    return list(given.values_list("starts_at", flat=True))


@atomic_retry
def book_evaluation(
    *, task: Task, person: User, starts_at: datetime, note: str = "", now: datetime | None = None
) -> Submission:
    """Take a free time. Raises AssessmentRefused and RateLimited."""
    now = now or timezone.now()
    hold_pair(task.author_id, person.pk)
    _lock(task.author_id, person.pk)
    if refused := why_not_book(task, person, now):
        raise refused
    hit("submission", person.pk)
    free = dict(free_times(task=task, person=person, now=now))
    if (ends_at := free.get(starts_at)) is None:
        raise _taken()
    note = note.replace("\x00", "").strip()[:2000] or _("I will show it in the talk.")
    try:
        with transaction.atomic():
            work = Submission.objects.create(
                task=task, rubric=task.rubric, person=person, text=note, html=render_markdown(note),
                done_on=starts_at.date(), state=State.LIVE, submitted_at=now,
            )  # fmt: skip
    except IntegrityError as error:
        raise AssessmentRefused("waiting", _("You have a time already. Call it off to choose another one.")) from error
    evaluation = Evaluation.objects.create(
        submission=work,
        examiner=task.author,
        starts_at=starts_at,
        ends_at=ends_at,
        time_zone=task.author.time_zone or timezone.get_default_timezone_name(),
        booked_at=now,
    )
    Reading.objects.create(
        submission=work, reader=task.author, role=Reading.Role.EXPERT, leased_until=ends_at + TO_JUDGE
    )
    for one in (task.author, person):
        try:
            calendar.claim(one, starts_at, ends_at, KIND, str(evaluation.pk))
        except calendar.TimeTaken as taken:
            raise _taken() from taken
    tell("evaluation_booked", evaluation)
    return work


@atomic_retry
def call_off(*, evaluation: Evaluation, by: User, reason: str, now: datetime | None = None) -> None:
    """By either of the two until it starts; afterwards by the examiner, when nobody came. Raises AssessmentRefused."""
    now = now or timezone.now()
    work = Submission.objects.select_for_update(of=("self",)).get(pk=evaluation.submission_id)
    evaluation = Evaluation.objects.select_related("examiner", "submission__task", "submission__person").get(
        pk=evaluation.pk
    )
    if work.state != State.LIVE:
        raise AssessmentRefused("over", _("It is judged, or was called off. Nothing is left to call off."))
    if evaluation.starts_at <= now and by.pk != evaluation.examiner_id:
        raise AssessmentRefused("started", _("It has begun. Whoever examines says what becomes of it."))
    if not (reason := one_line(reason)[:300]):
        raise AssessmentRefused("reason", _("Say why. The other one reads it."))
    _end(work, evaluation, by, reason, now)


def _end(work, evaluation, by, reason, now) -> None:
    work.state = State.WITHDRAWN
    work.save(update_fields=["state"])
    Reading.objects.filter(submission=work, submitted_at=None).delete()
    evaluation.cancelled_at, evaluation.cancelled_by, evaluation.reason = now, by, reason
    evaluation.save(update_fields=["cancelled_at", "cancelled_by", "reason"])
    calendar.release(KIND, str(evaluation.pk))
    tell("evaluation_called_off", evaluation)


def part(one: User, other: User, by: User, now: datetime) -> None:
    """Two who are kept apart: the talks between them that have not begun are called off, and neither goes on reading
    what the other handed in."""
    pair, words = (one, other), _("These two do not meet any more.")
    coming = Evaluation.objects.standing().filter(examiner__in=pair, submission__person__in=pair, starts_at__gt=now)
    for pk, submission in list(coming.values_list("pk", "submission")):
        work = Submission.objects.select_for_update(of=("self",)).get(pk=submission)
        if work.state == State.LIVE:
            evaluation = Evaluation.objects.select_related("submission__task", "submission__person", "examiner")
            _end(work, evaluation.get(pk=pk), by, words, now)
    leases = Reading.objects.filter(reader__in=pair, submission__person__in=pair, submitted_at=None)
    leases.exclude(role=Reading.Role.SELF).exclude(submission__state=State.LIVE).delete()


def end_unjudged(now: datetime) -> int:
    """Talks that nobody judged in time bind nobody any longer: the person can book again."""
    overdue = Evaluation.objects.standing().filter(ends_at__lte=now - TO_JUDGE)
    return each(list(overdue.values_list("pk", flat=True)[:200]), lambda pk: _end_unjudged(pk, now))


@transaction.atomic
def _end_unjudged(pk: int, now: datetime) -> bool:
    evaluation = Evaluation.objects.select_related("submission__task", "submission__person", "examiner").get(pk=pk)
    work = Submission.objects.select_for_update(of=("self",)).get(pk=evaluation.submission_id)
    if work.state != State.LIVE:
        return False
    _end(work, evaluation, None, _("Nobody judged it within three days. Choose another time."), now)
    return True


def remind_of_evaluations(now: datetime) -> int:
    """A day and an hour before, to both; each once, by the key of the notification."""
    told = 0
    for hours in (24, 1):
        before = timedelta(hours=hours)
        due = Evaluation.objects.standing().filter(starts_at__gt=now, starts_at__lte=now + before)
        for evaluation in due.select_related("submission__task", "submission__person", "examiner"):
            nearer = hours == 24 and evaluation.starts_at <= now + timedelta(hours=20)
            if evaluation.booked_at <= evaluation.starts_at - before and not nearer:
                tell("evaluation_reminder", evaluation, f":{hours}")
                told += 1
    return told


def _lock(*people: int) -> None:
    """Both rows in one order, as bookings of mentors take them: buffers and limits stay true."""
    list(User.objects.select_for_update(no_key=True).filter(pk__in=people).order_by("pk").values_list("pk", flat=True))


def _taken() -> AssessmentRefused:
    return AssessmentRefused("taken", _("This time is not free any more. Choose another one."))

"""Reading work: the queue and its leases, who may judge, and what moves on by itself."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from core.templatetags.ui import local, words
from core.text import numbers
from features.accounts.access import has_any_role
from features.accounts.models import Role, User
from features.assessments import grading
from features.assessments.models import Example, Reading, Submission, Task, Trial, WorkAppeal
from features.assessments.news import tell
from features.assessments.services.refusals import AssessmentRefused
from features.assessments.services.work import check_scores
from features.moderation.services import kept_apart_from, may_hold_pair
from features.notifications.models import Follow
from features.skills.models import SkillLevel

LEASE = timedelta(hours=8)
TRIED_AGAIN = timedelta(days=7)
Role_ = Reading.Role
EXPERT_ROLES = (Role_.EXPERT, Role_.THIRD, Role_.APPEAL)
MOST_REMINDERS = 2


# --- The queue --------------------------------------------------------------------------------------------------------
def readable(reader: User, now: datetime):
    """Work that waits for an expert and that this one may take: on a skill they have proven, not their own, of nobody
    they follow, who follows them or who is kept apart from them, not read by them before, and with a place left that
    nobody holds."""
    if not has_any_role(reader, Role.EXPERT, Role.ORGANISER):
        return Submission.objects.none()
    proven = SkillLevel.objects.evidenced().filter(person=reader).values("skill")
    held = Reading.objects.filter(submission=OuterRef("pk"), role__in=EXPERT_ROLES).filter(
        Q(submitted_at__isnull=False) | Q(leased_until__gt=now)
    )
    mine = Reading.objects.filter(submission=OuterRef("pk"), reader=reader, submitted_at__isnull=False)
    return (
        of_strangers(Submission.objects.filter(state=Submission.State.EXPERTS, task__skill__in=proven), reader)
        .exclude(task__author=reader, task__kind=Task.Kind.PRIOR)
        .exclude(Exists(mine))
        .annotate(places=Count("readings", filter=Q(readings__role__in=EXPERT_ROLES) & (
            Q(readings__submitted_at__isnull=False) | Q(readings__leased_until__gt=now)
        )))
        .filter(Q(places__lt=F("wanted")) | Exists(held.filter(reader=reader, submitted_at=None)))
    )  # fmt: skip


def of_strangers(works, reader: User):
    """Neither one's own nor of anybody whom one follows, who follows one, or who is kept apart from one."""
    friends = Follow.objects.filter(person=reader, key__startswith="person:").values_list("key", flat=True)
    followed = numbers(key.partition(":")[2] for key in friends)
    following = Follow.objects.filter(key=f"person:{reader.pk}").values("person")
    works = works.exclude(person__in=[reader.pk, *kept_apart_from(reader)])
    return works.exclude(person__in=followed).exclude(person__in=following)


@transaction.atomic
def take_next(*, reader: User, now: datetime | None = None) -> Reading | None:
    """The oldest that waits, leased for eight hours; the one that is held already comes first. Two readers who ask at
    once get two different works. None when nothing waits. Raises AssessmentRefused for who is not calibrated yet."""
    now = now or timezone.now()
    held = Reading.objects.filter(reader=reader, submitted_at=None, leased_until__gt=now, role__in=EXPERT_ROLES)
    held = held.exclude(submission__state=Submission.State.LIVE)  # a talk has a time of its own
    if known := held.select_related("submission__task").first():
        return known
    ids = list(readable(reader, now).order_by("submitted_at", "pk").values_list("pk", flat=True)[:20])
    uncalibrated = None
    for pk in ids:
        work = Submission.objects.select_for_update(skip_locked=True, of=("self",)).select_related("task").filter(pk=pk)
        if (found := work.first()) is None or not may_hold_pair(reader.pk, found.person_id):
            continue
        if not readable(reader, now).filter(pk=pk).exists():
            continue  # somebody else took the last place before the lock was ours
        if not is_calibrated(reader=reader, task=found.task):
            uncalibrated = found.task
            continue
        return lease(found, reader, role_in(found), now)
    if uncalibrated:
        asked = _("Judge the examples of this task first, to see as others see.")
        raise AssessmentRefused("uncalibrated", asked, task=uncalibrated)
    return None


def lease(work, reader, role, now) -> Reading:
    reading, _is_new = Reading.objects.update_or_create(
        submission=work, reader=reader, defaults={"role": role, "leased_until": now + LEASE}
    )
    return reading


def role_in(work):
    if WorkAppeal.objects.filter(submission=work).exists():
        return Role_.APPEAL
    given = work.readings.filter(role__in=EXPERT_ROLES, submitted_at__isnull=False).count()
    return Role_.THIRD if given >= work.task.experts else Role_.EXPERT


@transaction.atomic
def take_peer(*, task: Task, reader: User, now: datetime | None = None) -> Reading | None:
    """Work of somebody else with the same task, for who has handed in their own."""
    now = now or timezone.now()
    if not task.submissions.filter(person=reader).exclude(state=Submission.State.WITHDRAWN).exists():
        raise AssessmentRefused("no_work", _("Hand in your own work first; then you read that of others."))
    held = Reading.objects.filter(reader=reader, submitted_at=None, leased_until__gt=now, role=Role_.PEER)
    if known := held.filter(submission__task=task).first():
        return known
    taken = Count("readings", filter=Q(readings__role=Role_.PEER) & (
        Q(readings__submitted_at__isnull=False) | Q(readings__leased_until__gt=now)
    ))  # fmt: skip
    waiting = of_strangers(task.submissions.filter(state=Submission.State.PEERS), reader)
    waiting = waiting.exclude(readings__in=Reading.objects.filter(reader=reader, submitted_at__isnull=False))
    waiting = waiting.annotate(n=taken).filter(n__lt=task.peers)
    for pk in list(waiting.order_by("n", "submitted_at").values_list("pk", flat=True)[:10]):
        found = Submission.objects.select_for_update(skip_locked=True).filter(pk=pk).first()
        if found is None or not may_hold_pair(reader.pk, found.person_id):
            continue
        if of_strangers(waiting.filter(pk=pk), reader).exists():  # nobody took the last place before the lock was ours
            return lease(found, reader, Role_.PEER, now)
    return None


@transaction.atomic
def give_back(*, reading: Reading) -> None:
    """Not this one: somebody else takes it at once. Raises AssessmentRefused."""
    if reading.submission.state == Submission.State.LIVE:
        raise AssessmentRefused("live", _("A talk is booked for it. Call that off instead."))
    Reading.objects.filter(pk=reading.pk, submitted_at=None).delete()


# --- Calibration of readers -------------------------------------------------------------------------------------------
def is_calibrated(*, reader: User, task: Task) -> bool:
    """Whether the reader saw the examples as staff did. A task without examples needs none; its author sees for all."""
    examples = Example.objects.current().filter(task=task)
    if not examples or task.author_id == reader.pk:
        return True
    tried = list(Trial.objects.filter(example__in=examples, reader=reader).values_list("agreement", flat=True))
    return len(tried) == len(examples) and sum(tried) / len(tried) >= grading.AGREED


@transaction.atomic
def try_example(*, example: Example, reader: User, scores: dict, now: datetime | None = None) -> Trial:
    """A reader's judgement of an example. As it tells how near it came, it is given again after a week only, and then
    in place of the one before. Raises AssessmentRefused."""
    now = now or timezone.now()
    check_scores(example.task.rubric, scores)
    before = Trial.objects.select_for_update().filter(example=example, reader=reader).first()
    if before and before.tried_at + TRIED_AGAIN > now:
        again_at = before.tried_at + TRIED_AGAIN
        told = _("You can judge this example again from %(day)s.") % {"day": words(local(again_at), "full", now)}
        raise AssessmentRefused("too_soon", told, again_at)
    agreed = grading.agreement(example.task.rubric.criteria, scores, example.scores)
    trial, _is_new = Trial.objects.update_or_create(
        example=example,
        reader=reader,
        defaults={"scores": scores, "agreement": agreed, "tried_at": now},
    )
    return trial


# --- What moves on by itself -----------------------------------------------------------------------------------------
def sweep(now: datetime | None = None) -> int:
    """Move on what waits for peers who do not come, and remind the experts, twice at most. Returns how many moved."""
    now = now or timezone.now()
    stuck = Submission.objects.filter(state=Submission.State.PEERS, peers_until__lte=now)
    moved = stuck.update(state=Submission.State.EXPERTS, wanted=1, reminded=0)
    for reading in Reading.objects.filter(
        submitted_at=None, leased_until__gt=now, leased_until__lte=now + timedelta(hours=2), role__in=EXPERT_ROLES
    ).select_related("reader", "submission"):
        remind(reading)
    return moved


@transaction.atomic
def remind(reading: Reading) -> None:
    """Two letters a work at most, however many sweepers run: the count is taken in the row."""
    due = Submission.objects.filter(pk=reading.submission_id, reminded__lt=MOST_REMINDERS)
    if due.update(reminded=F("reminded") + 1):
        tell("reading_due", reading.reader, reading.submission)

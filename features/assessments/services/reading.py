"""Reading work: the queue, leases, judgements, what becomes of them, answers and the one objection."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from core.text import one_line
from features.accounts.access import has_any_role
from features.accounts.models import Role, User
from features.assessments import grading
from features.assessments.models import Example, Reading, Snippet, Submission, Task, Trial, WorkAppeal
from features.assessments.news import tell
from features.assessments.services.refusals import AssessmentRefused
from features.assessments.services.work import check_scores
from features.notifications.models import Follow
from features.skills import services as skills
from features.skills.models import SkillLevel

LEASE = timedelta(hours=8)
REVIEWED = "work_reviewed"
Role_ = Reading.Role
EXPERT_ROLES = (Role_.EXPERT, Role_.THIRD, Role_.APPEAL)
MOST_REMINDERS = 2


# --- The queue --------------------------------------------------------------------------------------------------------
def readable(reader: User, now: datetime):
    """Work that waits for an expert and that this one may take: on a skill they have proven, not their own, of nobody
    they follow or who follows them, not read by them before, and with a place left that nobody holds."""
    if not has_any_role(reader, Role.EXPERT, Role.ORGANISER):
        return Submission.objects.none()
    proven = SkillLevel.objects.evidenced().filter(person=reader).values("skill")
    held = Reading.objects.filter(submission=OuterRef("pk"), role__in=EXPERT_ROLES).filter(
        Q(submitted_at__isnull=False) | Q(leased_until__gt=now)
    )
    mine = Reading.objects.filter(submission=OuterRef("pk"), reader=reader, submitted_at__isnull=False)
    friends = Follow.objects.filter(person=reader, key__startswith="person:").values_list("key", flat=True)
    followed = [int(key.partition(":")[2]) for key in friends if key.partition(":")[2].isdecimal()]
    following = Follow.objects.filter(key=f"person:{reader.pk}").values("person")
    return (
        Submission.objects.filter(state=Submission.State.EXPERTS, task__skill__in=proven)
        .exclude(person=reader)
        .exclude(task__author=reader, task__kind=Task.Kind.PRIOR)
        .exclude(person__in=followed)
        .exclude(person__in=following)
        .exclude(Exists(mine))
        .annotate(places=Count("readings", filter=Q(readings__role__in=EXPERT_ROLES) & (
            Q(readings__submitted_at__isnull=False) | Q(readings__leased_until__gt=now)
        )))
        .filter(Q(places__lt=F("wanted")) | Exists(held.filter(reader=reader, submitted_at=None)))
    )  # fmt: skip


@transaction.atomic
def take_next(*, reader: User, now: datetime | None = None) -> Reading | None:
    """The oldest that waits, leased for eight hours; the one that is held already comes first. Two readers who ask at
    once get two different works. None when nothing waits. Raises AssessmentRefused for who is not calibrated yet."""
    now = now or timezone.now()
    held = Reading.objects.filter(reader=reader, submitted_at=None, leased_until__gt=now, role__in=EXPERT_ROLES)
    if known := held.select_related("submission__task").first():
        return known
    ids = list(readable(reader, now).order_by("submitted_at", "pk").values_list("pk", flat=True)[:20])
    uncalibrated = None
    for pk in ids:
        work = Submission.objects.select_for_update(skip_locked=True, of=("self",)).select_related("task").filter(pk=pk)
        if (found := work.first()) is None:
            continue
        if not readable(reader, now).filter(pk=pk).exists():
            continue  # somebody else took the last place before the lock was ours
        if not is_calibrated(reader=reader, task=found.task):
            uncalibrated = found.task
            continue
        return _lease(found, reader, _role(found, reader), now)
    if uncalibrated:
        words = _("Judge the examples of this task first, to see as others see.")
        raise AssessmentRefused("uncalibrated", words, task=uncalibrated)
    return None


def _lease(work, reader, role, now) -> Reading:
    reading, _is_new = Reading.objects.update_or_create(
        submission=work, reader=reader, defaults={"role": role, "leased_until": now + LEASE}
    )
    return reading


def _role(work, reader):
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
    waiting = task.submissions.filter(state=Submission.State.PEERS).exclude(person=reader)
    waiting = waiting.exclude(readings__in=Reading.objects.filter(reader=reader, submitted_at__isnull=False))
    for pk in (
        waiting.annotate(n=taken)
        .filter(n__lt=task.peers)
        .order_by("n", "submitted_at")
        .values_list("pk", flat=True)[:10]
    ):
        if found := Submission.objects.select_for_update(skip_locked=True).filter(pk=pk).first():
            return _lease(found, reader, Role_.PEER, now)
    return None


@transaction.atomic
def give_back(*, reading: Reading) -> None:
    """Not this one: somebody else takes it at once."""
    Reading.objects.filter(pk=reading.pk, submitted_at=None).delete()


# --- Calibration of readers -------------------------------------------------------------------------------------------
def is_calibrated(*, reader: User, task: Task) -> bool:
    """Whether the reader saw the examples as staff did. A task without examples needs none; its author sees for all."""
    examples = task.examples.count()
    if not examples or task.author_id == reader.pk:
        return True
    tried = list(Trial.objects.filter(example__task=task, reader=reader).values_list("agreement", flat=True))
    return len(tried) == examples and sum(tried) / len(tried) >= grading.AGREED


@transaction.atomic
def try_example(*, example: Example, reader: User, scores: dict, now: datetime | None = None) -> Trial:
    """A reader's judgement of an example; doing it again replaces it."""
    check_scores(example.task.rubric, scores)
    agreed = grading.agreement(example.task.rubric.criteria, scores, example.scores)
    trial, _is_new = Trial.objects.update_or_create(
        example=example,
        reader=reader,
        defaults={"scores": scores, "agreement": agreed, "tried_at": now or timezone.now()},
    )
    return trial


# --- Judgements -------------------------------------------------------------------------------------------------------
@transaction.atomic
def judge(*, reading: Reading, scores: dict, comments: dict, overall: str, now: datetime | None = None) -> Reading:
    """A reader's judgement, with what follows from it. Raises AssessmentRefused."""
    now = now or timezone.now()
    work = (
        Submission.objects.select_for_update(of=("self",))
        .select_related("rubric", "task__skill", "person")
        .get(pk=reading.submission_id)
    )
    reading = Reading.objects.select_for_update().get(pk=reading.pk)
    rubric = work.rubric
    if reading.submitted_at:
        raise AssessmentRefused("judged", _("You have judged it already."))
    if reading.leased_until <= now and not _still_free(work, reading, now):
        raise AssessmentRefused(
            "lease_over", _("Your eight hours were over and somebody else has it. Take the next one.")
        )
    check_scores(rubric, scores)
    known = {criterion["key"] for criterion in rubric.criteria}
    comments = {key: one_line(words)[:1000] for key, words in comments.items() if key in known and words.strip()}
    if reading.role != Role_.SELF and not comments and not overall.strip():
        raise AssessmentRefused("no_words", _("Points alone teach nothing: say something to at least one criterion."))
    reading.scores, reading.comments, reading.overall = scores, comments, overall.strip()[:5000]
    reading.level = round(grading.level(rubric.criteria, scores), 3)
    reading.submitted_at = now
    reading.save()
    _settle(work, now)
    return reading


def _still_free(work, reading, now) -> bool:
    others = work.readings.exclude(pk=reading.pk).filter(role__in=EXPERT_ROLES)
    places = others.filter(Q(submitted_at__isnull=False) | Q(leased_until__gt=now)).count()
    return reading.role in (Role_.PEER, Role_.SELF) or (work.state == Submission.State.EXPERTS and places < work.wanted)


def judge_self(*, submission: Submission, scores: dict, now: datetime | None = None) -> Reading:
    """How the author sees it: shown beside the judgement, and never part of it."""
    now = now or timezone.now()
    reading, _is_new = Reading.objects.get_or_create(
        submission=submission, reader=submission.person, defaults={"role": Role_.SELF, "leased_until": now + LEASE}
    )
    return judge(reading=reading, scores=scores, comments={}, overall="", now=now)


def _settle(work: Submission, now: datetime) -> None:
    """What the judgements so far come to: one more reader, or a result."""
    given = list(work.readings.filter(submitted_at__isnull=False).order_by("submitted_at"))
    experts = [reading for reading in given if reading.role in EXPERT_ROLES]
    peers = [reading for reading in given if reading.role == Role_.PEER]
    if work.state == Submission.State.PEERS:
        if len(peers) < work.task.peers:
            return
        found = grading.judgement([], [reading.level or 1.0 for reading in peers])
        _conclude(work, found, now)
        return
    if work.state != Submission.State.EXPERTS or len(experts) < work.wanted:
        return
    first = [reading for reading in experts if reading.role == Role_.EXPERT]
    criteria = work.rubric.criteria
    if len(experts) == len(first) == 2 and grading.are_far(criteria, first[0].scores, first[1].scores):
        Submission.objects.filter(pk=work.pk).update(wanted=3)
        return
    severity = _severities(work.task)
    adjusted = {reading.pk: (reading.level or 1.0) - severity.get(reading.reader_id, 0.0) for reading in experts}
    appeal = next((adjusted[reading.pk] for reading in experts if reading.role == Role_.APPEAL), None)
    others = [adjusted[reading.pk] for reading in experts if reading.role != Role_.APPEAL]
    _conclude(work, grading.judgement(others, [], appeal=appeal), now)


def _severities(task) -> dict[int, float]:
    """Of the readers of this task, from all that was read for it."""
    rows = Reading.objects.filter(submission__task=task, role__in=EXPERT_ROLES, submitted_at__isnull=False)
    return grading.severities([(row.submission_id, row.reader_id, row.level or 1.0) for row in rows])


def _conclude(work, found, now) -> None:
    level, error, basis = found
    work.level, work.error, work.basis = round(level, 3), error, basis
    work.state, work.judged_at = Submission.State.DONE, now
    work.save(update_fields=["level", "error", "basis", "state", "judged_at"])
    record(work)
    tell("work_judged", work.person, work)


def record(work: Submission) -> None:
    """What the ledger holds of it, at the time when the work was done and not when it was handed in."""
    if work.level is None or work.error is None or work.judged_at is None:
        return
    done_at = datetime.combine(work.done_on, datetime.min.time(), timezone.get_default_timezone())
    skills.record_evidence(
        person=work.person,
        skill=work.task.skill,
        kind=REVIEWED,
        strength=round(min(1.0, max(0.05, 1 - work.error)), 3),
        happened_at=min(done_at, work.judged_at),
        source=work.source,
        measured=work.level,
        error=work.error,
    )


# --- Afterwards -------------------------------------------------------------------------------------------------------
@transaction.atomic
def answer_feedback(*, reading: Reading, answer: str, text: str = "", now: datetime | None = None) -> None:
    """What the author says of a judgement: useful, unclear, unfair."""
    Reading.objects.filter(pk=reading.pk, submitted_at__isnull=False).update(
        answer=answer, answer_text=one_line(text)[:500], answered_at=now or timezone.now()
    )


@transaction.atomic
def appeal(*, submission: Submission, text: str, now: datetime | None = None) -> WorkAppeal:
    """The one objection: an expert who has not read the work looks again. Until then the judgement stands. Raises
    AssessmentRefused."""
    work = Submission.objects.select_for_update().get(pk=submission.pk)
    if work.state != Submission.State.DONE or work.level is None:
        raise AssessmentRefused("not_judged", _("There is no judgement yet to object to."))
    if WorkAppeal.objects.filter(submission=work).exists():
        raise AssessmentRefused("once", _("You can object once, and you have. Hand in new work instead."))
    text = one_line(text)[:1000]
    if not text:
        raise AssessmentRefused("empty", _("Say what was not seen."))
    found = WorkAppeal.objects.create(
        submission=work, text=text, level_before=work.level, made_at=now or timezone.now()
    )
    given = work.readings.filter(role__in=EXPERT_ROLES, submitted_at__isnull=False).count()
    work.state, work.wanted = Submission.State.EXPERTS, given + 1
    work.save(update_fields=["state", "wanted"])
    return found


def keep_snippet(*, owner: User, text: str) -> None:
    """A comment for the next time; using it again moves it up."""
    text = one_line(text)[:500]
    if text:
        snippet, _is_new = Snippet.objects.get_or_create(owner=owner, text=text)
        Snippet.objects.filter(pk=snippet.pk).update(used=F("used") + 1)


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

"""Judgements: what they come to, what the ledger holds of it, answers to them and the one objection."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from core.text import one_line
from features.accounts.access import has_any_role
from features.accounts.models import Role, User
from features.assessments import grading
from features.assessments.models import Reading, Snippet, Submission, WorkAppeal
from features.assessments.news import tell
from features.assessments.services.badges import revoke_resting_on, take_unearned
from features.assessments.services.reading import EXPERT_ROLES, LEASE, lease, readable, role_in
from features.assessments.services.refusals import AssessmentRefused
from features.assessments.services.work import check_scores
from features.moderation.services import may_hold_pair
from features.skills import services as skills

REVIEWED = "work_reviewed"
Role_ = Reading.Role


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
    held = Reading.objects.select_for_update().filter(pk=reading.pk).first()
    if held is None or work.state == Submission.State.WITHDRAWN:
        raise AssessmentRefused("taken_back", _("Its author has taken it back. Take the next one."))
    reading, rubric = held, work.rubric
    if reading.submitted_at:
        raise AssessmentRefused("judged", _("You have judged it already."))
    if work.state == Submission.State.LIVE and now < work.evaluation.starts_at:
        raise AssessmentRefused("not_begun", _("Judge it when you have talked."))
    if reading.leased_until <= now and not _still_free(work, reading, now):
        raise AssessmentRefused(
            "lease_over", _("Your eight hours were over and somebody else has it. Take the next one.")
        )
    if reading.role in EXPERT_ROLES and not has_any_role(reading.reader, Role.EXPERT, Role.ORGANISER):
        raise AssessmentRefused("not_an_expert", _("Experts judge work. You are none at the moment."))
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


def alike(*, reading: Reading, now: datetime) -> QuerySet[Submission]:
    """Work that waits, that this reader may read, and that has the words, links and files of what they judged."""
    work = reading.submission
    if not work.digest or reading.role not in EXPERT_ROLES or reading.submitted_at is None:
        return Submission.objects.none()
    same = readable(reading.reader, now).filter(task=work.task_id, rubric=work.rubric_id, digest=work.digest)
    return same.exclude(appeal__isnull=False).order_by("submitted_at", "pk")


@transaction.atomic
def judge_alike(*, reading: Reading, now: datetime | None = None) -> int:
    """The same judgement for all that is alike: it is their reader's own word on each. Returns how many there were."""
    now = now or timezone.now()
    judged = 0
    for pk in list(alike(reading=reading, now=now).values_list("pk", flat=True)[:50]):
        lock = Submission.objects.select_for_update(skip_locked=True, of=("self",)).select_related("task")
        work = lock.filter(pk=pk).first()
        if work is None or not may_hold_pair(reading.reader_id, work.person_id):
            continue
        if not readable(reading.reader, now).filter(pk=pk).exists():
            continue
        judge(
            reading=lease(work, reading.reader, role_in(work), now),
            scores=reading.scores,
            comments=reading.comments,
            overall=reading.overall,
            now=now,
        )
        judged += 1
    return judged


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
    if work.state not in (Submission.State.EXPERTS, Submission.State.LIVE) or len(experts) < work.wanted:
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
    before = work.level
    work.level, work.error, work.basis = round(level, 3), error, basis
    work.state, work.judged_at = Submission.State.DONE, now
    work.save(update_fields=["level", "error", "basis", "state", "judged_at"])
    record(work)
    if before is not None and work.level < before:
        revoke_resting_on(work.source, now, _("What it rested on was judged again, and lower. Ask for a new one."))
        take_unearned(work.person)
    tell("work_judged", work.person, work)


def record(work: Submission) -> None:
    """What the ledger holds of it, at the time when the work was done and not when it was handed in."""
    if work.level is None or work.error is None or work.judged_at is None or work.voided_at:
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
    """The one objection: an expert who has not read the work looks again; at a talk by what its examiner wrote down and
    what is objected. Until then the judgement stands. Raises AssessmentRefused."""
    work = Submission.objects.select_for_update().get(pk=submission.pk)
    if work.state != Submission.State.DONE or work.level is None:
        raise AssessmentRefused("not_judged", _("There is no judgement yet to object to."))
    if work.voided_at:
        words = _("It was taken back. You can object to that on the page of the decision.")
        raise AssessmentRefused("voided", words)
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
    try:
        with transaction.atomic():
            work.save(update_fields=["state", "wanted"])
    except IntegrityError as error:  # of one task one work is read at a time
        words = _("Newer work of yours on this task is being read. Object once it is judged, or take it back.")
        raise AssessmentRefused("newer", words) from error
    return found


def keep_snippet(*, owner: User, text: str) -> None:
    """A comment for the next time; using it again moves it up."""
    text = one_line(text)[:500]
    if text:
        snippet, _is_new = Snippet.objects.get_or_create(owner=owner, text=text)
        Snippet.objects.filter(pk=snippet.pk).update(used=F("used") + 1)

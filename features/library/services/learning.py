"""What a reader does: begin, get a lesson done, come to the end. The end is evidence of a skill, and of a course a
certificate."""

from datetime import datetime

from django.db import transaction
from django.db.models import Count, F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from features.accounts.models import User
from features.accounts.services import audit
from features.library.gate import Gate, Locked, gate
from features.library.models import Certificate, Enrolment, Lesson, LessonProgress, Work
from features.library.services.refusals import LibraryRefused
from features.notifications.services import notify
from features.payments import services as payments
from features.skills import services as skills
from features.skills.models import SkillEvidence

COMPLETED = "course_completed"
COMPLETED_STRENGTH = 0.06  # for each step of the course's level


@transaction.atomic
def begin(*, work: Work, person: User, now: datetime | None = None) -> Enrolment:
    """Begin a work that one may read. Twice is once. Raises LibraryRefused."""
    now = now or timezone.now()
    if not gate(work, person, now).is_entitled:
        raise LibraryRefused("to_pay", _("This has a price. Buy it first, then begin."))
    return enrol(work=work, person=person, now=now)


def enrol(*, work: Work, person: User, now: datetime) -> Enrolment:
    """The row, whatever gave the right to all of it: with that its days begin."""
    enrolment = _touch(work, person, now)
    if Enrolment.objects.filter(pk=enrolment.pk, opened_at=None).update(opened_at=now):
        enrolment.opened_at = now
    return enrolment


def _touch(work, person, now) -> Enrolment:
    return Enrolment.objects.get_or_create(work=work, person=person, defaults={"started_at": now})[0]


@transaction.atomic
def mark_done(*, lesson: Lesson, person: User, now: datetime | None = None) -> Enrolment:
    """A lesson is done; with the last one the work is. Raises LibraryRefused."""
    now = now or timezone.now()
    Enrolment.objects.select_for_update().filter(work=lesson.work_id, person=person).first()
    found = _open(gate(lesson.work, person, now), lesson)  # asked under the lock: it is not given back meanwhile
    has_all = found.is_entitled or found.is_author
    enrolment = enrol(work=lesson.work, person=person, now=now) if has_all else _touch(lesson.work, person, now)
    LessonProgress.objects.get_or_create(enrolment=enrolment, lesson=lesson, defaults={"done_at": now})
    _complete_if_done(enrolment, now)
    return enrolment


@transaction.atomic
def mark_not_done(*, lesson: Lesson, person: User) -> None:
    """Take it back. Who has come to the end has come to the end."""
    LessonProgress.objects.filter(enrolment__person=person, lesson=lesson).delete()


def _open(found: Gate, lesson: Lesson) -> Gate:
    locked = found.before(lesson)
    if lesson.is_draft or locked == Locked.TO_PAY:
        raise LibraryRefused("to_pay", _("This lesson is for those who have the course. Buy it first."))
    if locked != Locked.OPEN:
        raise LibraryRefused("later", _("This lesson is not open yet. Its page says when it will be."))
    return found


def complete_whoever_has(work: Work, now: datetime | None = None) -> None:
    """After lessons went away: who has done all that is left has come to the end, also after the fact."""
    for enrolment in Enrolment.objects.filter(work=work, completed_at=None, progress__isnull=False).distinct():
        _complete_if_done(enrolment, now or timezone.now())


def _complete_if_done(enrolment: Enrolment, now: datetime) -> None:
    left = Lesson.objects.shown().filter(work=enrolment.work_id).exclude(progress__enrolment=enrolment)
    if enrolment.completed_at or left.exists():
        return
    found = gate(enrolment.work, enrolment.person, now)
    if not (found.is_author or found.is_entitled):
        return  # what was given back, or only tried by its free lessons, proves nothing
    Enrolment.objects.filter(pk=enrolment.pk).update(completed_at=now)
    enrolment.completed_at = now
    work, person = enrolment.work, enrolment.person
    if not work.is_course or work.author_id == person.pk:
        return
    made = Certificate.objects.create(
        enrolment=enrolment,
        holder=person.name,
        title=work.title,
        lessons=work.lesson_count,
        minutes=work.minutes,
        issued_at=now,
    )
    skills.record_all(_evidence(enrolment, now))
    notify(person, "certificate_issued", made.pk, made.get_absolute_url(), f"certificate:{made.pk}")


def _evidence(enrolment: Enrolment, now: datetime) -> list[SkillEvidence]:
    return [
        SkillEvidence(
            person=enrolment.person,
            skill=skill,
            kind=COMPLETED,
            strength=COMPLETED_STRENGTH * enrolment.work.level,
            happened_at=now,
            source=source_of(enrolment.pk),
        )
        for skill in enrolment.work.skills.all()
    ]


def source_of(enrolment_id: int) -> str:
    return f"enrolment:{enrolment_id}"


def done_lessons(enrolment: Enrolment | None) -> set[int]:
    return set(enrolment.progress.values_list("lesson", flat=True)) if enrolment else set()


def with_progress(enrolments):
    """Annotated with how many of the lessons that there are now are done."""
    done = Count("progress", filter=Q(progress__lesson__is_draft=False))
    return enrolments.annotate(done=done, total=F("work__lesson_count"))


@transaction.atomic
def revoke_certificate(*, certificate: Certificate, by: User, reason: str, now: datetime | None = None) -> None:
    """Its page goes on saying that it was issued, and that it no longer holds; what it proved goes. Once."""
    changed = Certificate.objects.filter(pk=certificate.pk, revoked_at=None).update(
        revoked_at=now or timezone.now(), revoked_by=by, revocation_reason=reason
    )
    if changed:
        skills.revoke_evidence(source_of(certificate.enrolment_id))
        audit(by, "certificate.revoked", f"certificate:{certificate.pk}", [])


@transaction.atomic
def take_back_certificate(*, work: Work, person: User, now: datetime | None = None) -> None:
    """All that was paid for the work went back: nobody keeps for nothing what it proved, unless they may read it by
    another right. Its public page says that it no longer holds, and not why."""
    # A last lesson that is being done at this moment is waited for.
    enrolment = Enrolment.objects.select_for_update().filter(work=work, person=person).first()
    if enrolment is None or payments.entitled(person, work.key, now):
        return
    if _kept(enrolment, revoked_at=None).update(revoked_at=now or timezone.now()):
        skills.revoke_evidence(source_of(enrolment.pk))


@transaction.atomic
def restore_certificate(*, work: Work, person: User, now: datetime) -> None:
    """Bought again after that, it holds again."""
    enrolment = Enrolment.objects.select_for_update().filter(work=work, person=person).first()
    if enrolment and _kept(enrolment, revoked_at__isnull=False).update(revoked_at=None):
        skills.record_all(_evidence(enrolment, enrolment.completed_at or now))


def _kept(enrolment: Enrolment, **standing):
    """Its certificate, if nobody has revoked it with a reason."""
    return Certificate.objects.filter(enrolment=enrolment, revocation_reason="", **standing)

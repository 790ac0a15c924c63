"""The gate: who reads which lesson, and when. The only code that hands out what stands behind it."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

from features.library.models import Enrolment, Lesson, LessonContent, LessonFile, Work
from features.payments import services as payments


class Locked(StrEnum):
    """Why a lesson is not read yet, and with that the next step."""

    OPEN = ""
    TO_PAY = "to_pay"
    TO_START = "to_start"  # it opens some days after one has begun
    LATER = "later"


@dataclass(frozen=True)
class Gate:
    """One reader before one work: asked once, then every lesson is answered without a query."""

    work: Work
    is_author: bool
    is_entitled: bool  # to all of it: free, or paid for
    enrolment: Enrolment | None
    now: datetime

    @property
    def opened_at(self) -> datetime | None:
        """From when its days count. Whoever has only tried the free lessons has not begun."""
        return self.enrolment.opened_at if self.enrolment else None

    def opens_at(self, lesson: Lesson) -> datetime | None:
        """When it opens for this reader; None is from the first day, or after a beginning that there was not yet."""
        moments = []
        if lesson.opens_on:
            zone = ZoneInfo(self.work.author.time_zone or settings.DEFAULT_TIME_ZONE)
            moments.append(datetime.combine(lesson.opens_on, time.min, zone))
        if lesson.opens_after_days and self.opened_at:
            moments.append(self.opened_at + timedelta(days=lesson.opens_after_days))
        return max(moments, default=None)

    def before(self, lesson: Lesson) -> Locked:
        if self.is_author or (lesson.is_free and self.work.is_course):
            return Locked.OPEN
        if not self.is_entitled:
            return Locked.TO_PAY
        if lesson.opens_after_days and not self.opened_at:
            return Locked.TO_START
        opens_at = self.opens_at(lesson)
        return Locked.LATER if opens_at and opens_at > self.now else Locked.OPEN


def gate(work: Work, person, now: datetime) -> Gate:
    is_known = person.is_authenticated
    return Gate(
        work=work,
        is_author=is_known and work.author_id == person.pk,
        is_entitled=work.is_free or payments.entitled(person, work.key, now),
        enrolment=Enrolment.objects.filter(work=work, person_id=person.pk).first() if is_known else None,
        now=now,
    )


def content(gate: Gate, lesson: Lesson) -> LessonContent | None:
    """The lesson itself, for whoever may read it; None for everybody else."""
    if gate.before(lesson) != Locked.OPEN or (lesson.is_draft and not gate.is_author):
        return None
    return LessonContent.objects.get(lesson=lesson)


def files(gate: Gate, lesson: Lesson):
    if content(gate, lesson) is None:
        return []
    return [row.file for row in lesson.files.select_related("file")]


def free_text(work: Work) -> str:
    """The words of the lessons that everybody may read, for the search: as HTML, one after the other."""
    lessons = Lesson.objects.shown().filter(work=work, opens_after_days=0, opens_on=None)
    if not work.is_free:
        lessons = lessons.filter(is_free=True) if work.is_course else lessons.none()
    told = LessonContent.objects.filter(lesson__in=lessons).order_by("lesson__section__position", "lesson__position")
    return "\n".join(told.values_list("html", flat=True))


def may_see_file(file, viewer) -> bool:
    """A lesson's file is seen by whoever may read the lesson, at this moment."""
    row = LessonFile.objects.select_related("lesson__work__author").filter(file=file).first()
    if row is None:
        return False
    work = Work.objects.visible_to(viewer.pk).filter(pk=row.lesson.work_id).select_related("author").first()
    return work is not None and content(gate(work, viewer, timezone.now()), row.lesson) is not None

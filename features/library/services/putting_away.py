"""What an author takes away comes back for 14 days: a draft of a work, and a lesson of any work. Until then a lesson is
a draft to everybody who reads, so nothing they look at asks for more; how far they came is kept with it."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from features.accounts import services as accounts
from features.accounts.models import User
from features.library.models import Lesson, LessonFile, Work
from features.library.services.refusals import LibraryRefused
from features.library.services.writing import MOST_LESSONS, keep_up, lock

RECOVERY = timedelta(days=14)


@transaction.atomic
def throw_away(*, work: Work, by: User, now: datetime | None = None) -> None:
    """A draft that never was public."""
    work = lock(work)
    if work.published_at:
        raise LibraryRefused("published", _("What was public is taken off the list instead: others may have it."))
    Work.objects.filter(pk=work.pk).update(removed_at=now or timezone.now(), removed_by=by)


def bring_back(*, work: Work) -> None:
    Work.objects.filter(pk=work.pk).update(removed_at=None, removed_by=None)


@transaction.atomic
def remove_lesson(*, lesson: Lesson, now: datetime | None = None) -> None:
    work = lock(lesson.work)
    if Lesson.objects.there().filter(work=work).count() == 1:
        raise LibraryRefused("last", _("A work has at least one lesson. Change this one instead."))
    there = Lesson.objects.there().filter(pk=lesson.pk)
    there.update(is_draft=True, removed_at=now or timezone.now())
    keep_up(work)


@transaction.atomic
def bring_back_lesson(*, lesson: Lesson, is_draft: bool = True) -> None:
    """To where it stood. As a draft, unless it was taken away a moment ago."""
    work = lock(lesson.work)
    if Lesson.objects.there().filter(work=work).count() >= MOST_LESSONS:
        raise LibraryRefused("too_many", _("A course has 200 lessons at most. Begin a second part."))
    Lesson.objects.filter(pk=lesson.pk, removed_at__isnull=False).update(is_draft=is_draft, removed_at=None)
    keep_up(work)


@transaction.atomic
def erase_removed(*, now: datetime | None = None) -> int:
    """What was taken away 14 days ago is gone for good, with its files."""
    before = (now or timezone.now()) - RECOVERY
    erased = 0
    for old, files in (
        (Work.objects.filter(published_at=None, removed_at__lt=before), "lesson__work__in"),
        (Lesson.objects.filter(removed_at__lt=before), "lesson__in"),
    ):
        for row in LessonFile.objects.filter(**{files: old}).select_related("file"):
            accounts.remove_file(row.file)
        erased += old.delete()[0]
    return erased

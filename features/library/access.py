"""Who may see and change what. What somebody may not see does not exist for them. Who reads a lesson is for `gate`."""

from django.http import Http404
from django.shortcuts import get_object_or_404

from features.accounts.access import has_role
from features.accounts.models import Role
from features.library.models import Certificate, Lesson, LessonFile, Section, Work


def visible_work(person, pk) -> Work:
    return get_object_or_404(Work.objects.visible_to(person.pk).select_related("author"), pk=pk)


def visible_lesson(person, work: Work, pk) -> Lesson:
    """As the table of contents knows it; drafts are there for the author alone."""
    lesson = get_object_or_404(Lesson.objects.there().filter(work=work).select_related("section"), pk=pk)
    if lesson.is_draft and work.author_id != person.pk:
        raise Http404
    lesson.work = work
    return lesson


def own_work(person, pk) -> Work:
    return get_object_or_404(Work.objects.written_by(person).select_related("author"), pk=pk)


def removed_work(person, pk) -> Work:
    return get_object_or_404(Work, pk=pk, author=person, removed_at__isnull=False)


def own_section(person, pk) -> Section:
    sections = Section.objects.filter(work__author=person, work__removed_at=None, work__kind=Work.Kind.COURSE)
    return get_object_or_404(sections.select_related("work"), pk=pk)


def own_lesson(person, pk) -> Lesson:
    lessons = Lesson.objects.there().filter(work__author=person, work__removed_at=None)
    return get_object_or_404(lessons.select_related("work__author", "section"), pk=pk)


def removed_lesson(person, pk) -> Lesson:
    lessons = Lesson.objects.filter(work__author=person, work__removed_at=None, removed_at__isnull=False)
    return get_object_or_404(lessons.select_related("work"), pk=pk)


def own_file(person, lesson: Lesson, name) -> LessonFile:
    return get_object_or_404(LessonFile.objects.select_related("file"), lesson=lesson, file=name)


def certificate_of(code) -> Certificate:
    """Whoever has the code may read it: it is what its holder hands on."""
    certificates = Certificate.objects.select_related("enrolment__work__author", "enrolment__person")
    return get_object_or_404(certificates, code=code)


def may_revoke(person, certificate: Certificate) -> bool:
    """The author of the course, and who runs the site."""
    if not person.is_authenticated or certificate.revoked_at:
        return False
    return certificate.enrolment.work.author_id == person.pk or has_role(person, Role.ORGANISER)

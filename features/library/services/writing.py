"""What an author does: write, put in order, publish, take off the list. Text is rendered and cleaned once, here."""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Max, Q, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.limits import hit
from core.text import one_line, render_markdown
from features.accounts import access
from features.accounts import services as accounts
from features.accounts.models import Role, User
from features.discovery import services as discovery
from features.library.models import Enrolment, Lesson, LessonContent, LessonFile, Section, Work
from features.library.services.learning import complete_whoever_has
from features.library.services.refusals import LibraryRefused
from features.payments import services as payments

WORDS_A_MINUTE = 200
MOST_LESSONS, MOST_FILES = 200, 10


def may_publish(person: User) -> bool:
    return access.has_role(person, Role.EXPERT) or access.has_role(person, Role.ORGANISER)


def lock(work: Work) -> Work:
    """The work's row, for this transaction alone."""
    return Work.objects.select_for_update(of=("self",)).select_related("author").get(pk=work.pk)


# --- The work itself --------------------------------------------------------------------------------------------------
@transaction.atomic
def save_work(*, author: User, data: dict, skills: Sequence, work: Work | None = None, now=None) -> Work:
    """Write what everybody reads of it: anew, or again. A new one has a lesson to begin with. Raises LibraryRefused."""
    now = now or timezone.now()
    is_new = work is None
    work = Work(author=author, currency=settings.CURRENCY, created_at=now) if work is None else lock(work)
    if work.published_at:
        _check(author)
    was_free = bool(work.published_at) and work.is_free
    for name, value in data.items():
        setattr(work, name, value)
    work.title, work.outcome = one_line(work.title), one_line(work.outcome)
    work.about = _clean(work.about)
    work.about_html = render_markdown(work.about)
    work.slug = work.make_slug()
    work.updated_at = now
    _check_price(work)
    work.save()
    if was_free and not work.is_free:
        _keep_for_readers(work, now)
    payments.selling_begins(person=author, price_minor=work.price_minor)
    work.skills.set(skills)
    if is_new:
        section = Section.objects.create(work=work)
        _new_lesson(work, section, work.title if not work.is_course else str(_("First lesson")), 0)
    elif not work.is_course:
        work.lessons.update(title=work.title)
    return keep_up(work)


def _check_price(work):
    if work.price_minor and not payments.is_set_up():
        raise LibraryRefused("payments_not_set_up", _("Nothing can be sold here yet. Leave the price empty."), "price")


def _keep_for_readers(work: Work, now: datetime) -> None:
    """Whoever began it while it was free keeps it, now that it has a price."""
    begun = Enrolment.objects.filter(work=work, opened_at__isnull=False).exclude(person=work.author_id)
    payments.entitle_many(people=begun.values_list("person", flat=True), key=work.key, ref=f"free:{work.pk}", now=now)


def _check(person):
    if bar := access.bar(person, access.Ability.HOST):
        raise LibraryRefused("barred", bar.words)


@transaction.atomic
def publish(*, work: Work, by: User, now: datetime | None = None) -> Work:
    """Make it public, or put it back on the list. Twice is once. Raises LibraryRefused."""
    now = now or timezone.now()
    work = lock(work)
    if work.is_listed:
        return work
    _check(by)
    if not may_publish(by):
        words = _("Publishing is for experts. Apply to become one; your draft is kept.")
        raise LibraryRefused("not_an_expert", words)
    if not work.skills.exists():
        raise LibraryRefused("no_skill", _("Name at least one skill, so that people can find this."), "skills")
    _check_price(work)
    told = LessonContent.objects.filter(lesson__in=Lesson.objects.shown().filter(work=work))
    if not told.exclude(text="", video_url="").exists():
        raise LibraryRefused("empty", _("There is nothing to read or watch yet. Write the first lesson, then publish."))
    hit("work_publish", by.pk)
    work.published_at, work.withdrawn_at = work.published_at or now, None
    work.save(update_fields=["published_at", "withdrawn_at"])
    return keep_up(work)


@transaction.atomic
def take_off_the_list(*, work: Work, now: datetime | None = None) -> Work:
    """Nobody finds or buys it any more. Who has begun or bought it keeps it."""
    work = lock(work)
    if work.is_listed:
        work.withdrawn_at = now or timezone.now()
        work.save(update_fields=["withdrawn_at"])
        index(work)
    return work


# --- Sections and lessons ---------------------------------------------------------------------------------------------
@transaction.atomic
def add_section(*, work: Work, title: str) -> Section:
    work = lock(work)
    return Section.objects.create(work=work, title=one_line(title), position=_last(work.sections) + 1)


@transaction.atomic
def rename_section(*, section: Section, title: str) -> None:
    Section.objects.filter(pk=section.pk).update(title=one_line(title))


@transaction.atomic
def remove_section(*, section: Section) -> None:
    """Only an empty one: lessons are moved or removed by themselves."""
    work = lock(section.work)
    if Lesson.objects.there().filter(section=section).exists():
        raise LibraryRefused("not_empty", _("There are lessons in this section. Move or remove them first."))
    if other := work.sections.exclude(pk=section.pk).first():
        section.lessons.update(section=other)  # what was taken away from here comes back there
    section.delete()


@transaction.atomic
def add_lesson(*, section: Section, title: str) -> Lesson:
    """A draft at the end of the section."""
    work = lock(section.work)
    if Lesson.objects.there().filter(work=work).count() >= MOST_LESSONS:
        raise LibraryRefused("too_many", _("A course has 200 lessons at most. Begin a second part."))
    return _new_lesson(work, section, one_line(title), _last(section.lessons) + 1, is_draft=True)


def _new_lesson(work, section, title, position, is_draft=False) -> Lesson:
    lesson = Lesson.objects.create(work=work, section=section, title=title, position=position, is_draft=is_draft)
    LessonContent.objects.create(lesson=lesson)
    return lesson


@transaction.atomic
def save_lesson(*, lesson: Lesson, data: dict, text: str, video_url: str, now: datetime | None = None) -> Lesson:
    """Write a lesson: `data` is for the table of contents, text and video stand behind the gate."""
    work = lock(lesson.work)
    if work.published_at:
        _check(work.author)
    for name, value in data.items():
        setattr(lesson, name, value)
    lesson.title = one_line(lesson.title)
    text = _clean(text)
    lesson.minutes = -(-len(text.split()) // WORDS_A_MINUTE)
    lesson.save()
    LessonContent.objects.filter(lesson=lesson).update(text=text, html=render_markdown(text), video_url=video_url)
    Work.objects.filter(pk=work.pk).update(updated_at=now or timezone.now())
    keep_up(work)
    return lesson


@transaction.atomic
def move(*, thing: Section | Lesson, step: int) -> None:
    """One place up (-1) or down (1). A lesson at the edge of its section moves into the next one."""
    work = lock(thing.work)
    if isinstance(thing, Section):
        _swap(list(work.sections.all()), thing, step)
        return
    beside = list(Lesson.objects.there().filter(section=thing.section))
    if not _swap(beside, thing, step):
        sections = list(work.sections.all())
        place = sections.index(thing.section) + step
        if 0 <= place < len(sections):
            others = list(Lesson.objects.there().filter(section=sections[place]))
            thing.section = sections[place]
            thing.save(update_fields=["section"])
            _number([thing, *others] if step > 0 else [*others, thing])
    index(work)


def _swap(things, thing, step) -> bool:
    place = things.index(thing)
    if not 0 <= place + step < len(things):
        return False
    things[place], things[place + step] = things[place + step], things[place]
    _number(things)
    return True


def _number(things) -> None:
    for position, thing in enumerate(things):
        type(thing).objects.filter(pk=thing.pk).update(position=position)


def _last(things) -> int:
    found = things.aggregate(last=Max("position"))["last"]
    return -1 if found is None else found


# --- Files ------------------------------------------------------------------------------------------------------------
@transaction.atomic
def add_file(*, lesson: Lesson, upload) -> LessonFile:
    """Something to download with the lesson. Raises LibraryRefused, and FileRefused for what cannot be kept."""
    lock(lesson.work)
    if lesson.files.count() >= MOST_FILES:
        raise LibraryRefused("too_many", _("A lesson has ten files at most. Put several into a ZIP."), "upload")
    file = accounts.store_document(owner=lesson.work.author, upload=upload, kind="lesson")
    return LessonFile.objects.create(lesson=lesson, file=file)


@transaction.atomic
def remove_file(*, row: LessonFile) -> None:
    accounts.remove_file(row.file)


# --- What follows from a change ---------------------------------------------------------------------------------------
def keep_up(work: Work) -> Work:
    """Sums in the work's row, what the search finds, and who has all of it done now that it is shorter."""
    shown = Q(is_draft=False)
    sums = work.lessons.aggregate(n=Count("pk", filter=shown), minutes=Sum("minutes", filter=shown))
    work.lesson_count, work.minutes = sums["n"], sums["minutes"] or 0
    Work.objects.filter(pk=work.pk).update(lesson_count=work.lesson_count, minutes=work.minutes)
    index(work)
    complete_whoever_has(work)
    return work


def index(work: Work) -> None:
    """Say anew what the search finds here."""
    discovery.republish("work", [str(work.pk)])


def take_over_skill(source, into) -> int:
    """Works about `source` are about `into`; answers how many there were."""
    rows = Work.skills.through.objects.filter(skill=source)
    works = list(rows.values_list("work", flat=True))
    rows.filter(work__in=Work.skills.through.objects.filter(skill=into).values("work")).delete()
    rows.update(skill=into)
    discovery.republish("work", [str(pk) for pk in works])
    return len(works)


def _clean(text: str) -> str:
    """Spaces in front stay: a text may begin with code."""
    return text.replace("\x00", "").replace("\r\n", "\n").strip("\n").rstrip()

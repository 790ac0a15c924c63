"""The library as JSON: the same verbs and the same gate as the pages."""

from datetime import datetime
from enum import StrEnum

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from ninja import Field, Query, Router, Schema, Status

from core.api_parts import Anybody, Member, Money, Page, Paging, Refusal, Scope, Selectable, money, page
from core.seo import absolute
from features.library import services
from features.library.access import visible_lesson, visible_work
from features.library.filters import WorkFilter
from features.library.gate import Locked, content, files, gate
from features.library.models import Work
from features.library.pages import standing
from features.skills.models import Level

LIBRARY_READ = Scope("library:read", gettext_lazy("Read what you may read in the library, and how far you are"))
LIBRARY_WRITE = Scope("library:write", gettext_lazy("Begin courses and mark lessons as done"))

router = Router(tags=["Library"])

KINDS = StrEnum("WorkKindName", {name.upper(): name for name in Work.Kind.values})


class WorkFilters(Schema):
    q: str = Field("", max_length=200, description="Words, as in the search of the site")
    skill: str = Field("", max_length=110, description="The slug of a skill; what lies below it counts too")
    author: str = Field("", max_length=30, description="The handle of who wrote it")
    kind: list[KINDS] = []
    level: list[int] = Field([], description="1 to 5; any of these")
    language: list[str] = Field([], description="Codes such as en")


class WorkOut(Selectable):
    id: int
    kind: KINDS
    title: str
    outcome: str
    about: str = Field(description="What everybody reads, as HTML")
    author: str = Field(description="The author's handle")
    skills: list[str] = Field(description="Slugs")
    level: int = Field(ge=min(Level.values), le=max(Level.values))
    language: str
    price: Money
    minutes: int
    lesson_count: int
    published_at: datetime | None
    updated_at: datetime
    is_demo: bool = Field(description="Made up for the demo, and removed with it")
    url: str


class LessonLine(Schema):
    id: int
    section: str
    title: str
    minutes: int
    is_free: bool
    is_done: bool
    locked: str = Field(description="Empty, or why you cannot read it: to_pay, to_start or later")
    url: str


class Outline(Schema):
    is_entitled: bool
    started_at: datetime | None
    completed_at: datetime | None
    certificate: str | None
    lessons: list[LessonLine]


class FileOut(Schema):
    title: str
    size: int
    url: str


class LessonOut(Schema):
    id: int
    title: str
    html: str
    video_url: str
    files: list[FileOut]


def of_work(work: Work) -> dict:
    names = ("kind", "title", "outcome", "level", "language", "minutes", "lesson_count", "published_at", "updated_at")
    return {name: getattr(work, name) for name in names} | {
        "id": work.pk,
        "about": work.about_html,
        "author": work.author.handle,
        "skills": [skill.slug for skill in work.skills.all()],
        "price": money(work.price_minor, work.currency),
        "is_demo": work.author.is_demo,
        "url": absolute(work.get_absolute_url()),
    }


@router.get("", response=Page[WorkOut], auth=Anybody(LIBRARY_READ), summary="Articles and courses")
def works(request, filters: Query[WorkFilters], paging: Query[Paging]):
    found = WorkFilter(request.GET).matching().select_related("author").prefetch_related("skills")
    made = page(request, found, paging, ("-published_at", "-id"))
    return made | {"items": [of_work(work) for work in made["items"]]}


@router.get("{int:pk}/", response=WorkOut, auth=Anybody(LIBRARY_READ), summary="One article or course")
def work(request, pk: int):
    return of_work(visible_work(request.user, pk))


@router.get("{int:pk}/lessons/", response=Outline, auth=Anybody(LIBRARY_READ), summary="Its lessons, for you")
def lessons(request, pk: int):
    """What you may read, what is done, and what stands before the rest."""
    return _outline(request, visible_work(request.user, pk))


@router.get("{int:pk}/lessons/{int:lesson_pk}/", response=LessonOut, auth=Anybody(LIBRARY_READ), summary="One lesson")
def lesson(request, pk: int, lesson_pk: int):
    work = visible_work(request.user, pk)
    found, lesson = gate(work, request.user, timezone.now()), visible_lesson(request.user, work, lesson_pk)
    told = content(found, lesson)
    if told is None:
        words = _("Buy it first.") if found.before(lesson) == Locked.TO_PAY else _("It is not open yet.")
        raise Refusal(str(found.before(lesson)), words, step="work", status=403)
    out = [
        {"title": file.title, "size": file.size, "url": absolute(file.download_url)} for file in files(found, lesson)
    ]
    return {
        "id": lesson.pk, "title": lesson.title, "html": told.html, "video_url": told.video_url, "files": out
    }  # fmt: skip


@router.post("{int:pk}/enrolment/", response={201: Outline}, auth=Member(LIBRARY_WRITE), summary="Begin it")
def begin(request, pk: int):
    """Twice is once."""
    work = visible_work(request.user, pk)
    try:
        services.begin(work=work, person=request.user)
    except services.LibraryRefused as refused:
        raise Refusal(refused.code, refused.words, step="work") from refused
    return Status(201, _outline(request, work))


@router.put(
    "{int:pk}/lessons/{int:lesson_pk}/progress/",
    response=Outline,
    auth=Member(LIBRARY_WRITE),
    summary="A lesson is done",
)
def done(request, pk: int, lesson_pk: int):
    work = visible_work(request.user, pk)
    try:
        services.mark_done(lesson=visible_lesson(request.user, work, lesson_pk), person=request.user)
    except services.LibraryRefused as refused:
        raise Refusal(refused.code, refused.words, step="work") from refused
    return _outline(request, work)


@router.delete(
    "{int:pk}/lessons/{int:lesson_pk}/progress/",
    response={204: None},
    auth=Member(LIBRARY_WRITE),
    summary="Not done after all",
)
def not_done(request, pk: int, lesson_pk: int):
    work = visible_work(request.user, pk)
    services.mark_not_done(lesson=visible_lesson(request.user, work, lesson_pk), person=request.user)
    return Status(204, None)


def _outline(request, work) -> dict:
    found = gate(work, request.user, timezone.now())
    context = standing(found, request.user)
    certificate = context["certificate"]
    return {
        "is_entitled": found.is_entitled or found.is_author,
        "started_at": found.enrolment and found.enrolment.started_at,
        "completed_at": found.enrolment and found.enrolment.completed_at,
        "certificate": absolute(certificate.get_absolute_url()) if certificate else None,
        "lessons": [
            {name: getattr(entry, name) for name in ("title", "minutes", "is_free", "is_done", "locked")}
            | {"id": entry.pk, "section": part.title, "url": absolute(entry.url)}
            for part in context["parts"]
            for entry in part.entries
        ],
    }

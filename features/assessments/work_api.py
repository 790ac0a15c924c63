"""Work and talks as JSON: the same verbs as the pages. Files are handed in on the page."""

from datetime import date, datetime
from functools import wraps

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext_lazy
from ninja import Field, Query, Router, Schema, Status

from core.api_parts import Anybody, Member, Page, Paging, PointInTime, Refusal, Scope, page
from core.seo import absolute
from features.assessments import services, work_pages
from features.assessments.access import own_evaluation, own_submission, visible_task
from features.assessments.models import Evaluation, Submission, Task

READ = Scope("work:read", gettext_lazy("See tasks, the work you handed in and what was said of it"))
WRITE = Scope("work:write", gettext_lazy("Hand in work, book talks about it, and object, in your name"))

tasks_router = Router(tags=["Assessments"])
works_router = Router(tags=["Assessments"])


class TaskLine(Schema):
    id: int
    title: str
    skill: str = Field(description="The slug of the skill")
    kind: str = Field(description="work, prior (done elsewhere) or live (a talk)")
    minutes: int | None = Field(description="Of the talk, where it is one")
    url: str


class TalkTime(Schema):
    starts_at: datetime
    ends_at: datetime


class HandedIn(Schema):
    text: str = Field("", max_length=20_000, description="Markdown")
    links: list[str] = Field([], max_length=10)
    help_used: str = Field("", max_length=300)
    done_on: date | None = Field(None, description="When the work was done; today, if nothing is said")


class TalkIn(Schema):
    starts_at: PointInTime
    note: str = Field("", max_length=2000, description="What it will be about")


class Objection(Schema):
    text: str = Field(min_length=1, max_length=1000)


class CallingOff(Schema):
    reason: str = Field(min_length=1, max_length=300)


class JudgedCriterion(Schema):
    name: str
    points: int | None
    most: int
    comment: str


class WorkJudgement(Schema):
    by: str
    role: str = Field(description="expert, third, appeal, peer or self")
    overall: str
    criteria: list[JudgedCriterion]


class JudgedWork(Schema):
    id: str
    task: int
    title: str
    state: str = Field(description="peers, experts, live, done or withdrawn")
    submitted_at: datetime
    starts_at: datetime | None = Field(description="Of the talk, where it is one")
    verdict: str | None = Field(description="Of the talk: pending, in_progress, pass, fail or called_off")
    level: float | None = Field(description="1 to 5; null until it is judged, and once it was taken back")
    error: float | None
    objection: str
    judgements: list[WorkJudgement]
    url: str


def refusing(verb):
    @wraps(verb)
    def asked(*args, **kwargs):
        try:
            return verb(*args, **kwargs)
        except services.AssessmentRefused as refused:
            raise Refusal(refused.code, refused.words) from refused

    return asked


# --- Tasks ------------------------------------------------------------------------------------------------------------
@tasks_router.get("", response=Page[TaskLine], auth=Anybody(READ), summary="Tasks that take work, the newest first")
def task_list(request, paging: Query[Paging]):
    made = page(request, Task.objects.filter(is_open=True).select_related("skill"), paging, ("-id",))
    return made | {"items": [_task(row) for row in made["items"]]}


@tasks_router.post("{int:pk}/works/", response={201: JudgedWork}, auth=Member(WRITE), summary="Hand in work")
@refusing
def hand_in(request, pk: int, body: HandedIn):
    """With a text or links. Another attempt is another work, once this one is judged."""
    links = [link for link in body.links if link.startswith(("https://", "http://"))]
    if len(links) != len(body.links):
        raise Refusal("link", gettext_lazy("A link begins with https://."))
    work = services.submit(
        task=visible_task(request.user, pk), person=request.user, text=body.text, links=links,
        help_used=body.help_used, done_on=body.done_on,
    )  # fmt: skip
    return Status(201, _work(own_submission(request.user, work.public_id)))


@tasks_router.get("{int:pk}/times/", response=list[TalkTime], auth=Member(READ), summary="When a talk can be had")
def talk_times(request, pk: int):
    """The next 200 that are free for both."""
    task = _talk_task(request, pk)
    if services.why_not_book(task, request.user, timezone.now()):
        return []
    found = services.free_times(task=task, person=request.user, now=timezone.now())[:200]
    return [{"starts_at": start, "ends_at": end} for start, end in found]


@tasks_router.post(
    "{int:pk}/talks/", response={201: JudgedWork}, auth=Member(WRITE), summary="Book a talk about your work"
)
@refusing
def book_talk(request, pk: int, body: TalkIn):
    task = _talk_task(request, pk)
    work = services.book_evaluation(task=task, person=request.user, starts_at=body.starts_at, note=body.note)
    return Status(201, _work(own_submission(request.user, work.public_id)))


# --- One's own work ---------------------------------------------------------------------------------------------------
@works_router.get("", response=Page[JudgedWork], auth=Member(READ), summary="What you handed in, the newest first")
def own_works(request, paging: Query[Paging]):
    """Without the judgements, which are answered one work at a time."""
    rows = Submission.objects.filter(person=request.user).select_related("task", "evaluation", "appeal")
    made = page(request, rows, paging, ("-submitted_at", "-id"))
    return made | {"items": [_line(row) for row in made["items"]]}


@works_router.get(
    "{str:public_id}/", response=JudgedWork, auth=Member(READ), summary="One work, with what was said of it"
)
def own_work(request, public_id: str):
    return _work(own_submission(request.user, public_id))


@works_router.post("{str:public_id}/withdrawal/", response=JudgedWork, auth=Member(WRITE), summary="Take it back")
@refusing
def withdraw_work(request, public_id: str):
    """Before it is judged."""
    services.take_back(submission=own_submission(request.user, public_id))
    return _work(own_submission(request.user, public_id))


@works_router.post("{str:public_id}/objection/", response=JudgedWork, auth=Member(WRITE), summary="Object once")
@refusing
def object_to_work(request, public_id: str, body: Objection):
    """An expert who has not judged it looks again; at a talk by what was written of it."""
    services.appeal(submission=own_submission(request.user, public_id), text=body.text)
    return _work(own_submission(request.user, public_id))


@works_router.post("{str:public_id}/calling-off/", response=JudgedWork, auth=Member(WRITE), summary="Call a talk off")
@refusing
def call_off_talk(request, public_id: str, body: CallingOff):
    work = own_submission(request.user, public_id)
    services.call_off(evaluation=own_evaluation(request.user, public_id), by=request.user, reason=body.reason)
    return _work(own_submission(request.user, work.public_id))


# --- In JSON ----------------------------------------------------------------------------------------------------------
def _talk_task(request, pk) -> Task:
    task = visible_task(request.user, pk)
    if task.kind != Task.Kind.LIVE:
        raise Http404
    return task


def _task(row) -> dict:
    return {
        "id": row.pk,
        "title": row.title,
        "skill": row.skill.slug,
        "kind": row.kind,
        "minutes": row.minutes if row.kind == Task.Kind.LIVE else None,
        "url": absolute(row.get_absolute_url()),
    }


def _line(work) -> dict:
    talk = getattr(work, "evaluation", None)
    if isinstance(talk, Evaluation):
        talk.submission = work
    appeal = getattr(work, "appeal", None)
    counts = work.voided_at is None
    return {
        "id": work.public_id,
        "task": work.task_id,
        "title": work.task.title,
        "state": work.state,
        "submitted_at": work.submitted_at,
        "starts_at": talk.starts_at if talk else None,
        "verdict": talk.verdict(timezone.now()).value if talk else None,
        "level": work.level if counts else None,
        "error": work.error if counts else None,
        "objection": appeal.text if appeal else "",
        "judgements": [],
        "url": absolute(work.get_absolute_url()),
    }


def _work(work) -> dict:
    given = work.readings.filter(submitted_at__isnull=False).select_related("reader").order_by("submitted_at")
    said = [work_pages.judgement(reading, work.rubric.criteria) for reading in given]
    return _line(work) | {
        "judgements": [
            {
                "by": one["by"],
                "role": one["reading"].role,
                "overall": one["reading"].overall,
                "criteria": [
                    {name: row[name] for name in ("name", "points", "most", "comment")} for row in one["rows"]
                ],
            }
            for one in said
        ]
    }

"""Assessments as JSON: the same verbs as the pages, so the same clock, the same rules and the same words."""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext_lazy
from ninja import Field, Query, Router, Schema, Status

from core.api_parts import Anybody, Member, Page, Paging, Refusal, Scope, page
from core.seo import absolute
from features.assessments import ability, pages, services
from features.assessments.access import own_attempt, visible_bank
from features.assessments.models import Bank
from features.assessments.work_api import tasks_router, works_router

READ = Scope("assessments:read", gettext_lazy("See assessments, your tests and their results"))
WRITE = Scope("assessments:write", gettext_lazy("Take assessments in your name"))


class BankLine(Schema):
    id: int
    title: str
    about: str
    skill: str = Field(description="The slug of the skill")
    mode: str = Field(description="adaptive or quiz")
    is_beta: bool = Field(description="Answers are collected and nobody gets a score")
    most: int = Field(description="Questions at most")
    minutes: int
    url: str


class Choice(Schema):
    number: int
    html: str


class QuestionAsked(Schema):
    position: int
    kind: str = Field(description="single, multiple, ordering, numeric, short or code")
    html: str
    options: list[Choice] = Field(description="In the order of the page; none for what is typed")


class Outcome(Schema):
    level: float | None = Field(description="1 to 5; null where nothing can be said")
    low: float | None = Field(description="Nine times in ten it lies between low and high")
    high: float | None
    passed: bool | None = Field(description="Of a quiz")
    ending: str = Field(description="enough, all, time or stopped")


class AttemptState(Schema):
    id: str
    assessment: int
    started_at: datetime
    deadline_at: datetime
    finished_at: datetime | None
    question: QuestionAsked | None
    result: Outcome | None


class Given(Schema):
    answer: list[str] = Field(
        max_length=12,
        description="Numbers of the options (for an order: all of them), or what is typed; none: not known",
    )


banks = Router(tags=["Assessments"])
attempts = Router(tags=["Assessments"])
routers = {"/assessments/": banks, "/attempts/": attempts, "/tasks/": tasks_router, "/works/": works_router}


@banks.get("", response=Page[BankLine], auth=Anybody(READ), summary="Assessments that can be taken")
def assessment_list(request, paging: Query[Paging]):
    made = page(request, Bank.objects.offered().select_related("skill"), paging, ("-id",))
    return made | {"items": [_bank(bank) for bank in made["items"]]}


@banks.post("{int:pk}/attempts/", response={201: AttemptState}, auth=Member(WRITE), summary="Begin, or go on")
def attempt_begin(request, pk: int):
    """The clock begins with it. While an attempt runs, it is answered again."""
    bank = visible_bank(request.user, pk)
    try:
        attempt = services.begin(bank=bank, person=request.user)
    except services.AssessmentRefused as refused:
        raise Refusal(refused.code, refused.words) from refused
    return Status(201, _state(attempt))


@attempts.get("{str:public_id}/", response=AttemptState, auth=Member(READ), summary="One of your tests")
def attempt_state(request, public_id: str):
    attempt = own_attempt(request.user, public_id)
    return _state(services.end_if_over(attempt=attempt))


@attempts.put("{str:public_id}/answers/{int:position}/", response=AttemptState, auth=Member(WRITE), summary="Answer")
def attempt_answer(request, public_id: str, position: int, body: Given):
    """An answer to a question that is answered changes nothing."""
    attempt = own_attempt(request.user, public_id)
    row = attempt.responses.select_related("version").filter(position=position).first()
    given = pages.meant(row.version, attempt.seed, body.answer) if row else body.answer
    return _state(services.answer(attempt=attempt, position=position, given=given, now=timezone.now()))


def _bank(bank) -> dict:
    names = ("id", "title", "about", "mode", "is_beta", "most", "minutes")
    said = {name: getattr(bank, name) for name in names}
    return said | {"skill": bank.skill.slug, "url": absolute(bank.get_absolute_url())}


def _state(attempt) -> dict:
    row = None if attempt.finished_at else services.current(attempt=attempt)
    question = result = None
    if row:
        shown = pages.question(row.version, attempt.seed)
        options = [{"number": number, "html": html} for number, html in shown.options]
        question = {"position": row.position, "kind": shown.kind, "html": shown.html, "options": options}
    if attempt.finished_at:
        passed = None if attempt.voided_at else attempt.passed
        result = {"level": None, "low": None, "high": None, "passed": passed, "ending": attempt.ending}
        if attempt.mean is not None and not attempt.voided_at:
            found = ability.summary(services.posterior(attempt))
            values = map(ability.level, (found.mean, found.low, found.high))
            result |= {name: round(value, 2) for name, value in zip(("level", "low", "high"), values, strict=True)}
    return {
        "id": attempt.public_id,
        "assessment": attempt.bank_id,
        "started_at": attempt.started_at,
        "deadline_at": attempt.deadline_at,
        "finished_at": attempt.finished_at,
        "question": question,
        "result": result,
    }

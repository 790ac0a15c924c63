"""Reports, the queue and acts of moderators as JSON: the same verbs, forms and words as the pages."""

from datetime import datetime
from enum import StrEnum

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from ninja import Field, Router, Schema, Status

from core.api_parts import Invalid, Member, Refusal, Scope
from core.seo import absolute
from features.accounts.models import Role
from features.moderation import services
from features.moderation.access import case_for, entry_for, thing_to_report, things_for
from features.moderation.forms import act_form
from features.moderation.models import HARM, Case, Entry, Reason

MODERATORS = (Role.MODERATOR, Role.ORGANISER, Role.AREA_MODERATOR)
REPORT = Scope("reports:write", _("Report things in your name"))
MODERATE = Scope("moderation:write", _("See what waits for moderators, and decide in your name"), role=MODERATORS)

REPORTED = StrEnum("ReportReason", {name.upper(): name for name in map(str, HARM)})
REASONS = StrEnum("ActReason", {name.upper(): name for name in Reason.values})
OUTCOMES = StrEnum("CaseOutcome", {name.upper(): name for name in ("kept", "ignored")})


class Report(Schema):
    thing: str = Field(max_length=60, description="Kind and number, such as post:12")
    reason: REPORTED
    words: str = Field("", max_length=300, description="For moderators alone")


class Reported(Schema):
    thing: str
    reason: str


class Waiting(Schema):
    id: int
    thing: str
    title: str
    url: str
    cause: str = Field(description="flags, first or edit")
    urgency: float
    opened_at: datetime
    claimed_by: str | None = Field(description="The handle of the moderator who has it for half an hour")


class Decision(Schema):
    outcome: OUTCOMES = Field(description="kept: it stays as it is; ignored: closed without a word on who was right")


class Deed(Schema):
    things: list[str] = Field(min_length=1, max_length=services.MOST, description="Such as post:12")
    reason: REASONS
    words: str = Field("", max_length=500, description="The author reads them")
    fields: dict[str, str] = Field({}, max_length=10, description="What the act asks besides, such as days or title")


class Done(Schema):
    id: int
    act: str
    thing: str
    reason: str
    words: str
    done_at: datetime
    undoes: int | None = Field(description="The entry that this one took back")


reports, moderation = Router(tags=["Moderation"]), Router(tags=["Moderation"])
routers = {"/reports/": reports, "/moderation/": moderation}


@reports.post("", response={201: Reported}, auth=Member(REPORT), summary="Report something")
def report_thing(request, body: Report):
    """Again, it changes what you said before."""
    kind, _colon, ref = body.thing.partition(":")
    thing = thing_to_report(request.user, kind, ref)
    made = _done(services.flag, person=request.user, key=thing.key, reason=body.reason.value, words=body.words)
    return Status(201, {"thing": thing.key, "reason": made.reason})


@moderation.get("cases/", response=list[Waiting], auth=Member(MODERATE), summary="What waits, the most urgent first")
def cases_waiting(request):
    return [
        {
            "id": waiting.case.pk,
            "thing": waiting.case.key,
            "title": waiting.thing.title,
            "url": absolute(_page_of(request.user, waiting)),
            "cause": waiting.case.cause,
            "urgency": waiting.urgency,
            "opened_at": waiting.case.opened_at,
            "claimed_by": waiting.holder.handle if waiting.holder else None,
        }
        for waiting in services.line(request.user)
    ]


@moderation.put(
    "cases/{int:pk}/claim/", response={204: None}, auth=Member(MODERATE), summary="Have it for half an hour"
)
def case_claim(request, pk: int):
    _done(services.claim_case, by=request.user, case=case_for(request.user, pk))
    return Status(204, None)


@moderation.delete("cases/{int:pk}/claim/", response={204: None}, auth=Member(MODERATE), summary="Back to the queue")
def case_release(request, pk: int):
    _done(services.release_case, by=request.user, case=case_for(request.user, pk))
    return Status(204, None)


@moderation.put("cases/{int:pk}/decision/", response={204: None}, auth=Member(MODERATE), summary="Close a case")
def case_decision(request, pk: int, body: Decision):
    _done(services.decide, by=request.user, case=case_for(request.user, pk), outcome=Case.Outcome(body.outcome.value))
    return Status(204, None)


@moderation.post(
    "acts/{slug:name}/", response={201: list[Done]}, auth=Member(MODERATE), summary="Do something to things"
)
def moderation_deed(request, name: str, body: Deed):
    """`name` is one of hide, remove, show, warn, close, lock, move, merge and so on, as the menu of a post has them."""
    things = things_for(request.user, body.things)
    if name not in services.acts:
        raise Http404
    form = act_form(services.acts[name])({**body.fields, "reason": body.reason.value, "words": body.words})
    if hasattr(form, "about"):
        form.about(things)
    if not form.is_valid():
        raise Invalid({field.replace("__all__", ""): list(errors) for field, errors in form.errors.items()})
    given = dict(form.cleaned_data)
    said = {field: given.pop(field) for field in ("reason", "words")}
    keys = [thing.key for thing in things]
    return Status(
        201, [_told(row) for row in _done(services.act, by=request.user, name=name, keys=keys, given=given, **said)]
    )


@moderation.post("entries/{int:pk}/undoing/", response={201: Done}, auth=Member(MODERATE), summary="Take an act back")
def moderation_undoing(request, pk: int):
    """Within ten minutes."""
    return Status(201, _told(_done(services.undo, by=request.user, entry=entry_for(request.user, pk))))


# --- What they share --------------------------------------------------------------------------------------------------
def _done(verb, **what):
    try:
        return verb(**what)
    except services.ModerationRefused as refused:
        raise Refusal(refused.code, refused.words) from refused


def _page_of(person, waiting) -> str:
    return services.as_seen_by(person, waiting.thing).url or reverse("moderation_case", args=[waiting.case.pk])


def _told(entry: Entry) -> dict:
    plain = ("act", "reason", "words", "done_at")
    return {name: getattr(entry, name) for name in plain} | {
        "id": entry.pk,
        "thing": entry.key,
        "undoes": entry.undoes_id,
    }

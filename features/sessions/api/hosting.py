"""What a host does. Wording goes through the form of the page: one set of rules, one set of words for what is wrong."""

import hashlib
import json
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.http import HttpResponse
from django.utils.translation import gettext as _
from ninja import Field, PatchDict, Query, Router, Schema, Status

from core.api_parts import Invalid, Member, Moment, Page, Paging, PointInTime, Refusal, moment, page
from core.seo import absolute
from core.templatetags.ui import plain_price
from features.payments import services as payments
from features.sessions import services
from features.sessions.access import hosted_session, owned_session
from features.sessions.api.browsing import with_parts
from features.sessions.api.schemas import FORMATS, HOSTING_READ, HOSTING_WRITE, KINDS
from features.sessions.choices import fetch_tickets
from features.sessions.forms import CancellationForm, SessionForm
from features.sessions.models import SkillSession
from features.sessions.services.tickets import WRITTEN
from features.sessions.ticket_forms import PREFIX

router = Router(tags=["Hosting"])

WORDING = (
    "title", "outcome", "kind", "level", "language", "format", "address", "room_url", "time_zone", "capacity",
    "description", "preparation", "cancellation_hours", "reminder_minutes", "follow_up_minutes",
    "least_seats", "decide_hours", "price_minor", "refund_preset",
)  # fmt: skip


PRESETS = StrEnum("RefundName", {name.upper(): name for name in payments.Preset.values})


class TicketWording(Schema):
    """One kind of ticket. Send all of them: those that are missing are removed, if nobody ever had one."""

    id: int | None = Field(None, description="Of one that there is; without it a new one is made")
    name: str = Field(max_length=60)
    format: FORMATS = FORMATS.ONLINE
    price_minor: int = Field(0, ge=0, description="In the currency's minor unit; 0 is free")
    capacity: int | None = Field(None, ge=1, le=100_000, description="None: as many as the session has seats")
    instructions: str = Field("", max_length=2000, description="Only those who hold one read it")
    is_closed: bool = Field(False, description="No longer sold")


class Wording(Schema):
    """What a host says of a session. A draft needs a title, an outcome and a skill; publishing needs a time too."""

    title: str = Field(max_length=120)
    outcome: str = Field(max_length=240, description="One sentence: what people can do afterwards")
    skills: list[str] = Field(min_length=1, max_length=3, description="Names or synonyms")
    kind: KINDS = KINDS.WORKSHOP
    level: int = Field(3, ge=1, le=5)
    language: str = "en"
    format: FORMATS = FORMATS.ONLINE
    address: str = Field("", max_length=200)
    room_url: str = Field("", max_length=500)
    time_zone: str = Field("UTC", description="The IANA zone that the wall time is meant in")
    starts_at: PointInTime | None = Field(None, description="ISO 8601 with an offset")
    minutes: int = Field(90, description="As the page offers them: 30, 45, 60, 90, 120, 180, 240, 360 or 480")
    capacity: int = Field(12, ge=1, le=100_000)
    description: str = Field("", max_length=8000, description="Markdown")
    preparation: str = Field("", max_length=2000)
    cancellation_hours: int = Field(24, description="0, 24, 48 or 168")
    least_seats: int | None = Field(None, ge=2, le=100_000, description="With fewer people it is called off by itself")
    decide_hours: int = Field(48, description="So long before the start: 24, 48, 72 or 168")
    reminder_minutes: list[int] = Field([1440, 60], description="Any of 10080, 1440 and 60")
    follow_up_minutes: int | None = Field(60, description="After the end: 60, 180 or 1440; null asks nobody how it was")
    price_minor: int = Field(0, ge=0, description="In the currency's minor unit; of several kinds of ticket the lowest")
    refund_preset: PRESETS = Field(PRESETS.FULL, description="What comes back when a paid seat is given back")
    tickets: list[TicketWording] = Field([], description="Its kinds of ticket; none where a seat is a seat")


class Hosted(Schema):
    id: int
    host: str = Field(
        description="The handle of who decides over price and calling it off: yours, unless you host along"
    )
    state: str = Field(description="draft, published or cancelled")
    wording: Wording
    starts: Moment | None
    publish_at: datetime | None = Field(description="When a draft becomes public by itself")
    changed_at: datetime
    url: str


class PublicationTime(Schema):
    at: PointInTime = Field(description="ISO 8601 with an offset; before it starts")


class CancellationReason(Schema):
    reason: str = Field(max_length=200, description="One sentence. Everybody who has a seat reads it.")


@router.get("", auth=Member(HOSTING_READ), response=Page[Hosted], summary="What you host, drafts too")
def hosting(request, paging: Query[Paging]):
    mine = with_parts(SkillSession.objects.hosted_by(request.user), frozenset())
    made = page(request, mine, paging, ("-created_at", "-id"))
    fetch_tickets(made["items"])
    return made | {"items": [hosted(row) for row in made["items"]]}


@router.post("", auth=Member(HOSTING_WRITE), response={201: Hosted}, summary="Write a draft")
def new_session(request, body: Wording):
    session = services.save_draft(host=request.user, **_cleaned(body.dict(), None, request.user))
    return Status(201, hosted(session))


@router.get("{int:pk}/", auth=Member(HOSTING_READ), response=Hosted, summary="What you wrote, to change it")
def hosted_one(request, response: HttpResponse, pk: int):
    """Its ETag changes with what you wrote, not with who registers: send it as If-Match with your changes."""
    session = hosted_session(request.user, pk)
    response["ETag"] = _tag(session)
    return hosted(session)


@router.patch(
    "{int:pk}/",
    auth=Member(HOSTING_WRITE),
    response=Hosted,
    summary="Change it",
    openapi_extra={
        "parameters": [
            {
                "in": "header",
                "name": "If-Match",
                "required": False,
                "schema": {"type": "string"},
                "description": "The ETag that you read: 412 if somebody changed it since",
            }
        ]
    },
)
def change(request, pk: int, body: PatchDict[Wording]):
    """Who is coming is told of a new time or place."""
    session = hosted_session(request.user, pk)
    _must_match(request, session)
    known = wording(session)
    said = _cleaned(known | body, session, request.user)
    try:
        if session.host_id != request.user.pk:
            services.keep_to_part(session, request.user, {name for name in body if body[name] != known[name]})
        if session.is_published:
            session = services.save_edit(session=session, by=request.user, **said)
        else:
            session = services.save_draft(host=session.host, session=session, by=request.user, **said)
    except services.HostingRefused as refused:
        raise refusal(refused) from refused
    return hosted(session)


@router.delete("{int:pk}/", auth=Member(HOSTING_WRITE), response={204: None}, summary="Throw a draft away")
def remove(request, pk: int):
    """For 14 days it can be brought back, on the site."""
    try:
        services.remove_draft(session=owned_session(request.user, pk), by=request.user)
    except services.HostingRefused as refused:
        raise refusal(refused) from refused
    return Status(204, None)


@router.post("{int:pk}/publication/", auth=Member(HOSTING_WRITE), response=Hosted, summary="Publish it")
def publish(request, pk: int):
    try:
        return hosted(services.publish(session=owned_session(request.user, pk), by=request.user))
    except services.HostingRefused as refused:
        raise refusal(refused) from refused


@router.put("{int:pk}/publication/", auth=Member(HOSTING_WRITE), response=Hosted, summary="Publish it later")
def publish_later(request, pk: int, body: PublicationTime):
    """By itself. What is missing is refused now; what is missing by then leaves it a draft, and you are written to."""
    session = owned_session(request.user, pk)
    try:
        return hosted(services.schedule(session=session, by=request.user, at=body.at))
    except services.HostingRefused as refused:
        raise refusal(refused) from refused


@router.delete("{int:pk}/publication/", auth=Member(HOSTING_WRITE), response=Hosted, summary="Keep it a draft")
def keep_draft(request, pk: int):
    try:
        return hosted(services.unschedule(session=owned_session(request.user, pk), by=request.user))
    except services.HostingRefused as refused:
        raise refusal(refused) from refused


@router.post("{int:pk}/cancellation/", auth=Member(HOSTING_WRITE), response=Hosted, summary="Call it off")
def call_off(request, pk: int, body: CancellationReason):
    """Everybody with a seat is told. Twice is once."""
    session = owned_session(request.user, pk)
    form = CancellationForm(body.dict())
    if not form.is_valid():
        raise _invalid(form)
    try:
        services.cancel_session(session=session, by=request.user, reason=form.cleaned_data["reason"])
    except services.HostingRefused as refused:
        raise refusal(refused) from refused
    return hosted(owned_session(request.user, pk))


# --- What they share --------------------------------------------------------------------------------------------------
def wording(session) -> dict:
    length = (session.ends_at - session.starts_at).total_seconds() // 60 if session.starts_at else 90
    starts = moment(session.starts_at, session.time_zone)
    return {name: getattr(session, name) for name in WORDING} | {
        "skills": [mention.skill.name for mention in session.session_skills.all()],
        "starts_at": starts and starts["at"],
        "minutes": int(length),
        "tickets": [
            {"id": kind.pk, "is_closed": not kind.is_open} | {name: getattr(kind, name) for name in WRITTEN}
            for kind in (session.tickets.all() if session.has_kinds else ())
        ],
    }


def hosted(session) -> dict:
    state = "cancelled" if session.is_cancelled else "published" if session.is_published else "draft"
    return {
        "id": session.pk,
        "host": session.host.handle,
        "state": state,
        "wording": wording(session),
        "starts": moment(session.starts_at, session.time_zone),
        "publish_at": session.publish_at,
        "changed_at": session.updated_at,
        "url": absolute(session.get_absolute_url()),
    }


def _tag(session) -> str:
    text = json.dumps(hosted(session), default=str, sort_keys=True)
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'


def _must_match(request, session) -> None:
    wanted = request.headers.get("If-Match", "*")
    # What compresses answers marks their tags as weak; they name the same thing.
    tags = {tag.strip().removeprefix("W/") for tag in wanted.split(",")}
    if not tags & {"*", _tag(session)}:
        raise Refusal("changed", _("It was changed since you read it. Read it again."), status=412)


def _cleaned(values, session, host):
    """What the service takes, through the form of the page; what that does not take is said in the names of the API."""
    starts_at = values.pop("starts_at")
    currency = session.currency if session else settings.CURRENCY
    price = plain_price(values["price_minor"] or 0, currency)
    data = values | {"skills": ", ".join(values["skills"] or ()), "price": price}
    data |= _rows(values.pop("tickets") or (), currency)
    if starts_at:
        try:
            wall = starts_at.astimezone(ZoneInfo(values["time_zone"] or "UTC"))
        except (ZoneInfoNotFoundError, ValueError, OverflowError, OSError):
            raise Invalid({"time_zone": [_("There is no such time zone, or not at that time.")]}) from None
        data |= {"date": f"{wall:%Y-%m-%d}".zfill(10), "time": f"{wall:%H:%M:%S}"}
    form = SessionForm(data, instance=session, host=host)
    if not form.is_valid():
        raise _invalid(form)
    columns, skills = form.wording()
    tickets = form.wanted_tickets()
    if starts_at:  # of two equal hours in autumn the one that was meant
        columns |= {"starts_at": starts_at, "ends_at": starts_at + timedelta(minutes=form.cleaned_data["minutes"])}
    return {"data": columns, "skills": skills, "tickets": tickets}


def _rows(tickets, currency) -> dict:
    """As the form of the page takes them."""
    rows = {f"{PREFIX}-TOTAL_FORMS": len(tickets), f"{PREFIX}-INITIAL_FORMS": 0}
    for number, ticket in enumerate(tickets):
        said = ticket | {"pk": ticket["id"], "price": plain_price(ticket["price_minor"], currency)}
        rows |= {f"{PREFIX}-{number}-{name}": value for name, value in said.items()}
    return rows


def _invalid(form) -> Invalid:
    names = {"date": "starts_at", "time": "starts_at", "__all__": ""}
    errors = {names.get(name, name): list(said) for name, said in form.errors.items()}
    for number, row in enumerate(form.tickets.forms if isinstance(form, SessionForm) else ()):
        errors |= {f"tickets.{number}.{name}": list(said) for name, said in row.errors.items()}
    return Invalid(errors)


def refusal(refused) -> Refusal:
    step = "starts_at" if refused.field == "date" else refused.field
    return Refusal(refused.code, refused.words, step=step if refused.row is None else f"tickets.{refused.row}.{step}")

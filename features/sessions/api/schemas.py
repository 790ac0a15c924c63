"""What the API says of sessions and seats, and who may ask."""

from datetime import datetime
from enum import StrEnum

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from ninja import Field, Schema

from core.api_parts import Moment, Money, Refusal, Scope, Selectable, moment, money
from core.seo import absolute
from features.sessions.models import Format, Kind
from features.skills.models import Level

SEATS_READ = Scope("seats:read", _("See your seats and your places on waitlists"))
SEATS_WRITE = Scope("seats:write", _("Take seats, join waitlists, and give both back"))
HOSTING_READ = Scope("hosting:read", _("See your drafts, what you host, and who has a seat there"))
HOSTING_WRITE = Scope("hosting:write", _("Write, publish, change and cancel your sessions, and check people in"))

EXPANSIONS = ("host", "skills", "skills.parent")

KINDS = StrEnum("KindName", {name.upper(): name for name in Kind.values})
FORMATS = StrEnum("FormatName", {name.upper(): name for name in Format.values})


class Host(Schema):
    handle: str
    name: str
    headline: str
    url: str


class SkillName(Schema):
    slug: str
    name: str
    parent: "SkillName | str | None" = Field(description="Its slug, or with expand=skills.parent itself")
    url: str


class Ticket(Schema):
    """A kind of ticket that is sold: name its id when you register or wait."""

    id: int
    name: str
    format: FORMATS
    price: Money
    places_left: int


class Session(Selectable):
    id: int
    title: str
    outcome: str
    kind: KINDS
    format: FORMATS
    level: int = Field(ge=min(Level.values), le=max(Level.values))
    language: str
    host: Host | str = Field(description="The host's handle; with expand=host the host")
    co_hosts: list[str] = Field(description="The handles of those who hold it together with the host")
    skills: list[SkillName | str] = Field(description="Slugs; with expand=skills the skills")
    starts: Moment
    ends: Moment
    capacity: int
    seats_left: int
    price: Money = Field(description="With several kinds of ticket the lowest of theirs")
    tickets: list[Ticket] = Field(description="Its kinds of ticket; empty where a seat is a seat")
    free_cancellation_hours: int = Field(description="Until so many hours before the start")
    is_cancelled: bool
    is_demo: bool = Field(description="Made up for the demo, and removed with it")
    changed_at: datetime
    url: str
    markdown_url: str


class Standing(Schema):
    code: str = Field(description="The reason code that the page shows too")
    step: str
    detail: str
    seats_left: int
    waiting: int


class Seat(Selectable):
    id: str
    session: Session | int = Field(description="The session's id; with expand=session the session")
    ticket: str = Field(description="The kind of ticket by its name; empty where there are none")
    instructions: str = Field(description="What the host says to those who hold this kind of ticket")
    note: str
    registered_at: datetime
    is_confirmed: bool
    cancelled_at: datetime | None
    attended_at: datetime | None
    url: str


class Place(Schema):
    id: str
    session: int
    ticket: str = Field(description="The kind of ticket that this is the line for; empty where there are none")
    position: int = Field(description="1 is next")
    joined_at: datetime
    offer_until: datetime | None = Field(description="A seat is being kept for you until then: register to take it")


class Note(Schema):
    ticket: int | None = Field(None, description="The id of a kind of ticket, where the session has several")
    note: str = Field("", max_length=500, description="A word to the host; only the host reads it")


def host(person) -> dict:
    url = absolute(person.get_absolute_url())
    return {"handle": person.handle, "name": person.name, "headline": person.headline, "url": url}


def skill(row, parts, depth="skills") -> dict | str:
    if depth not in parts:
        return row.slug
    parent = row.parent and skill(row.parent, parts, f"{depth}.parent")
    return {"slug": row.slug, "name": row.name, "parent": parent, "url": absolute(row.get_absolute_url())}


def session(row, parts=frozenset()) -> dict:
    """One session; `parts` are those of EXPANSIONS that were asked for. Host and skills come with the rows."""
    return {
        "id": row.pk,
        **{name: getattr(row, name) for name in ("title", "outcome", "kind", "format", "level", "language")},
        "host": host(row.host) if "host" in parts else row.host.handle,
        "co_hosts": [co_host.person.handle for co_host in row.held_with],
        "skills": [skill(mention.skill, parts) for mention in row.session_skills.all()],
        "starts": moment(row.starts_at, row.time_zone),
        "ends": moment(row.ends_at, row.time_zone),
        "capacity": row.capacity,
        "seats_left": row.seats_on_sale,
        "price": money(row.price_minor, row.currency),
        "tickets": [ticket(kind, row) for kind in row.tickets.all() if kind.is_open] if row.has_kinds else [],
        "free_cancellation_hours": row.cancellation_hours,
        "is_cancelled": row.is_cancelled,
        "is_demo": row.host.is_demo,
        "changed_at": max(filter(None, (row.updated_at, row.published_at, row.cancelled_at))),
        "url": absolute(row.get_absolute_url()),
        "markdown_url": absolute(reverse("session_markdown", args=[row.pk, row.slug])),
    }


def ticket(kind, row) -> dict:
    price = money(kind.price_minor, row.currency)
    left = kind.places_left(row)
    return {"id": kind.pk, "name": kind.name, "format": kind.format, "price": price, "places_left": left}


def refusal(refused) -> Refusal:
    """A RegistrationRefused as the API says it."""
    return Refusal(refused.code, refused.verdict.words, step=refused.verdict.step)

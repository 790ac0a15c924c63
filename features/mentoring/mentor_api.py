"""Mentors as JSON: who there is, and one of them. The filters are those of the page."""

from django.conf import settings
from django.utils import timezone
from ninja import Field, Query, Router, Schema

from core.api_parts import Anybody, Money, Page, Paging, money, page
from core.limits import client_address, hit
from core.seo import absolute
from features.mentoring import mentor_pages
from features.mentoring.api_refusals import READ
from features.mentoring.filters import MentorFilter
from features.mentoring.models import MentorPage

mentor_router = Router(tags=["Mentors"])


class MentorOut(Schema):
    handle: str
    name: str
    headline: str
    topics: list[str] = Field(description="Slugs of skills")
    level_from: int = Field(description="Whom they take on, on the scale of 1 to 5")
    level_to: int
    languages: list[str]
    about: str
    not_for: str
    price_from: Money | None = Field(description="Of the cheapest that can be booked; null where nothing is offered")
    has_room: bool = Field(description="Whether they could take on somebody today")
    url: str


class Wanted(Paging):
    q: str = Field("", max_length=200, description="Words, as in the search of the site")
    skill: str = Field("", max_length=110, description="The slug of a skill; what lies below it counts too")
    language: str = Field("", max_length=8, description="A code such as en")
    price: str = Field("", description="free, or paid")
    room: bool = Field(False, description="Only who could take on somebody today")


@mentor_router.get("", response=Page[MentorOut], auth=Anybody(READ), summary="Mentors", url_name="mentors")
def list_mentors(request, wanted: Query[Wanted]):
    """Who has room first, then by name."""
    if wanted.q and request.caller is None:
        hit("search", client_address(request))
    data = wanted.dict(exclude={"cursor", "page_size"})
    found = MentorFilter(data, now=timezone.now(), person=request.user).matching()
    rows = found.select_related("person").prefetch_related("topics")
    made = page(request, rows, wanted, ("-has_room_now", "sort_name", "pk"))
    return made | {"items": [mentor_out(row) for row in made["items"]]}


@mentor_router.get("{str:handle}/", response=MentorOut, auth=Anybody(READ), summary="One mentor", url_name="mentor")
def one_mentor(request, handle: str):
    return mentor_out(mentor_pages.shown_page(handle))


def mentor_out(row: MentorPage) -> dict:
    person = row.person
    return {
        "handle": person.handle,
        "name": person.name,
        "headline": person.headline,
        "topics": [skill.slug for skill in row.topics.all()],
        **{name: getattr(row, name) for name in ("level_from", "level_to", "about", "not_for")},
        "languages": row.languages or person.languages,
        "price_from": None if row.price_from is None else money(row.price_from, settings.CURRENCY),
        "has_room": row.has_room(timezone.localdate()),
        "url": absolute(row.get_absolute_url()),
    }

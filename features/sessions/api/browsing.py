"""What everybody may see, and one's own seat in it."""

from django.db.models import Prefetch
from django.db.models.functions import Greatest
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Field, Query, Router, Schema, Status

from core.api_parts import Anybody, Invalid, Member, Page, Paging, PointInTime, expansions, page
from features.sessions import services
from features.sessions.access import own_registration, visible_session
from features.sessions.api import schemas
from features.sessions.api.schemas import FORMATS, KINDS, SEATS_READ, SEATS_WRITE
from features.sessions.api.seats import place, seat
from features.sessions.choices import fetch_tickets
from features.sessions.filters import SessionFilter
from features.sessions.joining import can_join
from features.sessions.models import SessionSkill, SkillSession, TicketKind

router = Router(tags=["Sessions"])

ORDERS = {"starts": ("starts_at", "id"), "-starts": ("-starts_at", "-id"), "-changed": ("-changed", "-id")}


class SessionFilters(Schema):
    q: str = Field("", max_length=200, description="Words, as in the search of the site")
    skill: str = Field("", max_length=110, description="The slug of a skill; what lies below it counts too")
    level: list[int] = Field([], description="1 to 5; any of these")
    kind: list[KINDS] = []
    format: list[FORMATS] = []
    language: list[str] = Field([], description="Codes such as en")
    modified_since: PointInTime | None = Field(
        None, description="Only what was published, changed or cancelled after this; cancelled sessions are included"
    )
    order: str = Field("starts", pattern="^-?starts$|^-changed$", description="starts, -starts or -changed")
    expand: str = Field("", description="host, skills, skills.parent; with commas between")


@router.get("", response=Page[schemas.Session], auth=Anybody(SEATS_READ), summary="Sessions to come")
def sessions(request, filters: Query[SessionFilters], paging: Query[Paging]):
    parts = expansions(filters.expand, schemas.EXPANSIONS)
    found = with_parts(_matching(request, filters), parts)
    made = page(request, found, paging, ORDERS[filters.order])
    fetch_tickets(made["items"])
    return made | {"items": [schemas.session(row, parts) for row in made["items"]]}


@router.get("{int:pk}/", response=schemas.Session, auth=Anybody(SEATS_READ), summary="One session")
def session(request, pk: int, expand: str = ""):
    parts = expansions(expand, schemas.EXPANSIONS)
    return schemas.session(published(request, pk, parts), parts)


@router.get("{int:pk}/standing/", response=schemas.Standing, auth=Anybody(SEATS_READ), summary="Can I join?")
def standing(request, pk: int, ticket: int | None = None):
    """Without a token: whether there is a seat for somebody who signs in. `ticket`: of that kind."""
    session = published(request, pk)
    verdict = can_join(session, request.user, timezone.now(), chosen(session, ticket))
    return {
        "code": verdict.code,
        "step": verdict.step,
        "detail": str(verdict.words),
        "seats_left": session.seats_on_sale,
        "waiting": verdict.waiting,
    }


@router.post("{int:pk}/registration/", auth=Member(SEATS_WRITE), response={201: schemas.Seat}, summary="Take a seat")
def register(request, pk: int, body: schemas.Note):
    """Also takes the seat that is kept for you while you wait. Twice is once."""
    try:
        session = published(request, pk)
        kind = chosen(session, body.ticket)
        made = services.register(session=session, person=request.user, note=body.note, ticket=kind)
    except services.RegistrationRefused as refused:
        raise schemas.refusal(refused) from refused
    return Status(201, seat(made))


@router.delete("{int:pk}/registration/", auth=Member(SEATS_WRITE), response={204: None}, summary="Give your seat back")
def cancel(request, pk: int):
    mine = own_registration(request.user, published(request, pk))
    try:
        services.cancel_registration(registration=mine, by=request.user)
    except services.RegistrationRefused as refused:
        raise schemas.refusal(refused) from refused
    return Status(204, None)


@router.get("{int:pk}/waitlist/", auth=Member(SEATS_READ), response=schemas.Place, summary="Your place in line")
def my_place(request, pk: int):
    return place(_entry(request, pk))


@router.post("{int:pk}/waitlist/", auth=Member(SEATS_WRITE), response={201: schemas.Place}, summary="Join the line")
def join_waitlist(request, pk: int, body: schemas.Note):
    try:
        session = published(request, pk)
        kind = chosen(session, body.ticket)
        entry = services.join_waitlist(session=session, person=request.user, note=body.note, ticket=kind)
    except services.RegistrationRefused as refused:
        raise schemas.refusal(refused) from refused
    return Status(201, place(entry))


@router.delete("{int:pk}/waitlist/", auth=Member(SEATS_WRITE), response={204: None}, summary="Leave the line")
def leave_waitlist(request, pk: int):
    """A seat that is kept for you moves on to the next in line."""
    services.leave_waitlist(entry=_entry(request, pk))
    return Status(204, None)


def chosen(session, pk) -> TicketKind | None:
    """The kind of ticket of this session that was named."""
    kind = session.tickets.filter(pk=pk).first() if pk is not None else None
    if pk is not None and kind is None:
        raise Invalid({"ticket": [_("This session has no such ticket.")]})
    return kind


def published(request, pk, parts=frozenset()) -> SkillSession:
    session = visible_session(request.user, pk)
    if not session.is_published:  # a draft is its host's, and stands below /hosting/
        raise Http404
    return with_parts(SkillSession.objects.filter(pk=session.pk), parts).get()


def with_parts(queryset, parts):
    """What the answer names of a session, for all rows at once."""
    mentions = SessionSkill.objects.select_related("skill__parent" if "skills.parent" in parts else "skill")
    return queryset.select_related("host").prefetch_related(Prefetch("session_skills", mentions)).with_cohosts()


def _matching(request, filters: SessionFilters):
    found = SessionFilter(request.GET, now=timezone.now(), person=request.user)
    if filters.modified_since:
        found.queryset = SkillSession.objects.published().visible_to(request.user.pk)
    changed = Greatest("updated_at", "published_at", "cancelled_at")  # Postgres leaves NULL out
    queryset = found.matching().annotate(changed=changed)
    return queryset.filter(changed__gt=filters.modified_since) if filters.modified_since else queryset


def _entry(request, pk):
    entry = published(request, pk).waitlist.filter(person=request.user, left_at=None).first()
    if entry is None:
        raise Http404
    return entry

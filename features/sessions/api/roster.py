"""Who has a seat in what one hosts, and who came."""

from datetime import datetime

from ninja import Field, Query, Router, Schema, Status

from core.api_parts import Member, Page, Paging, Refusal, page
from features.sessions import services
from features.sessions.access import hosted_session, seat_of_hosted_session
from features.sessions.api.schemas import HOSTING_READ, HOSTING_WRITE
from features.sessions.models import Registration

router = Router(tags=["Hosting"])


class Attendee(Schema):
    id: str
    handle: str
    name: str
    ticket: str = Field(description="The kind of ticket; empty where there are none")
    note: str
    registered_at: datetime
    attendance: str = Field(description="present, absent, or nothing while nobody knows")
    attended_at: datetime | None
    attendance_source: str = Field(description="join_link, check_in, correction, not_seen, or nothing")


@router.get("{int:pk}/", auth=Member(HOSTING_READ), response=Page[Attendee], summary="Who has a seat")
def roster(request, pk: int, paging: Query[Paging]):
    session = hosted_session(request.user, pk)
    seats = Registration.objects.confirmed().filter(session=session).select_related("person", "attendance", "ticket")
    made = page(request, seats, paging, ("registered_at", "id"))
    return made | {"items": [attendee(row) for row in made["items"]]}


@router.put("{public_id}/attendance/", auth=Member(HOSTING_WRITE), response=Attendee, summary="Check somebody in")
def check_in(request, public_id: str):
    """From an hour before the start until two days after the end. Twice is once."""
    return _act(services.check_in, request, public_id)


@router.delete(
    "{public_id}/attendance/", auth=Member(HOSTING_WRITE), response={204: None}, summary="Not here after all"
)
def undo_check_in(request, public_id: str):
    _act(services.undo_check_in, request, public_id)
    return Status(204, None)


def _act(verb, request, public_id) -> dict:
    try:
        verb(registration=seat_of_hosted_session(request.user, public_id), by=request.user)
    except services.AttendanceRefused as refused:
        raise Refusal(refused.code, refused.words) from refused
    return attendee(seat_of_hosted_session(request.user, public_id))


def attendee(seat) -> dict:
    known = getattr(seat, "attendance", None)
    return {
        "id": seat.public_id,
        "handle": seat.person.handle,
        "name": seat.person.name,
        "ticket": seat.ticket.name if seat.ticket else "",
        "note": seat.note,
        "registered_at": seat.registered_at,
        "attendance": known.state if known else "",
        "attended_at": known.happened_at if seat.was_there else None,
        "attendance_source": known.source if known else "",
    }

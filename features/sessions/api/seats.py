"""One's own seats."""

from django.db.models import Prefetch, prefetch_related_objects
from ninja import Query, Router

from core.api_parts import Member, Page, Paging, expansions, page
from core.seo import absolute
from features.sessions.api import schemas
from features.sessions.api.schemas import SEATS_READ
from features.sessions.choices import fetch_tickets
from features.sessions.models import Registration, SessionSkill, fetch_cohosts
from features.sessions.services.waitlist import position

router = Router(tags=["Seats"])


@router.get("", auth=Member(SEATS_READ), response=Page[schemas.Seat], summary="Your seats, the newest first")
def registrations(request, paging: Query[Paging], expand: str = ""):
    """Also those that were given back: `cancelled_at` says when."""
    parts = expansions(expand, ("session",))
    mine = Registration.objects.filter(person=request.user).select_related("session__host", "attendance", "ticket")
    made = page(request, mine, paging, ("-registered_at", "-id"))
    if parts:
        _fetch_parts(made["items"])
    return made | {"items": [seat(row, parts) for row in made["items"]]}


def seat(row, parts=frozenset()) -> dict:
    attendance = row.attendance if row.was_there else None
    return {
        "id": row.public_id,
        "session": schemas.session(row.session) if "session" in parts else row.session_id,
        "ticket": row.ticket.name if row.ticket else "",
        "instructions": row.instructions,
        "note": row.note,
        "registered_at": row.registered_at,
        "is_confirmed": row.confirmed_at is not None,
        "cancelled_at": row.cancelled_at,
        "attended_at": attendance and attendance.happened_at,
        "url": absolute(row.session.get_absolute_url()),
    }


def place(entry) -> dict:
    offer = entry.offers.filter(closed_at=None).first()
    return {
        "id": entry.public_id,
        "session": entry.session_id,
        "ticket": entry.ticket.name if entry.ticket else "",
        "position": position(entry),
        "joined_at": entry.joined_at,
        "offer_until": offer and offer.expires_at,
    }


def _fetch_parts(seats) -> None:
    fetch_tickets([seat.session for seat in seats])
    fetch_cohosts([seat.session for seat in seats])
    prefetch_related_objects(seats, Prefetch("session__session_skills", SessionSkill.objects.select_related("skill")))

"""Meetings and requests as JSON. The same verbs as the pages; the refusals' codes are those of the services."""

from django.utils import timezone
from ninja import Field, Query, Router, Schema, Status

from core.api_parts import Anybody, Member, Moment, Money, Page, Paging, PointInTime, moment, money, page
from core.seo import absolute
from features.mentoring import access, pool_api, services
from features.mentoring.api_refusals import READ, WRITE, refusing
from features.mentoring.hour_api import Room, hour_router, room_out
from features.mentoring.mentor_api import mentor_router
from features.mentoring.models import Booking, MentorshipRequest, Offer
from features.mentoring.services.offers import plain_rules
from features.mentoring.written_api import written_router

offers_router = Router(tags=["Mentors"])
meetings_router = Router(tags=["Meetings"])
requests_router = Router(tags=["Meetings"])


class OfferOut(Schema):
    id: int
    kind: str
    title: str
    description: str
    minutes: int = Field(description="0 where it is answered in writing")
    answer_days: int | None = Field(description="Within so many days it is answered, where it is in writing")
    price: Money
    change_hours: int = Field(description="Until so many hours before the start it can be moved, or given back in full")
    most_moves: int
    is_for_mentees: bool = Field(description="Only people whom the mentor has accepted can book it")
    url: str


class Slot(Schema):
    starts: Moment
    ends: Moment


class Meeting(Schema):
    id: str
    title: str
    mentor: str
    mentee: str
    starts: Moment
    ends: Moment
    note: str
    price: Money
    is_confirmed: bool
    held_until: str | None = Field(description="Kept for you until then, if it is not confirmed")
    cancelled: bool
    reason: str
    url: str


class Reservation(Schema):
    offer: int
    starts_at: PointInTime


class MeetingNote(Schema):
    note: str = Field("", max_length=1000)


class MeetingReason(Schema):
    reason: str = Field(min_length=1, max_length=300)


class RequestIn(Schema):
    mentor: str = Field(max_length=30, description="Their handle")
    goal: str = Field(min_length=1, max_length=200)
    background: str = Field(min_length=1, max_length=2000)
    expectation: str = Field(min_length=1, max_length=1000)
    skills: list[str] = Field(min_length=1, max_length=3, description="Names of skills")
    goes_on: bool = Field(True, description="Without an answer in 48 hours, ask the next who fits")


class RequestOut(Schema):
    id: str
    goal: str
    mentor: str
    mentee: str
    state: str
    due_at: str
    url: str


def offer_out(offer) -> dict:
    said = ("kind", "title", "description", "minutes", "change_hours", "most_moves", "is_for_mentees")
    return {
        "id": offer.pk,
        **{name: getattr(offer, name) for name in said},
        "answer_days": offer.answer_days if offer.kind == Offer.Kind.REVIEW else None,
        "price": money(offer.price_minor, offer.currency),
        "url": absolute(offer.get_absolute_url()),
    }


def meeting_out(booking) -> dict:
    return {
        "id": booking.public_id,
        "title": booking.title,
        "mentor": booking.mentor.handle,
        "mentee": booking.mentee.handle,
        "starts": moment(booking.starts_at, booking.time_zone),
        "ends": moment(booking.ends_at, booking.time_zone),
        "note": booking.note,
        "price": money(booking.price_minor, booking.currency),
        "is_confirmed": booking.confirmed_at is not None,
        "held_until": booking.held_until and booking.held_until.isoformat(),
        "cancelled": booking.cancelled_at is not None,
        "reason": booking.reason,
        "url": absolute(booking.get_absolute_url()),
    }


# --- For everybody ----------------------------------------------------------------------------------------------------
@offers_router.get("{str:handle}/offers/", auth=Anybody(READ), response=list[OfferOut], summary="What can be booked")
def mentor_offers(request, handle: str):
    mentor = access.shown_mentor(handle)
    rows = Offer.objects.open().filter(mentor=mentor).select_related("mentor")
    return [offer_out(row) for row in rows.order_by("minutes", "pk")]


@offers_router.get(
    "{str:handle}/offers/{int:pk}/times/", auth=Anybody(READ), response=list[Slot], summary="When it can be had"
)
def mentor_times(request, handle: str, pk: int):
    """The next 200. For a member, only times at which they are free themselves."""
    offer = access.shown_offer(handle, pk)
    rules = plain_rules(offer.mentor)
    person = request.user if request.user.is_authenticated else None
    found = services.free_slots(offer, person, now=timezone.now())[:200]
    return [
        {"starts": moment(start, zone), "ends": moment(end, zone)}
        for start, end in found
        for zone in [rules.zone_at(start)]
    ]


# --- One's own meetings -----------------------------------------------------------------------------------------------
@meetings_router.get("", auth=Member(READ), response=Page[Meeting], summary="Your meetings, the newest first")
def meetings(request, paging: Query[Paging]):
    mine = Booking.objects.of(request.user).filter(confirmed_at__isnull=False).select_related("mentor", "mentee")
    made = page(request, mine, paging, ("-starts_at", "-id"))
    return made | {"items": [meeting_out(row) for row in made["items"]]}


@meetings_router.post(
    "", auth=Member(WRITE), response={201: Meeting}, summary="Keep a time for five minutes", url_name="meetings"
)
@refusing
def reserve(request, body: Reservation):
    """Confirm it within that time, or it is free again. Another time of the same mentor's gives this one back."""
    offer = access.open_offer(body.offer)
    return Status(201, meeting_out(services.reserve(offer=offer, person=request.user, starts_at=body.starts_at)))


@meetings_router.post(
    "{str:public_id}/confirmation/", auth=Member(WRITE), response=Meeting, summary="Book what is kept for you"
)
@refusing
def confirm_meeting(request, public_id: str, body: MeetingNote):
    """A priced one stays kept until it is paid on the site."""
    return meeting_out(services.book(booking=access.booking_made(request.user, public_id), note=body.note))


@meetings_router.post("{str:public_id}/cancellation/", auth=Member(WRITE), response=Meeting, summary="Call it off")
@refusing
def call_off_meeting(request, public_id: str, body: MeetingReason):
    booking = access.own_booking(request.user, public_id)
    services.cancel_booking(booking=booking, by=request.user, reason=body.reason)
    return meeting_out(access.own_booking(request.user, public_id))


@meetings_router.post("{str:public_id}/presence/", auth=Member(WRITE), response=Room, summary="I am here")
@refusing
def come_to_meeting(request, public_id: str):
    """From 15 minutes before the start. Whoever says so in time was there; who of the two does not, did not come."""
    booking = access.own_booking(request.user, public_id)
    services.record_join(booking=booking, person=request.user)
    booking = access.own_booking(request.user, public_id)
    return room_out(booking.came_at(request.user), booking.mentor)


# --- Requests ---------------------------------------------------------------------------------------------------------
@requests_router.get("", auth=Member(READ), response=Page[RequestOut], summary="Requests by you, the newest first")
def mentorship_requests(request, paging: Query[Paging]):
    mine = MentorshipRequest.objects.filter(mentee=request.user).select_related("mentor", "mentee")
    made = page(request, mine, paging, ("-sent_at", "-id"))
    return made | {"items": [request_out(row) for row in made["items"]]}


@requests_router.post(
    "", auth=Member(WRITE), response={201: RequestOut}, summary="Ask somebody to mentor you",
    url_name="mentorship_requests",
)  # fmt: skip
@refusing
def ask_mentor(request, body: RequestIn):
    """They answer within 48 hours."""
    said = body.dict()
    about = pool_api.about(said.pop("skills"))
    mentor = access.shown_mentor(said.pop("mentor").lower())
    return Status(201, request_out(services.send_request(person=request.user, mentor=mentor, about=about, **said)))


@requests_router.post(
    "{str:public_id}/withdrawal/", auth=Member(WRITE), response=RequestOut, summary="Take a request back"
)
@refusing
def withdraw_request(request, public_id: str):
    services.withdraw_request(request=access.request_made(request.user, public_id))
    return request_out(access.request_made(request.user, public_id))


def request_out(row) -> dict:
    return {
        "id": row.public_id,
        "goal": row.goal,
        "mentor": row.mentor.handle,
        "mentee": row.mentee.handle,
        "state": row.state,
        "due_at": row.due_at.isoformat(),
        "url": absolute(row.get_absolute_url()),
    }


offers_router.add_router("", mentor_router)
offers_router.add_router("", hour_router)
routers = {
    "/mentors/": offers_router,
    "/meetings/": meetings_router,
    "/mentorship-requests/": requests_router,
    "/pooled-requests/": pool_api.pool_router,
    "/written-reviews/": written_router,
}

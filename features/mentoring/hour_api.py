"""Office hours as JSON."""

from django.utils import timezone
from ninja import Field, Router, Schema, Status

from core.api_parts import Anybody, Member, Moment, Money, moment, money
from core.seo import absolute
from features.mentoring import access, hour_pages, services
from features.mentoring.api_refusals import READ, WRITE, refusing

hour_router = Router(tags=["Mentors"])


class SharedHour(Schema):
    id: int
    title: str
    description: str
    skill: str = Field(description="The slug of the skill")
    starts: Moment
    ends: Moment
    decided: str = Field(description="When it is decided whether it takes place")
    people: int
    least: int
    most: int
    share_at_first: Money = Field(description="What one pays on joining")
    share_now: Money = Field(description="What each pays if nobody else joins; the rest goes back")
    url: str


class Room(Schema):
    came_at: str = Field(description="Since when you are there; the first time counts")
    room_url: str = Field(description="Where you meet; empty where the mentor has named no place")


def hour_out(hour) -> dict:
    people = hour.seats.paid().count()
    return {
        "id": hour.pk,
        "title": hour.title,
        "description": hour.description,
        "skill": hour.skill.slug,
        "starts": moment(hour.starts_at, hour.time_zone),
        "ends": moment(hour.ends_at, hour.time_zone),
        "decided": hour.decide_at.isoformat(),
        "people": people,
        "least": hour.least,
        "most": hour.most,
        "share_at_first": money(hour.share(hour.least), hour.currency),
        "share_now": money(hour.share(max(people, hour.least)), hour.currency),
        "url": absolute(hour.get_absolute_url()),
    }


def room_out(came_at, mentor) -> dict:
    return {"came_at": came_at.isoformat(), "room_url": services.rules_of(mentor).room_url}


@hour_router.get("{str:handle}/hours/", auth=Anybody(READ), response=list[SharedHour], summary="Hours that are shared")
def shared_hours(request, handle: str):
    """The next ten."""
    return [hour_out(hour) for hour in hour_pages.coming_hours(access.shown_mentor(handle), timezone.now())]


@hour_router.post("{str:handle}/hours/{int:pk}/place/", auth=Member(WRITE), response={201: SharedHour}, summary="Join")
@refusing
def join_shared_hour(request, handle: str, pk: int):
    """What has a price is kept for half an hour, to be paid on the page."""
    hour = access.shown_hour(request.user, handle, pk)
    services.join_hour(hour=hour, person=request.user)
    return Status(201, hour_out(hour))


@hour_router.delete(
    "{str:handle}/hours/{int:pk}/place/",
    auth=Member(WRITE),
    response=SharedHour,
    summary="Leave",
    url_name="join_shared_hour",
)
@refusing
def leave_shared_hour(request, handle: str, pk: int):
    """Until it is decided, for all of the price."""
    hour = access.shown_hour(request.user, handle, pk)
    services.leave_hour(seat=access.own_office_seat(request.user, hour))
    return hour_out(hour)


@hour_router.post(
    "{str:handle}/hours/{int:pk}/presence/", auth=Member(WRITE), response=Room, summary="I am here, in a shared hour"
)
@refusing
def come_to_shared_hour(request, handle: str, pk: int):
    """For its mentor and for those with a place, from 15 minutes before the start."""
    hour = access.shown_hour(request.user, handle, pk)
    services.come_to_hour(hour=hour, person=request.user)
    hour = access.shown_hour(request.user, handle, pk)
    is_own = request.user.pk == hour.mentor_id
    came_at = hour.mentor_came_at if is_own else access.own_office_seat(request.user, hour).came_at
    return room_out(came_at, hour.mentor)

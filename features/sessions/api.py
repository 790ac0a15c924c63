"""Sessions as JSON. The same verbs as the pages; the refusals' codes are those of joining.VERDICTS."""

from datetime import datetime

from django.http import Http404
from django.utils import timezone
from ninja import Field, Router, Schema, Status

from core.api_parts import Member, Refusal
from core.seo import absolute
from features.sessions import services
from features.sessions.access import own_registration, visible_session
from features.sessions.joining import can_join
from features.sessions.models import SkillSession

router = Router(tags=["sessions"])


class Session(Schema):
    id: int
    title: str
    outcome: str
    kind: str
    format: str
    level: int
    language: str
    starts_at: datetime
    ends_at: datetime
    time_zone: str = Field(description="The IANA zone that the wall time is meant in")
    capacity: int
    seats_left: int
    price_minor: int = Field(description="In the minor unit of `currency`")
    currency: str
    url: str
    is_cancelled: bool

    @staticmethod
    def resolve_url(session):
        return absolute(session.get_absolute_url())


class Standing(Schema):
    code: str = Field(description="The reason code that the page shows too")
    step: str
    detail: str


class Seat(Schema):
    id: str
    session: int
    registered_at: datetime


class Note(Schema):
    note: str = Field("", max_length=500)


@router.get("", response=list[Session], summary="The next fifty sessions")
def sessions(request):
    return SkillSession.objects.upcoming(timezone.now()).order_by("starts_at", "pk")[:50]


@router.get("{int:pk}/", response=Session, summary="One session")
def session(request, pk: int):
    return _published(request, pk)


@router.get("{int:pk}/standing/", response=Standing, summary="Can I join?")
def standing(request, pk: int):
    verdict = can_join(_published(request, pk), request.user, timezone.now())
    return {"code": verdict.code, "step": verdict.step, "detail": str(verdict.words)}


@router.post("{int:pk}/registration/", auth=Member(), response={201: Seat}, summary="Take a seat")
def register(request, pk: int, body: Note):
    try:
        seat = services.register(session=_published(request, pk), person=request.user, note=body.note)
    except services.RegistrationRefused as refused:
        raise Refusal(refused.code, refused.verdict.words, step=refused.verdict.step) from refused
    return Status(201, {"id": seat.public_id, "session": seat.session_id, "registered_at": seat.registered_at})


@router.delete("{int:pk}/registration/", auth=Member(), response={204: None}, summary="Give your seat back")
def cancel(request, pk: int):
    seat = own_registration(request.user, _published(request, pk))
    try:
        services.cancel_registration(registration=seat, by=request.user)
    except services.RegistrationRefused as refused:
        raise Refusal(refused.code, refused.verdict.words, step=refused.verdict.step) from refused
    return Status(204, None)


def _published(request, pk):
    session = visible_session(request.user, pk)
    if not session.is_published:  # a draft is a page of its host's, not yet a thing to build on
        raise Http404
    return session

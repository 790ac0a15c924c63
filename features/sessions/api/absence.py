"""Whether the host came: said by those with a seat, answered by the host."""

from datetime import datetime

from django.http import Http404
from ninja import Field, Schema

from core.api_parts import Member, Refusal
from features.sessions import services
from features.sessions.access import owned_session
from features.sessions.api import browsing, hosting
from features.sessions.api.schemas import HOSTING_WRITE, SEATS_WRITE
from features.sessions.models import Registration


class Said(Schema):
    came: bool
    words: str = Field("", max_length=500, description="A moderator may read them")


class Absence(Schema):
    outcome: str = Field(description="absent, came, or nothing while it is not decided")
    answer: str = Field(description="absent, came, or nothing while the host has not answered")
    answer_until: datetime


@browsing.router.put(
    "{int:pk}/host-absence/", auth=Member(SEATS_WRITE), response=Absence, summary="Say whether the host came"
)
def say_of_host(request, pk: int, body: Said):
    """From ten minutes after the start until two days after the end. The host is asked."""
    session = browsing.published(request, pk)
    seat = Registration.objects.confirmed().filter(session=session, person=request.user).first()
    if seat is None:
        raise Http404
    return _act(services.say_of_host, registration=seat, came=body.came, words=body.words)


@hosting.router.put(
    "{int:pk}/host-absence/", auth=Member(HOSTING_WRITE), response=Absence, summary="Answer that you came, or did not"
)
def answer_for_host(request, pk: int, body: Said):
    """Once. Owning up pays everybody back; otherwise a moderator reads both sides."""
    return _act(services.answer_for_host, session=owned_session(request.user, pk), came=body.came, words=body.words)


def _act(verb, **given):
    try:
        absence = verb(**given)
    except services.AbsenceRefused as refused:
        raise Refusal(refused.code, refused.words) from refused
    absence.refresh_from_db()
    return absence

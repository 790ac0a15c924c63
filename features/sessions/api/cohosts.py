"""Who holds a session together: the host asks and ends it, who is asked says yes or no, and may leave."""

from datetime import datetime

from django.http import Http404
from ninja import Field, Schema, Status

from core.api_parts import Member
from core.seo import absolute
from features.sessions import services
from features.sessions.access import cohosting, hosted_session, owned_session
from features.sessions.api.absence import hosting
from features.sessions.api.schemas import HOSTING_READ, HOSTING_WRITE
from features.sessions.models import CoHost

router = hosting.router


class Invitee(Schema):
    handle: str = Field(max_length=60, description="As in the address of their page")


class CoHosting(Schema):
    session: int
    title: str
    host: str = Field(description="The handle of the host")
    handle: str = Field(description="Of whom was asked")
    invited_at: datetime
    accepted_at: datetime | None = Field(description="Null while they have not answered")
    url: str


@router.get("invitations/", auth=Member(HOSTING_READ), response=list[CoHosting], summary="What you were asked to host")
def invitations(request):
    """The newest 50 that you have not answered."""
    asked = CoHost.objects.invited().filter(person=request.user, session__removed_at=None)
    return [_said(row) for row in asked.select_related("session__host", "person").order_by("-invited_at", "-pk")[:50]]


@router.put("{int:pk}/co-hosting/", auth=Member(HOSTING_WRITE), response=CoHosting, summary="Say yes to hosting along")
def accept_cohosting(request, pk: int):
    """Twice is once."""
    row = cohosting(request.user, pk)
    return _said(_act(services.accept_cohosting, session=row.session, by=request.user))


@router.delete("{int:pk}/co-hosting/", auth=Member(HOSTING_WRITE), response={204: None}, summary="Say no, or leave")
def decline_cohosting(request, pk: int):
    _act(services.decline_cohosting, session=cohosting(request.user, pk).session, by=request.user)
    return Status(204, None)


@router.get("{int:pk}/co-hosts/", auth=Member(HOSTING_READ), response=list[CoHosting], summary="Who hosts it with you")
def cohosts(request, pk: int):
    """Those who were asked and have not answered are told to the host alone."""
    session = hosted_session(request.user, pk)
    rows = CoHost.objects.open() if session.host_id == request.user.pk else CoHost.objects.in_force()
    return [_said(row) for row in rows.filter(session=session).select_related("session__host", "person").order_by("pk")]


@router.post(
    "{int:pk}/co-hosts/", auth=Member(HOSTING_WRITE), response={201: CoHosting}, summary="Ask somebody to host along"
)
def invite_cohost(request, pk: int, body: Invitee):
    """Twice is once."""
    session = owned_session(request.user, pk)
    return Status(201, _said(_act(services.invite_cohost, session=session, by=request.user, handle=body.handle)))


@router.delete(
    "{int:pk}/co-hosts/{handle}/", auth=Member(HOSTING_WRITE), response={204: None}, summary="Take somebody off"
)
def remove_cohost(request, pk: int, handle: str):
    """Or take back what you asked."""
    session = owned_session(request.user, pk)
    row = CoHost.objects.open().filter(session=session, person__handle=handle).select_related("person").first()
    if row is None:
        raise Http404
    _act(services.remove_cohost, session=session, by=request.user, person=row.person)
    return Status(204, None)


def _act(verb, **given):
    try:
        return verb(**given)
    except services.HostingRefused as refused:
        raise hosting.refusal(refused) from refused


def _said(row) -> dict:
    return {
        "session": row.session_id,
        "title": row.session.title,
        "host": row.session.host.handle,
        "handle": row.person.handle,
        "invited_at": row.invited_at,
        "accepted_at": row.accepted_at,
        "url": absolute(row.session.get_absolute_url()),
    }

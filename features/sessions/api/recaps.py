"""What stays of a session: what one may see of it, and what its host posts, through the form of the page."""

from datetime import datetime
from enum import StrEnum

from django.http import Http404
from django.utils import timezone
from ninja import Field, Schema, Status

from core import recordings
from core.api_parts import Anybody, Invalid, Member, Refusal
from features.sessions import services
from features.sessions.access import hosted_session
from features.sessions.api import browsing
from features.sessions.api.absence import hosting as own  # with what is said of absence
from features.sessions.api.reviews import router  # with what everybody reads of sessions
from features.sessions.api.schemas import HOSTING_READ, HOSTING_WRITE, SEATS_READ
from features.sessions.models import Recap
from features.sessions.recap_forms import RecapForm
from features.sessions.recap_pages import stays

READERS = StrEnum("RecapAudience", {name.upper(): name for name in Recap.Audience.values})


class RecordingShown(Schema):
    url: str
    seconds: int | None = Field(description="How long it is, where its host says so")
    has_captions: bool = Field(description="It shows captions by itself")
    captions_url: str
    transcript: str


class RecapShown(Schema):
    """What you see of it: null for what there is not, or not for you."""

    notes: str | None = Field(description="Markdown")
    notes_html: str | None
    recording: RecordingShown | None
    posted_at: datetime
    edited_at: datetime | None


class RecapWording(Schema):
    """All that is posted: what is left out is empty. A recording without captions or a transcript says so."""

    notes: str = Field("", max_length=20_000, description="Markdown")
    notes_for: READERS = READERS.EVERYBODY
    recording_url: str = Field("", max_length=500, description="Begins with https://")
    recording_seconds: int | None = Field(None, ge=1, le=recordings.LONGEST)
    recording_for: READERS = READERS.SEATS
    has_captions: bool = False
    captions_url: str = Field("", max_length=500)
    transcript: str = Field("", max_length=80_000)
    tell: bool = Field(False, description="Tell those who registered and see something of it: once, ever")


class RecapPosted(Schema):
    wording: RecapWording
    is_withdrawn: bool = Field(description="You took it back: nobody else sees it")
    is_hidden: bool = Field(description="A moderator hid it")
    posted_at: datetime
    edited_at: datetime | None


@router.get("{int:pk}/recap/", response=RecapShown, auth=Anybody(SEATS_READ), summary="What stays: notes and recording")
def recap(request, pk: int):
    """404 where there is nothing that you may see."""
    found = stays(browsing.published(request, pk), request.user, timezone.now())
    if not found or not found.recap or not found.seen:
        raise Http404
    row, what = found.recap, found.seen
    return {
        "notes": row.notes if what.notes else None,
        "notes_html": row.notes_html if what.notes else None,
        "recording": _recording(row) if what.recording else None,
        "posted_at": row.posted_at,
        "edited_at": row.edited_at,
    }


@own.router.get("{int:pk}/recap/", auth=Member(HOSTING_READ), response=RecapPosted, summary="The notes you posted")
def posted_recap(request, pk: int):
    return _posted(_known(hosted_session(request.user, pk)))


@own.router.put("{int:pk}/recap/", auth=Member(HOSTING_WRITE), response=RecapPosted, summary="Post notes, a recording")
def post_recap(request, pk: int, body: RecapWording):
    """Twice is once. What was taken back stands there again."""
    session = hosted_session(request.user, pk)
    said = body.dict()
    said["recording_seconds"] = recordings.clock(body.recording_seconds) if body.recording_seconds else ""
    form = RecapForm(said, session=session, recap=Recap.objects.filter(session=session).first())
    if not form.is_valid():
        raise Invalid({name if name != "__all__" else "": list(words) for name, words in form.errors.items()})
    try:
        return _posted(services.post_recap(session=session, by=request.user, data=form.said(), tell=body.tell))
    except services.RecapRefused as refused:
        raise Refusal(refused.code, refused.words, step=refused.field) from refused


@own.router.delete("{int:pk}/recap/", auth=Member(HOSTING_WRITE), response={204: None}, summary="Take them back")
def take_back_recap(request, pk: int):
    """It is kept: post it again, or put it back on the site."""
    session = hosted_session(request.user, pk)
    _known(session)
    try:
        services.take_back_recap(session=session, by=request.user)
    except services.RecapRefused as refused:
        raise Refusal(refused.code, refused.words, step=refused.field) from refused
    return Status(204, None)


def _known(session) -> Recap:
    found = Recap.objects.filter(session=session).first()
    if found is None:
        raise Http404
    return found


def _recording(row) -> dict:
    said = {name: getattr(row, name) for name in ("has_captions", "captions_url", "transcript")}
    return said | {"url": row.recording_url, "seconds": row.recording_seconds}


def _posted(row) -> dict:
    return {
        "wording": {name: getattr(row, name) for name in services.WRITTEN} | {"tell": row.sent_at is not None},
        "is_withdrawn": row.withdrawn_at is not None,
        "is_hidden": row.removed_at is not None,
        "posted_at": row.posted_at,
        "edited_at": row.edited_at,
    }

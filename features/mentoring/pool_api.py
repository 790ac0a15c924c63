"""Requests to no mentor in particular, as JSON."""

from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Field, Query, Router, Schema, Status

from core.api_parts import Member, Page, Paging, Refusal, page
from core.seo import absolute
from features.mentoring import access, services
from features.mentoring.api_refusals import READ, WRITE, refusing
from features.mentoring.models import PooledRequest
from features.skills.services import resolve_all

pool_router = Router(tags=["Meetings"])


class PooledIn(Schema):
    goal: str = Field(min_length=1, max_length=200)
    background: str = Field(min_length=1, max_length=2000)
    expectation: str = Field(min_length=1, max_length=1000)
    skills: list[str] = Field(min_length=1, max_length=3, description="Names of skills")


class Pooled(Schema):
    id: str
    goal: str
    skills: list[str]
    state: str
    sent_at: str
    closes_at: str
    url: str


def pooled_out(row) -> dict:
    return {
        "id": row.public_id,
        "goal": row.goal,
        "skills": sorted(skill.name for skill in row.skills.all()),
        "state": row.state,
        "sent_at": row.sent_at.isoformat(),
        "closes_at": row.closes_at.isoformat(),
        "url": absolute(row.get_absolute_url()),
    }


def about(names):
    """The skills of these names. Raises Refusal."""
    known = resolve_all(names)
    if unknown := [name for name in names if name not in known]:
        raise Refusal("unknown_skill", _("Not a skill we know: %(names)s.") % {"names": ", ".join(unknown)})
    return list({skill.pk: skill for skill in known.values()}.values())


@pool_router.get("", auth=Member(READ), response=Page[Pooled], summary="Your requests to whoever can help")
def pooled_requests(request, paging: Query[Paging]):
    rows = PooledRequest.objects.filter(mentee=request.user).prefetch_related("skills")
    made = page(request, rows, paging, ("-sent_at", "-id"))
    return made | {"items": [pooled_out(row) for row in made["items"]]}


@pool_router.post(
    "", auth=Member(WRITE), response={201: Pooled}, summary="Ask whoever can help", url_name="pooled_requests"
)
@refusing
def ask_anybody(request, body: PooledIn):
    """It waits for two weeks."""
    said = body.dict()
    skills = about(said.pop("skills"))
    return Status(201, pooled_out(services.ask_anybody(person=request.user, about=skills, **said)))


@pool_router.get("waiting/", auth=Member(READ), response=Page[Pooled], summary="What waits for a mentor like you")
def waiting_requests(request, paging: Query[Paging]):
    """One at a time is read on its page, where it is locked meanwhile. Empty for who takes nobody at the moment."""
    ids = services.pool_for(request.user, timezone.now()).values("pk")
    rows = PooledRequest.objects.filter(pk__in=ids).prefetch_related("skills")
    made = page(request, rows, paging, ("sent_at", "id"))
    return made | {"items": [pooled_out(row) for row in made["items"]]}


@pool_router.post("{str:public_id}/withdrawal/", auth=Member(WRITE), response=Pooled, summary="Take it back")
@refusing
def take_back_pooled(request, public_id: str):
    services.take_back_pooled(pooled=access.pooled_request_made(request.user, public_id))
    return pooled_out(access.pooled_request_made(request.user, public_id))

"""The site's search as JSON: the same question, the same answers, the same visibility as the page."""

from datetime import datetime

from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from ninja import Field, Query, Router, Schema

from core.api_parts import Anybody, Page, Paging, Refusal, Scope
from core.limits import client_address, hit
from core.seo import absolute
from features.discovery import services
from features.discovery.query import LONGEST

router = Router(tags=["search"])
routers = {"/search/": router}

SEARCH_READ = Scope("search:read", gettext_lazy("Search with your eyes: find what members find"))


class Found(Schema):
    kind: str = Field(description="Such as session, person or skill; more may come")
    ref: str = Field(description="The id of the thing among those of its kind")
    title: str
    text: str = Field(description="What was found with the words that were asked for in <mark>, as safe HTML")
    language: str
    starts_at: datetime | None
    url: str


class Results(Page[Found]):
    counts: dict[str, int] = Field(description=f"By kind; {services.MOST} means as many or more")
    meant: str = Field(description="Where nothing was found: what was perhaps meant")


class Asked(Schema):
    q: str = Field(max_length=LONGEST, description='Words, "a phrase", -not; the last word may be unfinished')
    kind: list[str] = Field([], description="Only these; without it all")


@router.get("", response=Results, auth=Anybody(SEARCH_READ), summary="Search everything")
def search(request, asked: Query[Asked], paging: Query[Paging]):
    if not request.caller:
        hit("search", client_address(request))
    results = services.search(
        asked.q,
        kinds=asked.kind or None,
        person=request.user,
        after=paging.cursor,
        size=paging.page_size,
        now=timezone.now(),
    )
    if paging.cursor and results.is_first:
        raise Refusal("cursor", _("This cursor does not belong to this list. Begin without one."), status=422)
    further = {"q": asked.q, "kind": asked.kind, "page_size": paging.page_size, "cursor": results.next}
    return {
        "items": [
            {
                "kind": document.kind,
                "ref": document.ref,
                "title": document.title,
                "text": snippet,
                "language": document.language,
                "starts_at": document.starts_at,
                "url": absolute(document.url),
            }
            for document, snippet in services.with_snippets(results.documents, results.wanted)
        ],
        "next": absolute(f"{request.path}?{urlencode(further, doseq=True)}") if results.next else None,
        "counts": results.counts,
        "meant": "" if results.total else services.meant(asked.q, request.user),
    }

import hashlib
from datetime import UTC, datetime

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.feedgenerator import Atom1Feed
from django.utils.http import quote_etag
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.seo import absolute
from core.text import one_line
from features.library.filters import WorkFilter

NEWEST = 50


class Atom(Atom1Feed):
    """Django asks the clock when there are no items, and an empty feed would be a new one each time."""

    def latest_post_date(self):
        return super().latest_post_date() if self.items else datetime(2000, 1, 1, tzinfo=UTC)


@require_safe
def atom(request):
    """The newest works, with the filters of the list: what everybody reads of them."""
    works = WorkFilter(request.GET).matching().select_related("author").prefetch_related("skills")
    feed = Atom(
        title=_("Articles and courses"),
        link=absolute(reverse("library")),
        description=None,
        language=settings.LANGUAGE_CODE,
        feed_url=absolute(request.get_full_path()),
    )
    for work in works.order_by("-published_at", "-pk")[:NEWEST]:
        feed.add_item(
            title=work.title,
            link=absolute(work.get_absolute_url()),
            description=work.outcome,
            author_name=one_line(work.author.name),
            categories=[skill.name for skill in work.skills.all()],
            pubdate=work.published_at,
            updateddate=max(work.updated_at, work.published_at),
        )
    made = HttpResponse(feed.writeString("utf-8"), content_type=Atom.content_type)
    made["ETag"] = quote_etag(hashlib.sha256(made.content).hexdigest()[:32])
    made["X-Robots-Tag"] = "noindex"
    return get_conditional_response(request, etag=made["ETag"], response=made)

"""Atom as all features write it."""

import hashlib
from datetime import UTC, datetime

from django.conf import settings
from django.http import HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.feedgenerator import Atom1Feed
from django.utils.http import quote_etag

from core.seo import absolute

NOTHING_YET = datetime(2000, 1, 1, tzinfo=UTC)  # a feed must say when it changed, and an empty one never did


class Atom(Atom1Feed):
    """Django asks the clock when there are no items, and an empty feed would be a new one each time."""

    def latest_post_date(self):
        return super().latest_post_date() if self.items else NOTHING_YET


def begun(request, *, title: str, page: str) -> Atom:
    """A feed without items yet. `page` shows the same to people."""
    return Atom(
        title=title,
        link=absolute(page),
        description=None,
        language=settings.LANGUAGE_CODE,
        feed_url=absolute(request.get_full_path()),
    )


def conditional(request, made: HttpResponse) -> HttpResponse:
    """The feed, or 304 for whoever has it as it is."""
    made["ETag"] = quote_etag(hashlib.sha256(made.content).hexdigest()[:32])
    made["X-Robots-Tag"] = "noindex"
    return get_conditional_response(request, etag=made["ETag"], response=made)

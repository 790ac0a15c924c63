"""What search engines and previews read: built from the same rows as the page, in one place."""

import json
from functools import wraps
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.db.models import Max, QuerySet
from django.utils.safestring import mark_safe

# `</script>` and `<!--` must not end the block they stand in; U+2028/9 end lines in old parsers.
ESCAPES = {"<": "\\u003C", ">": "\\u003E", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}

# Section name -> sitemap class; features add theirs in AppConfig.ready().
sitemaps: dict = {}


class Pages(Sitemap):
    """The pages of rows that know when what they show was last changed: `items` are a queryset, `changed` is the name
    of that moment in it. The newest of all is asked of the database, which Django would read every row for."""

    limit = 5000
    changed = "changed_at"

    def items(self) -> QuerySet:
        raise NotImplementedError

    def lastmod(self, item):
        return getattr(item, self.changed)

    def get_latest_lastmod(self):
        return self.items().order_by().aggregate(newest=Max(self.changed))["newest"]


def absolute(path: str) -> str:
    return settings.SITE_URL + path


def at_home(view):
    """For Django's site maps, which take host and scheme from the request: asked for by another of the site's names, or
    behind a proxy that keeps the scheme to itself, they would name other addresses than the pages call canonical."""

    @wraps(view)
    def seen(request, **kwargs):
        site = urlsplit(settings.SITE_URL)
        request.get_host, request.META["wsgi.url_scheme"] = lambda: site.netloc, site.scheme
        return view(request, **kwargs)

    return seen


def onto_linkedin(*, name: str, number: str, url: str, issued_at, ends_at=None) -> str:
    """The address of LinkedIn's form for a certificate of one's own, filled in. Nothing goes there before a press."""
    said = {
        "startTask": "CERTIFICATION_NAME", "name": name, "organizationName": settings.SITE_NAME, "certId": number,
        "certUrl": url, "issueYear": issued_at.year, "issueMonth": issued_at.month,
    }  # fmt: skip
    if ends_at:
        said |= {"expirationYear": ends_at.year, "expirationMonth": ends_at.month}
    return f"https://www.linkedin.com/profile/add?{urlencode(said)}"


def json_ld(data: dict) -> str:
    """A JSON-LD block for a template. It is data, not script: the policy lets it stand and nothing runs it."""
    text = json.dumps({"@context": "https://schema.org", **data}, ensure_ascii=False)
    for letter, escaped in ESCAPES.items():
        text = text.replace(letter, escaped)
    return mark_safe(f'<script type="application/ld+json">{text}</script>')  # noqa: S308 - escaped above

"""What search engines and previews read: built from the same rows as the page, in one place."""

import json

from django.conf import settings
from django.utils.safestring import mark_safe

# `</script>` and `<!--` must not end the block they stand in; U+2028/9 end lines in old parsers.
ESCAPES = {"<": "\\u003C", ">": "\\u003E", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}

# Section name -> sitemap class; features add theirs in AppConfig.ready().
sitemaps: dict = {}


def absolute(path: str) -> str:
    return settings.SITE_URL + path


def json_ld(data: dict) -> str:
    """A JSON-LD block for a template. It is data, not script: the policy lets it stand and nothing runs it."""
    text = json.dumps({"@context": "https://schema.org", **data}, ensure_ascii=False)
    for letter, escaped in ESCAPES.items():
        text = text.replace(letter, escaped)
    return mark_safe(f'<script type="application/ld+json">{text}</script>')  # noqa: S308 - escaped above

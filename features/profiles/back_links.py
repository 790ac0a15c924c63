"""Whether a page elsewhere links back with rel="me". Only whoever can change that page could have put that there."""

import http.client
from collections.abc import Collection
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from core import outside

MOST_BYTES = 512 * 1024
MOST_REDIRECTS = 3
ABSENT, ELSEWHERE, UNREACHABLE, REFUSED, NO_PAGE = "absent", "elsewhere", "unreachable", "refused", "no_page"
SAYS_NOTHING_OF_US = {ABSENT, ELSEWHERE}
HEADERS = {"Accept": "text/html", "Accept-Encoding": "identity", "User-Agent": "MasteryHub link check"}


class _LeadsElsewhere(Exception):
    """Many sites lead anywhere they are told to: what stands there is not theirs."""


def problem(url: str, wanted: Collection[str]) -> str:
    """ "" if the page at `url` links to one of `wanted`; else what stands in the way."""
    try:
        page = _page(url)
    except outside.AddressRefused:
        return REFUSED
    except (OSError, http.client.HTTPException, UnicodeError):
        return UNREACHABLE
    except _LeadsElsewhere:
        return ELSEWHERE
    except ValueError:  # it leads to what is no address
        return REFUSED
    if page is None:
        return NO_PAGE
    found = _Links()
    found.feed(page)
    return "" if {_plain(link) for link in found.me} & {_plain(link) for link in wanted} else ABSENT


def _page(url: str) -> str | None:
    for _ in range(MOST_REDIRECTS + 1):
        with outside.connected(url) as (connection, path):
            connection.request("GET", path, headers=HEADERS)
            response = connection.getresponse()
            if 300 <= response.status < 400 and (target := response.getheader("Location")):
                before, url = url, urljoin(url, target)  # each address on the way is looked at like the first
                if _site(url) != _site(before):
                    raise _LeadsElsewhere
                continue
            kind = (response.getheader("Content-Type") or "").partition(";")[0].strip().lower()
            if response.status != 200 or kind not in ("text/html", "application/xhtml+xml"):
                return None
            return response.read(MOST_BYTES).decode(errors="replace")
    return None


def _site(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.")


def _plain(url: str) -> tuple[str, str, str]:
    """Addresses that differ in what nobody sees are one."""
    parts = urlsplit(url.strip())
    return parts.scheme.lower(), parts.netloc.lower(), parts.path.rstrip("/")


class _Links(HTMLParser):
    def __init__(self):
        super().__init__()
        self.me: list[str] = []

    def handle_starttag(self, tag, attrs):
        named = dict(attrs)
        if tag in ("a", "link") and "me" in (named.get("rel") or "").lower().split() and named.get("href"):
            try:
                _plain(named["href"])
            except ValueError:
                return
            self.me.append(named["href"])

"""The short form of `bin/prove lighthouse`: what it takes points for and needs no stopwatch for. What it finds with axe
stands in `test_accessibility.py`, what a page weighs in `test_weight.py`."""

from datetime import timedelta
from pathlib import Path

from e2e.world import published

AUDITS = (Path(__file__).parent / "audits.js").read_text()
POOR = """
<html><head><meta name="robots" content="noindex"><meta name="viewport" content="width=900, maximum-scale=1">
<link rel="canonical" href="/elsewhere/"><script src="/late.js"></script><script>document.title = ""</script>
<link rel="stylesheet" href="/one.css"><link rel="stylesheet" href="/two.css"></head>
<body><a>No address</a><a href="/more/">Read more</a><img src="/wide.png"></body></html>
"""
FAULTS = {
    "doctype", "charset", "document-title", "html-has-lang", "meta-description", "viewport", "meta-viewport",
    "is-crawlable", "canonical", "crawlable-anchors", "link-text", "image-alt", "unsized-images", "render-blocking",
    "robots-txt",
}  # fmt: skip


def faults(page) -> list[str]:
    return page.evaluate(AUDITS, {"robots": "/robots.txt"})


def test_home_list_and_detail_lose_no_points(enter, base_url, expert, skill):
    sessions = [
        published(expert, [skill], title=f"Reading a query plan, evening {n}", starts_in=timedelta(days=n + 1))
        for n in range(12)
    ]
    page = enter(screen="phone")
    for path in ("/", "/sessions/", sessions[0].get_absolute_url()):
        page.goto(base_url + path)
        assert (path, faults(page)) == (path, [])


def test_a_poor_page_loses_them(enter, base_url):
    """That each of them is looked for: a page of faults is told all of them."""
    page = enter(screen="phone")

    def poorly(route):
        address = route.request.url
        if address.endswith("/poor/"):
            return route.fulfill(body=POOR.encode("utf-16"), content_type="text/html; charset=utf-16")
        if address.endswith("robots.txt"):
            return route.fulfill(body="Everybody may come in", content_type="text/plain")
        return route.fulfill(body="", content_type="text/css" if address.endswith("css") else "text/javascript")

    page.route("**/*", poorly)
    page.goto(f"{base_url}/poor/")
    assert {fault.partition(":")[0] for fault in faults(page)} == FAULTS

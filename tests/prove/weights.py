"""What a page weighs on the wire: a first visit at most 80 kB in 8 requests, any page's HTML at most 30 kB."""

import sys
from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import sync_playwright

from core.launch import DEMO_PASSWORD
from tests import chromium
from tests.prove.site import running_site

LIMITS = {"requests": 8, "all": 80_000, "Document": 30_000, "Stylesheet": 12_000, "Script": 20_000}
PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2}
LEFT_OUT = (".ics", ".csv", "/download/", "/admin/", "/api/", "/dev/", "/logout/")


@dataclass
class Visit:
    """What the browser fetched for one page: compressed bodies by kind, and all that came over the wire."""

    path: str
    requests: int = 0
    wire: int = 0  # bytes, with headers
    bytes: Counter = field(default_factory=Counter)

    def faults(self, *kinds) -> list[str]:
        found = {"requests": self.requests, "all": self.wire, **self.bytes}
        return [f"{kind} {found[kind]:,}" for kind in kinds or LIMITS if found.get(kind, 0) > LIMITS[kind]]

    def line(self) -> str:
        parts = ", ".join(f"{kind.lower()} {size / 1000:.1f}" for kind, size in sorted(self.bytes.items()))
        return f"{self.wire / 1000:5.1f} kB in {self.requests} requests ({parts}, headers)  {self.path}"


def visit(page, url, until="networkidle") -> Visit:
    """Open `url` and count what it takes."""
    made = Visit(urlsplit(url).path)
    answers = {}
    protocol = page.context.new_cdp_session(page)
    protocol.send("Network.enable")
    protocol.on("Network.responseReceived", lambda event: answers.update({event["requestId"]: event}))

    def finished(event):
        answer = answers.get(event["requestId"])
        if answer and event["encodedDataLength"]:  # what comes from the cache has none
            made.requests += 1
            made.wire += round(event["encodedDataLength"])
            headers = {name.lower(): value for name, value in answer["response"]["headers"].items()}
            made.bytes[answer["type"]] += int(headers.get("content-length", 0))

    protocol.on("Network.loadingFinished", finished)
    page.goto(url, wait_until=until)
    protocol.detach()
    return made


def links(page) -> list[str]:
    return page.evaluate("[...document.links].filter((a) => a.origin === location.origin).map((a) => a.pathname)")


def crawl(page, start, most=60) -> list[Visit]:
    """One page after another from `start` on, each address once, at most three that look alike."""
    origin, waiting, seen, alike, visits = start, ["/"], {"/"}, Counter(), []
    while waiting and len(visits) < most:
        visits.append(visit(page, origin + waiting.pop(0), until="load"))
        for path in links(page):
            shape = "/".join(part if part.isalpha() else "*" for part in path.split("/"))
            if path not in seen and not any(part in path for part in LEFT_OUT) and alike[shape] < 3:
                seen.add(path)
                alike[shape] += 1
                waiting.append(path)
    return visits


def log_in(page, origin, name):
    page.goto(f"{origin}/account/login/")
    page.get_by_label("E-mail").fill(f"{name}@demo.example")
    page.get_by_label("Password").fill(DEMO_PASSWORD)
    page.get_by_role("button", name="Log in", exact=True).click()
    page.get_by_label("You, ").wait_for()


def main(arguments=()):
    faults = []
    with running_site(worker=False, seed=True) as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find(playwright.chromium.executable_path))

        def fresh():
            return browser.new_context(**PHONE).new_page()

        page = fresh()
        page.goto(f"{site.url}/sessions/")
        detail = page.locator("#results h3 a").first.get_attribute("href")
        page.goto(f"{site.url}/forum/?state=solved")
        thread = page.locator("#results h3 a").first.get_attribute("href")
        for path in ("/", "/sessions/", detail, thread, "/account/login/"):
            first = visit(fresh(), site.url + path)
            faults += [f"{path}: {fault}" for fault in first.faults()]
            print(f"first visit  {first.line()}", flush=True)
        for name in ("", "learner", "expert"):
            page = fresh()
            if name:
                log_in(page, site.url, name)
            visits = crawl(page, site.url)
            heaviest = max(visits, key=lambda made: made.bytes["Document"])
            html = heaviest.bytes["Document"] / 1000
            print(f"{len(visits)} pages of {name or 'a stranger'}: the heaviest HTML is {html:.1f} kB, {heaviest.path}")
            faults += [f"{made.path}: {fault}" for made in visits for fault in made.faults("Document")]
        browser.close()
    print("\n".join(faults))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

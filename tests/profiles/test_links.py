"""Links to pages elsewhere: marked while that page links back with rel="me", against a real server on this machine."""

import threading
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.utils import timezone

from core import outside
from core.jobs import run_pending
from features.accounts.services import change_preferences
from features.notifications.models import Notification
from features.profiles import back_links, services
from features.skills.models import ProfileLink

pytestmark = pytest.mark.django_db
BACK = '<p><a class="x" rel="noopener ME" href="http://testserver/people/amara-okonjo">I teach here</a></p>'


@dataclass
class Page:
    url: str = ""
    status: int = 200
    headers: dict = field(default_factory=lambda: {"Content-Type": "text/html; charset=utf-8"})
    text: str = BACK
    asked: list = field(default_factory=list)
    waits: threading.Event | None = None


@pytest.fixture
def page(monkeypatch):
    monkeypatch.setattr(outside, "loopback_is_allowed", lambda: True)  # as on a demo: its page is on our own machine
    page = Page()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            page.asked.append(self.path)
            if page.waits:
                page.waits.wait(10)
            self.send_response(302 if self.path == "/moved" else page.status)
            headers = {"Location": "/page"} if self.path == "/moved" else page.headers
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(page.text.encode())

        def log_message(self, *args):
            """Tests are quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    page.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield page
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def link(page, expert):
    link = ProfileLink(url=f"{page.url}/page", label="My site")
    services.save_link(person=expert, entry=link)
    return link


def looked_at(link, now=None):
    services.check_link(link.pk, now)
    link.refresh_from_db()
    return link


class TestMark:
    def test_a_page_that_links_back_is_marked(self, client, link, page, expert):
        assert "Links back" not in client.get("/people/amara-okonjo/").text
        run_pending()
        link.refresh_from_db()
        assert link.verified_at
        assert page.asked == ["/page"]
        assert link.check_at - link.checked_at == timedelta(days=30)
        text = client.get("/people/amara-okonjo/").text
        assert "Links back" in text
        assert f'"sameAs": ["{page.url}/page"]' in text

    @pytest.mark.parametrize(
        "text",
        [
            "",
            '<a href="http://testserver/people/amara-okonjo/">without rel</a>',
            '<a rel="metal" href="http://testserver/people/amara-okonjo/">not me</a>',
            '<a rel="me" href="http://testserver/people/sofia-mendes/">somebody else</a>',
            '<a rel="me" href="http://evil.example/people/amara-okonjo/">another site</a>',
            '<a rel="me" href="http://[">no address</a>',
            '<!-- <a rel="me" href="http://testserver/people/amara-okonjo/">commented out</a> -->',
            "x" * back_links.MOST_BYTES + BACK,
        ],
    )
    def test_and_another_is_not(self, link, page, text):
        page.text = text
        assert looked_at(link).problem == back_links.ABSENT
        assert link.verified_at is None
        assert not Notification.objects.filter(kind="link_lost").exists()

    @pytest.mark.parametrize(
        "text",
        [
            '<head><link rel="me" href="http://testserver/people/amara-okonjo/"></head>',
            '<a rel="me" href="HTTP://TestServer/people/amara-okonjo?utm_source=x#top">spelled otherwise</a>',
        ],
    )
    def test_how_it_is_written_does_not_matter(self, link, page, text):
        page.text = text
        assert looked_at(link).verified_at

    def test_a_mark_is_of_the_address_that_was_looked_at(self, link, expert, monkeypatch):
        def meanwhile(url, wanted):
            changed = ProfileLink.objects.get(pk=link.pk)
            changed.url = "https://bank.example.com/"
            services.save_link(person=expert, entry=changed)
            return ""

        monkeypatch.setattr(back_links, "problem", meanwhile)
        assert looked_at(link).verified_at is None
        assert link.check_at <= timezone.now()  # the new address is still looked at

    def test_beside_a_mark_stands_the_address_and_not_what_its_owner_calls_it(self, client, link, page, expert):
        ProfileLink.objects.filter(pk=link.pk).update(label="bank.example.com", verified_at=timezone.now())
        header = client.get("/people/amara-okonjo/").text.partition("</header>")[0].rpartition("cover")[2]
        assert "bank.example.com" not in header

    def test_a_former_handle_is_still_oneself(self, link, expert):
        change_preferences(person=expert, handle="amara")
        assert looked_at(link).verified_at

    def test_a_page_that_moved_is_followed(self, link, page):
        ProfileLink.objects.update(url=f"{page.url}/moved")
        assert looked_at(link).verified_at
        assert page.asked == ["/moved", "/page"]

    @pytest.mark.parametrize(
        ("change", "problem"),
        [
            ({"status": 404}, back_links.NO_PAGE),
            ({"headers": {"Content-Type": "image/svg+xml"}}, back_links.NO_PAGE),
            ({"headers": {}}, back_links.NO_PAGE),
            ({"status": 302, "headers": {"Location": "/page"}}, back_links.NO_PAGE),  # round and round
            ({"status": 302, "headers": {"Location": "gopher://127.0.0.1/"}}, back_links.REFUSED),
            ({"status": 302, "headers": {"Location": "http://["}}, back_links.REFUSED),
            ({"status": 302, "headers": {"Location": "https://example.org/people/amara/"}}, back_links.ELSEWHERE),
            ({"status": 302, "headers": {"Location": "http://169.254.169.254/"}}, back_links.ELSEWHERE),
            ({"status": 302, "headers": {"Location": "http://10.0.0.1/"}}, back_links.ELSEWHERE),
            ({"status": 302, "headers": {"Location": "file:///etc/passwd"}}, back_links.ELSEWHERE),
            ({"status": 302, "headers": {"Location": "https://localhost.localdomain.internal/"}}, back_links.ELSEWHERE),
        ],
    )
    def test_what_is_no_page_is_said(self, link, page, change, problem):
        for name, value in change.items():
            setattr(page, name, value)
        assert looked_at(link).problem == problem
        assert len(page.asked) <= back_links.MOST_REDIRECTS + 1

    @pytest.mark.parametrize(
        "url", ["http://127.0.0.1/", "https://127.0.0.1/", "https://192.168.0.1/", "https://[::1]/"]
    )
    def test_nothing_of_ours_is_asked_for(self, settings, expert, url):
        assert not settings.DEMO
        link = ProfileLink(url=url)
        services.save_link(person=expert, entry=link)
        assert looked_at(link).problem == back_links.REFUSED

    def test_a_page_that_takes_its_time_is_left(self, link, page, monkeypatch):
        monkeypatch.setattr(outside, "TIMEOUT", 0.2)
        page.waits = threading.Event()
        assert looked_at(link).problem == back_links.UNREACHABLE
        page.waits.set()


class TestLost:
    @pytest.fixture
    def marked(self, link):
        return looked_at(link)

    def test_a_page_that_no_longer_links_back_loses_it_with_a_notice(self, marked, page, letters, expert):
        letters()
        page.text = "I have moved on."
        later = timezone.now() + timedelta(days=30, minutes=1)
        assert looked_at(marked, later - timedelta(days=1)).verified_at  # not before its time
        services.recheck_links(later)
        assert looked_at(marked, later).verified_at is None
        (letter,) = letters()
        assert letter.to == [expert.email]
        assert f"{page.url}/page no longer links back" in letter.body
        assert "/account/profile/links/" in letter.alternatives[0][0]

    def test_a_page_that_is_away_keeps_it_for_some_days(self, marked, page):
        page.status = 503
        now = marked.check_at
        for day in range(2):
            assert looked_at(marked, now + timedelta(days=day)).verified_at
            assert marked.check_at == now + timedelta(days=day + 1)
        assert looked_at(marked, now + timedelta(days=2)).verified_at is None
        assert Notification.objects.get(kind="link_lost").recipient == marked.person

    def test_a_page_that_comes_back_in_time_is_none_the_worse(self, marked, page):
        page.status, now = 503, marked.check_at
        looked_at(marked, now)
        page.status = 200
        assert looked_at(marked, now + timedelta(days=1)).verified_at
        assert marked.failures == 0

    def test_those_whose_time_has_come_are_looked_at_once(self, marked, page):
        page.asked.clear()
        later = marked.check_at
        services.recheck_links(later - timedelta(minutes=1))
        run_pending()
        assert page.asked == []
        ProfileLink.objects.update(check_at=timezone.now())
        for _ in range(2):
            services.recheck_links()
        run_pending()
        assert page.asked == ["/page"]


class TestEditing:
    def test_another_address_has_to_prove_itself(self, client, link, page, expert):
        run_pending()
        client.force_login(expert)
        row = f"/account/profile/links/{link.pk}/"
        client.post(row, {"url": f"{page.url}/page", "label": "Another word"})
        link.refresh_from_db()
        assert link.verified_at
        client.post(row, {"url": f"{page.url}/other"})
        link.refresh_from_db()
        assert link.verified_at is None

    def test_how_to_get_the_mark_is_said_and_one_can_ask_again(self, client, link, page, expert):
        page.text = ""
        run_pending()
        client.force_login(expert)
        text = client.get("/account/profile/links/").text
        assert "does not link back yet" in text
        assert (
            "&lt;a rel=&quot;me&quot;" in text or '&lt;a rel="me" href="http://testserver/people/amara-okonjo/"' in text
        )
        page.text = BACK
        assert client.post(f"/account/profile/links/{link.pk}/check/").status_code == 303
        run_pending()
        assert "We look again every month" in client.get("/account/profile/links/").text

    def test_somebody_elses_link_is_not_there(self, client, link, learner):
        client.force_login(learner)
        assert client.post(f"/account/profile/links/{link.pk}/check/").status_code == 404

    def test_not_as_often_as_one_likes(self, client, link, expert):
        client.force_login(expert)
        for _ in range(30):
            client.post(f"/account/profile/links/{link.pk}/check/")
        assert client.post(f"/account/profile/links/{link.pk}/check/").status_code == 429

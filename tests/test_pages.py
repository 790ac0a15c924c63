"""What holds for every page, of whatever feature: its headers, and how many queries it takes."""

import json
import os
import subprocess
import sys
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import include, path
from django.utils import timezone

from core.limits import RateLimited
from core.models import RateCounter
from features.accounts import services as accounts
from features.notifications import services as notifications
from features.sessions import services as sessions
from features.sessions.models import SkillSession
from tests.factories import make_session, make_skill, make_user
from tests.permissions.table import send
from tests.permissions.test_headers import HEADERS, assert_guarded
from tests.permissions.traces import undone
from tests.permissions.world import made

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    with made(django_db_blocker) as world:
        yield world


# --- H2: headers ----------------------------------------------------------------------------------------------------
def broken(request):
    raise RuntimeError(f"a secret of {request.META['HTTP_COOKIE']}")


def crowded(request):
    raise RateLimited(60)


def denied(request):
    raise PermissionDenied


def suspicious(request):
    raise SuspiciousOperation


urlpatterns = [
    path("broken/", broken),
    path("crowded/", crowded),
    path("denied/", denied),
    path("suspicious/", suspicious),
    path("", include("core.urls")),
]


class TestHeaders:
    """For the answers of every URL see `tests/permissions/test_headers.py`."""

    @pytest.mark.parametrize(
        ("address", "status"),
        [("broken/", 500), ("crowded/", 429), ("denied/", 403), ("suspicious/", 400), ("nothing/here/", 404)],
    )
    def test_every_failure_has_them(self, settings, address, status):
        settings.ROOT_URLCONF = __name__
        client = Client(raise_request_exception=False, headers={"Cookie": "sessionid=canary"})
        for method in ("GET", "POST"):
            for htmx in ({}, {"HX-Request": "true"}):
                answer = client.generic(method, f"/{address}", headers=htmx)
                assert answer.status_code == status
                assert_guarded(answer)
                assert "no-store" in answer["Cache-Control"]
                assert "canary" not in answer.text
                assert "Traceback" not in answer.text

    def test_so_has_a_form_without_its_token(self):
        answer = Client(enforce_csrf_checks=True).post("/account/login/", {"login": "a@example.org"})
        assert answer.status_code == 403
        assert_guarded(answer)

    def test_so_has_a_host_that_is_not_ours(self):
        answer = Client(raise_request_exception=False).get("/", headers={"Host": "evil.example"})
        assert answer.status_code == 400
        assert_guarded(answer)
        assert "evil" not in answer.text

    def test_so_has_a_file(self):
        answer = Client().get("/static/css/site.css")
        assert answer.status_code == 200
        assert_guarded(answer)
        assert b"".join(answer.streaming_content)


IN_PRODUCTION = """
import django, json
from core import garbage
garbage.leave_it()
django.setup()
from django.db import transaction
from django.test import Client
from django.test.utils import setup_test_environment
setup_test_environment()
from tests.factories import PASSWORD, make_user
with transaction.atomic():
    # Nobody of the world above, nor from where they come: their rows are being written at this moment.
    make_user("Paula Sekhon")
    client = Client(REMOTE_ADDR="192.0.2.9", headers={"Host": "learn.example.org"})
    page = client.get("/account/login/", secure=True)
    inside = client.post("/account/login/", {"login": "paula-sekhon@example.org", "password": PASSWORD}, secure=True)
    plain = client.get("/")
    cookies = {name: dict(cookie) for name, cookie in client.cookies.items()}
    headers = dict(page.headers)
    transaction.set_rollback(True)
print(json.dumps({"cookies": cookies, "headers": headers, "status": inside.status_code, "plain": plain["Location"]}))
"""


class TestProduction:
    def test_with_https_cookies_are_bound_to_it(self):
        """In a process of its own: which cookies there are is decided when the settings are read."""
        address = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
        done = subprocess.run(
            [sys.executable, "-c", IN_PRODUCTION],
            env=os.environ
            | {
                "DJANGO_SETTINGS_MODULE": "core.settings",
                "DATABASE_URL": address,
                "SITE_URL": "https://learn.example.org",
                "ALLOWED_HOSTS": "learn.example.org",
            },
            cwd=settings.BASE_DIR,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        said = json.loads(done.stdout)
        assert said["status"] == 302
        assert set(said["cookies"]) == {"__Host-sessionid", "__Host-csrftoken"}
        for cookie in said["cookies"].values():
            assert cookie["secure"] is True
            assert cookie["httponly"] is True
            assert (cookie["path"], cookie["domain"], cookie["samesite"]) == ("/", "", "Lax")
        assert {name: said["headers"].get(name) for name in HEADERS} == HEADERS
        assert said["headers"]["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"
        assert said["plain"] == "https://learn.example.org/"


# --- R3: queries ----------------------------------------------------------------------------------------------------
class Crowd:
    """Everything that pages list, as much as is wanted, around one organiser: each row with other people and skills."""

    def __init__(self, world):
        self.world, self.me, self.count = world, world.people["organiser"], 0
        self.mine = make_session(self.me, about=[world.skill], title="Hosted by me", capacity=200)
        self.full = make_session(world.host, about=[world.skill], title="Full", seats_taken=1, capacity=1)

    def grow(self, to: int) -> None:
        for n in range(self.count, to):
            RateCounter.objects.all().delete()
            host = make_user(f"Host {n}", handle=f"host-{n}", role="reviewer")
            skill = make_skill(f"Skill {n}", parent=self.world.skill if n % 2 else None)
            coming = make_session(host, about=[skill, self.world.skill], starts_in=timedelta(days=30 + n))
            sessions.register(session=coming, person=self.me)
            sessions.register(session=self.mine, person=host)
            make_session(host, about=[skill, self.world.skill], starts_in=timedelta(days=40, hours=n))
            past = make_session(host, about=[skill], starts_in=timedelta(days=60))
            sessions.register(session=past, person=self.me)
            own_past = make_session(self.me, about=[skill], starts_in=timedelta(days=90))
            ago = timezone.now() - timedelta(days=n + 1)
            SkillSession.objects.filter(pk__in=[past.pk, own_past.pk]).update(
                starts_at=ago, ends_at=ago + timedelta(hours=1)
            )
            make_session(self.me, about=[skill], starts_in=timedelta(days=90 + n))
            make_session(self.me, about=[skill], published=False)
            waited_for = make_session(
                host, about=[skill], starts_in=timedelta(days=10, hours=n), seats_taken=1, capacity=1
            )
            sessions.join_waitlist(session=waited_for, person=self.me)
            notifications.follow(person=self.me, key=f"skill:{skill.pk}")
            with transaction.atomic():
                accounts.audit(host, "person.corrected", f"person:{host.pk}", ["name"])
        self.count = to


def _roster(crowd):
    return f"/sessions/{crowd.mine.pk}/{crowd.mine.slug}/roster/"


LISTS = {
    "home, as a stranger": ("stranger", lambda crowd: "/"),
    "home": ("organiser", lambda crowd: "/"),
    "sessions, as a stranger": ("stranger", lambda crowd: "/sessions/"),
    "sessions": ("organiser", lambda crowd: "/sessions/"),
    "sessions of a skill": ("stranger", lambda crowd: f"/sessions/?skill={crowd.world.skill.slug}&level=3"),
    "a session": ("stranger", lambda crowd: crowd.full.get_absolute_url()),
    "agenda": ("organiser", lambda crowd: "/agenda/"),
    "hosting": ("organiser", lambda crowd: "/hosting/"),
    "roster": ("organiser", _roster),
    "roster, searched": ("organiser", lambda crowd: f"{_roster(crowd)}?name=host"),
    "roster as a file": ("organiser", lambda crowd: f"{_roster(crowd)[:-1]}.csv"),
    "person, as a stranger": ("stranger", lambda crowd: crowd.me.get_absolute_url()),
    "person": ("member", lambda crowd: crowd.me.get_absolute_url()),
    "skills": ("stranger", lambda crowd: "/skills/"),
    "a skill": ("stranger", lambda crowd: crowd.world.skill.get_absolute_url()),
    "what a skill may be": ("stranger", lambda crowd: "/skills/suggest/?field=skills&skills=skil"),
    "search, as a stranger": ("stranger", lambda crowd: "/search/?q=host"),
    "search": ("organiser", lambda crowd: "/search/?q=skill&kind=skill"),
    "search, as JSON": ("stranger", lambda crowd: "/api/v1/search/?q=host"),
    "inbox": ("organiser", lambda crowd: "/inbox/"),
    "what one follows": ("organiser", lambda crowd: "/account/follows/"),
    "feed of sessions": ("stranger", lambda crowd: "/feeds/sessions.atom"),
    "calendar of a skill": ("stranger", lambda crowd: f"/feeds/skills/{crowd.world.skill.slug}.ics"),
    "roles": ("organiser", lambda crowd: "/manage/roles/"),
    "audit log": ("organiser", lambda crowd: "/manage/audit/"),
    "skills, to be kept in order": ("organiser", lambda crowd: "/manage/skills/"),
    "records": ("organiser", lambda crowd: "/admin/accounts/user/"),
    "site map of sessions": ("stranger", lambda crowd: "/sitemap-sessions.xml"),
    "site map of people": ("stranger", lambda crowd: "/sitemap-people.xml"),
    "site map of skills": ("stranger", lambda crowd: "/sitemap-skills.xml"),
    "API": ("stranger", lambda crowd: "/api/v1/sessions/"),
}
FEW, MANY = 1, 30


class TestQueries:
    def test_no_list_asks_more_for_more_rows(self, world):
        with undone():
            crowd = Crowd(world)
            crowd.grow(FEW)
            few = {name: self._count(crowd, *what) for name, what in LISTS.items()}
            crowd.grow(MANY)
            many = {name: self._count(crowd, *what) for name, what in LISTS.items()}
        assert not {name: (few[name], many[name]) for name in LISTS if many[name][0] > few[name][0]}
        # A list that does not grow would prove nothing.
        assert not [name for name in LISTS if many[name][1] <= few[name][1]]

    def _count(self, crowd, persona, address):
        client, path = crowd.world.browsers[persona], address(crowd)
        send(client, "GET", path)  # what is looked up once and kept does not count
        with CaptureQueriesContext(connection) as queries:
            answer = send(client, "GET", path)
        assert answer.status_code == 200, path
        return len(queries), len(answer.content)

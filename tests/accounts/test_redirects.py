"""A link to us must never end elsewhere: forty spellings of elsewhere, through every door that follows `next`."""

import re
from urllib.parse import urljoin, urlsplit

import pytest
from django.test import Client

from features.accounts import services
from tests.accounts.conftest import add_totp, code_now
from tests.conftest import CODE
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db

ELSEWHERE = [
    "//evil.example",
    "///evil.example",
    "////evil.example",
    "//evil.example/account/",
    "//evil.example%2f@testserver",
    "https://evil.example",
    "http://evil.example/",
    "https:evil.example",
    "https:/evil.example",
    "https:///evil.example",
    "HTTPS://EVIL.EXAMPLE",
    "ftp://evil.example",
    "\\\\evil.example",
    "\\/evil.example",
    "/\\evil.example",
    "/\\/evil.example",
    "/\\\\evil.example",
    "\\evil.example",
    "/\t/evil.example",
    "\t//evil.example",
    "/\n/evil.example",
    "/\r\n/evil.example",
    " //evil.example",
    "\x00//evil.example",
    "\x01//evil.example",
    "/\x00/evil.example",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\tscript:alert(1)",
    " javascript:alert(1)",
    "javascript://testserver/%0aalert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:msgbox(1)",
    "http://testserver@evil.example/",
    "http://testserver:80@evil.example/",
    "http://testserver.evil.example/",
    "http://evil.example#testserver",
    "http://evil.example?testserver",
    "http://[::1]@evil.example",
    "http://evil。example",
    "//evil.example\r\nSet-Cookie: own=1",
    "/account/\r\nLocation: //evil.example",
    "evil.example",
    ".evil.example",
    "@evil.example",
]


def follow(location):
    """Where a browser goes: it drops tabs and line ends, trims, and takes a backslash for a slash."""
    seen = re.sub(r"[\t\r\n]", "", location).strip("\x00\x01\x0b\x0c ").replace("\\", "/")
    return urlsplit(urljoin("http://testserver/account/login/", seen))


def assert_stays(answer):
    headers = [answer.get(name, "") for name in ("Location", "HX-Redirect", "HX-Location", "Refresh")]
    for location in filter(None, headers):
        target = follow(location)
        assert (target.scheme, target.netloc) == ("http", "testserver"), location
    assert "own" not in answer.cookies
    assert not any("\n" in value or "\r" in value for value in answer.headers.values())


def doors(client, person, secret, elsewhere, letters, headers):
    """Every step that may follow `next`, as a stranger and as a member; yields each answer."""

    def send(path, **data):
        return client.post(path, data | {"next": elsewhere}, headers=headers)

    yield client.get("/account/login/", {"next": elsewhere}, headers=headers)
    yield client.get("/manage/", {"next": elsewhere}, headers=headers)
    yield send("/account/login/", login=person.email, password=PASSWORD)
    yield send("/account/2fa/authenticate/", code=code_now(secret))
    yield client.get("/account/login/", {"next": elsewhere}, headers=headers)
    yield client.get("/account/signup/", {"next": elsewhere}, headers=headers)
    yield send("/account/reauthenticate/", password=PASSWORD)
    yield client.get("/account/2fa/reauthenticate/", {"next": elsewhere}, headers=headers)
    yield send("/account/2fa/reauthenticate/", code="000000")
    yield send("/account/preferences/", name=person.name)
    yield send("/account/password/change/", oldpassword=PASSWORD, password1=PASSWORD, password2=PASSWORD)
    yield send("/account/sessions/")
    yield send("/account/logout/")
    yield send("/account/login/code/", email="nobody@example.org")
    yield send("/account/login/code/confirm/", action="resend")
    yield send("/account/logout/")
    yield send("/account/password/reset/", email="nobody@example.org")
    yield send("/account/password/reset/confirm/", code="XXXX-XXXX")


CASES = [({}, elsewhere) for elsewhere in ELSEWHERE] + [({"HX-Request": "true"}, e) for e in ELSEWHERE[::7]]


@pytest.mark.parametrize(("headers", "elsewhere"), CASES)
def test_no_door_leads_away(headers, elsewhere, learner, letters, settings):
    settings.ACCOUNT_RATE_LIMITS = dict.fromkeys(
        ("login", "signup", "login_failed", "request_login_code", "reset_password", "confirm_email", "change_password"),
        "1000/s/ip",
    )
    secret = add_totp(learner)
    count = 0
    for answer in doors(Client(), learner, secret, elsewhere, letters, headers):
        assert answer.status_code < 500
        assert_stays(answer)
        count += "Location" in answer or "HX-Redirect" in answer
    assert count >= 8, "the doors were not reached"


@pytest.mark.parametrize(
    "elsewhere", ["//evil.example", "https:evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_sign_up_in_an_act_leads_to_the_act_or_home(elsewhere, client, letters):
    client.post("/account/signup/", {"name": "Nadia", "email": "nadia@example.org", "next": elsewhere})
    [letter] = letters()
    answer = client.post("/account/confirm-email/", {"code": CODE.search(letter.body)[0], "next": elsewhere})
    assert answer["Location"] == "/"


def test_paths_of_ours_are_followed(rf):
    request = rf.get("/")
    for path in (
        "/",
        "/account/?a=1&b=ü",
        "/sessions/1/über-pläne/registration/#form",
        "/a b",
        "/%09/e",
        "/@evil.example",
    ):
        assert services.safe_next(request, path) == path


def test_everything_else_is_replaced(rf):
    for elsewhere in ELSEWHERE:
        assert services.safe_next(rf.get("/"), elsewhere, "/home/") == "/home/"
    assert services.safe_next(rf.get("/"), None, "/home/") == "/home/"
    assert services.safe_next(rf.get("/"), "http://testserver/account/", "/home/") == "/home/"


def test_the_member_reaches_what_was_asked_for_after_the_second_factor(client, organiser):
    secret = add_totp(organiser)
    client.post("/account/login/", {"login": organiser.email, "password": PASSWORD, "next": "/manage/roles/"})
    assert client.post("/account/2fa/authenticate/", {"code": code_now(secret)})["Location"] == "/manage/roles/"

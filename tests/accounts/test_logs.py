"""Who came in, who did not and who was turned away is written down: ids, one line each, never an address."""

import json
import logging

import pytest
from django.test import Client

from core.logs import JsonFormatter
from tests.accounts.conftest import add_totp, log_in
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db

WILD = [
    "evil\nlogin person=1@example.org",
    "evil\r\n{}@example.org",
    "\x1b[31mred\x1b[0m@example.org",
    "a\u2028b@example.org",
    '","person":1,"x":"@example.org',
    "x" * 5000 + "@example.org",
]


@pytest.fixture
def said(caplog):
    caplog.set_level(logging.INFO)

    def lines():
        found = [JsonFormatter().format(record) for record in caplog.records]
        caplog.clear()
        return found

    return lines


def events(lines):
    return [
        (line["message"], line.get("person", line.get("account")))
        for line in map(json.loads, lines)
        if "masteryhub.security" in line["name"]
    ]


def test_success_and_failure(client, learner, said):
    client.post("/account/login/", {"login": learner.email, "password": "wrong"})
    client.post("/account/login/", {"login": "nobody@example.org", "password": "wrong"})
    log_in(client, learner)
    client.post("/account/logout/")
    lines = said()
    assert events(lines) == [
        ("login_failed", learner.pk),
        ("login_failed", None),
        ("login", learner.pk),
        ("logout", learner.pk),
    ]
    everything = "".join(lines)
    for secret in (learner.email, "nobody@example.org", "wrong", PASSWORD, learner.name):
        assert secret not in everything


def test_second_factors_codes_and_limits(client, learner, said):
    add_totp(learner)
    said()
    client.post("/account/login/", {"login": learner.email, "password": PASSWORD})
    client.post("/account/2fa/authenticate/", {"code": "000000"})
    other = Client()
    other.post("/account/login/code/", {"email": learner.email})
    other.post("/account/login/code/confirm/", {"code": "XXXX-XXXX"})
    for _ in range(7):
        Client().post("/account/login/", {"login": learner.email, "password": "wrong"})
    seen = events(said())
    assert ("second_factor_rejected", learner.pk) in seen
    assert ("code_rejected", learner.pk) in seen
    assert seen.count(("login_failed", learner.pk)) == 5
    assert seen.count(("login_limited", learner.pk)) == 2


def test_denials(client, learner, organiser, said):
    log_in(client, learner)
    said()
    client.get("/manage/")
    assert events(said()) == [("denied", learner.pk)]
    browser = Client()
    log_in(browser, organiser)
    said()
    browser.get("/manage/")
    assert events(said()) == [("second_factor_missing", organiser.pk)]


def test_too_often(client, said):
    for _ in range(31):
        answer = client.post("/account/login/", {"login": "x", "password": "y"})
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0
    assert events(said())[-1] == ("limited", None)


@pytest.mark.parametrize("address", WILD)
def test_what_is_typed_never_breaks_a_line(client, said, address):
    for path, data in [
        ("/account/login/", {"login": address, "password": "x\ny"}),
        ("/account/login/code/", {"email": address}),
        ("/account/password/reset/", {"email": address}),
        ("/account/signup/", {"email": address, "name": address}),
    ]:
        answer = client.post(path, data)
        assert answer.status_code < 500
    for line in said():
        assert "\n" not in line
        assert "\x1b" not in line
        assert "\u2028" not in line
        json.loads(line)
        assert "example.org" not in line

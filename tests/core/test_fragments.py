"""What htmx is refused comes as a sentence, not as a page (reliability H6)."""

import contextlib

import pytest
from django.db import OperationalError, connection
from django.test import Client

from core.limits import RateLimited, hit
from tests.factories import make_session

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def small(answer, status):
    assert (answer.status_code, len(answer.content) < 300) == (status, True)
    assert answer.text.startswith('<p role="alert">')
    assert answer.get("Content-Length", str(len(answer.content))) == str(len(answer.content))  # else it is waited for
    return answer.text


def test_nothing_there(client, learner):
    client.force_login(learner)
    said = small(client.get("/sessions/999/none/registration/", headers=HTMX), 404)
    assert "There is nothing here for you." in said
    assert "<!doctype html>" in client.get("/sessions/999/none/registration/").text.lower()
    assert "<!doctype html>" in client.get("/sessions/999/none/", headers=HTMX | {"HX-Boosted": "true"}).text.lower()


def test_too_old_a_form(learner):
    client = Client(enforce_csrf_checks=True)
    client.force_login(learner)
    small(client.post("/account/preferences/", headers=HTMX), 403)


def test_too_often(client, learner, expert):
    with contextlib.suppress(RateLimited):
        while True:
            hit("registration", learner.pk)
    client.force_login(learner)
    answer = client.post(f"{make_session(expert).get_absolute_url()}registration/", {"note": ""}, headers=HTMX)
    small(answer, 429)
    assert int(answer["Retry-After"]) > 0


def test_a_database_that_is_away():
    client = Client(raise_request_exception=False)

    def gone(*_):
        raise OperationalError("no host")

    with connection.execute_wrapper(gone):
        small(client.get("/sessions/?q=x", headers=HTMX), 503)

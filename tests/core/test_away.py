"""While the database is away: nobody made a mistake, neither the visitor nor the site, and it passes."""

import psycopg
import pytest
from django.db import OperationalError, connection
from django.test import Client

from core.db import is_away
from tests.accounts.conftest import log_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def client():
    return Client(raise_request_exception=False)


def gone(*_):
    raise OperationalError("server closed the connection") from psycopg.errors.AdminShutdown()


def too_slow(*_):
    raise OperationalError("canceling statement") from psycopg.errors.QueryCanceled()


@pytest.mark.parametrize("path", ["/", "/sessions/", "/forum/", "/account/login/?next=/", "/api/v1/sessions/"])
def test_a_stranger_is_told_to_come_again(client, path):
    if path.startswith("/account/"):
        client.cookies["sessionid"] = "a" * 32
    with connection.execute_wrapper(gone):
        answer = client.get(path)
    assert (answer.status_code, "csrftoken" in answer.cookies) == (503, False)
    if path.startswith("/api/"):
        assert answer.json()["code"] == "unavailable"
    else:
        assert (answer["Retry-After"], "Load the page again in a minute." in answer.text) == ("10", True)
    assert answer["Cache-Control"] == "private, no-store"


def test_a_session_that_cannot_be_written_is_no_fault_of_the_visitor(client, learner):
    log_in(client, learner)
    session = client.session
    session["seen"] = True
    with connection.execute_wrapper(gone), pytest.raises(OperationalError):
        session.save()


def test_what_was_our_fault_is_none_of_it(client):
    with connection.execute_wrapper(too_slow):
        assert client.get("/sessions/").status_code == 500


def test_only_a_database_that_cannot_be_reached_is_away():
    errors = [OperationalError("no host"), None, ValueError("x")]
    for cause in (psycopg.errors.CannotConnectNow, psycopg.errors.DeadlockDetected):
        error = OperationalError("x")
        error.__cause__ = cause()
        errors.append(error)
    assert [is_away(error) for error in errors] == [True, False, False, True, False]

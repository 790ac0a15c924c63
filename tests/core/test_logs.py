"""One event is one line of JSON, whatever is in it, and no address of anybody."""

import io
import json
import logging

import pytest
from django.test import Client
from django.urls import include, path
from hypothesis import given
from hypothesis import strategies as st

from core import logs

PAYLOADS = [
    "plain",
    "two\nlines",
    "carriage\r\nreturn",
    '\n{"level": "INFO", "message": "forged"}',
    "\x1b[31mred\x1b[0m\x1b]0;title\x07",
    "\x9b31m and \x7f and \x85",
    "bell\x07 back\x08 null\x00 tab\t vertical\x0b form\x0c",
    "\u2028line\u2029paragraph",
    "\u202eright to left",
]


@pytest.fixture
def written():
    """Logs into a buffer, through the formatter of the site; answers the lines."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.JsonFormatter())
    logger = logging.getLogger("test.logs")
    logger.propagate, logger.handlers = False, [handler]
    logger.setLevel("INFO")
    yield logger, lambda: stream.getvalue().removesuffix("\n").split("\n")
    logger.handlers = []


class TestLines:
    @pytest.mark.parametrize("payload", PAYLOADS)
    def test_no_payload_makes_a_second_line_or_moves_a_cursor(self, written, payload):
        logger, lines = written
        logger.warning("said %s", payload, extra={"browser": payload, "more": {"inner": [payload]}})
        [line] = lines()
        assert line.splitlines() == [line]
        assert not [c for c in line if not c.isprintable()]
        assert json.loads(line)["browser"].count("\n") == payload.count("\n")

    @given(payload=st.text())
    def test_nor_does_any_other(self, payload):
        record = logging.LogRecord("n", logging.INFO, "", 0, "said %s", (payload,), None)
        line = logs.JsonFormatter().format(record)
        assert line.splitlines() == [line]
        assert json.loads(line)["message"].startswith("said ")

    def test_an_error_is_one_line_too_and_masks_addresses(self, written):
        logger, lines = written
        try:
            raise ValueError("Key (email)=(sofia.mendes+x@mail.example.org) already exists\nsecond line")
        except ValueError:
            logger.exception("it failed for %s", "sofia@example.org", extra={"who": ["a@b.example.org"]})
        [line] = lines()
        assert "@" not in line
        assert "(email)=([address]) already exists" in json.loads(line)["exc_info"]
        assert json.loads(line)["message"] == "it failed for [address]"


class TestRequests:
    def test_a_request_is_one_line_with_its_route_and_never_its_query(self, db, client, caplog):
        response = client.get("/sessions/?q=secret%0Aword&email=sofia@example.org")
        [record] = [record for record in caplog.records if record.name == "masteryhub.access"]
        assert (record.route, record.method, record.status) == ("/sessions/", "GET", 200)
        assert "secret" not in str(record.__dict__)
        assert len(response["X-Request-ID"]) == 16

    def test_the_lines_of_a_request_carry_its_id(self, db, client, written):
        logger, lines = written
        token = logs.request_id.set("abc")
        logger.info("inside")
        logs.request_id.reset(token)
        logger.info("outside")
        inside, outside = (json.loads(line) for line in lines())
        assert inside["request"] == "abc"
        assert "request" not in outside
        assert client.get("/healthz")["X-Request-ID"] != client.get("/healthz")["X-Request-ID"]
        assert logs.request_id.get() == ""


def test_where_names_our_own_line_and_nothing_said():
    try:
        json.loads("{sofia@example.org")
    except ValueError as error:
        found = logs.where(error)
    assert found["where"].startswith("/tests/core/test_logs.py:")


class Broken:
    urlpatterns = [path("join/<str:token>/", lambda request, token: 1 / 0), path("", include("core.urls"))]


class TestWhatGoesWrong:
    """A path may be a key: a line about it names the route."""

    def lines(self, caplog):
        return [logs.JsonFormatter().format(record) for record in caplog.records]

    def test_a_key_that_is_refused_stands_in_no_line(self, db, client, caplog):
        for key in ("/join/a-secret-name/", "/nothing/a-secret-name/", "/unsubscribe/a-secret-näme%0A/"):
            assert client.get(key).status_code == 404
        client.put("/join/a-secret-name/")
        lines = self.lines(caplog)
        assert [json.loads(line)["route"] for line in lines][:2] == ["/join/<str:token>/", "unmatched"]
        assert len(lines) == 4  # one a request: a refusal says nothing that its line does not
        assert "secret" not in "\n".join(lines)

    def test_what_breaks_is_said_with_its_route(self, db, settings, caplog):
        settings.ROOT_URLCONF = Broken
        with pytest.raises(ZeroDivisionError):
            Client().get("/join/a-secret-name/")
        [text] = [line for line in self.lines(caplog) if "ERROR" in line]
        assert "Internal Server Error: /join/<str:token>/" in text
        assert "secret" not in text

    def test_nor_does_one_in_a_form_without_its_token(self, db, caplog):
        assert Client(enforce_csrf_checks=True).post("/join/a-secret-name/").status_code == 403
        text = "\n".join(self.lines(caplog))
        assert "Forbidden" in text
        assert "secret" not in text


class TestWithoutPath:
    def test_a_record_that_two_loggers_filter_keeps_its_route(self, rf):
        record = logging.LogRecord("django.request", logging.WARNING, "", 1, "%s: %s", ("Not Found", "/ics/key/"), None)
        record.request = rf.get("/ics/key/")
        passed = [logs.WithoutPath().filter(record) for _twice in range(2)]
        assert (passed, record.request, record.getMessage()) == ([True, True], "unmatched", "Not Found: unmatched")

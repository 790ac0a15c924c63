"""The journeys on the page about the API work as they stand there, for somebody who knows nothing else."""

import json
import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from features.integrations.journeys import HOST, JOURNEYS, MENTOR, SEAT
from tests.core.test_api import token_of
from tests.factories import make_session
from tests.mentoring.conftest import mentor_page, offer  # noqa: F401

pytestmark = pytest.mark.django_db
NAMES = re.compile(r"{(\w+)}")


def filled(text, known):
    return NAMES.sub(lambda found: str(known[found[1]]), text)


def make(calls, person, *scopes, **known):
    client = Client(headers={"authorization": f"Bearer {token_of(person, *scopes)}"})
    for call in calls:
        body = filled(call.body, known)
        more = {"data": json.loads(body), "content_type": "application/json"} if body else {}
        answer = client.generic(
            call.method, "/api/v1" + filled(call.path, known).replace("+", "%2B"),
            *([json.dumps(more["data"])] if more else []), content_type="application/json",
        )  # fmt: skip
        assert answer.status_code in (200, 201, 204), (call, answer.content)
        for name, where in call.keeps:
            value = answer.json()
            for part in where.split("."):
                value = value[int(part)] if part.isdecimal() else value[part]
            known[name] = value
    return known


def test_from_a_word_to_a_seat_and_back(expert, learner, skill):
    make_session(expert, about=[skill])
    make(SEAT, learner, "people:read", "seats:read", "seats:write")


def test_an_hour_with_a_mentor(offer, learner, skill):  # noqa: F811
    make(MENTOR, learner, "mentoring:read", "mentoring:write", skill=skill.slug)


def test_to_host(expert, skill):
    day = (timezone.now() + timedelta(days=20)).date().isoformat()
    make(HOST, expert, "hosting:read", "hosting:write", day=day)


def test_the_page_says_them(client):
    page = client.get("/api/v1/docs/").text
    for title, calls in JOURNEYS:
        assert str(title) in page
        for call in calls:
            assert f"<code>{call.method} {call.path}".replace("&", "&amp;") in page

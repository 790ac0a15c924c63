"""The API: the same verbs and the same refusals as the pages."""

import json

import pytest

from features.sessions import services
from features.sessions.joining import VERDICTS
from features.sessions.models import Registration
from tests.factories import make_session, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def session(expert, skill):
    return make_session(expert, about=[skill], room_url="https://meet.example.org/secret")


def url(session, rest=""):
    return f"/api/v1/sessions/{session.pk}/{rest}"


def post(client, session, **body):
    return client.post(url(session, "registration/"), json.dumps(body), content_type="application/json")


def test_lists_what_is_coming_to_everybody(client, session):
    (row,) = client.get("/api/v1/sessions/").json()
    assert row["title"] == session.title
    assert row["time_zone"] == session.time_zone
    assert "secret" not in json.dumps(row)


def test_a_draft_is_not_there(client, expert):
    draft = make_session(expert, published=False)
    client.force_login(expert)
    answer = client.get(url(draft))
    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"


def test_takes_a_seat_and_gives_it_back_by_the_pages_own_verbs(client, session, learner):
    client.force_login(learner)
    answer = post(client, session, note="A slow query")
    assert answer.status_code == 201
    seat = Registration.objects.get()
    assert (answer.json()["id"], seat.note) == (seat.public_id, "A slow query")
    assert post(client, session).json()["id"] == seat.public_id
    assert client.delete(url(session, "registration/")).status_code == 204
    assert not Registration.objects.active().exists()


def test_a_refusal_carries_the_pages_reason_code_and_next_step(client, expert, learner):
    session = make_session(expert, capacity=1)
    services.register(session=session, person=make_user("First"))
    client.force_login(learner)
    answer = post(client, session)
    assert answer.status_code == 409
    problem = answer.json()
    assert (problem["code"], problem["step"]) == ("full", VERDICTS["full"].step)
    assert client.get(url(session, "standing/")).json()["code"] == "full"


def test_a_stranger_is_told_to_sign_in(client, session):
    answer = post(client, session)
    assert answer.status_code == 401
    assert answer.json()["code"] == "sign_in"


def test_extra_fields_change_nothing(client, session, learner, outsider):
    client.force_login(learner)
    post(client, session, note="x", person=outsider.pk, confirmed_at=None, price_minor=0)
    assert Registration.objects.get().person == learner


def test_values_that_cannot_be_used_are_named(client, session, learner):
    client.force_login(learner)
    answer = post(client, session, note="x" * 501)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["loc"][-1] == "note"


def test_the_document_describes_every_route(client):
    document = client.get("/api/v1/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    assert set(document["paths"]) == {
        "/api/v1/sessions/", "/api/v1/sessions/{pk}/", "/api/v1/sessions/{pk}/standing/",
        "/api/v1/sessions/{pk}/registration/",
    }  # fmt: skip

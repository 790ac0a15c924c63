"""Assessments as JSON: the same clock, rules and secrets as the pages."""

import pytest

from tests.assessments.conftest import sit

pytestmark = pytest.mark.django_db
JSON = {"content_type": "application/json"}


def test_a_test_is_begun_answered_and_ended(client, bank, learner):
    [line] = client.get("/api/v1/assessments/").json()["items"]
    assert (line["title"], line["skill"], line["is_beta"]) == ("Postgres at work", "postgresql", False)
    client.force_login(learner)
    begun = client.post(f"/api/v1/assessments/{bank.pk}/attempts/", **JSON)
    assert begun.status_code == 201
    state = begun.json()
    assert "is_right" not in begun.content.decode()
    assert len(state["question"]["options"]) == 4
    while state["question"]:
        place = f"/api/v1/attempts/{state['id']}/answers/{state['question']['position']}/"
        state = client.put(place, {"answer": ["0"]}, **JSON).json()
    assert state["result"]["low"] < state["result"]["level"] <= state["result"]["high"]
    assert client.get(f"/api/v1/attempts/{state['id']}/").json() == state


def test_an_answer_sent_again_changes_nothing(client, bank, learner):
    client.force_login(learner)
    state = client.post(f"/api/v1/assessments/{bank.pk}/attempts/", **JSON).json()
    place = f"/api/v1/attempts/{state['id']}/answers/1/"
    first = client.put(place, {"answer": ["0"]}, **JSON).json()
    assert client.put(place, {"answer": ["1"]}, **JSON).json() == first


def test_the_cool_down_is_refused_with_its_code(client, bank, learner):
    sit(bank, learner)
    client.force_login(learner)
    refused = client.post(f"/api/v1/assessments/{bank.pk}/attempts/", **JSON)
    assert (refused.status_code, refused.json()["code"]) == (409, "too_soon")

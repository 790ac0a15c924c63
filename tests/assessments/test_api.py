"""Assessments as JSON: the same clock, rules and secrets as the pages."""

from datetime import time

import pytest

from features.calendar import services as calendar
from tests.assessments.conftest import make_task, read, sit

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
        right = next(one["number"] for one in state["question"]["options"] if one["html"].startswith("Right"))
        state = client.put(place, {"answer": [str(right)]}, **JSON).json()
    assert state["result"]["low"] < state["result"]["level"] <= state["result"]["high"]
    assert client.get(f"/api/v1/attempts/{state['id']}/").json() == state


def test_an_answer_sent_again_changes_nothing(client, bank, learner):
    client.force_login(learner)
    state = client.post(f"/api/v1/assessments/{bank.pk}/attempts/", **JSON).json()
    place = f"/api/v1/attempts/{state['id']}/answers/1/"
    first = client.put(place, {"answer": ["0"]}, **JSON).json()
    assert client.put(place, {"answer": ["1"]}, **JSON).json() == first


def test_the_numbers_of_options_are_those_of_their_places(client, bank, learner):
    client.force_login(learner)
    state = client.post(f"/api/v1/assessments/{bank.pk}/attempts/", **JSON).json()
    assert [option["number"] for option in state["question"]["options"]] == [0, 1, 2, 3]
    row = bank.attempts.get().responses.get()
    first = row.version.content["options"][0]["html"]
    right = next(option["number"] for option in state["question"]["options"] if option["html"] == first)
    client.put(f"/api/v1/attempts/{state['id']}/answers/1/", {"answer": [str(right)]}, **JSON)
    row.refresh_from_db()
    assert (row.answer, row.is_right) == (["0"], True)


def test_the_cool_down_is_refused_with_its_code(client, bank, learner):
    sit(bank, learner)
    client.force_login(learner)
    refused = client.post(f"/api/v1/assessments/{bank.pk}/attempts/", **JSON)
    assert (refused.status_code, refused.json()["code"]) == (409, "too_soon")


def test_work_is_handed_in_judged_and_objected_to(client, author, learner, outsider, skill):
    task = make_task(author, skill)
    [line] = client.get("/api/v1/tasks/").json()["items"]
    assert (line["id"], line["kind"], line["minutes"]) == (task.pk, "work", None)
    client.force_login(learner)
    assert client.post(f"/api/v1/tasks/{task.pk}/works/", {}, **JSON).json()["code"] == "empty"
    assert client.post(f"/api/v1/tasks/{task.pk}/works/", {"links": ["javascript:1"]}, **JSON).json()["code"] == "link"
    made = client.post(f"/api/v1/tasks/{task.pk}/works/", {"text": "A report"}, **JSON)
    assert (made.status_code, made.json()["state"]) == (201, "experts")
    one = f"/api/v1/works/{made.json()['id']}/"
    assert client.post(f"{one}objection/", {"text": "Unfair"}, **JSON).json()["code"] == "not_judged"
    read(task.submissions.get(), author, {"cause": 2})
    found = client.get(one).json()
    assert (found["state"], found["level"]) == ("done", 3.0)
    assert found["judgements"][0]["criteria"] == [{"name": "Cause", "points": 2, "most": 4, "comment": "Say more."}]
    assert client.post(f"{one}withdrawal/", **JSON).json()["code"] == "judged"
    assert client.post(f"{one}objection/", {"text": "Look at page 2"}, **JSON).json()["objection"] == "Look at page 2"
    [listed] = client.get("/api/v1/works/").json()["items"]
    assert listed["state"] == "experts"
    client.force_login(outsider)
    assert client.get(one).status_code == 404


def test_a_talk_is_booked_and_called_off(client, author, learner, skill):
    calendar.keep_free(person=author, hours=[(day, time(8), time(11)) for day in range(1, 8)])
    task = make_task(author, skill, kind="live", minutes=30)
    client.force_login(learner)
    [first, *_rest] = client.get(f"/api/v1/tasks/{task.pk}/times/").json()
    made = client.post(f"/api/v1/tasks/{task.pk}/talks/", {"starts_at": first["starts_at"]}, **JSON).json()
    assert (made["state"], made["verdict"]) == ("live", "pending")
    again = client.post(f"/api/v1/tasks/{task.pk}/talks/", {"starts_at": first["starts_at"]}, **JSON)
    assert (again.status_code, again.json()["code"]) == (409, "waiting")
    ended = client.post(f"/api/v1/works/{made['id']}/calling-off/", {"reason": "Ill"}, **JSON).json()
    assert (ended["state"], ended["verdict"]) == ("withdrawn", "called_off")

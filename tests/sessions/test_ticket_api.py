"""Kinds of ticket in the API: read by everybody, named when one registers or waits, written with the session."""

import json

import pytest

from features.sessions import services
from features.sessions.models import Registration, SkillSession
from tests.factories import make_session, make_user, with_tickets

pytestmark = pytest.mark.django_db
DOOR = "Ring at the blue door."


@pytest.fixture(scope="module")
def session(expert, skill):
    return with_tickets(
        make_session(expert, about=[skill], capacity=10, address="12 Mill Lane"),
        {"name": "Online"},
        {"name": "Room", "format": "in_person", "capacity": 1, "instructions": DOOR},
    )


def send(client, method, path, **body):
    return client.generic(method, f"/api/v1/{path}", json.dumps(body), content_type="application/json")


def test_everybody_reads_the_kinds_and_nobody_what_their_holders_read(client, session):
    row = client.get(f"/api/v1/sessions/{session.pk}/").json()
    online, room = row["tickets"]
    assert (room["name"], room["format"], room["places_left"]) == ("Room", "in_person", 1)
    assert online["price"] == {"minor": 0, "currency": "EUR"}
    assert client.get("/api/v1/sessions/").json()["items"][0]["tickets"] == row["tickets"]
    assert "blue door" not in json.dumps(row)


def test_a_kind_is_named_to_register_and_to_wait(client, session, learner):
    client.force_login(learner)
    room = session.tickets.get(name="Room")
    register, line = f"sessions/{session.pk}/registration/", f"sessions/{session.pk}/waitlist/"
    assert send(client, "POST", register).json()["code"] == "choose_ticket"
    assert send(client, "POST", register, ticket=0).status_code == 422
    seat = send(client, "POST", register, ticket=room.pk).json()
    assert (seat["ticket"], seat["instructions"]) == ("Room", DOOR)
    other = make_user("Other")
    client.force_login(other)
    assert client.get(f"/api/v1/sessions/{session.pk}/standing/?ticket={room.pk}").json()["code"] == "full"
    assert client.get(f"/api/v1/sessions/{session.pk}/standing/").json()["code"] == "open"
    assert send(client, "POST", register, ticket=room.pk).json()["code"] == "full"
    assert send(client, "POST", line, ticket=room.pk).json()["ticket"] == "Room"


def test_the_roster_and_its_file_say_who_has_which(client, session, expert, learner):
    services.register(session=session, person=learner, ticket=session.tickets.get(name="Room"))
    client.force_login(expert)
    assert client.get(f"/api/v1/hosting/roster/{session.pk}/").json()["items"][0]["ticket"] == "Room"
    assert f"{learner.name},{learner.handle},Room," in client.get(f"{session.get_absolute_url()}roster.csv").text
    assert "Room" in client.get(f"{session.get_absolute_url()}roster/").text
    plain = make_session(expert)
    assert "Ticket" not in client.get(f"{plain.get_absolute_url()}roster/").text


def test_a_host_writes_them_and_what_is_wrong_is_said_by_its_place(client, session, expert):
    client.force_login(expert)
    path = f"hosting/{session.pk}/"
    said = client.get(f"/api/v1/{path}").json()["wording"]["tickets"]
    assert [ticket["name"] for ticket in said] == ["Online", "Room"]
    said[1] |= {"name": "Wall", "capacity": 3}
    assert send(client, "PATCH", path, tickets=said).status_code == 200
    assert list(session.tickets.values_list("name", "capacity")) == [("Online", None), ("Wall", 3)]
    said[1]["capacity"] = 30
    wrong = send(client, "PATCH", path, tickets=said)
    assert wrong.status_code == 422
    assert "tickets.1.capacity" in wrong.text
    assert send(client, "PATCH", path, title="Another").json()["wording"]["tickets"][1]["name"] == "Wall"


def test_with_payments_a_price_is_written_and_stays_when_something_else_is_changed(client, expert, skill, settings):
    settings.STRIPE_SECRET_KEY = "sk_test_x"
    session = make_session(expert, about=[skill], price_minor=4500, refund_preset="half")
    client.force_login(expert)
    assert send(client, "PATCH", f"hosting/{session.pk}/", title="Another title").status_code == 200
    session.refresh_from_db()
    assert (session.title, session.price_minor, session.refund_preset) == ("Another title", 4500, "half")
    kinds = [{"name": "Student", "price_minor": 900}, {"name": "Full", "price_minor": 2500}]
    made = send(client, "POST", "hosting/", title="T", outcome="O", skills=["Postgres"], tickets=kinds)
    assert made.status_code == 201
    written = SkillSession.objects.get(pk=made.json()["id"])
    assert (written.price_minor, written.top_price_minor) == (900, 2500)
    assert not Registration.objects.exists()

"""A person's public page: what they hold next, and what they held."""

from datetime import timedelta

import pytest
from django.utils import timezone

from features.sessions import services as sessions
from features.sessions.models import HostAbsence, Registration, SkillSession
from tests.factories import make_session, make_user

pytestmark = pytest.mark.django_db


def test_seats_are_counted_for_what_is_to_come_alone(client, expert):
    make_session(expert, title="Coming", capacity=7)
    make_session(expert, title="Held", capacity=9, starts_in=timedelta(days=-3))
    text = client.get("/people/amara-okonjo/").text
    assert "7 of 7 left" in text
    assert "Held" in text
    assert "9 of 9 left" not in text


def test_what_did_not_take_place_and_who_was_not_there_is_not_counted(client, expert, learner, outsider, skill):
    held = make_session(expert, about=[skill], title="Held")
    for person in (learner, outsider):
        seat = sessions.register(session=held, person=person)
        sessions.check_in(registration=seat, by=expert, now=held.starts_at)
    sessions.cancel_registration(registration=seat, by=outsider)  # seen at the door, and gone before it began
    began = timezone.now() - timedelta(days=1)
    SkillSession.objects.update(starts_at=began, ends_at=began + timedelta(hours=1))
    missed = make_session(expert, about=[skill], title="Missed", starts_in=timedelta(days=-3))
    HostAbsence.objects.create(session=missed, answer_until=began, outcome="absent", decided_at=began)
    text = client.get("/people/amara-okonjo/").text
    assert '<dt>session held</dt><dd><a href="#past">1</a></dd>' in text
    assert '<dt>person came</dt><dd><a href="#past">1</a></dd>' in text
    assert "1 person came" in text.partition('id="past"')[2]
    assert "Missed" not in text
    told = client.get("/api/v1/skills/postgresql/").json()
    assert told["sessions_held"] == 1


def test_what_was_held_on_a_skill_opens_to_what_it_consists_of(client, expert, learner, skill):
    assert "Nothing yet" in client.get("/skills/postgresql/held/").text
    rows = [make_session(expert, about=[skill], title=f"Held {n}", starts_in=-timedelta(days=n)) for n in (3, 4)]
    seat = Registration.objects.create(session=rows[0], person=learner, confirmed_at=timezone.now())
    sessions.check_in(registration=seat, by=expert, now=rows[0].starts_at)
    page = client.get("/skills/postgresql/").text
    assert '<dd><a href="/skills/postgresql/held/">2</a></dd>' in page
    assert '<dd><a href="/skills/postgresql/held/">1</a></dd>' in page
    text = client.get("/skills/postgresql/held/").text
    assert "Held 3" in text
    assert "Held 4" in text
    assert text.count("1 person came") == 1
    assert client.get("/skills/never-was/held/").status_code == 404


def test_a_member_who_hosts_nothing_is_seen_by_members(client, expert, learner):
    assert client.get("/people/sofia-mendes/").status_code == 404
    client.force_login(expert)
    assert client.get("/people/sofia-mendes/").status_code == 200


def test_a_sign_up_that_nobody_proved_is_nobody_yet(client, learner):
    stranger = make_user("Vera Unproved", verified=False)
    client.force_login(learner)
    assert client.get(f"/people/{stranger.handle}/").status_code == 404
    stranger.emailaddress_set.update(verified=True)
    assert client.get(f"/people/{stranger.handle}/").status_code == 200

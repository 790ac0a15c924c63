"""A person's public page: what they hold next, and what they held."""

from datetime import timedelta

import pytest

from tests.factories import make_session, make_user

pytestmark = pytest.mark.django_db


def test_seats_are_counted_for_what_is_to_come_alone(client, expert):
    make_session(expert, title="Coming", capacity=7)
    make_session(expert, title="Held", capacity=9, starts_in=timedelta(days=-3))
    text = client.get("/people/amara-okonjo/").text
    assert "7 of 7 left" in text
    assert "Held" in text
    assert "9 of 9 left" not in text


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

"""8.14, A7: with an account everything stops that its owner holds or has handed out, whoever ended it."""

from datetime import timedelta

import pytest
from django.test import Client

from features.accounts import services
from features.calendar import services as calendar
from features.integrations import services as integrations
from features.notifications.links import unsubscribe_url
from features.sessions import services as sessions
from features.sessions.links import CANCELLATION, WAITLIST, token
from tests.accounts.conftest import log_in
from tests.factories import make_session

pytestmark = pytest.mark.django_db


def close(person):
    services.close(person=person, takes_words=False)


def suspend(person):
    services.suspend(person=person, until=None, page="/")


@pytest.mark.parametrize("end", [close, suspend])
def test_no_key_of_theirs_opens_anything(end, learner, expert, outsider):
    full = make_session(expert, capacity=1)
    sessions.register(session=full, person=outsider)
    place = sessions.join_waitlist(session=full, person=learner)
    seat = sessions.register(session=make_session(expert), person=learner)
    _token, secret = integrations.make_token(
        person=learner, name="mine", wanted=["seats:read"], lasts=timedelta(days=30)
    )
    browser, bearer = Client(), Client(headers={"Authorization": f"Bearer {secret}"})
    log_in(browser, learner)
    keys = {
        "feed": f"/ics/{calendar.open_feed(person=learner).secret}.ics",
        "join": f"/join/{seat.join_token}/",
        "place": f"/place/{token(place.public_id, WAITLIST)}/",
        "letters": unsubscribe_url(learner.pk, "follows").removeprefix("http://testserver"),
    }
    stranger = Client()
    before = {name: stranger.get(path).status_code for name, path in keys.items()}
    assert before == dict.fromkeys(keys, 200)
    assert bearer.get("/api/v1/registrations/").status_code == 200
    end(learner)
    assert {name: stranger.get(path).status_code for name, path in keys.items()} == dict.fromkeys(keys, 404)
    assert {name: stranger.post(path).status_code for name, path in keys.items()} == dict.fromkeys(keys, 404) | {
        "feed": 405
    }
    assert bearer.get("/api/v1/registrations/").status_code == 401
    assert browser.get("/account/").status_code == 302
    assert (
        stranger.get(f"/seat/{token(seat.public_id, CANCELLATION)}/cancellation/").status_code == 200
    )  # it frees a seat

"""Where one is logged in, and how that ends."""

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client

from features.accounts import services
from tests.accounts.conftest import log_in
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db


def two_browsers(person):
    first, second = Client(), Client()
    log_in(first, person)
    log_in(second, person)
    return first, second


def is_outside(client):
    return client.get("/account/").status_code == 302


def test_a_changed_password_ends_the_others(learner):
    here, there = two_browsers(learner)
    new = "another sentence of mine"
    here.post("/account/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert not is_outside(here)
    assert is_outside(there)


def test_suspension_ends_all_by_the_next_request(learner, organiser):
    here, there = two_browsers(learner)
    services.suspend(person=learner, until=None, page="/why/")
    for browser in (here, there):
        assert browser.get("/account/")["Location"] == "/why/"  # told once
        assert browser.get("/account/")["Location"] == "/account/login/?next=/account/"
    answer = Client().post("/account/login/", {"login": learner.email, "password": PASSWORD})
    assert answer["Location"] == "/account/inactive/"  # nobody knows why
    services.reinstate(person=learner)
    assert is_outside(here)
    log_in(here, learner)
    assert not is_outside(here)


def test_one_other_browser_can_be_logged_out(learner):
    here, there = two_browsers(learner)
    other = UserSession.objects.get(session_key=there.session.session_key)
    assert f"/account/sessions/{other.pk}/end/" in here.get("/account/sessions/").content.decode()
    assert here.post(f"/account/sessions/{other.pk}/end/")["Location"] == "/account/sessions/"
    assert is_outside(there)
    assert not is_outside(here)


def test_this_one_too(learner):
    here, _ = two_browsers(learner)
    this = UserSession.objects.get(session_key=here.session.session_key)
    assert here.post(f"/account/sessions/{this.pk}/end/")["Location"] == "/account/login/"
    assert is_outside(here)


def test_nobody_ends_the_session_of_another(learner, outsider, client):
    here, _ = two_browsers(learner)
    session = UserSession.objects.get(session_key=here.session.session_key)
    log_in(client, outsider)
    foreign = client.post(f"/account/sessions/{session.pk}/end/")
    missing = client.post("/account/sessions/999999999/end/")
    assert (foreign.status_code, missing.status_code) == (404, 404)
    assert not is_outside(here)
    assert Client().post(f"/account/sessions/{session.pk}/end/").status_code == 302


def test_all_others_at_once(learner):
    here, there = two_browsers(learner)
    here.post("/account/sessions/")
    assert is_outside(there)
    assert not is_outside(here)


def test_the_cookie_is_ours_alone(client, learner):
    log_in(client, learner)
    cookie = client.cookies["sessionid"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")

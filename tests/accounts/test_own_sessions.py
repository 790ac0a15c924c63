"""Where one is logged in, and how that ends."""

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.backends.db import SessionStore as DjangoStore
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from features.accounts import access, services
from features.accounts.login_sessions import SessionStore, person_behind
from features.accounts.models import User
from features.notifications.services import notify, unread_count
from tests.accounts.conftest import add_totp, log_in
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


def test_whoever_logs_out_leaves_no_page_behind(learner):
    here, there = two_browsers(learner)
    ends = [
        here.post("/account/logout/"),
        there.post(f"/account/sessions/{UserSession.objects.get(session_key=there.session.session_key).pk}/end/"),
    ]
    assert [answer.get("Clear-Site-Data") for answer in ends] == ['"cache"', '"cache"']
    log_in(here, learner)
    for answer in (here.get("/account/"), Client().get("/account/"), here.get("/")):
        assert "Clear-Site-Data" not in answer


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


class TestPersonBehind:
    """Who is behind a session comes with it, in one statement, and with what every page wants to know of them."""

    def asked(self, client, path="/account/"):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        asked = [query["sql"] for query in queries]
        return [sql for sql in asked if '"accounts_user"' in sql or "django_session" in sql]

    def test_is_one_statement(self, learner):
        here, _ = two_browsers(learner)
        self.asked(here, "/terms/")
        [statement] = self.asked(here, "/terms/")
        for table in ("django_session", "accounts_user", "accounts_rolegrant", "accounts_consent", "notification"):
            assert table in statement

    def test_without_the_row_of_a_log_in_the_person_is_read_by_themselves(self, learner):
        here, _ = two_browsers(learner)
        UserSession.objects.all().delete()
        assert len(self.asked(here, "/terms/")) == 3
        assert not is_outside(here)

    def test_a_row_of_somebody_else_makes_nobody_them(self, learner, expert):
        here, _ = two_browsers(learner)
        UserSession.objects.filter(session_key=here.session.session_key).update(user=expert)
        assert here.get("/account/").wsgi_request.user == learner

    def test_a_session_that_has_ended_by_time_is_over(self, learner):
        here, _ = two_browsers(learner)
        Session.objects.update(expire_date=timezone.now())
        assert is_outside(here)

    def test_says_the_same_as_the_person_alone(self, learner, moderator):
        notify(moderator, "registration_cancelled", 1, "/x/")
        for person, secret in ((learner, ""), (moderator, add_totp(moderator))):
            here = Client()
            log_in(here, person, secret)
            behind = here.get("/terms/").wsgi_request.user
            assert (behind.unread, behind.owes_consent) == (unread_count(person), access.owes_consent(person))
            assert access.roles(behind) == access.roles(person)

    def test_is_looked_up_anew_by_whoever_asks_again(self, learner):
        here, _ = two_browsers(learner)
        store = SessionStore(here.session.session_key)
        store.load()
        User.objects.filter(pk=learner.pk).update(name="Sofia M.")
        assert [person_behind(learner.pk).name for _ in range(2)] == ["Sofia Mendes", "Sofia M."]


def test_what_lies_in_the_database_is_read_if_it_was_signed_here_now_or_before(settings):
    store, said = SessionStore(), {"place": "Überlingen \x00", "n": [1, None]}
    written = store.encode(said)
    assert store.decode(written) == said
    assert store.decode(written.replace("1", "2")) == {}
    assert store.decode(":" + written.partition(":")[2]) == {}
    assert store.decode(DjangoStore().encode(said)) == said  # what an earlier release has written
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another", [settings.SECRET_KEY]
    assert store.decode(written) == said
    settings.SECRET_KEY_FALLBACKS = []
    assert store.decode(written) == {}

"""Section 12: what somebody writes survives the end of their log-in."""

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from features.sessions.models import SessionMessage
from tests.factories import PASSWORD, make_session

pytestmark = pytest.mark.django_db
SAID = {"to": "seats", "title": "Bring a laptop", "text": "We try everything.\r\nAll of it."}


@pytest.fixture(scope="module")
def url(expert):
    session = make_session(expert)
    return reverse("session_messages", args=[session.pk, session.slug])


@pytest.fixture
def gone(client, expert):
    """A browser whose log-in has come to its end."""
    log_in(client, expert, {"Location": "/account/login/"})
    Session.objects.all().delete()
    return client


def log_in(client, person, answer):
    return client.post(answer["Location"], {"login": person.email, "password": PASSWORD})


def test_what_was_written_is_there_after_logging_in_and_is_sent_by_one_press(gone, expert, url):
    answer = gone.post(url, {**SAID, "password": "a secret of mine"})
    assert answer["Location"] == f"{reverse('account_login')}?next={reverse('unsent')}"
    back = log_in(gone, expert, answer)
    assert back["Location"] == reverse("unsent")
    page = gone.get(back["Location"]).content.decode()
    assert "We try everything." in page
    assert f'action="{url}"' in page
    assert 'name="title" value="Bring a laptop"' in page
    assert "a secret of mine" not in page
    assert not SessionMessage.objects.exists()
    assert gone.post(url, SAID).status_code == 303
    assert SessionMessage.objects.get().text.startswith("We try everything.")
    assert gone.get(reverse("unsent"))["Location"] == "/"  # whoever goes back does not send it twice


def test_no_password_is_kept_however_its_field_is_called(gone, expert):
    """A few words in a row are what the site itself advises."""
    said = {"oldpassword": "four words of mine", "password1": "four other words here", "password2": "and once more"}
    answer = gone.post(reverse("account_change_password"), said)
    log_in(gone, expert, answer)
    assert gone.get(reverse("unsent")).status_code == 302  # nothing was kept
    mixed = {**SAID, **said, "client_secret": "not for anybody"}
    Session.objects.all().delete()
    answer = gone.post(reverse("session_messages", args=[make_session(expert).pk, "a"]), mixed)
    log_in(gone, expert, answer)
    page = gone.get(reverse("unsent")).content.decode()
    assert "We try everything." in page
    for word in ("four words of mine", "four other words", "once more", "not for anybody"):
        assert word not in page


@pytest.mark.parametrize("text", ["Мы пробуем всё. " * 500, "我们一起试" * 800])
def test_what_is_long_in_any_script_is_kept(gone, expert, url, text):
    log_in(gone, expert, gone.post(url, {**SAID, "title": "X", "text": text}))
    assert text.strip()[-9:] in gone.get(reverse("unsent")).text


def test_a_page_that_saves_by_itself_leads_back_to_its_form(gone, expert):
    gone.post("/sessions/kept/new/", {"title": "Half a title"}, headers={"HX-Request": "true"})
    log_in(gone, expert, {"Location": "/account/login/"})
    assert 'action="/sessions/kept/new/"' in gone.get(reverse("unsent")).text
    form = gone.post("/sessions/kept/new/", {"title": "Half a title"}, follow=True)
    assert form.redirect_chain == [("/sessions/new/", 303)]
    assert "Half a title" in form.text


def test_nobody_is_led_away_while_they_type(gone, expert):
    headers = {"HX-Request": "true", "By-Itself": "yes"}
    answer = gone.post("/sessions/kept/new/", {"title": "Half a title"}, headers=headers)
    assert answer.status_code == 401
    assert "HX-Redirect" not in answer.headers
    log_in(gone, expert, {"Location": "/account/login/"})
    assert gone.get(reverse("unsent"))["Location"] == "/"  # it is in the page still


def test_a_preview_goes_to_the_form_it_was_asked_for_from(gone, expert):
    gone.post(reverse("forum_preview"), {"text": "Some words of mine", "preview": "/forum/new/"})
    log_in(gone, expert, {"Location": "/account/login/"})
    assert 'action="/forum/new/"' in gone.get(reverse("unsent")).text


class TestStale:
    """Another tab has logged in: the token of a page that was open is no longer true."""

    @pytest.fixture
    def stale(self, expert):
        client = Client(enforce_csrf_checks=True)
        client.force_login(expert)
        return client

    def test_what_was_written_is_shown_and_sent_by_who_is_there_now(self, stale, expert, url):
        page = stale.post(url, {**SAID, "password": "a secret of mine"}, headers={"Origin": "http://testserver"})
        assert page.status_code == 403
        assert "We try everything.<br>All of it." in page.text
        assert f"Send it as {expert.name}" in page.text
        assert "a secret of mine" not in page.text
        token = stale.cookies["csrftoken"].value
        assert stale.post(url, {**SAID, "csrfmiddlewaretoken": token}).status_code == 303

    def test_not_what_another_site_sent(self, stale, url):
        for origin in ("https://evil.example", "null"):
            page = stale.post(url, SAID, headers={"Origin": origin, "HX-Request": "true"})
            assert page.status_code == 403
            assert "We try" not in page.text
            assert "Entrance" not in page.headers

    def test_a_page_with_htmx_learns_the_new_token_and_whose_it_is(self, stale, expert, url):
        page = stale.post(url, SAID, headers={"Origin": "http://testserver", "HX-Request": "true"})
        _kind, token, person = page["Entrance"].split(" ")
        assert person == expert.email
        again = stale.post(url, {**SAID, "csrfmiddlewaretoken": token})
        assert again.status_code == 303


def test_a_button_leads_back_to_its_page(gone, url):
    behind = {"Referer": f"http://testserver{url}"}
    assert gone.post(url, {"act": "send"}, headers=behind)["Location"].endswith(f"?next={url}")


def test_of_strangers_nothing_is_kept(url):
    client = Client()
    client.post(url, SAID)
    assert not Session.objects.exists()


def test_whoever_logs_in_next_in_that_browser_never_sees_it(gone, outsider, expert, url):
    answer = gone.post(url, SAID)
    log_in(gone, outsider, answer)
    back = gone.get(reverse("unsent"))
    assert (back.status_code, back["Location"]) == (302, "/")
    gone.post("/account/logout/")
    log_in(gone, expert, answer)
    assert gone.get(reverse("unsent"))["Location"] == "/"  # it went with that log-in


def test_a_note_for_a_host_is_not_offered_to_them_either(gone, expert, outsider, learner):
    place = f"{make_session(learner).get_absolute_url()}registration/"
    gone.post(place, {"note": "I am deaf in one ear"}, headers={"HX-Request": "true"})
    log_in(gone, outsider, {"Location": "/account/login/"})
    assert "one ear" not in gone.get(place).content.decode()


def test_it_is_still_there_for_who_wrote_it(gone, expert, learner):
    place = f"{make_session(learner).get_absolute_url()}registration/"
    gone.post(place, {"note": "I am deaf in one ear"}, headers={"HX-Request": "true"})
    log_in(gone, expert, {"Location": "/account/login/"})
    assert "one ear" in gone.get(place).content.decode()


def test_nothing_is_kept_where_nobody_can_tell_whose_it_was(gone, expert, url):
    """They ended this log-in from another browser: perhaps because somebody else sits here."""
    UserSession.objects.all().delete()
    gone.post(url, SAID)
    here = {"Origin": "http://testserver"}
    page = gone.post(url, SAID, headers=here)  # it is before who wrote it, and nowhere else
    assert (page.status_code, page.text.count("All of it.")) == (403, 2)
    still = gone.post(url, SAID, headers=here | {"HX-Request": "true"})
    assert (still.status_code, still["Entrance"]) == (401, "out")
    log_in(gone, expert, {"Location": "/account/login/"})
    assert gone.get(reverse("unsent"))["Location"] == "/"

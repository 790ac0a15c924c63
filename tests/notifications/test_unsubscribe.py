"""RFC 8058: one click in the mail program, and the page for those who follow the link themselves."""

import re
from email.policy import SMTP

import pytest
from django.core import mail as outgoing
from django.test import Client

from core.jobs import run_pending
from features.notifications import links, services
from features.notifications.models import Level, Preference
from features.notifications.services import choose, notify

pytestmark = pytest.mark.django_db
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def letter(person, kind):
    notify(person, kind, 1, "/", key=f"{kind}:{outgoing.outbox}")
    run_pending()
    return outgoing.outbox[-1]


def address(person, group="tips"):
    return f"/unsubscribe/{links.token(person.pk, group)}/"


def level(person):
    return services.levels(person)["tips"]


class TestHeaders:
    def test_optional_letters_carry_both_as_they_must_stand_on_the_wire(self, learner, truth, settings):
        raw = letter(learner, "tip").message().as_bytes()
        [unsubscribe] = re.findall(rb"^List-Unsubscribe: <([^\s<>]+)>\r?$", raw, re.MULTILINE)
        assert unsubscribe.decode() == settings.SITE_URL + address(learner)
        assert re.findall(rb"^List-Unsubscribe-Post: List-Unsubscribe=One-Click\r?$", raw, re.MULTILINE)

    def test_over_smtp_and_with_a_long_host_the_address_stays_whole(self, learner, truth, settings):
        settings.SITE_URL = f"https://{'a' * 60}.{'b' * 60}.example"
        raw = letter(learner, "tip").message(policy=SMTP).as_bytes()
        assert f"\r\nList-Unsubscribe: <{settings.SITE_URL}{address(learner)}>\r\n".encode() in raw

    def test_letters_that_are_always_sent_have_neither(self, learner, truth):
        message = letter(learner, "test")
        assert not [name for name in message.extra_headers if "Unsubscribe" in name]
        assert "unsubscribe" not in message.body + message.alternatives[0].content

    def test_the_foot_says_why_and_leads_to_both_ways_out(self, learner, truth, settings):
        message = letter(learner, "tip")
        for body in (message.body, message.alternatives[0].content):
            assert settings.SITE_URL + address(learner) in body
            assert settings.SITE_URL + "/account/notifications/" in body
            assert "You are sent tips." in body

    def test_the_foot_of_what_is_always_sent_says_so(self, learner, truth):
        assert "Always sent, because a seat is at stake." in letter(learner, "test").body


class TestOneClick:
    def test_a_mail_program_stops_them_without_cookies_or_token_and_is_not_led_on(self, learner, truth):
        stranger = Client(enforce_csrf_checks=True)
        response = stranger.post(address(learner), ONE_CLICK)
        assert response.status_code == 200
        assert "These letters have stopped" in response.text
        assert level(learner) == Level.INBOX
        assert not response.cookies
        letter_before = len(outgoing.outbox)
        notify(learner, "tip", 2, "/")
        run_pending()
        assert len(outgoing.outbox) == letter_before

    def test_the_address_is_the_one_in_the_letter(self, learner, truth):
        header = letter(learner, "tip").extra_headers["List-Unsubscribe"]
        path = re.fullmatch(r"<https?://[^/]+(/.+)>", header)[1]
        assert Client().post(path, ONE_CLICK).status_code == 200
        assert level(learner) == Level.INBOX

    def test_twice_is_once_and_off_stays_off(self, client, learner, truth):
        choose(person=learner, levels={"tips": Level.OFF})
        for _ in range(2):
            assert client.post(address(learner), ONE_CLICK).status_code == 200
        assert level(learner) == Level.OFF

    def test_only_that_group_of_that_person_is_stopped(self, client, learner, outsider, truth):
        before = services.levels(learner)
        client.post(address(learner), ONE_CLICK)
        assert services.levels(outsider) == before
        assert services.levels(learner) == before | {"tips": Level.INBOX}


class TestPage:
    def test_following_the_link_changes_nothing(self, client, learner, truth):
        for method in ("get", "head", "get"):
            response = getattr(client, method)(address(learner))
            assert response.status_code == 200
        assert "Stop these letters?" in response.text
        assert "You are sent tips." in response.text
        assert not Preference.objects.exists()

    def test_it_says_nothing_about_whose_letters_they_are(self, client, learner, truth):
        page = client.get(address(learner))
        assert learner.name not in page.text
        assert learner.email not in page.text
        assert page["Cache-Control"] == "private, no-store"
        assert page["Referrer-Policy"] == "same-origin"
        assert "noindex" in page.text

    def test_the_button_stops_them_and_leads_to_what_is_now_so(self, client, learner, truth):
        response = client.post(address(learner))
        assert (response.status_code, response["Location"]) == (303, address(learner))
        assert "These letters have stopped" in client.get(address(learner)).text
        assert "still stands in your inbox" in client.get(address(learner)).text

    def test_by_htmx_too(self, client, learner, truth):
        response = client.post(address(learner), headers={"hx-request": "true"})
        assert (response.status_code, response["HX-Redirect"]) == (200, address(learner))
        assert level(learner) == Level.INBOX

    def test_signed_in_as_somebody_else_it_is_still_the_letters_of_the_address(self, client, learner, outsider, truth):
        client.force_login(outsider)
        client.post(address(learner))
        assert level(learner) == Level.INBOX
        assert level(outsider) == Level.MAIL

    def test_a_forged_address_is_none(self, client, learner, outsider, truth):
        good = links.token(learner.pk, "tips")
        swapped = good.replace(f"{learner.pk}.", f"{outsider.pk}.", 1)
        other_group = good.replace("tips", "reminders")
        for token in (swapped, other_group, good[:-1], good + "x", "nothing", f"{learner.pk}.tips", "%00"):
            for answer in (client.get(f"/unsubscribe/{token}/"), client.post(f"/unsubscribe/{token}/", ONE_CLICK)):
                assert answer.status_code == 404, token
        assert not Preference.objects.exists()

    def test_what_leaves_no_choice_has_no_address(self, client, learner, truth):
        assert client.post(address(learner, "fixed"), ONE_CLICK).status_code == 404
        assert client.post(address(learner, "no such group"), ONE_CLICK).status_code == 404
        assert not Preference.objects.exists()

    def test_who_has_left_has_no_address(self, client, learner, truth):
        learner.is_active = False
        learner.save()
        assert client.get(address(learner)).status_code == 404

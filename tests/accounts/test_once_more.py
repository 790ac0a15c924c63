"""8.4, A6: what guards an account is asked for once more, of whoever has no password as well."""

import pytest
from django.test import Client

from features.accounts.models import User
from tests.accounts.conftest import add_totp, enter_code_now, log_in
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db
NEW = {"password1": "another sentence of mine", "password2": "another sentence of mine"}
ASK = "/account/reauthenticate/code/"
GUARDED = [
    "/account/data/", "/account/closure/", "/account/tokens/", "/account/webhooks/", "/account/password/set/",
    "/account/2fa/totp/activate/", "/account/2fa/webauthn/add/",
]  # fmt: skip


@pytest.fixture
def member(client, learner):
    """Logged in long ago, without a password, as most are here."""
    learner.set_unusable_password()
    learner.save()
    client.force_login(learner, second_factor=False)
    return client


@pytest.mark.parametrize("path", GUARDED)
def test_whoever_has_no_password_is_asked_for_a_mailed_code(member, path):
    assert member.get(path)["Location"].startswith(f"{ASK}?next=")


MOVED = {"email": "new@example.org", "action_add": ""}


def test_both_addresses_agree_to_a_change_and_until_then_it_can_be_dropped(client, learner, letters):
    """8.5. With a password too: whoever found a browser open may know it."""
    client.force_login(learner, second_factor=False)
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    assert client.post("/account/email/", MOVED)["Location"].startswith(ASK)
    assert not learner.emailaddress_set.filter(email="new@example.org").exists()
    client.post(ASK, {"act": "send", "next": "/account/email/"})
    [letter] = letters()
    assert letter.to == [learner.email]
    client.post(ASK, {"code": letter.subject.split()[0], "next": "/account/email/"})  # goes on with what was sent
    [letter] = letters()
    assert letter.to == ["new@example.org"]
    assert '<a href="/account/email/">Cancel</a>' in client.get("/account/confirm-email/").text
    assert User.objects.get(pk=learner.pk).email == learner.email
    client.post("/account/confirm-email/", {"code": letter.subject.split()[0]})
    assert User.objects.get(pk=learner.pk).email == "new@example.org"
    assert letters()[-1].to == [learner.email]


def test_with_a_second_factor_that_is_asked_for(client, learner):
    add_totp(learner)
    client.force_login(learner)
    assert client.post("/account/email/", MOVED)["Location"].startswith("/account/2fa/reauthenticate/")


def test_the_code_opens_what_was_asked_for(member, letters):
    page = member.get(f"{ASK}?next=/account/data/").text
    assert "Mail a code to" in page
    assert letters() == []  # looking sends nothing
    member.post(ASK, {"act": "send", "next": "/account/data/"})
    [letter] = letters()
    code = letter.subject.split()[0]
    assert code not in member.get(f"{ASK}?next=/account/data/").text
    wrong = member.post(ASK, {"code": "XXXX-XXXX", "next": "/account/data/"})
    assert wrong.status_code == 422
    assert member.post(ASK, {"code": code, "next": "/account/data/"})["Location"] == "/account/data/"
    assert member.get("/account/data/").status_code == 200


def test_three_wrong_ones_end_it(member, letters):
    member.post(ASK, {"act": "send"})
    code = letters()[0].subject.split()[0]
    for _ in range(3):
        member.post(ASK, {"code": "XXXX-XXXX"})
    member.post(ASK, {"code": code})
    assert member.get("/account/data/").status_code == 302


def test_a_code_for_an_address_that_was_changed_meanwhile_is_none(member, learner, letters):
    member.post(ASK, {"act": "send"})
    code = letters()[0].subject.split()[0]
    User.objects.filter(pk=learner.pk).update(email="new@example.org")
    member.post(ASK, {"code": code})
    assert member.get("/account/data/").status_code == 302


def test_letters_are_not_sent_without_end(member, letters):
    for _ in range(9):
        member.post(ASK, {"act": "send"})
    assert len(letters()) < 6


def test_whoever_has_just_logged_in_by_a_code_is_not_asked(member):
    enter_code_now(member)
    assert member.get("/account/data/").status_code == 200


def test_nobody_sets_a_password_in_a_browser_that_was_left_open(member, learner):
    """With it they would be asked for nothing any more."""
    assert member.post("/account/password/set/", NEW)["Location"] == "/account/password/set/"
    assert not User.objects.get(pk=learner.pk).has_usable_password()
    assert NEW["password1"] not in str(dict(member.session))
    enter_code_now(member)
    member.post("/account/password/set/", NEW)
    assert User.objects.get(pk=learner.pk).check_password(NEW["password1"])


def test_without_its_last_factor_no_browser_counts_as_opened_by_one(organiser):
    here, secret = Client(), add_totp(organiser)
    log_in(here, organiser, secret)
    assert here.get("/manage/").status_code == 200
    here.post("/account/reauthenticate/", {"password": PASSWORD})
    assert here.post("/account/2fa/totp/deactivate/")["Location"] == "/account/2fa/"
    assert here.get("/manage/")["Location"] == "/account/2fa/"
    assert here.get("/account/").status_code == 200

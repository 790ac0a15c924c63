import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from core.models import Outbox
from features.accounts import services
from features.accounts.models import AccountLetter, User
from tests.accounts.conftest import enter_code_now, log_in
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db


def is_in(client):
    return "_auth_user_id" in client.session


class TestPassword:
    def test_the_right_one_opens_a_new_session(self, client, learner):
        client.get("/account/login/")
        session = client.session
        session["before"] = "kept"
        session.save()
        client.cookies["sessionid"] = before = session.session_key
        answer = log_in(client, learner)
        assert answer["Location"] == "/"
        assert client.session.session_key != before
        assert client.session["before"] == "kept"

    def test_next_is_followed(self, client, learner):
        answer = client.post("/account/login/", {"login": learner.email, "password": PASSWORD, "next": "/account/"})
        assert answer["Location"] == "/account/"

    def test_who_is_in_is_sent_on(self, client, learner):
        client.force_login(learner)
        assert client.get("/account/login/?next=/account/")["Location"] == "/account/"

    def test_htmx_is_sent_on_by_header(self, client, learner):
        data = {"login": learner.email, "password": PASSWORD, "next": "/account/"}
        answer = client.post("/account/login/", data, headers={"HX-Request": "true"})
        assert (answer.status_code, answer["HX-Redirect"]) == (200, "/account/")

    def test_wrong_password_and_unknown_address_are_answered_alike(self, client, learner, letters):
        pages = []
        for email in (learner.email, "nobody@example.org"):
            answer = client.post("/account/login/", {"login": email, "password": "wrong"})
            assert not is_in(client)
            pages.append((answer.status_code, without_token(answer, email), len(letters())))
        assert pages[0] == pages[1]
        assert pages[0][0] == 422
        assert "do not match" in pages[0][1]

    def test_the_hasher_works_as_much_for_nobody_as_for_somebody(self, client, learner, monkeypatch):
        from django.contrib.auth.hashers import MD5PasswordHasher

        no_password = make_user("Code Only")
        no_password.set_unusable_password()
        no_password.save()
        counts, count, encode = [], [], MD5PasswordHasher.encode
        monkeypatch.setattr(MD5PasswordHasher, "encode", lambda *args: count.append(1) or encode(*args))
        for email in (learner.email, "nobody@example.org", no_password.email):
            client.post("/account/login/", {"login": email, "password": "wrong"})
            counts.append(len(count))
            count.clear()
        assert counts == [1, 1, 1]

    def test_why_one_is_here_is_said_once(self, client, learner, rf):
        session = client.session
        session[services.entrance.REASON] = ["/sessions/", "Log in to register for “Plans & <b>knots</b>”."]
        session.save()
        client.cookies["sessionid"] = session.session_key
        for path in ("/account/login/", "/account/signup/", "/account/login/code/"):
            assert "Plans &amp; &lt;b&gt;knots" in client.get(f"{path}?next=/sessions/").content.decode()
            for elsewhere in (path, f"{path}?next=/mentors/me/"):
                assert "Plans" not in client.get(elsewhere).content.decode()
        log_in(client, learner)
        assert services.entrance.REASON not in client.session


class TestMailedCode:
    def ask(self, client, email):
        return client.post("/account/login/code/", {"email": email})

    def test_it_logs_in(self, client, learner, mailed_code):
        self.ask(client, learner.email)
        answer = client.post("/account/login/code/confirm/", {"code": mailed_code()})
        assert answer["Location"] == "/"
        assert is_in(client)

    def test_in_any_spelling_but_once(self, client, learner, mailed_code):
        self.ask(client, learner.email)
        code = mailed_code()
        state = dict(client.session.items())
        client.post("/account/login/code/confirm/", {"code": f" {code.replace('-', '').lower()} "})
        assert is_in(client)
        other = Client()
        other.get("/account/login/code/")
        assert other.post("/account/login/code/confirm/", {"code": code})["Location"] == "/account/login/code/"
        assert not is_in(other)
        assert state["account_login"] is not None

    def test_three_tries(self, client, learner, mailed_code):
        self.ask(client, learner.email)
        code = mailed_code()
        statuses = [client.post("/account/login/code/confirm/", {"code": "XXXX-XXXX"}).status_code for _ in range(3)]
        assert statuses == [422, 422, 302]
        client.post("/account/login/code/confirm/", {"code": code})
        assert not is_in(client)

    def test_three_minutes(self, client, learner, mailed_code):
        import time_machine

        with time_machine.travel("2026-11-22 10:00:00+00:00", tick=False) as clock:
            self.ask(client, learner.email)
            code = mailed_code()
            clock.shift(181)
            client.post("/account/login/code/confirm/", {"code": code})
        assert not is_in(client)

    def test_an_unknown_address_gets_the_same_page_and_a_letter(self, client, learner, letters):
        answers = []
        for email in (learner.email, "nobody@example.org"):
            browser = Client()
            answer = self.ask(browser, email)
            page = browser.get(answer["Location"])
            wrong = browser.post(answer["Location"], {"code": "XXXX-XXXX"})
            count = len(letters())
            again = browser.post(answer["Location"], {"action": "resend"})
            answers.append(
                (
                    answer.status_code,
                    answer["Location"],
                    without_token(page, email),
                    without_token(wrong, email),
                    count,
                    again.status_code,
                    len(letters()),
                )
            )
        assert answers[0] == answers[1]
        assert (answers[0][4], answers[0][6]) == (1, 1)

    def test_a_new_code_replaces_the_old(self, client, learner, mailed_code):
        self.ask(client, learner.email)
        old = mailed_code()
        client.post("/account/login/code/confirm/", {"action": "resend"})
        new = mailed_code()
        client.post("/account/login/code/confirm/", {"code": old})
        assert not is_in(client)
        client.post("/account/login/code/confirm/", {"code": new})
        assert is_in(client)

    def test_a_letter_says_the_code_first_and_names_the_site(self, client, learner, letters):
        self.ask(client, learner.email)
        [letter] = letters()
        assert letter.subject.endswith("is your code to log in")
        assert letter.to == [learner.email]
        html = letter.alternatives[0].content
        assert letter.subject[:9] in html

    def test_the_outbox_holds_no_code_and_no_address(self, client, learner):
        self.ask(client, learner.email)
        row, letter = Outbox.objects.get(), AccountLetter.objects.get()
        assert (row.task, row.ref) == ("features.accounts.tasks.send_account_letter", str(letter.pk))
        assert not row.key

    def test_what_was_sent_is_forgotten(self, client, learner, letters):
        self.ask(client, learner.email)
        assert len(letters()) == 1
        assert not AccountLetter.objects.exists()

    def test_a_code_that_waited_too_long_is_not_sent(self, client, learner, letters):
        from datetime import timedelta

        from django.utils import timezone

        self.ask(client, learner.email)
        AccountLetter.objects.update(written_at=timezone.now() - timedelta(minutes=16))
        assert letters() == []
        assert not AccountLetter.objects.exists()

    def test_a_letter_that_could_not_be_sent_is_forgotten_in_the_end(self, client, learner):
        from datetime import timedelta

        from django.utils import timezone

        from features.accounts import tasks

        self.ask(client, learner.email)
        tasks.forget()
        assert AccountLetter.objects.exists()
        AccountLetter.objects.update(written_at=timezone.now() - timedelta(days=4))
        tasks.forget()
        assert not AccountLetter.objects.exists()


class TestAnAddressThatWasGivenUp:
    """Perhaps because somebody else reads it by now: a code that went there opens nothing more."""

    @pytest.fixture
    def give_up(self, learner, mailed_code):
        def change():
            browser = Client()
            browser.force_login(learner, second_factor=False)
            enter_code_now(browser)
            answer = browser.post("/account/email/", {"email": "new@example.org", "action_add": ""})
            browser.post(answer["Location"], {"code": mailed_code()})
            assert User.objects.get(pk=learner.pk).email == "new@example.org"

        return change

    def test_a_code_to_log_in(self, client, learner, mailed_code, give_up):
        answer = client.post("/account/login/code/", {"email": learner.email})
        code = mailed_code()
        give_up()
        answer = client.post(answer["Location"], {"code": code})
        assert answer["Location"] == "/account/login/"
        assert "has another address by now" in client.get("/account/login/").text
        assert client.get("/account/").status_code == 302
        assert list(EmailAddress.objects.values_list("email", flat=True)) == ["new@example.org"]

    @pytest.mark.parametrize("is_entered_before", [True, False])
    def test_a_code_for_a_new_password(self, client, learner, mailed_code, give_up, is_entered_before):
        answer = client.post("/account/password/reset/", {"email": learner.email})
        code = mailed_code()
        if not is_entered_before:
            give_up()
        client.post(answer["Location"], {"code": code})
        if is_entered_before:
            give_up()
        new = "another sentence of mine"
        client.post("/account/password/reset/complete/", {"password1": new, "password2": new})
        assert User.objects.get(pk=learner.pk).check_password(PASSWORD)


class TestForgottenPassword:
    def test_a_code_and_a_new_one(self, client, learner, mailed_code):
        answer = client.post("/account/password/reset/", {"email": learner.email})
        answer = client.post(answer["Location"], {"code": mailed_code()})
        assert answer["Location"] == "/account/password/reset/complete/"
        new = "another sentence of mine"
        client.post(answer["Location"], {"password1": new, "password2": new})
        learner.refresh_from_db()
        assert learner.check_password(new)
        assert client.post("/account/login/", {"login": learner.email, "password": new}).status_code == 302

    def test_an_unknown_address_gets_the_same_page_and_a_letter(self, client, learner, letters):
        answers = []
        for email in (learner.email, "nobody@example.org"):
            browser = Client()
            answer = browser.post("/account/password/reset/", {"email": email})
            page = browser.get(answer["Location"])
            wrong = browser.post(answer["Location"], {"code": "XXXX-XXXX"})
            answers.append(
                (
                    answer.status_code,
                    answer["Location"],
                    without_token(page, email),
                    without_token(wrong, email),
                    wrong.status_code,
                    len(letters()),
                )
            )
        assert answers[0] == answers[1]
        assert answers[0][-1] == 1

    def test_links_and_redirects_never_name_a_foreign_host(self, client, learner, letters):
        answer = client.post("/account/password/reset/", {"email": learner.email}, headers={"Host": "evil.example"})
        assert answer.status_code == 400
        assert letters() == []
        client.post("/account/login/code/", {"email": "nobody@example.org"}, headers={"Host": "localhost"})
        [letter] = letters()
        assert "http://testserver/account/signup/" in letter.body
        assert "localhost" not in letter.body


class TestMeta:
    def test_every_letter_that_allauth_can_send_is_written(self):
        from pathlib import Path

        import allauth

        from features.accounts.emails import LETTERS

        folder = Path(allauth.__file__).parent / "templates"
        kinds = {file.name.removesuffix("_subject.txt") for file in folder.glob("*/email/*_subject.txt")}
        # Links instead of codes are switched off.
        assert kinds - {"password_reset_key"} <= set(LETTERS)

    def test_every_letter_has_its_words(self):
        from features.accounts.emails import LETTERS

        for kind, write in LETTERS.items():
            letter = write({"code": "BCDF-GHJK", "to_email": "new@example.org"})
            assert letter.subject, kind
            assert letter.lines, kind


def without_token(answer, email):
    """A page without what differs by chance: the address, tokens."""
    import re

    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", answer.content.decode().replace(email, "ADDRESS"))

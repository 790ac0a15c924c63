import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import MD5PasswordHasher
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from features.accounts import handles, services
from features.accounts.models import GoneHandle, RoleGrant, User
from features.accounts.personal_data import erase_all
from tests.factories import PASSWORD, make_user
from tests.parallel import in_parallel

pytestmark = pytest.mark.django_db
NEW = {"name": "Nadia Brandt", "email": "nadia@example.org", "time_zone": "Africa/Accra"}


def confirm(client, code):
    return client.post("/account/confirm-email/", {"code": code})


class TestSignUp:
    def test_a_name_and_an_address_are_enough(self, client, mailed_code):
        answer = client.post("/account/signup/", NEW)
        assert answer["Location"] == "/account/confirm-email/"
        answer = confirm(client, mailed_code())
        assert answer["Location"] == "/"
        person = User.objects.get(email=NEW["email"])
        assert client.session["_auth_user_id"] == str(person.pk)
        assert (person.name, person.handle, person.time_zone) == ("Nadia Brandt", "nadia-brandt", "Africa/Accra")
        assert person.languages == ["en"]
        assert not person.has_usable_password()
        assert EmailAddress.objects.get(user=person).verified

    def test_a_password_may_be_chosen(self, client, mailed_code):
        client.post("/account/signup/", NEW | {"password1": "a long sentence of mine"})
        confirm(client, mailed_code())
        assert User.objects.get(email=NEW["email"]).check_password("a long sentence of mine")

    def test_it_returns_to_where_one_came_from(self, client, mailed_code):
        client.post("/account/signup/", NEW | {"next": "/account/preferences/"})
        assert confirm(client, mailed_code())["Location"] == "/account/preferences/"

    @pytest.mark.parametrize(
        ("field", "value", "words"),
        [
            ("name", "", "required"),
            ("name", "\r\n\t", "required"),
            ("email", "nadia", "such as name@example.org"),
            ("password1", "short", "at least 10 characters. A few words"),
            ("password1", "1234567890", "Many people use this one"),
            ("password1", "nadiabrandt1", "too close to your name"),
        ],
    )
    def test_an_invalid_form_says_what_is_wrong(self, client, field, value, words, letters):
        answer = client.post("/account/signup/", NEW | {field: value})
        assert answer.status_code == 422
        assert words in answer.content.decode()
        assert not User.objects.exists()
        assert letters() == []

    def test_the_browser_may_name_a_zone_nobody_knows(self, client):
        client.post("/account/signup/", NEW | {"time_zone": "Moon/Tranquility"})
        assert User.objects.get().time_zone == ""

    def test_more_fields_than_asked_change_nothing(self, client):
        extra = {
            "is_staff": "on",
            "is_superuser": "on",
            "role": "organiser",
            "is_active": "",
            "handle": "admin",
            "id": "1",
        }
        client.post("/account/signup/", NEW | extra)
        person = User.objects.get()
        assert (person.is_superuser, person.is_staff, person.is_active, person.handle) == (
            False,
            False,
            True,
            "nadia-brandt",
        )
        assert not RoleGrant.objects.exists()

    def test_a_name_stays_on_one_line(self, client, letters):
        client.post("/account/signup/", NEW | {"name": "Nadia\r\nBcc: all@example.org\x00"})
        assert User.objects.get().name == "Nadia Bcc: all@example.org"
        [letter] = letters()
        assert letter.recipients() == [NEW["email"]]

    def test_unproved_means_outside(self, client, settings):
        settings.ACCOUNT_RATE_LIMITS = {"confirm_email": "100/s/key"}
        client.post("/account/signup/", NEW | {"password1": PASSWORD})
        other = Client()
        answer = other.post("/account/login/", {"login": NEW["email"], "password": PASSWORD})
        assert "_auth_user_id" not in other.session
        assert client.get("/account/preferences/").status_code == 302
        assert answer["Location"] == "/account/confirm-email/"

    def test_three_wrong_codes_end_it(self, client, mailed_code):
        client.post("/account/signup/", NEW)
        code = mailed_code()
        assert [confirm(client, "XXXX-XXXX").status_code for _ in range(3)] == [422, 422, 302]
        confirm(client, code)
        assert "_auth_user_id" not in client.session

    def test_the_code_is_for_the_browser_that_asked(self, client, mailed_code):
        client.post("/account/signup/", NEW)
        other = Client()
        assert confirm(other, mailed_code())["Location"] == "/account/login/"


class TestAddressOfSomebodyElse:
    def test_known_and_unknown_addresses_are_answered_alike(self, client, letters):
        make_user("Sofia Mendes", email="known@example.org")
        answers = {}
        for email in ("known@example.org", "unknown@example.org"):
            browser = Client()
            answer = browser.post("/account/signup/", NEW | {"email": email})
            page = browser.get("/account/confirm-email/")
            again = browser.post("/account/confirm-email/", {"code": "XXXX-XXXX"})
            answers[email] = (
                answer.status_code,
                answer["Location"],
                _plain(page, email),
                again.status_code,
                _plain(again, email),
                len(letters()),
            )
        assert answers["known@example.org"] == answers["unknown@example.org"]
        assert answers["known@example.org"][-1] == 1

    def test_a_new_code_is_answered_alike(self, client, letters, settings):
        settings.ACCOUNT_RATE_LIMITS = {"confirm_email": "100/s/key"}
        make_user("Sofia Mendes", email="known@example.org")
        answers = []
        for email in ("known@example.org", "unknown@example.org"):
            browser = Client()
            browser.post("/account/signup/", NEW | {"email": email})
            letters()
            answer = browser.post("/account/confirm-email/", {"action": "resend"})
            answers.append(
                (answer.status_code, answer["Location"], len(letters()), _plain(browser.get(answer["Location"]), email))
            )
        assert answers[0] == answers[1]
        assert answers[0][2] == 1

    def test_the_hasher_works_as_much_for_both(self, client, monkeypatch):
        make_user("Sofia Mendes", email="known@example.org")
        counts, count, encode = [], [], MD5PasswordHasher.encode
        monkeypatch.setattr(MD5PasswordHasher, "encode", lambda *args: count.append(1) or encode(*args))
        for email in ("known@example.org", "unknown@example.org"):
            client.post("/account/signup/", NEW | {"email": email, "password1": "a long sentence of mine"})
            client.post("/account/logout/")
            counts.append(len(count))
            count.clear()
        assert counts == [1, 1]

    def test_the_database_works_about_as_much_for_both(self, client):
        make_user("Sofia Mendes", email="known@example.org")
        work = []
        for email in ("known@example.org", "unknown@example.org"):
            with CaptureQueriesContext(connection) as queries:
                client.post("/account/signup/", NEW | {"email": email})
            work.append(len(queries))
            client.post("/account/logout/")
        assert abs(work[0] - work[1]) <= 5, work
        assert User.objects.filter(name=NEW["name"]).count() == 1

    def test_the_owner_is_told_and_led_back(self, client, letters):
        make_user("Sofia Mendes", email="known@example.org")
        client.post("/account/signup/", NEW | {"email": "known@example.org", "next": "/account/preferences/"})
        [letter] = letters()
        assert letter.subject == "You already have an account"
        assert "http://testserver/account/login/code/?next=%2Faccount%2Fpreferences%2F" in letter.body
        assert User.objects.count() == 1

    def test_whoever_holds_the_mailbox_gets_the_account(self, client, mailed_code, settings):
        """The attacker signs up first with the victim's address and waits with a password."""
        settings.ACCOUNT_RATE_LIMITS = {"confirm_email": "100/s/key"}
        attacker, victim = Client(), client
        attacker.post("/account/signup/", NEW | {"name": "Mallory", "password1": "the attacker's password"})
        stolen_stage = attacker.session["account_login"]
        victim.post("/account/signup/", NEW | {"password1": "the victim's password"})
        confirm(victim, mailed_code())
        person = User.objects.get(email=NEW["email"])
        assert person.name == "Nadia Brandt"
        assert person.check_password("the victim's password")
        assert stolen_stage["user_pk"] != str(person.pk)
        login = Client().post("/account/login/", {"login": NEW["email"], "password": "the attacker's password"})
        assert login.status_code == 422

    def test_a_mailed_login_code_drops_a_password_left_by_somebody_else(self, client, mailed_code):
        attacker, victim = Client(), client
        attacker.post("/account/signup/", NEW | {"password1": "the attacker's password"})
        mailed_code()
        victim.post("/account/login/code/", {"email": NEW["email"]})
        victim.post("/account/login/code/confirm/", {"code": mailed_code()})
        person = User.objects.get(email=NEW["email"])
        assert victim.session["_auth_user_id"] == str(person.pk)
        assert not person.has_usable_password()

    def test_ones_own_password_stays_when_the_login_code_is_used_in_the_same_browser(self, client, mailed_code):
        client.post("/account/signup/", NEW | {"password1": "my own long password"})
        client.post("/account/logout/", {"next": "/account/login/"})
        mailed_code()
        client.post("/account/login/code/", {"email": NEW["email"]})
        client.post("/account/login/code/confirm/", {"code": mailed_code()})
        person = User.objects.get(email=NEW["email"])
        assert person.last_login
        assert person.check_password("my own long password")

    def test_an_account_in_use_is_never_replaced(self, client):
        for person in (
            make_user("Used", email="used@example.org"),
            User.objects.create_superuser("root@example.org", PASSWORD, name="Root", handle="rooty"),
        ):
            client.post("/account/signup/", NEW | {"email": person.email})
            person.refresh_from_db()
            assert person.name != NEW["name"]


class TestHandles:
    @pytest.mark.parametrize(
        ("name", "handle"),
        [
            ("Joaquín Batista", "joaquin-batista"),
            ("Łukasz Großmann-Ørsted", "lukasz-grossmann-orsted"),
            ("李娜", "member"),
            ("Bo", "member-bo"),
            ("7 of 9", "of-9"),
            ("Admin", "member-admin"),
            ("x" * 80, "x" * 30),
            ("--’’--", "member"),
        ],
    )
    def test_it_comes_from_the_name(self, name, handle):
        assert handles.base(name) == handle

    def test_every_candidate_is_a_handle(self):
        from features.accounts.models import HANDLE

        for name in ("Joaquín Batista", "李娜", "y" * 80, "A-" * 40, "2 a", "Éa–Zü"):
            for candidate in handles.candidates(name):
                HANDLE(candidate)

    def test_it_can_be_changed_back_and_forth_but_not_taken_over(self):
        ana, other = make_user("Ana Lima"), make_user("Other Ana")
        services.change_preferences(person=ana, handle="ana-l")
        assert services.find_person("ana-lima") == ana
        with pytest.raises(services.HandleTaken):
            services.change_preferences(person=other, handle="ana-lima")
        services.change_preferences(person=ana, handle="ana-lima")
        assert services.find_person("ana-l") == ana
        assert services.find_person("nobody-here") is None


@pytest.mark.django_db(transaction=True)
class TestHandlesOfWhoWasErased:
    """Links to them are still about: whoever took the handle would be found by them."""

    @pytest.fixture
    def gone(self, expert):
        services.change_preferences(person=expert, handle="query-plans")
        erase_all(User.objects.get(pk=expert.pk))
        return expert

    def test_nobody_gets_one_by_their_name(self, gone):
        assert not User.objects.filter(handle__in=["amara-okonjo", "query-plans"]).exists()
        for name, handle in [("Amara Okonjo", "amara-okonjo"), ("Query Plans", "query-plans")]:
            assert services.create_person(User(email=f"{handle}@example.org", name=name)).handle.startswith(
                f"{handle}-"
            )

    def test_nobody_chooses_one(self, gone, learner):
        for handle in ("amara-okonjo", "query-plans"):
            with pytest.raises(services.HandleTaken):
                services.change_preferences(person=learner, handle=handle)
        assert User.objects.get(pk=learner.pk).handle == "sofia-mendes"

    def test_what_is_kept_says_nothing_without_the_key_and_outlives_a_new_one(self, gone, learner, settings):
        kept = list(GoneHandle.objects.values_list("digest", flat=True))
        settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another key", [settings.SECRET_KEY]
        with pytest.raises(services.HandleTaken):
            services.change_preferences(person=learner, handle="query-plans")
        settings.SECRET_KEY_FALLBACKS = []
        assert not set(kept) & {digest for name in ("amara-okonjo", "query-plans") for digest in handles.digests(name)}


class TestAtTheSameMoment:
    def test_people_of_one_name_get_handles_of_their_own(self):
        def sign_up(number):
            return lambda: services.create_person(User(email=f"ana{number}@example.org", name="Ana Lima", password="!"))

        people = in_parallel([sign_up(number) for number in range(12)])
        assert len({person.handle for person in people}) == 12
        assert User.objects.filter(handle="ana-lima").count() == 1

    def test_one_address_makes_one_account(self):
        def sign_up(number):
            return lambda: Client().post("/account/signup/", NEW | {"name": f"Nadia {number}"}).status_code

        assert set(in_parallel([sign_up(number) for number in range(6)])) <= {302, 429}
        assert User.objects.filter(email=NEW["email"]).count() == 1
        assert EmailAddress.objects.filter(email=NEW["email"]).count() == 1


class TestHygiene:
    def test_sign_ups_nobody_proved_are_forgotten_after_a_day(self, client):
        from datetime import timedelta

        from django.utils import timezone

        client.post("/account/signup/", NEW)
        assert services.forget_unconfirmed() == 0
        User.objects.update(joined_at=timezone.now() - timedelta(days=2))
        keeper = make_user("Keeper", joined_at=timezone.now() - timedelta(days=2))
        services.forget_unconfirmed()
        assert list(User.objects.all()) == [keeper]


def _plain(answer, email):
    """A page without what differs by chance: the address, tokens."""
    import re

    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", answer.content.decode().replace(email, "ADDRESS"))

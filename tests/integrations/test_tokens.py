"""Personal tokens: for a part, for a time, known to their owner alone."""

from datetime import timedelta

import pytest
from allauth.mfa.totp.internal import auth as totp
from django.utils import timezone

from core.api_parts import scopes
from features.accounts import services as accounts
from features.accounts.models import AuditEntry, Role, User
from features.integrations import services
from features.integrations.models import PersonalToken
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db
MINE = "/api/v1/registrations/"


def ask(client, secret, path=MINE, method="GET"):
    return client.generic(method, path, headers={"authorization": f"Bearer {secret}"})


@pytest.fixture
def signed_in(client, learner):
    client.post("/account/login/", {"login": learner.email, "password": PASSWORD})
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    return client


class TestPage:
    def make(self, client, **more):
        body = {"name": "calendar script", "scopes": ["seats:read"], "days": "30"} | more
        return client.post("/account/tokens/", body)

    def test_shows_the_secret_once_and_keeps_a_digest(self, signed_in, letters):
        page = self.make(signed_in)
        token = PersonalToken.objects.get()
        secret = page.context["secret"]
        assert page.status_code == 200
        assert secret in page.text
        assert secret.startswith(token.prefix)
        assert secret not in str(PersonalToken.objects.values_list().get())
        again = signed_in.get("/account/tokens/")
        assert secret not in again.text
        assert token.prefix in again.text
        assert "See your seats" in again.text
        assert ask(signed_in, secret).status_code == 200

    def test_is_told_by_letter_and_in_the_audit_log(self, signed_in, letters, learner):
        self.make(signed_in)
        (letter,) = letters()
        assert "calendar script" in letter.body
        assert "See your seats" in letter.body
        entry = AuditEntry.objects.get(act="token.made")
        assert (entry.actor_id, entry.fields) == (learner.pk, ["seats:read"])

    def test_proposes_ninety_days_and_takes_a_year_at_most(self, signed_in):
        page = signed_in.get("/account/tokens/")
        assert '<option value="90" selected>' in page.text
        assert self.make(signed_in, days="366").status_code == 422
        with pytest.raises(services.TokenRefused):
            services.make_token(person=make_user("Other"), name="x", wanted=["seats:read"], lasts=timedelta(days=366))

    def test_nothing_is_chosen_for_anybody(self, signed_in):
        assert "checked" not in signed_in.get("/account/tokens/").text
        assert self.make(signed_in, scopes=[]).status_code == 422
        assert not PersonalToken.objects.exists()

    def test_asks_for_the_password_again(self, client, learner):
        client.force_login(learner)
        for answer in (client.get("/account/tokens/"), self.make(client)):
            assert answer.status_code == 302
            assert answer["Location"].startswith("/account/reauthenticate/")
        assert not PersonalToken.objects.exists()

    def test_revoking_ends_it_at_once(self, signed_in, learner, make_token):
        token, secret = make_token(learner, "seats:read")
        assert signed_in.post(f"/account/tokens/{token.pk}/revocation/").status_code == 303
        assert ask(signed_in, secret).status_code == 401
        assert AuditEntry.objects.filter(act="token.revoked", target=f"token:{token.pk}").count() == 1

    def test_nobody_sees_or_revokes_what_is_another_persons(self, signed_in, outsider, make_token):
        token, secret = make_token(outsider, "seats:read")
        assert token.prefix not in signed_in.get("/account/tokens/").text
        assert signed_in.post(f"/account/tokens/{token.pk}/revocation/").status_code == 404
        assert ask(signed_in, secret).status_code == 200


class TestUse:
    def test_a_token_does_what_its_scopes_say_and_no_more(self, client, learner, make_token):
        _row, secret = make_token(learner, "seats:read")
        assert ask(client, secret).status_code == 200
        answer = ask(client, secret, "/api/v1/hosting/")
        assert (answer.status_code, answer.json()["code"]) == (403, "scope")
        assert 'scope="hosting:read"' in answer["WWW-Authenticate"]

    def test_it_needs_no_csrf_token_and_a_session_does(self, client, learner, make_token):
        _row, secret = make_token(learner, "hosting:write")
        client.handler.enforce_csrf_checks = True
        path = "/api/v1/hosting/999/publication/"
        assert ask(client, secret, path, "POST").status_code == 404
        client.force_login(learner)
        answer = client.post(path)
        assert (answer.status_code, answer.json()["code"]) == (403, "csrf")

    def test_the_token_speaks_and_not_the_browsers_session(self, client, learner, outsider, make_token):
        _row, secret = make_token(learner, "me:read")
        client.force_login(outsider)
        assert ask(client, secret, "/api/v1/me/").json()["handle"] == learner.handle

    @pytest.mark.parametrize("wrong", ["", "mh_", "mh_00000000_x", "mh_\u00e4", "x" * 5000, "mh_\0"])
    def test_a_secret_that_is_none_is_no_strangers_visit(self, client, db, wrong):
        answer = ask(client, wrong.encode("utf-8").decode("latin-1"), "/api/v1/sessions/")
        assert (answer.status_code, answer.json()["code"]) == (401, "token")
        assert answer["WWW-Authenticate"] == 'Bearer error="invalid_token"'

    def test_half_a_secret_opens_nothing(self, client, learner, make_token):
        token, secret = make_token(learner, "seats:read")
        assert ask(client, secret[:-1]).status_code == 401
        assert ask(client, token.digest).status_code == 401

    def test_it_runs_out(self, client, learner, make_token):
        _row, secret = make_token(learner, "seats:read", now=timezone.now() - timedelta(days=91))
        assert ask(client, secret).status_code == 401

    def test_whoever_is_suspended_has_dead_tokens(self, client, learner, make_token):
        _row, secret = make_token(learner, "seats:read")
        User.objects.filter(pk=learner.pk).update(is_active=False)
        assert ask(client, secret).status_code == 401

    def test_whoever_closes_their_account_comes_back_without_them(self, client, learner, make_token):
        _row, secret = make_token(learner, "seats:read")
        accounts.reopen(closure=accounts.close(person=learner, takes_words=False))
        assert ask(client, secret).status_code == 401

    def test_when_it_was_last_used_is_written_once_a_minute(self, learner, make_token, django_assert_num_queries):
        token, secret = make_token(learner, "seats:read")
        start = timezone.now()
        services.caller_of(secret, now=start)
        with django_assert_num_queries(1):
            services.caller_of(secret, now=start + timedelta(seconds=59))
        token.refresh_from_db()
        assert token.last_used_at == start
        services.caller_of(secret, now=start + timedelta(seconds=60))
        token.refresh_from_db()
        assert token.last_used_at == start + timedelta(seconds=60)


class TestRoles:
    """What takes a role takes it at every call, with a second factor behind it."""

    def test_a_member_is_not_even_offered_it(self, signed_in, learner):
        assert "audit:read" not in signed_in.get("/account/tokens/").text
        with pytest.raises(services.TokenRefused, match="scopes"):
            services.make_token(
                person=learner, name="x", wanted=["audit:read"], lasts=timedelta(days=1), with_second_factor=True
            )

    def test_an_organiser_gets_it_with_a_second_factor_only(self, organiser, make_token):
        with pytest.raises(services.TokenRefused):
            make_token(organiser, "audit:read", with_second_factor=True)  # has none
        totp.TOTP.activate(organiser, totp.generate_totp_secret())
        with pytest.raises(services.TokenRefused):
            make_token(organiser, "audit:read")  # has one, and did not use it
        assert make_token(organiser, "audit:read", with_second_factor=True)

    def test_it_ends_with_the_role_and_with_the_factor(self, client, organiser, make_token):
        other = make_user("Second Organiser", role="organiser")
        totp.TOTP.activate(organiser, totp.generate_totp_secret())
        _row, secret = make_token(organiser, "audit:read", with_second_factor=True)
        path = "/api/v1/manage/audit/"
        assert ask(client, secret, path).status_code == 200
        factor = organiser.authenticator_set.get(type="totp")
        factor.delete()
        assert ask(client, secret, path).json()["code"] == "second_factor"
        totp.TOTP.activate(organiser, totp.generate_totp_secret())
        assert ask(client, secret, path).status_code == 200
        accounts.revoke_role(actor=other, grant=organiser.role_grants.get(role=Role.ORGANISER))
        assert ask(client, secret, path).status_code == 404

    def test_a_session_without_the_factor_reads_nothing_either(self, client, organiser):
        client.force_login(organiser, second_factor=False)
        assert client.get("/api/v1/manage/audit/").json()["code"] == "second_factor"


def test_every_scope_says_in_plain_words_what_it_permits(db):
    assert scopes
    assert all(len(str(scope.label)) > 15 and ":" in name for name, scope in scopes.items())

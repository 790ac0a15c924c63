"""What other features lean on: typed input that waits, a reason that is shown, sign-up in the middle of an act."""

import pytest
from allauth.core.context import request_context
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages.storage.fallback import FallbackStorage
from django.http import QueryDict

from features.accounts import services
from features.accounts.models import User
from tests.conftest import CODE
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def stranger(rf, client):
    """A request with a session of its own and nobody in it."""
    request = rf.post("/")
    request.session, request.user = client.session, AnonymousUser()
    request._messages = FallbackStorage(request)
    with request_context(request):
        yield request


class TestKeptInput:
    def test_it_waits_with_every_value_until_it_is_sent(self, stranger):
        services.keep_input(stranger, "registration:7", QueryDict("note=Bonjour+%C3%A0+tous&tag=a&tag=b"))
        kept = services.kept_input(stranger, "registration:7")
        assert (kept["note"], kept.getlist("tag")) == ("Bonjour à tous", ["a", "b"])
        assert services.kept_input(stranger, "registration:7")
        services.forget_input(stranger, "registration:7")
        assert services.kept_input(stranger, "registration:7") is None

    def test_it_is_for_one_step_only(self, stranger):
        services.keep_input(stranger, "registration:7", QueryDict("note=x"))
        assert services.kept_input(stranger, "registration:8") is None
        assert services.kept_input(stranger, "registration:7")["note"] == "x"

    def test_secrets_are_not_kept(self, stranger):
        data = QueryDict("note=x&csrfmiddlewaretoken=t&password=p&password1=p&password2=p&code=c")
        services.keep_input(stranger, "a", data)
        assert set(services.kept_input(stranger, "a")) == {"note"}

    def test_a_novel_is_not_kept(self, stranger):
        services.keep_input(stranger, "a", QueryDict(f"note={'x' * 21_000}"))
        assert services.kept_input(stranger, "a") is None


class TestSignUpInAnAct:
    def begin(self, request, **data):
        return services.begin_sign_up(request, {"name": "Nadia", "email": "nadia@example.org"} | data, "/sessions/7/")

    def test_a_stranger_is_led_to_the_code_and_from_there_to_the_act(self, stranger, client, letters):
        response, _form = self.begin(stranger, time_zone="Africa/Accra")
        assert response["Location"] == "/account/confirm-email/"
        stranger.session.save()
        client.cookies["sessionid"] = stranger.session.session_key
        answer = client.post("/account/confirm-email/", {"code": CODE.search(letters()[-1].body)[0]})
        assert answer["Location"] == "/sessions/7/"
        assert User.objects.get(email="nadia@example.org").time_zone == "Africa/Accra"

    def test_a_member_gets_the_same_answer_and_a_letter_that_leads_back(self, stranger, letters):
        make_user("Nadia Known", email="nadia@example.org")
        response, _form = self.begin(stranger)
        assert response["Location"] == "/account/confirm-email/"
        [letter] = letters()
        assert "/account/login/code/?next=%2Fsessions%2F7%2F" in letter.body

    def test_what_is_wrong_stays_in_the_form(self, stranger, letters):
        response, form = self.begin(stranger, email="nadia")
        assert response is None
        assert "email" in form.errors
        assert form["name"].value() == "Nadia"
        assert not User.objects.exists()
        assert letters() == []

    def test_it_asks_for_a_name_and_an_address(self):
        form = services.sign_up_form()
        assert [field.name for field in form.visible_fields()] == ["name", "email"]

    def test_it_can_stand_beside_another_form(self, stranger):
        data = {"you-name": "Nadia", "you-email": "nadia@example.org", "name": "of the other form"}
        response, _form = services.begin_sign_up(stranger, data, "/", prefix="you")
        assert response["Location"] == "/account/confirm-email/"
        assert User.objects.get().name == "Nadia"

    @pytest.mark.parametrize("elsewhere", ["//evil.example", "https://evil.example", "javascript:alert(1)"])
    def test_it_never_leads_elsewhere(self, stranger, elsewhere):
        services.begin_sign_up(stranger, {"name": "N", "email": "n@example.org"}, elsewhere)
        assert stranger.session["account_login"]["redirect_url"] == "/"

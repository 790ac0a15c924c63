import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.test import Client

from tests.accounts.conftest import add_totp
from tests.factories import PASSWORD, make_user


def browser_of(person, *, strong=False):
    """A browser in which `person` has logged in, with a second factor where the page takes one."""
    if strong:
        add_totp(person)
        code = RecoveryCodes.activate(person).get_unused_codes()[0]
    client = Client()
    client.post("/account/login/", {"login": person.email, "password": PASSWORD})
    if strong:  # a recovery code: one of the app is only good for half a minute
        client.post("/account/2fa/authenticate/", {"code": code})
    assert "_auth_user_id" in client.session
    return client


@pytest.fixture(scope="module")
def as_moderator(moderator):
    return browser_of(moderator, strong=True)


@pytest.fixture(scope="module")
def as_organiser(organiser):
    return browser_of(organiser, strong=True)


@pytest.fixture(scope="module")
def as_learner(learner):
    return browser_of(learner)


@pytest.fixture(scope="module")
def second(kept):
    return make_user("Second Moderator", role="moderator")

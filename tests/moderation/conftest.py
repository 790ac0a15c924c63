import pytest
from django.test import Client

from tests.accounts.conftest import add_totp, log_in
from tests.factories import make_user


def browser_of(person, *, strong=False):
    """A browser in which `person` has logged in, with a second factor where the page takes one."""
    client = Client()
    log_in(client, person, add_totp(person) if strong else "")
    return client


@pytest.fixture
def as_moderator(moderator):
    return browser_of(moderator, strong=True)


@pytest.fixture
def as_organiser(organiser):
    return browser_of(organiser, strong=True)


@pytest.fixture
def as_learner(learner):
    return browser_of(learner)


@pytest.fixture
def second(db):
    return make_user("Second Moderator", role="moderator")

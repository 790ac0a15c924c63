import re

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.core import mail
from django.db import transaction

from core.jobs import run_pending
from tests.factories import PASSWORD

CODE = re.compile(r"\b[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}\b")


@pytest.fixture
def letters():
    """What was mailed since it was last asked for, oldest first."""

    def sent():
        run_pending()
        found = list(mail.outbox)
        mail.outbox.clear()
        return found

    return sent


@pytest.fixture
def mailed_code(letters):
    """The code in the newest letter."""

    def code():
        return CODE.search(letters()[-1].body)[0]

    return code


def code_now(secret):
    return totp.format_hotp_value(totp.hotp_value(secret, next(totp.yield_hotp_counters_from_time())))


def add_totp(person):
    """An authenticator app and recovery codes; answers the app's secret."""
    secret = totp.generate_totp_secret()
    with transaction.atomic():
        totp.TOTP.activate(person, secret)
        RecoveryCodes.activate(person)
    return secret


def log_in(client, person, secret=""):
    """Through the front door: password, and the second factor where there is one."""
    answer = client.post("/account/login/", {"login": person.email, "password": PASSWORD})
    if secret:
        assert answer["Location"] == "/account/2fa/authenticate/"
        answer = client.post("/account/2fa/authenticate/", {"code": code_now(secret)})
    assert answer.status_code == 302, answer.content.decode()
    return answer


@pytest.fixture
def in_charge(client, organiser):
    """A client that an organiser has logged in to with a second factor."""
    log_in(client, organiser, add_totp(organiser))
    return client

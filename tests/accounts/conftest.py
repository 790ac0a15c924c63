import time

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.db import transaction

from tests.factories import PASSWORD


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


def enter_code_now(client):
    """As whoever has just logged in by a mailed code."""
    session = client.session
    session["account_authentication_methods"] = [{"method": "code", "at": time.time()}]
    session["account_authentication_methods_user"] = session["_auth_user_id"]
    session.save()


@pytest.fixture
def in_charge(client, organiser):
    """A client that an organiser has logged in to with a second factor."""
    log_in(client, organiser, add_totp(organiser))
    return client

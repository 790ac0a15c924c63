import json
from io import StringIO

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import CHANGE, LogEntry
from django.core.management import CommandError, call_command
from django.db import connection

from features.accounts import emails, services
from features.accounts.models import AccountLetter, User
from features.accounts.personal_data import erase_all, export_all, personal_data
from tests.accounts.conftest import add_totp, log_in
from tests.factories import make_user

pytestmark = pytest.mark.django_db
CANARY = "canary-7f3a91"


@pytest.fixture
def canary(client):
    """Somebody with a trace of theirs in every table that accounts keeps."""
    person = make_user(f"Name {CANARY}", handle=CANARY, email=f"{CANARY}@example.org", headline=f"Head {CANARY}")
    secret = add_totp(person)
    log_in(client, person, secret)
    UserSession.objects.filter(user=person).update(user_agent=f"Browser {CANARY}")
    services.change_preferences(person=person, handle=f"{CANARY}-new")
    emails.write("login_code", person.email, {"code": "BCDF-GHJK"})
    organiser, seen = make_user("Otto Ganz"), User.objects.filter(pk=person.pk)
    LogEntry.objects.log_actions(organiser.pk, seen, CHANGE, change_message="name")
    return person


def test_it_is_registered():
    assert "accounts" in personal_data


def test_the_command_prints_what_is_known(canary, learner):
    out = StringIO()
    call_command("export_personal_data", canary.email.upper(), stdout=out)
    said = json.loads(out.getvalue())["accounts"]
    assert said["account"]["name"] == f"Name {CANARY}"
    assert said["former_handles"][0]["handle"] == CANARY
    assert said["sessions"][0]["user_agent"] == f"Browser {CANARY}"
    assert {factor["type"] for factor in said["second_factors"]} == {"totp", "recovery_codes"}
    assert said["letters_waiting"]
    assert "Sofia" not in out.getvalue()
    for secret in (canary.password, Authenticator.objects.get(user=canary, type="totp").data["secret"], "BCDF-GHJK"):
        assert secret not in out.getvalue()


def test_the_command_says_when_nobody_is_meant():
    with pytest.raises(CommandError, match="Nobody here"):
        call_command("export_personal_data", "nobody@example.org")


def test_nobody_elses_data_is_in_it(canary, learner):
    assert CANARY not in json.dumps(export_all(learner), default=str)


def test_after_erasure_no_table_of_ours_knows_them(canary, client):
    pk = canary.pk
    erase_all(canary)
    assert User.objects.get(pk=pk).is_active is False
    assert not EmailAddress.objects.filter(user=pk).exists()
    assert not AccountLetter.objects.exists()
    assert client.get("/account/").status_code == 302
    tables = [
        t
        for t in connection.introspection.table_names()
        if t.startswith(("accounts_", "account_", "mfa_", "users", "django_session", "django_admin"))
    ]
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f'SELECT count(*) FROM "{table}" AS row WHERE row::text LIKE %s', [f"%{CANARY}%"])
            assert cursor.fetchone() == (0,), table
    assert len(tables) >= 8


def test_two_can_be_erased(learner, outsider):
    erase_all(learner)
    erase_all(outsider)
    assert User.objects.filter(name="—").count() == 2

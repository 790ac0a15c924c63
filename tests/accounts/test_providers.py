"""Log-in by another site is there where its keys are, and nowhere else."""

import json
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

PROBE = """
import json, sys
import django
from core import garbage
garbage.leave_it()
django.setup()
from django.conf import settings
from django.urls import NoReverseMatch, reverse

def known(name):
    try:
        return reverse(name)
    except NoReverseMatch:
        return None

print(json.dumps({
    "apps": [app for app in settings.INSTALLED_APPS if "socialaccount" in app],
    "google": known("google_login"), "github": known("github_login"), "connections": known("socialaccount_connections"),
    "form_action": settings.SECURE_CSP["form-action"],
    "providers": sorted(settings.SOCIALACCOUNT_PROVIDERS),
}))
"""


def ask(**environment):
    base = {k: v for k, v in os.environ.items() if not k.endswith(("_CLIENT_ID", "_CLIENT_SECRET"))}
    run = subprocess.run(
        [sys.executable, "-c", PROBE],
        env=base | {"DJANGO_SETTINGS_MODULE": "core.settings"} | environment,
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return json.loads(run.stdout)


def test_without_keys_there_is_nothing():
    found = ask()
    assert found["apps"] == []
    assert found["providers"] == []
    assert (found["google"], found["github"], found["connections"]) == (None, None, None)
    assert found["form_action"][0] == "'self'"
    assert not any("google" in origin for origin in found["form_action"])


def test_with_keys_there_is_a_door_and_the_policy_lets_it_open():
    found = ask(
        GOOGLE_CLIENT_ID="id", GOOGLE_CLIENT_SECRET="secret",
        OIDC_CLIENT_ID="id", OIDC_CLIENT_SECRET="secret", OIDC_ISSUER="https://sso.example.org/realms/all",
    )  # fmt: skip
    assert found["providers"] == ["google", "openid_connect"]
    assert found["google"] == "/account/google/login/"
    assert found["github"] is None
    assert found["connections"]
    assert "https://accounts.google.com" in found["form_action"]
    assert "https://sso.example.org" in found["form_action"]


def test_half_a_key_opens_nothing():
    assert ask(GOOGLE_CLIENT_ID="id")["apps"] == []
    assert ask(OIDC_CLIENT_ID="id", OIDC_CLIENT_SECRET="secret")["apps"] == []


def test_a_site_with_such_a_door_keeps_its_promises():
    """The cases need other apps, hence other tables: a pytest and a database of their own."""
    url = urlsplit(os.environ["DATABASE_URL"])
    environment = os.environ | {"DATABASE_URL": url._replace(path=f"{url.path}_other_site").geturl()}
    cases = Path(__file__).with_name("other_site_cases.py")
    run = subprocess.run(
        [sys.executable, "-m", "pytest", cases, "--ds", "tests.accounts.other_site", "-q", "-p", "no:cacheprovider"],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout


@pytest.mark.django_db
def test_the_page_has_no_dead_buttons(client):
    page = client.get("/account/login/").content.decode()
    assert "google" not in page.lower()
    assert "github" not in page.lower()

"""A half-configured production does not start. Each case is a real process with a real environment."""

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from core import checks
from tests.core.workers import database_url

PRODUCTION = {
    "SECRET_KEY": "kJ8x2pQ0vT5yW9zB3nM7cR1dF4gH6jL0aS2eU5iO8pX1qZ3wN7bV",
    "SITE_URL": "https://learn.example.org",
    "HOST": "0.0.0.0",
    "EMAIL_URL": "smtp+tls://user:secret@mail.example.org:587",
    "DATABASE_URL": "postgres://masteryhub@db.example.org/masteryhub",
}
DEMO = {
    "SECRET_KEY": PRODUCTION["SECRET_KEY"],
    "SITE_URL": "http://localhost:8000",
    "DEMO": "1",
    "DATABASE_URL": PRODUCTION["DATABASE_URL"],
}
SELLS = {"STRIPE_SECRET_KEY": "sk_live_51Hq8aB", "STRIPE_WEBHOOK_SECRET": "whsec_a1B2"}


def whole(environment) -> dict[str, str]:
    """What is not given is given as empty, so that nothing comes from a developer's own .env."""
    unset = dict.fromkeys(["SECRET_KEY", "SITE_URL", "EMAIL_URL", "STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET"], "")
    return {"PATH": os.defpath, "HOST": "localhost", "DEMO": "0", **unset, **environment}


def run(arguments, environment):
    command, values = [sys.executable, *arguments], whole(environment)
    return subprocess.run(command, cwd=settings.BASE_DIR, env=values, capture_output=True, text=True, check=False)


# Each environment has a process of its own; it is a child of one that has read what all of them need, but no settings.
REFUSALS = """
import json, os, sys
import dj_database_url, django.utils.csp, environs, psycopg, psycopg_pool
from core import checks
for line in sys.stdin:
    if not os.fork():
        os.environ.clear()
        os.environ.update(json.loads(line))
        print(json.dumps(sorted(name for name, _ in checks.problems())), flush=True)
        os._exit(0)
    if os.wait()[1]:
        print("failed", flush=True)
"""


@pytest.fixture(scope="module")
def problems():
    """The ids that settings are refused with."""
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "-c", REFUSALS], cwd=settings.BASE_DIR, env=whole({}), text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip

    def ask(environment) -> set[str]:
        process.stdin.write(json.dumps(whole({"DJANGO_SETTINGS_MODULE": "core.settings", **environment})) + "\n")
        process.stdin.flush()
        return set(json.loads(process.stdout.readline()))

    with process:
        yield ask


class TestProduction:
    def test_a_whole_configuration_passes_every_check_of_a_deployment(self, db):
        production = {**PRODUCTION, "DATABASE_URL": database_url()}  # Django asks the server for its version
        done = run(["manage.py", "check", "--deploy", "--fail-level", "WARNING"], production)
        assert done.returncode == 0, done.stderr
        assert "no issues (1 silenced)" in done.stdout + done.stderr

    def test_letters_leave_with_ten_seconds_patience(self):
        script = (
            "from django.conf import settings; import json;"
            "print(json.dumps({**settings.MAILERS['default'], **settings.MAILERS['default']['OPTIONS']}))"
        )
        done = run(["-c", script], {"DJANGO_SETTINGS_MODULE": "core.settings", **PRODUCTION})
        mailer = json.loads(done.stdout)
        assert mailer["BACKEND"] == "core.smtp.EmailBackend"
        assert (mailer["host"], mailer["port"], mailer["use_tls"], mailer["timeout"]) == (
            "mail.example.org", 587, True, 10,
        )  # fmt: skip

    @pytest.mark.parametrize(
        ("change", "refused"),
        [
            ({}, set()),
            ({"SECRET_KEY": ""}, {"E001"}),
            ({"SECRET_KEY": "secret"}, {"E001"}),
            ({"SECRET_KEY": "a" * 80}, {"E001"}),
            ({"SITE_URL": ""}, {"E002", "E004"}),
            ({"SITE_URL": "learn.example.org"}, {"E002", "E004"}),
            ({"SITE_URL": "http://learn.example.org"}, {"E003"}),
            ({"ALLOWED_HOSTS": "*"}, {"E004"}),
            ({"EMAIL_URL": ""}, {"E005"}),
            ({"EMAIL_URL": "mail.example.org"}, {"E006"}),
            ({"EMAIL_URL": "smtps://u:p@mail.example.org"}, set()),
            ({"DEMO": "1"}, {"E007"}),
            ({"TESTING": "1"}, {"E011"}),
            ({"STRIPE_SECRET_KEY": "sk_live_51Hq8aB"}, {"E009"}),
            ({"STRIPE_WEBHOOK_SECRET": "whsec_a1B2"}, {"E009"}),
            ({"STRIPE_SECRET_KEY": "sk_test_...", "STRIPE_WEBHOOK_SECRET": "whsec_a1B2"}, {"E008"}),
            ({"STRIPE_SECRET_KEY": "pk_live_51Hq8aB", "STRIPE_WEBHOOK_SECRET": "whsec_a1B2"}, {"E008"}),
            ({"STRIPE_SECRET_KEY": "rk_live_51Hq8aB", "STRIPE_WEBHOOK_SECRET": "changeme"}, {"E010"}),
            ({"STRIPE_SECRET_KEY": "sk_live_51Hq8aB", "STRIPE_WEBHOOK_SECRET": "whsec_a1B2"}, set()),
            (SELLS | {"CURRENCY": "UGX"}, {"E012"}),
            (SELLS | {"CURRENCY": "ISK"}, {"E012"}),
            (SELLS | {"CURRENCY": "KWD"}, {"E012"}),
            (SELLS | {"CURRENCY": "HUF"}, set()),
            ({"CURRENCY": "UGX"}, set()),
        ],
        ids=lambda value: str(value if isinstance(value, dict) else sorted(value)),
    )
    def test_what_is_missing_is_named(self, problems, change, refused):
        assert problems({**PRODUCTION, **change}) == refused

    def test_neither_the_server_nor_the_worker_nor_a_command_starts(self, db):
        half = {**PRODUCTION, "DATABASE_URL": database_url(), "EMAIL_URL": ""}
        for arguments in (["-c", "import core.wsgi"], ["manage.py", "run_worker"], ["manage.py", "migrate"]):
            done = run(arguments, half)
            assert done.returncode != 0
            assert "EMAIL_URL is missing: without a mail server" in done.stderr


class TestDemo:
    def test_a_demo_on_this_machine_needs_no_mail_server(self, problems):
        assert problems(DEMO) == set()

    @pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.20", "::", "learn.example.org"])
    def test_a_demo_that_others_can_reach_is_refused(self, problems, host):
        assert problems({**DEMO, "HOST": host}) == {"E005", "E007"}

    @pytest.mark.parametrize("change", [{"DEMO": "1", "HOST": "0.0.0.0"}, {"DEMO": "0", "HOST": "localhost"}])
    def test_demo_accounts_are_made_in_no_other_place(self, db, change):
        done = run(["manage.py", "seed"], {**PRODUCTION, "DATABASE_URL": database_url(), **change})
        assert done.returncode != 0
        assert "public password" in done.stderr


def test_the_refusal_is_one_text_for_all_that_is_missing(settings):
    settings.EMAIL_URL, settings.SITE_URL, settings.DEMO, settings.TESTING = "", "", False, False
    with pytest.raises(ImproperlyConfigured, match=r"SITE_URL is missing.*EMAIL_URL is missing"):
        checks.refuse_half_configured()

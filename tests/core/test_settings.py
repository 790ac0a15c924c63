"""Settings as another process reads them."""

import os
import subprocess
import sys

from django.conf import settings

from tests.ground import names


def read(expression, **environment):
    code = f"from core import settings; print(repr({expression}))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=settings.BASE_DIR, capture_output=True, text=True, check=True,
        env={"PATH": os.environ["PATH"], "TESTING": "1", "SITE_URL": "https://learn.example.org", **environment},
    )  # fmt: skip
    return done.stdout.strip()


def test_what_is_set_to_nothing_is_not_set():
    empty = dict.fromkeys(["ALLOWED_HOSTS", "SITE_NAME", "DEFAULT_TIME_ZONE", "DEFAULT_FROM_EMAIL"], "")
    read_back = "(settings.ALLOWED_HOSTS, settings.SITE_NAME, settings.DEFAULT_TIME_ZONE, settings.DEFAULT_FROM_EMAIL)"
    expected = "(['learn.example.org'], 'MasteryHub', 'Europe/Berlin', 'MasteryHub <no-reply@learn.example.org>')"
    assert read(read_back, **empty) == expected


def test_cookies_are_bound_to_the_host_wherever_the_site_is_https():
    names = "(settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, settings.SESSION_COOKIE_SECURE)"
    assert read(names) == "('__Host-sessionid', '__Host-csrftoken', True)"
    assert read(names, SITE_URL="http://localhost:8000") == "('sessionid', 'csrftoken', False)"


def test_no_secret_stays_in_the_environment_once_it_was_read():
    """Every name of .env.example that speaks of a secret, and the addresses that may carry a password."""
    secret = [*sorted(name for name in names() if "SECRET" in name), "DATABASE_URL", "EMAIL_URL", "REDIS_URL"]
    given = dict.fromkeys(secret, "smtp://canary.example.org") | {"DATABASE_URL": "postgres://canary@/x"}
    left = "sorted(n for n, v in __import__('os').environ.items() if 'canary' in v)"
    assert read(left, KEEP_ENVIRONMENT="1", **given) == repr(sorted(secret))
    assert {"SECRET_KEY_FALLBACKS", "GITHUB_CLIENT_SECRET", "OIDC_CLIENT_SECRET"} <= set(secret)
    assert read(left, KEEP_ENVIRONMENT="0", **given) == "[]"

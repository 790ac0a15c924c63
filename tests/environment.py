"""A pytest plugin that is loaded before Django: the environment every test runs in."""

import os

from core import garbage

garbage.leave_it()  # once the tests are collected, `tests/conftest.py` goes on
os.environ.update(
    {
        "TESTING": "1",
        "SECRET_KEY": "a-key-for-tests-only-0123456789-abcdefghijklmnopqrstuvwxyz",
        "SITE_URL": "http://testserver",
        "ALLOWED_HOSTS": "testserver,localhost,127.0.0.1",
        "DATABASE_POOL": "0",
        "EMAIL_URL": "",
        "DJANGO_ALLOW_ASYNC_UNSAFE": "1",  # Playwright's sync API runs an event loop in the test's thread
    }
)

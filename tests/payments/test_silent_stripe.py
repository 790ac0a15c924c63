"""F5: a Stripe that says nothing holds up few, and briefly; every other page is served meanwhile."""

import socket
from concurrent.futures import ThreadPoolExecutor

import pytest

from core.logs import request_id
from features.payments import stripe_client


@pytest.fixture
def silent(settings, monkeypatch):
    """Something that takes connections and never answers."""
    for name in ("PATIENCE", "PATIENCE_OF_A_PAGE", "TURN"):
        monkeypatch.setattr(stripe_client, name, 0.2)
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        settings.STRIPE_SECRET_KEY = "sk_test_silent"
        settings.STRIPE_API_URL = f"http://127.0.0.1:{server.getsockname()[1]}"
        yield server


def ask(page):
    request_id.set(page)
    with pytest.raises(stripe_client.StripeDown):
        stripe_client.call(lambda v1: v1.balance.retrieve)


def calls(server):
    """Each is tried twice, on a connection of its own."""
    count = 0
    while True:
        try:
            server.accept()[0].close()
        except BlockingIOError:
            return count / 2
        count += 1


@pytest.mark.parametrize(("page", "at_once"), [("a page", stripe_client.AT_ONCE), ("", 6)])
def test_of_six_pages_two_wait_for_it_and_of_six_jobs_all(silent, page, at_once):
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(ask, [page] * 6))
    assert calls(silent) == at_once

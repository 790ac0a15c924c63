import pytest
from django.test import Client

from features.payments import stripe_client
from tests.local_stripe.sender import signed
from tests.local_stripe.server import Server

KEY, SECRET = "sk_test_local", "whsec_local"


@pytest.fixture(scope="session")
def stripe_server():
    with Server(key=KEY) as server:
        yield server


@pytest.fixture
def stripe(stripe_server, settings):
    """The stand-in for Stripe, empty, with the site set up to use it. Events wait in `state.events` until delivered."""
    stripe_server.state.reset()
    settings.STRIPE_SECRET_KEY, settings.STRIPE_WEBHOOK_SECRET = KEY, SECRET
    settings.STRIPE_API_URL = stripe_server.url
    stripe_client._client.cache_clear()
    return stripe_server


@pytest.fixture
def deliver(stripe):
    """Send events to the webhook, all that happened so far or the ones given; answers the statuses."""

    def send(*events, secret=SECRET, timestamp=None):
        client, statuses = Client(), []
        for event in events or list(stripe.state.events):
            body, header = signed(event, secret, timestamp)
            answer = client.post(
                "/payments/webhook/", body, content_type="application/json", headers={"Stripe-Signature": header}
            )
            statuses.append(answer.status_code)
        return statuses

    return send

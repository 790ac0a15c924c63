"""F5: a Stripe that says nothing holds up few, and briefly; every other page is served meanwhile."""

import contextlib
import socket
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from core.logs import request_id
from features.payments import services, stripe_client
from features.payments.models import StripeEvent
from features.sessions import services as sessions
from tests.factories import make_session
from tests.local_stripe import money


@pytest.fixture
def silent(settings, monkeypatch):
    """Something that takes connections and never answers. Pages wait longer than a laden machine holds them up."""
    for name, seconds in (("PATIENCE", 0.4), ("PATIENCE_OF_A_REQUEST", 2), ("TURN", 0.1), ("PAUSE", 0.1)):
        monkeypatch.setattr(stripe_client, name, seconds)
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
    """Each try has a connection of its own."""
    count = 0
    while True:
        try:
            server.accept()[0].close()
        except BlockingIOError:
            return count
        count += 1


@pytest.mark.parametrize(("page", "tries"), [("a page", stripe_client.AT_ONCE), ("", 2 * 6)])
def test_of_six_pages_two_wait_for_it_once_and_of_six_jobs_all_and_once_more(silent, page, tries):
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(ask, [page] * 6))
    assert calls(silent) == tries


def test_all_that_a_page_asks_shares_its_time_and_the_next_page_has_its_own(stripe, monkeypatch):
    """By a clock of the test's own, since a laden machine has another idea of half a second."""
    monkeypatch.setattr(stripe_client, "PATIENCE_OF_A_REQUEST", 30)
    answers = []
    for page, second in (("one", 0), ("one", 20), ("one", 31), ("another", 31)):
        monkeypatch.setattr(stripe_client, "monotonic", lambda second=second: second)
        token = request_id.set(page)
        with contextlib.suppress(stripe_client.StripeDown):
            stripe_client.call(lambda v1: v1.balance.retrieve)
            answers.append((page, second))
        request_id.reset(token)
    assert answers == [("one", 0), ("one", 20), ("another", 31)]
    assert len(stripe.state.requests) == 3


@pytest.mark.django_db
class TestWhilePaying:
    SILENCE = 4.0  # far longer than a request waits: whoever waited for the answer would get it, and say so

    @pytest.fixture
    def calm(self, monkeypatch):
        return lambda: monkeypatch.setattr(stripe_client, "PATIENCE_OF_A_REQUEST", 30)

    @pytest.fixture
    def order(self, stripe, expert, learner):
        seat = sessions.register(session=make_session(expert, price_minor=4500), person=learner)
        return services.order_of("registration", seat.pk)

    def test_a_press_is_answered_and_the_next_one_leads_to_the_page_that_was_made(self, stripe, order, client, calm):
        client.force_login(order.buyer)
        press = reverse("order_checkout", args=[order.public_id])
        stripe.state.faults.append(("POST /v1/checkout/sessions", self.SILENCE))
        refused = client.post(press)
        assert "Your place is kept; try again in a minute" in client.get(refused.url).text
        [page] = stripe.state.of_kind("checkout.session")
        calm()
        assert client.post(press).url == page["url"]
        assert len(stripe.state.of_kind("checkout.session")) == order.checkouts.count() == 1
        assert len({key for _what, key in stripe.state.requests}) == 1

    def test_a_minute_later_one_press_is_enough(self, stripe, order):
        """What was to be asked then lives less than the half hour that Stripe asks for."""
        stripe.state.faults.extend([("POST /v1/checkout", 500)] * 2)
        with pytest.raises(services.CheckoutRefused):
            services.checkout_url(order=order, now=timezone.now() - timedelta(minutes=1))
        assert services.checkout_url(order=order)
        assert order.checkouts.filter(closed_at=None).count() == 1

    def test_what_stripe_says_itself_is_answered_too_and_comes_again(self, stripe, order, deliver, calm):
        services.checkout_url(order=order)
        money.pay(stripe.state, order.checkouts.get().stripe_id)
        stripe.state.faults.append(("GET /v1/", self.SILENCE))
        assert deliver(stripe.state.events[-1]) == [503]
        assert not StripeEvent.objects.exists()
        calm()
        assert deliver(stripe.state.events[-1]) == [200]
        order.refresh_from_db()
        assert order.settled_at

"""A paid seat: held, left at the till, taken up again, declined, paid, and given back for the amount that was shown."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from core.jobs import run_pending
from e2e.ways import plain_phone_and_scripted_desk
from e2e.world import published
from features.payments import stripe_client
from features.payments.models import Payment, Refund
from features.sessions.models import Registration
from tests.local_stripe.sender import Sender
from tests.local_stripe.server import Server


@pytest.fixture
def till(settings, base_url):
    with Server(key="sk_test_local") as server:
        settings.STRIPE_SECRET_KEY, settings.STRIPE_WEBHOOK_SECRET = "sk_test_local", "whsec_local"
        settings.STRIPE_API_URL, settings.SITE_URL = server.url, base_url
        form_action = [*settings.SECURE_CSP["form-action"], server.url]
        settings.SECURE_CSP = {**settings.SECURE_CSP, "form-action": form_action}
        stripe_client._client.cache_clear()
        sender = Sender(f"{base_url}/payments/webhook/", "whsec_local")
        server.state.listeners.append(sender)
        yield server
        sender.flush()  # nothing is still on its way when the tables are emptied


@plain_phone_and_scripted_desk
def test_a_seat_is_bought_and_given_back(enter, post, till, screen, javascript, expert, learner, skill):
    session = published(expert, [skill], starts_in=timedelta(days=9), price_minor=4500)
    page = enter(learner, screen=screen, javascript=javascript)
    page.goto(f"{session.get_absolute_url()}registration/")
    page.get_by_role("button", name="Take a seat").click()
    expect(page.get_by_role("heading", name="Pay, and it is yours")).to_be_visible()

    page.get_by_role("button", name="Pay €45.00").click()
    expect(page.get_by_text("A local stand-in for Stripe.")).to_be_visible()
    page.get_by_role("button", name="Leave without paying").click()
    expect(page.get_by_text("You have not paid, and nothing was charged.")).to_be_visible()
    assert not Payment.objects.exists()

    page.goto(session.get_absolute_url())
    page.get_by_role("link", name="Go on to payment").first.click()
    page.get_by_role("button", name="Finish payment €45.00").click()
    page.get_by_role("button", name="Have the card declined").click()
    expect(page.get_by_role("alert")).to_contain_text("The card was declined.")
    page.get_by_role("button", name="Pay 45.00 EUR").click()
    expect(page.get_by_role("heading", name="Paid", exact=True)).to_be_visible()
    assert Registration.objects.confirmed().get().person == learner
    run_pending()
    assert {letter.subject.partition(":")[0] for letter in post.to(learner.email)} == {"You have a seat", "Receipt"}

    page.goto(f"{session.get_absolute_url()}registration/cancellation/")
    expect(page.get_by_text("You get €45.00 of €45.00 back.")).to_be_visible()
    page.get_by_role("button", name="Give my seat back").click()
    expect(page.get_by_text("Your seat is given back.")).to_be_visible()
    run_pending()
    assert Refund.objects.get().state == "done"
    assert len(till.state.of_kind("refund")) == 1

"""An expert says at Stripe where earnings go, with something left out at first; then what was sold is transferred."""

from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import expect

from core.jobs import run_pending
from e2e.ways import plain_phone_and_scripted_desk
from e2e.world import published
from features.payments import services
from features.payments.models import Earning, Transfer
from features.sessions import services as sessions
from tests.factories import PASSWORD
from tests.local_stripe import money


@plain_phone_and_scripted_desk
def test_from_the_first_price_to_the_bank(enter, till, screen, javascript, expert, learner, skill):
    session = published(expert, [skill], starts_in=timedelta(days=9), price_minor=4500)
    order = services.order_of("registration", sessions.register(session=session, person=learner).pk)
    services.checkout_url(order=order)
    money.pay(till.state, order.checkouts.get(closed_at=None).stripe_id)
    till.state.listeners[0].flush()
    page = enter(expert, screen=screen, javascript=javascript)
    page.goto("/account/earnings/")
    expect(page.get_by_text("Held until", exact=False).first).to_be_visible()
    page.get_by_label("Country of your bank account").select_option("Portugal")
    page.get_by_role("button", name="Begin at Stripe").click()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on", exact=True).click()
    expect(page.get_by_text("A local stand-in for Stripe.")).to_be_visible()
    page.get_by_role("button", name="Leave the bank account out").click()
    expect(page.get_by_text("Stripe needs one more thing from you.")).to_be_visible()

    page.get_by_role("button", name="Go on at Stripe").click()
    page.get_by_role("button", name="Answer everything").click()
    expect(page.get_by_text("Your account at Stripe is ready, and Stripe pays out to your bank.")).to_be_visible()

    services.release_earnings(now=Earning.objects.get().look_at + timedelta(minutes=1))
    run_pending()
    assert Transfer.objects.get().state == "done"
    page.get_by_role("button", name="Payouts and bank account at Stripe").click()
    page.get_by_role("button", name="Pay out to the bank now").click()
    expect(page.get_by_text("40.50 EUR")).to_be_visible()
    till.state.listeners[0].flush()
    page.goto("/account/earnings/")
    expect(page.get_by_text("In your bank by")).to_be_visible()
    assert Transfer.objects.get().payout.arrives_at > timezone.now()

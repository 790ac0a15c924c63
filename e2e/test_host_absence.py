"""The host does not come: who waits says so, the host owns up, and everybody is paid back with others named."""

from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import expect

from core.jobs import run_pending
from e2e.ways import scripted_phone_and_plain_desk
from e2e.world import published
from features.payments import services
from features.payments.models import Refund
from features.sessions import services as sessions
from features.sessions.models import SkillSession
from tests.factories import make_user
from tests.local_stripe import money


@scripted_phone_and_plain_desk
def test_from_the_empty_room_to_the_money(enter, till, screen, javascript, expert, learner, skill):
    session = published(expert, [skill], starts_in=timedelta(days=9), price_minor=4500)
    published(
        make_user("Other Host", role="expert"), [skill], starts_in=timedelta(days=2), title="Plans by another host"
    )
    order = services.order_of("registration", sessions.register(session=session, person=learner).pk)
    services.checkout_url(order=order)
    money.pay(till.state, order.checkouts.get(closed_at=None).stripe_id)
    till.state.listeners[0].flush()
    begun = timezone.now() - timedelta(minutes=20)
    SkillSession.objects.filter(pk=session.pk).update(starts_at=begun, ends_at=begun + timedelta(hours=1))

    page = enter(learner, screen=screen, javascript=javascript)
    page.goto(session.get_absolute_url())
    page.get_by_role("link", name="Say so").first.click()
    page.get_by_label("The host did not come").check()
    page.get_by_label("In your words").fill("The room stayed empty.")
    page.get_by_role("button", name="Say so").click()
    expect(page.get_by_text("You said: the host did not come.")).to_be_visible()

    there = enter(expert, screen=screen, javascript=javascript)
    there.goto(session.get_absolute_url())
    there.get_by_role("link", name="Say how it was").first.click()
    there.get_by_label("I did not come").check()
    there.get_by_role("button", name="Say so").click()
    expect(there.get_by_text("Everybody gets back what they paid.")).to_be_visible()

    run_pending()
    assert [(row.source, row.state) for row in Refund.objects.all()] == [("expert_absent", "done")]
    page.reload()
    expect(page.get_by_role("link", name="Plans by another host")).to_be_visible()
    page.goto(f"/payments/orders/{order.public_id}/")
    expect(page.get_by_text("The expert did not come", exact=False)).to_be_visible()

"""6.16: who did not come decides: an absent mentor pays all back and others are named; an absent mentee nothing."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from core.jobs import run_pending
from features.mentoring import services
from features.mentoring.models import Booking, Offer
from features.moderation.models import Incident
from features.payments import services as payments
from features.payments.models import Refund
from tests.local_stripe import money
from tests.payments.conftest import deliver, stripe, stripe_server  # noqa: F401

pytestmark = pytest.mark.django_db
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def paid(stripe, deliver, offer, slot, learner):  # noqa: F811
    Offer.objects.filter(pk=offer.pk).update(price_minor=4500)
    booking = services.book(booking=services.reserve(offer=offer, person=learner, starts_at=slot()))
    order = payments.order_of("booking", booking.pk)
    payments.checkout_url(order=order)
    money.pay(stripe.state, order.checkouts.get().stripe_id)
    deliver()
    return Booking.objects.get()


def test_an_absent_mentor_pays_all_back_once_after_the_time_to_object(paid, learner, expert, client, letters):
    services.record_join(booking=paid, person=learner, now=paid.starts_at)
    letters()
    services.settle_meetings(now=paid.ends_at + 31 * MINUTE)
    [told] = [letter for letter in letters() if learner.email in letter.to]
    assert told.subject == "Your mentor did not come: An hour on your queries"
    assert "you get back all that you paid" in told.body
    client.force_login(learner)
    assert "What happens now" in client.get(paid.get_absolute_url()).text
    client.force_login(expert)
    assert "What happens now" not in client.get(paid.get_absolute_url()).text
    assert services.refund_missed(now=paid.ends_at + 2 * DAY - MINUTE) == 0
    for _ in range(2):
        services.refund_missed(now=paid.ends_at + 2 * DAY)
    run_pending()
    assert [(row.source, row.amount_minor, row.state) for row in Refund.objects.all()] == [
        ("expert_absent", 4500, "done")
    ]


@pytest.mark.parametrize("came", ["mentor", "both", "said"])
def test_who_met_or_did_not_come_gets_nothing_back(paid, learner, expert, came):
    if came != "said":
        services.record_join(booking=paid, person=expert, now=paid.starts_at)
    if came != "mentor":
        services.record_join(booking=paid, person=learner, now=paid.starts_at)
    services.settle_meetings(now=paid.ends_at + 31 * MINUTE)
    if came == "said":
        services.say_we_met(booking=Booking.objects.get(), by=learner, now=paid.ends_at + DAY)
    assert services.refund_missed(now=paid.ends_at + 3 * DAY) == 0
    assert not Refund.objects.exists()


@pytest.mark.parametrize(("mover", "back"), [("mentor", 4500), ("mentee", None)])
def test_a_time_that_the_mentor_chose_is_given_back_for_all_until_it_begins(paid, client, mover, back):
    by = getattr(paid, mover)
    soon = services.free_slots(paid.offer, paid.mentee, now=timezone.now())[0][0]
    services.move_booking(booking=paid, by=by, starts_at=soon, reason="A train")
    moved = Booking.objects.get()
    client.force_login(paid.mentee)
    shown = client.get(paid.get_absolute_url()).text
    assert ("you can call it off until it begins" in shown) == (mover == "mentor")
    with time_machine.travel(soon - MINUTE, tick=False):
        shown = client.get(f"{paid.get_absolute_url()}cancellation/").text
    assert ("stands on your record" in shown) == (mover == "mentee")
    if mover == "mentee":  # a page from before it was moved showed all of it
        with pytest.raises(services.MentoringRefused, match="refund_changed"):
            services.cancel_booking(booking=moved, by=moved.mentee, reason="-", expected_minor=4500, now=soon - MINUTE)
    services.cancel_booking(booking=moved, by=moved.mentee, reason="-", expected_minor=back, now=soon - MINUTE)
    assert Incident.objects.exists() == (mover == "mentee")
    assert Refund.objects.values_list("amount_minor", flat=True).first() == back

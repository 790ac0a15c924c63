"""One thing that cannot be done stops no other, and somebody looks at it; without a key nothing is done."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from features.payments import services, stripe_client
from features.payments.models import Checkout, Earning, Incident, StripeEvent
from features.payments.services.orders import fulfilments
from features.sessions import services as sessions
from features.sessions.models import Registration
from tests.factories import make_session
from tests.local_stripe import money
from tests.payments.selling import later, sold

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def lost(stripe, expert, learner):
    """An order at the till, whose page was made with another key."""
    seat = sessions.register(session=make_session(expert, price_minor=4500), person=learner)
    order = services.order_of("registration", seat.pk)
    services.checkout_url(order=order)
    Checkout.objects.update(stripe_id="cs_of_another_key")
    return order


def stuck():
    return list(Incident.objects.filter(kind="stuck").values_list("about", flat=True))


@pytest.mark.parametrize("run", [services.end_holds, services.reconcile])
def test_a_hold_whose_page_stripe_does_not_know_ends_and_so_do_those_behind_it(lost, expert, outsider, run):
    sessions.register(session=make_session(expert, price_minor=4500, starts_in=5 * DAY), person=outsider)
    run(now=timezone.now() + timedelta(hours=2))
    assert not Registration.objects.filter(cancelled_at=None).exists()
    assert stuck() == ["checkout:cs_of_another_key"]


def test_a_hold_that_cannot_be_given_back_stays_and_those_behind_it_end(lost, expert, outsider, monkeypatch):
    other = sessions.register(session=make_session(expert, price_minor=4500, starts_in=5 * DAY), person=outsider)
    release = fulfilments["registration"].release

    def fails(ref, now):
        if ref != str(other.pk):
            raise ZeroDivisionError
        release(ref, now)

    monkeypatch.setattr(fulfilments["registration"], "release", fails)
    assert services.end_holds(now=timezone.now() + timedelta(hours=2)) == 1
    other.refresh_from_db()
    assert other.cancelled_at
    assert f"order:{lost.public_id}" in stuck()


def test_without_a_key_no_hold_ends(lost, settings):
    settings.STRIPE_SECRET_KEY = "sk_test_other"
    with pytest.raises(stripe_client.KeyRefused):
        services.end_holds(now=timezone.now() + timedelta(hours=2))
    assert Registration.objects.get().cancelled_at is None


@pytest.mark.parametrize("key", ["sk_test_local", "sk_test_other"])
@pytest.mark.parametrize("name", ["order_departure", "order_look", "order_credit", "order_coupon"])
def test_every_button_at_the_till_answers(lost, client, learner, expert, organiser, settings, name, key):
    services.make_coupon(
        by=organiser, is_for_site=True, code="HALF", percent=50, amount_minor=None, currency="EUR", scope="", thing="",
        most=None, most_each=1,
    )  # fmt: skip
    settings.STRIPE_SECRET_KEY = key
    client.force_login(learner)
    answer = client.post(reverse(name, args=[lost.public_id]), {"code": "HALF"}, follow=True)
    assert answer.status_code in (200, 422)
    if key == "sk_test_other":
        assert "That is our fault" in answer.text
    else:
        assert stuck() == ["checkout:cs_of_another_key"]
        assert not lost.checkouts.filter(closed_at=None).exists()


def event(kind, name, number):
    return {
        "id": f"evt_{number}", "type": kind, "created": int(timezone.now().timestamp()), "object": "event",
        "data": {"object": {"id": name}}, "api_version": stripe_client.API_VERSION,
    }  # fmt: skip


def test_events_about_what_is_gone_are_done_with_and_what_was_deleted_is_no_trouble(stripe):
    for number, kind in enumerate(("invoice.deleted", "payment_intent.succeeded")):
        assert services.receive(event(kind, "gone", number))
        assert not services.receive(event(kind, "gone", number))
    assert stuck() == ["evt_1"]


def test_an_event_that_fails_is_left_and_those_behind_it_are_pulled(stripe, expert, learner, monkeypatch):
    sold(stripe, make_session(expert, price_minor=4500), learner)
    StripeEvent.objects.all().delete()
    handler = services.handlers["checkout.session."]

    def fails(facts, now):
        raise ZeroDivisionError

    monkeypatch.setitem(services.handlers, "payment_intent.succeeded", services.Handler(handler.fetch, fails))
    services.pull_events()
    assert StripeEvent.objects.filter(kind="checkout.session.completed").exists()
    assert len(stuck()) == 1


def test_an_earning_that_cannot_be_weighed_holds_up_no_other(stripe, expert, learner, outsider, monkeypatch):
    session = make_session(expert, price_minor=4500)
    one, other = sold(stripe, session, learner), sold(stripe, session, outsider)
    delivered_at = fulfilments["registration"].delivered_at

    def fails(ref):
        if ref == one.line.ref:
            raise Registration.DoesNotExist
        return delivered_at(ref)

    monkeypatch.setattr(fulfilments["registration"], "delivered_at", fails)
    services.release_earnings(now=later(other))
    assert list(Earning.objects.exclude(released_at=None)) == [other]
    earned = services.earned_with("registration", [one.line.ref, other.line.ref])  # what a host sees of it meanwhile
    assert (earned.held, earned.released) == (one.net_minor, other.net_minor)
    assert stuck() == [f"payment:{one.payment_id}"]


def test_what_was_paid_on_a_page_is_taken_in_by_looking(stripe, expert, learner, client):
    seat = sessions.register(session=make_session(expert, price_minor=4500), person=learner)
    order = services.order_of("registration", seat.pk)
    services.checkout_url(order=order)
    money.pay(stripe.state, order.checkouts.get().stripe_id)
    client.force_login(learner)
    client.post(reverse("order_look", args=[order.public_id]))
    seat.refresh_from_db()
    assert seat.confirmed_at

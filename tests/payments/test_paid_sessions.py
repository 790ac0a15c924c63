"""Paid sessions: what is said before it is done, and who gets what back."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.jobs import run_pending
from features.moderation.models import Incident
from features.payments import services
from features.payments.models import OrderLine, Payment, Refund
from features.payments.policies import policy, quote
from features.sessions import services as sessions
from features.sessions.models import Registration
from tests.factories import make_session, make_user
from tests.local_stripe import money

pytestmark = pytest.mark.django_db
START = datetime(2027, 3, 1, 12, tzinfo=UTC)
HOUR, INSTANT = timedelta(hours=1), timedelta(microseconds=1)


def seated(stripe, deliver, session, person):
    seat = sessions.register(session=session, person=person)
    order = services.order_of("registration", seat.pk)
    services.checkout_url(order=order)
    money.pay(stripe.state, order.checkouts.get(closed_at=None).stripe_id)
    deliver(stripe.state.events[-1])
    seat.refresh_from_db()
    assert seat.confirmed_at
    return seat


def browser(person):
    client = Client()
    client.force_login(person)
    return client


@pytest.mark.parametrize(
    ("preset", "hours", "before", "expected"),
    [
        ("full", 24, 24 * HOUR, 4500),
        ("full", 24, 24 * HOUR - INSTANT, 0),
        ("half", 24, 24 * HOUR - INSTANT, 2250),
        ("half", 24, timedelta(), 2250),
        ("half", 24, -INSTANT, 0),
        ("half", 0, HOUR, 4500),
        ("strict", 48, 48 * HOUR, 2250),
        ("strict", 48, 47 * HOUR, 0),
    ],
)
def test_what_comes_back_by_the_hour_and_exactly_at_the_deadline(preset, hours, before, expected):
    found = quote(policy(preset, hours), 4500, 4500, "EUR", starts_at=START, now=START - before)
    assert found.amount_minor == expected


def test_it_is_never_more_than_is_left():
    assert quote(policy("full", 0), 4500, 1000, "EUR", starts_at=START, now=START - HOUR).amount_minor == 1000


def test_the_amount_is_shown_first_and_then_paid_back(stripe, deliver, expert, learner):
    session = make_session(expert, price_minor=4500, starts_in=timedelta(days=9))
    seated(stripe, deliver, session, learner)
    url = reverse("registration_cancellation", args=[session.pk, session.slug])
    page = browser(learner).get(url).text
    assert "You get €45.00 of €45.00 back." in page
    assert "Give my seat back, refund €45.00" in page
    assert browser(learner).post(url, {"amount": "4500"}).status_code == 303
    run_pending()
    assert [(r.amount_minor, r.source, r.state) for r in Refund.objects.all()] == [(4500, "buyer", "done")]
    assert "Paid back" in browser(learner).get("/account/payments/").text
    order = browser(learner).get(f"/payments/orders/{Payment.objects.get().order.public_id}/").text
    assert "Paid back" in order
    assert "It is yours" not in order
    assert Payment.objects.get().left_minor == 0


def test_while_it_is_held_home_and_the_session_lead_to_the_till_and_the_order_to_the_seat(
    stripe, deliver, expert, learner
):
    session = make_session(expert, price_minor=4500, starts_in=timedelta(days=9))
    order = services.order_of("registration", sessions.register(session=session, person=learner).pk)
    page = f"/payments/orders/{order.public_id}/"
    home = browser(learner).get("/").text
    assert "Finish payment €45" in home
    assert page in home
    dock = browser(learner).get(session.get_absolute_url()).text.partition('class="dock"')[2]
    assert page in dock
    seat = reverse("registration", args=[session.pk, session.slug])
    till = browser(learner).get(page).text
    assert "€45.00 is all that you pay; nothing comes on top. No VAT is charged." in till
    assert seat in till
    # What ends then and what becomes of the seat, for whoever sees no clock running too; nobody is read the seconds.
    assert "After that the seat goes to the next in line, or to whoever takes it." in till
    assert re.search(
        r'Held for you until <strong><time [^>]+>[^<]+</time></strong><span class="num" aria-hidden="true"', till
    )
    assert 'data-words=" ({time} left)"' in till
    services.leave(order=order)
    assert "Finish payment" not in browser(learner).get("/").text


def test_when_less_comes_back_than_was_shown_it_is_asked_again(stripe, deliver, expert, learner):
    session = make_session(expert, price_minor=4500, starts_in=timedelta(hours=23))
    seat = seated(stripe, deliver, session, learner)
    with pytest.raises(sessions.RegistrationRefused, match="refund_changed"):
        sessions.cancel_registration(registration=seat, by=learner, expected_minor=4500)
    assert not Refund.objects.exists()
    seat.refresh_from_db()
    assert not seat.cancelled_at


def test_a_policy_that_is_changed_later_does_not_hurt_who_has_bought(stripe, deliver, expert, learner):
    session = make_session(expert, price_minor=4500, starts_in=timedelta(days=9), cancellation_hours=24)
    seat = seated(stripe, deliver, session, learner)
    session.refund_preset, session.cancellation_hours = "strict", 168
    session.save()
    assert sessions.refund_quote(seat, session, timezone.now()).amount_minor == 4500
    assert OrderLine.objects.get(kind="registration").policy["tiers"] == [{"hours": 24, "percent": 100}]


def test_a_host_who_moves_it_hurts_nobody_who_has_bought(stripe, deliver, expert, learner, outsider, letters):
    session = make_session(expert, capacity=2, price_minor=4500, starts_in=timedelta(days=9), refund_preset="strict")
    seat = seated(stripe, deliver, session, learner)
    letters()
    page = reverse("registration", args=[session.pk, session.slug])
    assert "you get €45.00 back until" in browser(learner).get(page).text  # in the first day; afterwards:
    later = timezone.now() + timedelta(days=2)
    assert sessions.refund_quote(seat, session, later).amount_minor == 2250
    assert "whoever has paid can give their seat back" in browser(expert).get(f"{session.get_absolute_url()}edit/").text
    soon = timezone.now() + timedelta(hours=2)
    data = {"capacity": 2, "time_zone": session.time_zone, "starts_at": soon, "ends_at": soon + HOUR}
    sessions.save_edit(session=session, data=data, skills=[])
    (letter,) = (one for one in letters() if one.to == [learner.email])
    assert "give your seat back until it begins: you get everything back" in letter.body
    assert "I cannot make it (€45.00 back until" in letter.body
    assert "until it begins: you get everything back" in browser(learner).get(page).text
    late = seated(stripe, deliver, session, outsider)  # who buys it at the new time has what was agreed for that
    session.refresh_from_db()
    with time_machine.travel(soon - timedelta(minutes=5)):
        assert sessions.refund_quote(late, session, timezone.now()).amount_minor == 0
        assert "on your record" not in browser(learner).get(f"{page}cancellation/").text
        sessions.cancel_registration(registration=seat, by=learner, expected_minor=4500)
    assert not Incident.objects.exists()
    assert [(refund.amount_minor, refund.source) for refund in Refund.objects.all()] == [(4500, "buyer")]


def test_who_gives_back_too_late_is_paid_once_somebody_else_sits_there(stripe, deliver, expert, learner, outsider):
    session = make_session(expert, capacity=2, price_minor=4500, starts_in=timedelta(hours=20))
    seat = seated(stripe, deliver, session, learner)
    sessions.cancel_registration(registration=seat, by=learner, expected_minor=0)
    assert not Refund.objects.exists()
    seated(stripe, deliver, session, outsider)  # there was a free seat anyway
    assert not Refund.objects.exists()
    seated(stripe, deliver, session, make_user("Third Buyer"))
    run_pending()
    assert [(r.source, r.amount_minor, r.payment.order.buyer) for r in Refund.objects.all()] == [
        ("resold", 4500, learner)
    ]


def test_a_host_who_cancels_pays_everybody_back_once_and_the_page_stays(stripe, deliver, expert, learner, letters):
    session = make_session(expert, capacity=5, price_minor=4500)
    for n in range(2):
        seated(stripe, deliver, session, make_user(f"Buyer {n}"))
    held = sessions.register(session=session, person=learner)
    said = browser(expert).get(reverse("session_cancellation", args=[session.pk, session.slug])).text
    assert "€90.00 goes back to those who paid." in said
    assert "Cancel the session, refund €90.00" in said
    sessions.cancel_session(session=session, by=expert, reason="Ill")
    letters()
    for last in (0, 0):  # a worker that was killed begins again
        while last := sessions.refund_batch(session.pk, last):
            pass
    run_pending()
    assert [(r.source, r.state) for r in Refund.objects.all()] == [("host_cancelled", "done")] * 2
    assert len(stripe.state.of_kind("refund")) == 2
    assert not services.order_of("registration", held.pk).is_unpaid
    assert "cancelled" in Client().get(session.get_absolute_url()).text


def test_an_offer_from_the_waitlist_leads_to_the_till_and_charges_nobody(stripe, deliver, expert, learner, outsider):
    session = make_session(expert, capacity=1, price_minor=4500, starts_in=timedelta(days=9))
    first = seated(stripe, deliver, session, outsider)
    sessions.join_waitlist(session=session, person=learner)
    sessions.cancel_registration(registration=first, by=outsider)
    assert Payment.objects.count() == 1
    url = reverse("registration", args=[session.pk, session.slug])
    answer = browser(learner).post(url)
    order = services.order_of("registration", Registration.objects.active().get().pk)
    assert answer["Location"] == reverse("order", args=[order.public_id])
    with time_machine.travel(timezone.now() + timedelta(minutes=40), tick=False):
        services.end_holds()
    session.refresh_from_db()
    assert session.seats_taken == 0
    assert Payment.objects.count() == 1


def test_a_price_can_be_named_only_where_money_can_be_taken(stripe, expert, settings):
    assert "Price in EUR" in browser(expert).get("/sessions/new/").text
    settings.STRIPE_SECRET_KEY = ""
    page = browser(expert).get("/sessions/new/").text
    assert "id_price" not in page
    assert "test mode" not in page


@pytest.mark.parametrize(
    ("typed", "currency", "stored"), [("45", "EUR", 4500), ("28.5", "EUR", 2850), ("4500", "JPY", 4500)]
)
def test_prices_are_whole_minor_units_in_every_currency(typed, currency, stored):
    from core.templatetags.ui import minor, plain_price, price

    assert minor(typed, currency) == stored
    assert minor(plain_price(stored, currency), currency) == stored
    assert minor(plain_price(-stored, currency), currency) == -stored
    assert price(4500, "JPY", exact=True).endswith("4,500")


def test_yen_go_to_stripe_as_yen(stripe, deliver, expert, learner):
    session = make_session(expert, price_minor=4500, currency="JPY")
    seated(stripe, deliver, session, learner)
    [page] = stripe.state.of_kind("checkout.session")
    assert (page["amount_total"], page["currency"]) == (4500, "jpy")


def test_nothing_that_a_buyer_sends_changes_the_price(stripe, expert, learner):
    session = make_session(expert, price_minor=4500)
    client, url = browser(learner), reverse("registration", args=[session.pk, session.slug])
    client.post(url, {"price": "1", "price_minor": "1", "unit_minor": "1", "amount": "1", "currency": "JPY"})
    order = services.order_of("registration", Registration.objects.get().pk)
    answer = client.post(reverse("order_checkout", args=[order.public_id]), {"amount": "1", "unit_amount": "1"})
    assert answer.status_code == 303
    assert answer["Location"].startswith(stripe.url)
    assert [page["amount_total"] for page in stripe.state.of_kind("checkout.session")] == [4500]


def test_the_money_page_says_where_money_is_and_what_to_do(stripe, deliver, expert, learner, organiser):
    session = make_session(expert, price_minor=4500)
    seated(stripe, deliver, session, learner)
    [intent] = stripe.state.of_kind("payment_intent")
    money.dispute(stripe.state, intent["id"])
    deliver(stripe.state.events[-1])
    from features.payments import money as seen

    context = seen.overview(timezone.now())
    assert [incident.kind for incident in context["incidents"]] == ["dispute"]
    assert all(incident.next_step for incident in context["incidents"])
    now = timezone.now()
    first, after = seen.month_of("", now)
    assert all(seen.month_of(text, now) == (first, after) for text in ("9999-12", "0000-01", "2026-13", "x"))
    assert sum(row["amount"] for row in seen.statement(first, after)) == 0


class TestASeatThatWasGivenBackUnpaid:
    @pytest.fixture
    def held(self, stripe, expert, learner):
        """At the till, for a session that costs nothing by now."""
        session = make_session(expert, price_minor=4500)
        seat = sessions.register(session=session, person=learner)
        services.checkout_url(order=services.order_of("registration", seat.pk))
        type(session).objects.filter(pk=session.pk).update(price_minor=0, capacity=1)
        return Registration.objects.select_related("session").get()

    def test_ends_its_order_whatever_the_session_costs_by_then(self, held, stripe, deliver, learner, outsider):
        sessions.cancel_registration(registration=held, by=learner)
        assert services.order_of("registration", held.pk).released_at
        held.session.refresh_from_db()
        sessions.register(session=held.session, person=outsider)
        money.pay(stripe.state, stripe.state.of_kind("checkout.session")[0]["id"])
        deliver()
        run_pending()
        held.refresh_from_db()
        assert held.confirmed_at is None
        assert list(Refund.objects.values_list("source", "state")) == [("late", "done")]

    def test_is_not_confirmed_by_money_that_comes_then(self, held, stripe, deliver):
        Registration.objects.update(cancelled_at=timezone.now())
        money.pay(stripe.state, stripe.state.of_kind("checkout.session")[0]["id"])
        deliver()
        run_pending()
        held.refresh_from_db()
        assert held.confirmed_at is None
        assert not Payment.objects.get().is_kept
        assert list(Refund.objects.values_list("source", "state")) == [("late", "done")]

"""Paid kinds of ticket: each at its price, through the same till, and its place given back exactly once."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from core.jobs import run_pending
from features.payments import services
from features.payments.models import Invoice, OrderLine, Payment, Refund
from features.sessions import services as sessions
from features.sessions.joining import can_join
from features.sessions.models import Registration, ResaleClaim, SkillSession, TicketKind
from tests.factories import make_session, make_user, with_tickets
from tests.local_stripe import money

pytestmark = pytest.mark.django_db
FREE, STUDENT, FULL = (
    {"name": "Online"},
    {"name": "Student", "price_minor": 1500},
    {"name": "Room", "price_minor": 4500},
)


@pytest.fixture
def session(stripe, expert):
    made = make_session(expert, capacity=4, starts_in=timedelta(days=9), refund_preset="half")
    return with_tickets(made, FREE, STUDENT | {"capacity": 1}, FULL | {"capacity": 1})


def kind(session, name):
    return TicketKind.objects.get(session=session, name=name)


def held(session, person, name):
    seat = sessions.register(session=session, person=person, ticket=kind(session, name))
    return seat, services.order_of("registration", seat.pk)


def paid(stripe, deliver, session, person, name):
    seat, order = held(session, person, name)
    services.checkout_url(order=order)
    money.pay(stripe.state, order.checkouts.get(closed_at=None).stripe_id)
    deliver(stripe.state.events[-1])
    seat.refresh_from_db()
    assert seat.confirmed_at
    return seat


def counts(session):
    assert sessions.recount_seats() == 0
    session.refresh_from_db()
    return session.seats_taken, dict(session.tickets.values_list("name", "seats_taken"))


def test_each_kind_is_paid_at_its_price_and_the_free_one_at_once(stripe, deliver, session, learner, letters):
    free, order = held(session, make_user("Free"), "Online")
    assert free.confirmed_at
    assert order.settled_at
    paid(stripe, deliver, session, learner, "Student")
    assert Payment.objects.get().amount_minor == 1500
    [invoice] = Invoice.objects.all()
    assert f"{session.title}: Student" in str(invoice.lines)
    assert counts(session) == (2, {"Online": 1, "Student": 1, "Room": 0})


def test_the_price_is_what_it_was_when_the_ticket_was_taken(stripe, session, learner):
    _seat, order = held(session, learner, "Room")
    rows = {ticket.name: ticket.pk for ticket in session.tickets.all()}
    with_tickets(session, *({**row, "pk": rows[row["name"]]} for row in (FREE, STUDENT, FULL | {"price_minor": 9900})))
    assert OrderLine.objects.get(order=order).unit_minor == 4500
    assert session.top_price_minor == 9900


def test_what_is_said_of_money_is_what_was_agreed_whatever_the_price_is_now(stripe, deliver, session, learner, letters):
    free = make_user("Free")
    held(session, free, "Online")
    paid(stripe, deliver, session, learner, "Student")
    rows = {ticket.name: ticket.pk for ticket in session.tickets.all()}
    with_tickets(
        session, {**FREE, "pk": rows["Online"], "price_minor": 900}, {"name": "Student", "pk": rows["Student"]}
    )
    letters()
    for person, is_told_of_payment in ((free, False), (learner, True)):
        browser = Client()
        browser.force_login(person)
        assert ("Your payment" in browser.get(session.get_absolute_url()).text) is is_told_of_payment
    sessions.cancel_session(session=session, by=session.host, reason="I am ill.")
    said = {letter.to[0]: letter.body for letter in letters() if "Cancelled" in letter.subject}
    assert "You paid nothing" in said[free.email]
    assert "everything you paid" in said[learner.email]


def test_a_hold_that_ends_unpaid_gives_the_place_of_its_kind_back_once(stripe, session, learner):
    _seat, order = held(session, learner, "Room")
    assert can_join(session, make_user("Next"), timezone.now(), kind(session, "Room")).code == "full"
    assert services.release(order=order, now=timezone.now())
    assert not services.release(order=order, now=timezone.now())
    assert counts(session) == (0, {"Online": 0, "Student": 0, "Room": 0})


@pytest.mark.parametrize("is_taken", [False, True])
def test_money_that_comes_late_gets_a_place_of_its_kind_or_goes_back(stripe, deliver, session, learner, is_taken):
    seat, order = held(session, learner, "Room")
    services.checkout_url(order=order)
    name = order.checkouts.get(closed_at=None).stripe_id
    services.release(order=order, now=timezone.now())
    if is_taken:
        held(session, make_user("Next"), "Room")
    money.pay(stripe.state, name)
    deliver(stripe.state.events[-1])
    run_pending()
    seat.refresh_from_db()
    assert bool(seat.cancelled_at) == is_taken
    assert [refund.source for refund in Refund.objects.all()] == (["late"] if is_taken else [])
    assert counts(session) == (1, {"Online": 0, "Student": 0, "Room": 1})


def test_a_seat_given_back_pays_back_its_own_price_and_the_next_of_its_line_is_offered_it(
    stripe, deliver, session, learner, outsider
):
    seat = paid(stripe, deliver, session, learner, "Room")
    sessions.join_waitlist(session=session, person=outsider, ticket=kind(session, "Room"))
    assert sessions.cancel_registration(registration=seat, by=learner)
    assert not sessions.cancel_registration(registration=seat, by=learner)
    run_pending()
    assert [(refund.amount_minor, refund.source) for refund in Refund.objects.all()] == [(4500, "buyer")]
    mine = sessions.register(session=SkillSession.objects.get(pk=session.pk), person=outsider)
    assert services.order_of("registration", mine.pk).total_minor == 4500
    assert counts(session) == (1, {"Online": 0, "Student": 0, "Room": 1})


def test_the_rest_is_paid_back_once_the_same_kind_is_sold_again_and_by_no_other(stripe, deliver, expert):
    session = make_session(expert, capacity=6, starts_in=timedelta(hours=20), refund_preset="half")
    with_tickets(session, FREE, STUDENT | {"capacity": 2}, FULL | {"capacity": 1})
    first, second = make_user("First"), make_user("Second")
    room = paid(stripe, deliver, session, first, "Room")
    student = paid(stripe, deliver, session, second, "Student")
    for seat in (room, student):
        sessions.cancel_registration(registration=seat, by=seat.person)
    paid(stripe, deliver, session, make_user("Third"), "Student")  # one of two: that place was free anyhow
    held(session, make_user("Free"), "Online")
    assert not ResaleClaim.objects.exclude(refunded_at=None).exists()
    paid(stripe, deliver, session, make_user("Fourth"), "Room")
    assert ResaleClaim.objects.exclude(refunded_at=None).get().registration == room


def test_a_session_that_is_called_off_pays_back_every_kind_at_its_price(stripe, deliver, session, learner, expert):
    for person, name in ((learner, "Student"), (make_user("Second"), "Room")):
        paid(stripe, deliver, session, person, name)
    held(session, make_user("Free"), "Online")
    sessions.cancel_session(session=session, by=expert, reason="Ill")
    run_pending()
    assert sorted(refund.amount_minor for refund in Refund.objects.all()) == [1500, 4500]


def test_a_coupon_for_the_session_is_for_each_of_its_kinds(stripe, session, learner, expert):
    coupon = services.make_coupon(by=expert, code="SPRING", percent=20, currency="EUR", thing=f"session:{session.pk}")
    _seat, order = held(session, learner, "Room")
    services.use_coupon(order=order, code=coupon.code)
    assert services.order_of("registration", Registration.objects.get().pk).total_minor == 3600


def test_without_payments_only_what_is_free_can_be_had(settings, expert, learner):
    settings.STRIPE_SECRET_KEY = ""
    session = with_tickets(make_session(expert), FREE, FULL)
    now = timezone.now()
    assert can_join(session, learner, now, kind(session, "Room")).code == "payments_not_set_up"
    assert can_join(session, learner, now).code == "open"
    assert sessions.register(session=session, person=learner, ticket=kind(session, "Online")).confirmed_at

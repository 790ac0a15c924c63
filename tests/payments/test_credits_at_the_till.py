"""6.17, 10.15: credits pay for seats and meetings, and come back as the rules say."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from features.mentoring import services as mentoring
from features.mentoring.models import Offer
from features.payments import services
from features.payments.models import CreditLot, OrderLine
from features.sessions import services as sessions
from features.sessions.models import Registration, SkillSession
from tests.factories import make_session, make_user
from tests.local_stripe import money
from tests.mentoring.conftest import mentor_page, offer, slot  # noqa: F401

pytestmark = pytest.mark.django_db


def give(person, seller, scope="session", units=3) -> CreditLot:
    package = services.offer_package(
        seller=seller, scope=scope, units=units, price_minor=9000, currency="EUR", valid_days=180
    )
    order = services.buy_package(package=package, person=person)
    services.settle(order=order, now=timezone.now())
    return CreditLot.objects.get(pk=order.lines.get().ref)


def left(person, seller, scope="session"):
    return services.credits_left(person, seller, scope)


@pytest.fixture
def session(expert, stripe):
    return make_session(expert, price_minor=4500, starts_in=timedelta(days=9), capacity=1)


@pytest.fixture
def order(session, expert, learner):
    give(learner, expert)
    return services.order_of("registration", sessions.register(session=session, person=learner).pk)


class TestSeats:
    def test_a_seat_is_paid_by_one_credit_on_the_page_of_its_order(self, order, expert, learner, stripe):
        browser = Client()
        browser.force_login(learner)
        url = f"/payments/orders/{order.public_id}/"
        services.checkout_url(order=order)
        assert "Use one of your 3 credits" in browser.get(url).text
        page = browser.post(f"{url}credit/", follow=True).text
        assert "1 credit" in page
        assert Registration.objects.confirmed().get().person == learner
        assert left(learner, expert) == 2
        assert [one["status"] for one in stripe.state.of_kind("checkout.session")] == ["expired"]
        browser.post(f"{url}credit/")
        assert left(learner, expert) == 2

    def test_in_time_it_comes_back_once_and_that_is_said_before(self, order, session, expert, learner):
        services.pay_with_credit(order=order)
        browser = Client()
        browser.force_login(learner)
        url = f"/sessions/{session.pk}/{session.slug}/registration/cancellation/"
        assert "it is back in your wallet at once" in browser.get(url).text
        browser.post(url)
        browser.post(url)
        assert left(learner, expert) == 3

    def test_it_comes_back_also_where_the_host_asks_for_nothing_any_more(self, order, session, expert, learner):
        services.pay_with_credit(order=order)
        SkillSession.objects.filter(pk=session.pk).update(price_minor=0)
        sessions.cancel_registration(registration=Registration.objects.get(person=learner), by=learner)
        assert left(learner, expert) == 3

    def test_too_late_it_is_spent_until_somebody_else_takes_the_seat(
        self, order, session, expert, learner, deliver, stripe, outsider
    ):
        services.pay_with_credit(order=order)
        session.starts_at = timezone.now() + timedelta(hours=5)
        session.ends_at = session.starts_at + timedelta(hours=1)
        session.save(update_fields=["starts_at", "ends_at"])
        sessions.cancel_registration(registration=Registration.objects.get(), by=learner)
        assert left(learner, expert) == 2
        other = services.order_of("registration", sessions.register(session=session, person=outsider).pk)
        services.checkout_url(order=other)
        money.pay(stripe.state, other.checkouts.get().stripe_id)
        deliver()
        assert left(learner, expert) == 3

    def test_what_the_host_calls_off_brings_it_back(self, order, session, expert, learner):
        services.pay_with_credit(order=order)
        sessions.cancel_session(session=session, by=expert, reason="Ill")
        for _ in range(2):
            sessions.refund_batch(session.pk, 0)
        assert left(learner, expert) == 3

    def test_without_one_it_is_refused_and_the_order_stays(self, session, expert, outsider, learner):
        give(learner, expert, scope="mentoring")
        give(learner, make_user("Kwame Boateng", role="expert"))
        order = services.order_of("registration", sessions.register(session=session, person=learner).pk)
        with pytest.raises(services.SaleRefused, match="no_credit"):
            services.pay_with_credit(order=order)
        order.refresh_from_db()
        assert order.is_unpaid
        assert order.lines.get().unit_minor == 4500

    def test_what_is_paid_already_takes_no_credit(self, order, expert, learner, stripe, deliver):
        services.checkout_url(order=order)
        money.pay(stripe.state, order.checkouts.get().stripe_id)
        with pytest.raises(services.CheckoutRefused, match="paid"):
            services.pay_with_credit(order=order)
        assert left(learner, expert) == 3
        assert OrderLine.objects.get(order=order).unit_minor == 4500


class TestMeetings:
    @pytest.fixture
    def meeting(self, stripe, offer, slot, learner, expert):  # noqa: F811
        Offer.objects.filter(pk=offer.pk).update(price_minor=4500)
        give(learner, expert, scope="mentoring")
        booking = mentoring.book(booking=mentoring.reserve(offer=offer, person=learner, starts_at=slot()))
        services.pay_with_credit(order=services.order_of("booking", booking.pk))
        booking.refresh_from_db()
        return booking

    def test_a_meeting_is_paid_by_one_credit(self, meeting, learner, expert):
        assert meeting.confirmed_at
        assert left(learner, expert, "mentoring") == 2

    @pytest.mark.parametrize(("who", "hours", "after"), [("mentee", 47, 3), ("mentee", 5, 2), ("mentor", 5, 3)])
    def test_it_comes_back_in_time_or_when_the_mentor_calls_it_off(self, meeting, learner, expert, who, hours, after):
        now = meeting.starts_at - timedelta(hours=hours)
        mentoring.cancel_booking(booking=meeting, by=getattr(meeting, who), reason="Ill", now=now)
        assert left(learner, expert, "mentoring") == after

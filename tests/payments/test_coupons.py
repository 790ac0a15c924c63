"""6.18: coupons, whose limits hold however many enter them, and what is left of the price."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from features.mentoring.models import Offer
from features.payments import services
from features.payments.models import Coupon, CouponUse, Order, Payment
from features.payments.services.coupons import reduced
from features.sessions import services as sessions
from features.sessions.models import Registration
from tests.factories import make_session, make_user
from tests.local_stripe import money
from tests.parallel import in_parallel

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def make(by, **facts) -> Coupon:
    facts = {"code": "SPRING", "percent": 20, "currency": "EUR"} | facts
    return services.make_coupon(by=by, **facts)


def order_for(person, session) -> Order:
    return services.order_of("registration", sessions.register(session=session, person=person).pk)


def refusal(order, code="SPRING", now=None) -> str:
    with pytest.raises(services.CheckoutRefused) as refused:
        services.use_coupon(order=order, code=code, now=now)
    return refused.value.code


@pytest.fixture
def session(expert, stripe):
    return make_session(expert, price_minor=4500, starts_in=timedelta(days=9))


class TestThePrice:
    @pytest.mark.parametrize(
        ("facts", "price", "currency", "left"),
        [
            ({"percent": 20}, 4500, "EUR", 3600),
            ({"percent": 33}, 999, "EUR", 670),
            ({"percent": 100}, 4500, "EUR", 0),
            ({"amount_minor": 1000}, 4500, "EUR", 3500),
            ({"amount_minor": 9900}, 4500, "EUR", 0),
            ({"amount_minor": 4450}, 4500, "EUR", 50),
            ({"amount_minor": 4451}, 4500, "EUR", 0),  # too little to be charged
            ({"percent": 50}, 4501, "JPY", 2251),
            ({"percent": 90}, 100, "JPY", 0),
            ({"percent": 50}, 100, "JPY", 50),
            ({"percent": 99}, 20000, "SEK", 0),
        ],
    )
    def test_what_is_left_is_whole_minor_units(self, facts, price, currency, left):
        assert reduced(Coupon(currency=currency, **facts), price, currency) == left

    def test_the_buyer_pays_what_is_left_and_gets_that_back(self, session, expert, learner, stripe, deliver):
        make(expert)
        order = order_for(learner, session)
        services.checkout_url(order=order)  # a page with the old price is open
        services.use_coupon(order=order, code=" spring ")
        (old,) = stripe.state.of_kind("checkout.session")
        assert old["status"] == "expired"
        deliver()
        order.refresh_from_db()
        assert order.is_unpaid
        services.checkout_url(order=order)
        money.pay(stripe.state, order.checkouts.get(closed_at=None).stripe_id)
        deliver()
        assert Payment.objects.get().amount_minor == 3600
        seat = Registration.objects.confirmed().get()
        assert sessions.refund_quote(seat, session, timezone.now()).amount_minor == 3600

    def test_what_costs_nothing_any_more_needs_no_stripe(self, session, expert, learner, stripe):
        make(expert, percent=100)
        order = order_for(learner, session)
        services.use_coupon(order=order, code="SPRING")
        assert Registration.objects.confirmed().get().person == learner
        assert not stripe.state.of_kind("checkout.session")

    def test_another_code_takes_the_place_of_the_first(self, session, expert, learner):
        make(expert)
        make(expert, code="HALF", percent=50)
        order = order_for(learner, session)
        for code in ("SPRING", "SPRING", "HALF"):
            services.use_coupon(order=order, code=code)
        assert order.lines.get().unit_minor == 2250
        assert CouponUse.objects.get().coupon.code == "HALF"


class TestRefusals:
    def test_each_says_why(self, session, expert, learner, outsider, organiser):
        order = order_for(learner, session)
        now = timezone.now()
        assert refusal(order) == "unknown_code"
        coupon = make(expert, starts_at=now + DAY, ends_at=now + 2 * DAY)
        assert refusal(order) == "too_early"
        Coupon.objects.update(starts_at=now - 2 * DAY, ends_at=now - DAY)
        assert refusal(order) == "too_late"
        Coupon.objects.update(ends_at=None, scope="booking")
        assert refusal(order) == "not_for_this"
        Coupon.objects.update(scope="", thing="session:999999")
        assert refusal(order) == "not_for_this"
        Coupon.objects.update(thing="", seller=outsider)
        assert refusal(order) == "not_for_this"
        Coupon.objects.update(seller=expert)
        services.withdraw_coupon(coupon=coupon, by=expert)
        assert refusal(order) == "unknown_code"
        assert order.lines.get().unit_minor == 4500

    def test_a_code_is_for_one_thing(self, session, expert, learner):
        make(expert, thing=f"session:{session.pk}")
        other = order_for(learner, make_session(expert, price_minor=4500))
        assert refusal(other) == "not_for_this"
        services.use_coupon(order=order_for(learner, session), code="SPRING")

    def test_each_person_has_it_so_often_and_an_order_that_ends_unpaid_gives_it_back(self, session, expert, learner):
        make(expert)
        order = order_for(learner, session)
        services.use_coupon(order=order, code="SPRING")
        other = order_for(learner, make_session(expert, price_minor=4500))
        assert refusal(other) == "used_by_you"
        services.release(order=order, now=timezone.now())
        services.use_coupon(order=other, code="SPRING")

    def test_only_what_one_sells_and_only_organisers_for_the_site(self, session, expert, outsider, organiser):
        with pytest.raises(services.SaleRefused, match="not_yours"):
            make(outsider, thing=f"session:{session.pk}")
        with pytest.raises(services.SaleRefused, match="not_an_organiser"):
            make(expert, is_for_site=True)
        assert make(organiser, is_for_site=True).seller is None
        with pytest.raises(services.SaleRefused, match="taken"):
            make(expert, code="spring")

    @pytest.mark.django_db(transaction=True)
    def test_the_last_use_goes_to_one_however_many_enter_it(self, session, expert):
        make(expert, most=2)
        orders = [order_for(make_user(f"Buyer {n}"), session) for n in range(8)]

        def enter(order):
            try:
                services.use_coupon(order=order, code="SPRING")
            except services.CheckoutRefused as refused:
                return refused.code
            return "used"

        results = in_parallel([lambda o=o: enter(o) for o in orders])
        assert (results.count("used"), results.count("used_up")) == (2, 6)


class TestPages:
    def test_a_host_makes_one_a_stranger_sees_the_price_and_a_buyer_enters_it(self, session, client, expert, learner):
        client.force_login(expert)
        body = {"code": "spring-26", "kind": "percent", "value": "120", "target": f"one:session:{session.pk}"}
        body |= {"most_each": "1", "most": "", "starts_on": "", "ends_on": ""}
        assert client.post("/coupons/", body).status_code == 422
        assert client.post("/coupons/", body | {"value": "20"})["Location"] == "/coupons/"
        page = Client().get("/coupons/SPRING-26/").text
        assert "€36" in page
        assert session.title in page
        assert Client().get("/coupons/AUTUMN/").status_code == 404
        order = order_for(learner, session)
        client.force_login(learner)
        url = f"/payments/orders/{order.public_id}/"
        refused = client.post(f"{url}coupon/", {"code": "nope"})
        assert refused.status_code == 422
        assert "There is no such code" in refused.text
        assert 'value="nope"' in refused.text
        assert "Pay €36.00" in client.post(f"{url}coupon/", {"code": "spring-26"}, follow=True).text
        client.force_login(expert)
        for act in ("coupon", "credit"):
            assert client.post(f"{url}{act}/", {"code": "spring-26"}).status_code == 404
        assert "used 1 time" in client.get("/coupons/").text
        place = f"/coupons/{Coupon.objects.get().pk}/withdrawal/"
        assert 'name="act" value="restore"' in client.post(place, follow=True).text
        client.post(place, {"act": "restore"})
        assert Coupon.objects.get().withdrawn_at is None
        client.post(place)
        assert Coupon.objects.get().withdrawn_at

    def test_nobody_withdraws_what_is_not_theirs(self, client, expert, stripe):
        coupon = make(expert)
        client.force_login(make_user("Kwame Boateng", role="expert"))
        assert client.post(f"/coupons/{coupon.pk}/withdrawal/").status_code == 404

    def test_rows_take_no_more_queries(self, client, expert, session, django_assert_max_num_queries):
        for number in range(6):
            make(expert, code=f"CODE-{number}")
        client.force_login(expert)
        with django_assert_max_num_queries(13):
            client.get("/coupons/")

    def test_everything_with_a_price_is_on_the_list(self, session, expert):
        assert [thing.key for thing in services.on_sale(expert)] == [f"session:{session.pk}"]
        assert not Offer.objects.exists()


def test_a_share_too_small_to_take_anything_off_is_refused(expert, learner, stripe):
    make(expert, percent=1)
    order = order_for(learner, make_session(expert, price_minor=99, starts_in=9 * DAY))
    assert refusal(order) == "too_little"
    assert order.total_minor == 99


def test_a_rest_that_stripe_does_not_charge_is_waived(expert, learner, stripe):
    for amount, is_free in ((90, True), (50, False)):
        session = make_session(expert, price_minor=100, currency="JPY", starts_in=timedelta(days=amount))
        order = order_for(learner, session)
        make(expert, code=f"YEN{amount}", percent=amount, currency="JPY")
        services.use_coupon(order=order, code=f"YEN{amount}")
        order.refresh_from_db()
        assert bool(order.settled_at) is is_free
    assert services.checkout_url(order=order)

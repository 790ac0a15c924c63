"""6.17, 10.15: packages bought, spent from what expires first, given back at the price of one."""

from datetime import timedelta
from functools import partial

import pytest
from django.utils import timezone

from core.jobs import run_pending
from features.accounts.personal_data import erase_all
from features.payments import services
from features.payments.models import CreditLot, CreditMove, Payment, Refund
from tests.factories import make_user
from tests.local_stripe import money
from tests.parallel import in_parallel

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def package(expert, stripe):
    return offer(expert)


def offer(seller, **facts):
    facts = {"scope": "mentoring", "units": 5, "price_minor": 19900, "currency": "EUR", "valid_days": 180} | facts
    return services.offer_package(seller=seller, **facts)


def buy(package, person, now=None) -> CreditLot:
    """Paid, as its order would be."""
    order = services.buy_package(package=package, person=person, now=now)
    services.settle(order=order, now=now or timezone.now())
    return CreditLot.objects.get(pk=order.lines.get().ref)


def spend(person, seller, cause, **facts):
    return services.spend_credit(person=person, seller=seller, scope="mentoring", cause=cause, **facts)


class TestBuying:
    def test_credits_are_there_when_they_are_paid_and_not_before(self, package, learner, expert, stripe, deliver):
        order = services.buy_package(package=package, person=learner)
        assert services.credits_left(learner, expert, "mentoring") == 0
        assert services.buy_package(package=package, person=learner) == order
        services.checkout_url(order=order)
        money.pay(stripe.state, order.checkouts.get().stripe_id)
        deliver()
        assert services.credits_left(learner, expert, "mentoring") == 5
        assert services.credits_left(learner, expert, "session") == 0

    def test_their_time_begins_on_the_day_they_are_paid(self, package, learner):
        now = timezone.now()
        order = services.buy_package(package=package, person=learner, now=now - DAY)
        services.settle(order=order, now=now)
        assert CreditLot.objects.get().expires_at == now + timedelta(days=180)

    def test_what_was_bought_is_untouched_by_what_is_sold_later(self, package, learner, expert):
        lot = buy(package, learner)
        services.withdraw_package(package=package)
        offer(expert, price_minor=29900)
        lot.refresh_from_db()
        assert (lot.price_minor, lot.left) == (19900, 5)
        package.refresh_from_db()
        with pytest.raises(services.SaleRefused, match="withdrawn"):
            services.buy_package(package=package, person=learner)

    def test_experts_sell_them_and_not_to_themselves(self, package, learner, expert):
        with pytest.raises(services.SaleRefused, match="not_an_expert"):
            offer(learner)
        with pytest.raises(services.SaleRefused, match="own"):
            services.buy_package(package=package, person=expert)


class TestSpending:
    def test_what_expires_first_is_spent_first(self, package, learner, expert):
        late = buy(package, learner)
        soon = buy(offer(expert, units=2, valid_days=30, price_minor=9000), learner)
        spent = [spend(learner, expert, f"booking:{n}").pk for n in range(3)]
        assert spent == [soon.pk, soon.pk, late.pk]
        assert services.credits_left(learner, expert, "mentoring") == 4

    def test_the_same_cause_spends_one(self, package, learner, expert):
        buy(package, learner)
        for _ in range(2):
            spend(learner, expert, "booking:1")
        assert services.credits_left(learner, expert, "mentoring") == 4

    def test_there_is_none_of_another_seller_none_expired_and_none_left(self, package, learner, expert, outsider):
        lot = buy(package, learner)
        for seller, now in ((outsider, timezone.now()), (expert, lot.expires_at)):
            with pytest.raises(services.SaleRefused, match="no_credit"):
                spend(learner, seller, "booking:1", now=now)
        for number in range(5):
            spend(learner, expert, f"booking:{number}")
        with pytest.raises(services.SaleRefused, match="no_credit"):
            spend(learner, expert, "booking:6")

    def test_what_did_not_take_place_comes_back_once_with_the_same_end(self, package, learner, expert):
        lot = buy(package, learner)
        spend(learner, expert, "booking:1")
        assert services.return_credit(cause="booking:1")
        assert not services.return_credit(cause="booking:1")
        assert not services.return_credit(cause="booking:2")
        after = CreditLot.objects.get()
        assert (after.left, after.expires_at) == (5, lot.expires_at)

    @pytest.mark.django_db(transaction=True)
    def test_the_last_credit_is_spent_once_however_many_press(self, package, learner, expert):
        lot = buy(package, learner)
        CreditLot.objects.filter(pk=lot.pk).update(left=1)

        def press(number):
            try:
                spend(learner, expert, f"booking:{number}")
            except services.SaleRefused:
                return 0
            return 1

        assert sum(in_parallel([partial(press, number) for number in range(6)])) == 1
        assert CreditLot.objects.get().left == 0
        assert CreditMove.objects.count() == 1


class TestGivingBack:
    @pytest.fixture
    def paid(self, package, learner, stripe, deliver):
        order = services.buy_package(package=package, person=learner)
        services.checkout_url(order=order)
        money.pay(stripe.state, order.checkouts.get().stripe_id)
        deliver()
        return CreditLot.objects.get()

    def test_the_rest_goes_back_at_the_price_of_one(self, paid, learner, expert, client, stripe):
        spend(learner, expert, "booking:1")
        spend(learner, expert, "booking:2")
        client.force_login(learner)
        assert "€119.40" in client.get("/account/wallet/").text
        for _ in range(2):
            client.post(f"/account/wallet/{paid.pk}/refund/")
        run_pending()
        [refund] = Refund.objects.all()
        assert (refund.amount_minor, refund.state) == (19900 * 3 // 5, "done")
        assert services.credits_left(learner, expert, "mentoring") == 0
        assert not services.return_credit(cause="booking:1")

    def test_no_more_goes_back_than_an_organiser_left_of_it(self, paid, learner, client, stripe):
        services.ask_refund(payment=Payment.objects.get(), amount_minor=15000, source="organiser", cause="x")
        run_pending()
        client.force_login(learner)
        assert "€49.00" in client.get("/account/wallet/").text
        page = client.post(f"/account/wallet/{paid.pk}/refund/", follow=True).text
        assert "€49.00 are on their way" in page
        run_pending()
        assert sorted(refund["amount"] for refund in stripe.state.of_kind("refund")) == [4900, 15000]

    def test_whose_seller_has_left_meanwhile_is_paid_back(self, package, learner, expert, stripe, deliver, letters):
        order = services.buy_package(package=package, person=learner)
        services.checkout_url(order=order)
        erase_all(expert)
        money.pay(stripe.state, order.checkouts.get().stripe_id)
        deliver()
        run_pending()
        assert Refund.objects.get().source == "late"
        assert [refund["amount"] for refund in stripe.state.of_kind("refund")] == [19900]
        assert services.credits_left(learner, expert, "mentoring") == 0
        assert any("could not be had any more" in letter.body for letter in letters())

    def test_all_of_it_is_the_whole_price_and_what_expired_is_nothing(self, paid):
        assert services.refund_worth(paid, timezone.now()) == 19900
        assert services.refund_worth(paid, paid.expires_at) == 0

    def test_a_full_refund_from_stripes_dashboard_ends_the_lot(self, paid, learner, expert, stripe, deliver):
        payment = stripe.state.of_kind("payment_intent")[0]
        money.refund(stripe.state, {"payment_intent": payment["id"]})
        deliver()
        assert services.credits_left(learner, expert, "mentoring") == 0


class TestPages:
    def test_an_expert_sells_one_and_the_rules_are_read_by_all(self, client, expert, learner, stripe):
        client.force_login(expert)
        body = {"scope": "mentoring", "units": "5", "price": "199.00", "valid_days": "180"}
        assert client.post("/packages/", body | {"price": "0"}).status_code == 422
        assert client.post("/packages/", body)["Location"] == "/packages/"
        rule = "The credits that expire first are spent first."
        assert rule in client.get("/packages/").text
        package = expert.packages.get()
        client.logout()
        page = client.get(f"/packages/{package.pk}/").text
        assert rule in page
        assert "€39.80" in page
        client.force_login(learner)
        assert rule in client.get("/account/wallet/").text
        answer = client.post(f"/packages/{package.pk}/")
        assert answer["Location"].startswith("/payments/orders/")

    def test_somebody_elses_lot_is_not_there(self, client, package, learner):
        lot = buy(package, learner)
        client.force_login(make_user("Kwame Boateng"))
        assert client.post(f"/account/wallet/{lot.pk}/refund/").status_code == 404

    def test_rows_of_the_wallet_take_no_more_queries(
        self, client, package, learner, expert, django_assert_max_num_queries
    ):
        for number in range(4):
            buy(offer(expert, units=number + 2), learner)
            spend(learner, expert, f"booking:{number}")
        client.force_login(learner)
        with django_assert_max_num_queries(8):
            client.get("/account/wallet/")

"""6.19: a subscription as a gift, taken once, whose unused days are kept by whoever goes on as a subscriber."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from core.jobs import run_pending
from features.payments import services
from features.payments.models import Gift, Invoice, Refund, Subscription
from features.payments.services import subscriptions
from tests.local_stripe import money
from tests.parallel import in_parallel
from tests.payments.test_subscriptions import make_plan, subscribe

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def plan(stripe, organiser):
    return make_plan(organiser)


@pytest.fixture
def gift(plan, expert, stripe, deliver) -> Gift:
    order = services.give(plan=plan, giver=expert, words="For your first talk")
    services.checkout_url(order=order)
    money.pay(stripe.state, order.checkouts.get().stripe_id)
    deliver()
    return Gift.objects.get()


def refusal(gift, person) -> str:
    with pytest.raises(services.SaleRefused) as refused:
        services.take(gift=gift, person=person)
    return refused.value.code


def test_paid_it_is_taken_once_and_opens_what_the_plan_says(gift, learner, outsider):
    assert Invoice.objects.get().total_minor == 900
    assert not services.entitled(learner, "library:12")
    for _ in range(2):
        services.take(gift=gift, person=learner)
    assert services.entitled(learner, "library:12")
    assert not services.entitled(learner, "library:12", timezone.now() + 31 * DAY)
    assert refusal(gift, outsider) == "taken"
    assert learner.entitlements.count() == 1


def test_days_that_are_left_are_free_days_of_the_subscription(gift, plan, learner, stripe, deliver):
    services.take(gift=gift, person=learner, now=timezone.now() - 10 * DAY)
    row = subscribe(stripe, deliver, learner, plan)
    assert row.state == "trialing"
    assert row.trial_ends_at.date() == (timezone.now() + 20 * DAY).date()
    assert not row.invoices.exists()


def test_a_gift_taken_after_the_page_was_opened_counts(gift, plan, learner, stripe):
    before = subscriptions.begin(person=learner, plan=plan)
    services.take(gift=gift, person=learner)
    assert subscriptions.begin(person=learner, plan=plan) != before
    assert Subscription.objects.get(state="opening").trial_days == 30


def test_a_second_gift_begins_when_the_first_is_over(gift, plan, expert, learner):
    first = services.take(gift=gift, person=learner)
    other = Gift.objects.create(plan=plan, giver=expert, days=30, paid_at=timezone.now())
    assert services.take(gift=other, person=learner).starts_at == first.until


def test_it_is_refused_with_the_next_step(gift, plan, expert, learner, outsider, stripe, deliver):
    subscribe(stripe, deliver, outsider, plan)
    assert refusal(gift, outsider) == "yours"
    unpaid = services.give(plan=plan, giver=expert)
    assert refusal(Gift.objects.get(pk=unpaid.lines.get().ref), learner) == "no_gift"


def test_not_taken_it_is_given_back_once_for_two_weeks(gift, expert, learner):
    late = gift.paid_at + 15 * DAY
    with pytest.raises(services.SaleRefused, match="too_late"):
        services.give_back_gift(gift=gift, by=expert, now=late)
    services.give_back_gift(gift=gift, by=expert)
    with pytest.raises(services.SaleRefused, match="too_late"):
        services.give_back_gift(gift=gift, by=expert)
    run_pending()
    assert [(row.amount_minor, row.state) for row in Refund.objects.all()] == [(900, "done")]
    assert refusal(gift, learner) == "no_gift"


@pytest.mark.django_db(transaction=True)
def test_of_many_who_open_the_link_at_once_one_takes_it(plan, expert, learner, outsider, organiser):
    gift = Gift.objects.create(plan=plan, giver=expert, days=30, paid_at=timezone.now())

    def take(person):
        try:
            return services.take(gift=gift, person=person).person_id
        except services.SaleRefused as refused:
            return refused.code

    results = in_parallel([lambda p=p: take(p) for p in (learner, outsider, organiser)])
    assert results.count("taken") == 2


@pytest.mark.django_db(transaction=True)
def test_of_two_gifts_taken_at_once_one_begins_after_the_other(plan, expert, learner):
    gifts = [Gift.objects.create(plan=plan, giver=expert, days=30, paid_at=timezone.now()) for _ in range(2)]
    in_parallel([lambda g=gift: services.take(gift=g, person=learner) for gift in gifts])
    first, second = learner.entitlements.order_by("starts_at")
    assert second.starts_at == first.until


@pytest.mark.parametrize("is_taken", [True, False])
def test_its_price_is_the_sites_once_it_cannot_go_back(gift, learner, is_taken):
    if is_taken:
        services.take(gift=gift, person=learner)
    for _ in range(2):
        services.release_earnings(now=timezone.now() + 60 * DAY)
    assert services.balances()["commission", "EUR"] == -900
    assert services.balances()["held", "EUR"] == 0


def test_it_is_given_on_pages_and_its_address_is_for_one(plan, expert, learner, outsider, client):
    client.force_login(expert)
    assert client.get(f"/plans/{plan.pk}/gift/").status_code == 200
    answer = client.post(f"/plans/{plan.pk}/gift/", {"words": "For your first talk"})
    assert answer["Location"].startswith("/payments/orders/")
    gift = Gift.objects.get()
    services.settle(order=services.order_of("gift", gift.pk), now=timezone.now())
    url = f"/gifts/{gift.code}/"
    assert f"testserver{url}" in client.get(url).text
    page = Client().get(url).text
    assert "For your first talk" in page
    assert "Log in to take it" in page
    client.force_login(learner)
    assert "It is yours until" in client.post(url, follow=True).text
    assert client.post(f"{url}withdrawal/").status_code == 404
    client.force_login(outsider)
    assert "Somebody has taken this gift already" in client.get(url).text

"""Whoever closes their account takes their works off the list and stops selling; what others paid for stays theirs."""

import pytest
from django.test import Client
from django.utils import timezone

from features.accounts.personal_data import foretell_all, leave_all
from features.library import services
from features.library.models import Work
from features.payments import services as payments
from features.payments.models import Refund
from tests.library.conftest import buy, lessons_of, write
from tests.local_stripe import money
from tests.payments.conftest import deliver, stripe, stripe_server  # noqa: F401

pytestmark = pytest.mark.django_db


def test_works_leave_the_list_and_stay_with_who_has_them(expert, learner, skill, settings):
    settings.STRIPE_SECRET_KEY = "sk_test_1"
    work = write(expert, skill, price_minor=4500)
    write(expert, skill, title="A draft", published=False)
    buy(learner, work)
    assert ("Articles and courses taken off the list; whoever has bought or begun one keeps it", 1) in foretell_all(
        expert
    ).at_once
    leave_all(expert)
    assert not Work.objects.filter(withdrawn_at=None, published_at__isnull=False).exists()
    reader = Client()
    reader.force_login(learner)
    assert "The text of" in reader.get(lessons_of(work)[1].get_absolute_url()).text
    leave_all(expert)
    services.publish(work=work, by=expert)  # somebody who comes back puts it on the list again
    assert Work.objects.get(pk=work.pk).is_listed


def test_credits_that_can_no_longer_be_spent_are_paid_back(expert, learner, stripe, deliver):  # noqa: F811
    package = payments.offer_package(
        seller=expert, scope="mentoring", units=5, price_minor=19900, currency="EUR", valid_days=180
    )
    order = payments.buy_package(package=package, person=learner)
    payments.checkout_url(order=order)
    money.pay(stripe.state, order.checkouts.get().stripe_id)
    deliver()
    payments.spend_credit(person=learner, seller=expert, scope="mentoring", cause="booking:1")
    assert ("Packages paid back to who bought them", 1) in foretell_all(expert).at_once
    leave_all(expert)
    package.refresh_from_db()
    assert package.withdrawn_at <= timezone.now()
    assert [(row.source, row.amount_minor) for row in Refund.objects.all()] == [("host_cancelled", 15920)]
    assert payments.credits_left(learner, expert, "mentoring") == 0

"""An account for payouts that was closed at Stripe: nothing is sent there, and its owner opens another one."""

import pytest

from features.payments import services, stripe_client
from features.payments.models import PayoutAccount, Transfer
from tests.factories import make_session
from tests.local_stripe import connect
from tests.payments.selling import onboarded, release, sold
from tests.payments.test_earnings_page import sure_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def closed(stripe, expert):
    account = onboarded(stripe, expert)
    assert account.is_ready
    del stripe.state.objects[account.stripe_id]
    return account


def test_looked_at_it_is_not_ready_any_more_and_its_owner_is_told(closed, letters, expert):
    letters()
    for _ in range(2):
        with pytest.raises(stripe_client.StripeRefused):
            services.look_at_account(account=closed)
    closed.refresh_from_db()
    assert (closed.is_ready, closed.is_submitted, closed.is_paid_out) == (False, False, False)
    assert [letter.to for letter in letters()] == [[expert.email]]


def test_what_cannot_be_sent_there_waits_for_another_one(closed, stripe, expert, learner):
    earning = release(sold(stripe, make_session(expert, price_minor=4500), learner))
    sent = Transfer.objects.get(earning=earning)
    closed.refresh_from_db()
    assert (sent.state, closed.is_ready) == ("failed", False)
    before = closed.stripe_id
    assert services.onboarding_url(person=expert)
    closed.refresh_from_db()
    assert closed.stripe_id not in (None, before)
    connect.fill_in(stripe.state, closed.stripe_id)
    services.look_at_account(account=closed)
    assert services.try_transfer_again(transfer=sent)
    services.send_transfer(sent.pk)
    sent.refresh_from_db()
    assert sent.state == "done"
    assert stripe.state.objects[sent.stripe_id]["destination"] == closed.stripe_id


def test_on_the_page_the_way_to_stripe_is_open_again(closed, expert):
    client = sure_of(expert)
    client.post("/account/earnings/account/", {"act": "look"})
    answer = client.post("/account/earnings/onboarding/")
    assert answer.status_code == 303
    assert "/connect/" in answer["Location"]
    assert PayoutAccount.objects.get().stripe_id != closed.stripe_id

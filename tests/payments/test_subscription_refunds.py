"""An organiser pays a subscription back by hand, in whole or in part: shown first, done once, told, on the record."""

import pytest

from core.jobs import run_pending
from features.accounts.models import AuditEntry
from features.payments import services
from features.payments.models import Invoice, SubscriptionInvoice, SubscriptionRefund
from tests.accounts.conftest import add_totp, log_in
from tests.local_stripe import money
from tests.payments.selling import even
from tests.payments.test_subscriptions import make_plan, subscribe

pytestmark = pytest.mark.django_db


@pytest.fixture
def paid(organiser, learner, stripe, deliver):
    subscribe(stripe, deliver, learner, make_plan(organiser))
    return SubscriptionInvoice.objects.get()


@pytest.fixture
def office(client, organiser):
    log_in(client, organiser, add_totp(organiser))
    return client


@pytest.fixture
def url(paid):
    return f"/manage/money/subscriptions/{paid.pk}/refund/"


FORM = {"amount": "4.50", "reason": "The films did not play", "token": "one-press"}
SURE = FORM | {"act": "pay_back"}


def test_a_part_is_shown_first_then_paid_back_once(paid, url, office, organiser, learner, stripe, letters, client):
    letters()
    assert url in office.get(f"/manage/money/subscriptions/{paid.pk}/").text
    assert "9.00" in office.get(url).text
    page = office.post(url, FORM)
    assert page.status_code == 200
    assert "€4.50 go back" in page.text
    assert "goes on, and is charged again" in page.text
    assert not SubscriptionRefund.objects.exists()
    for _ in range(2):
        assert office.post(url, SURE).status_code == 303
    run_pending()
    refund = SubscriptionRefund.objects.get()
    assert (refund.amount_minor, refund.source, refund.requested_by) == (450, "organiser", organiser)
    assert refund.state == "done"
    assert [one["amount"] for one in stripe.state.of_kind("refund")] == [450]
    note = Invoice.objects.get(kind="credit_note")
    assert (note.total_minor, note.corrects, note.person) == (-450, paid.invoice, learner)
    [letter] = [letter for letter in letters() if learner.email in letter.to]
    assert letter.subject == "€4.50 go back to you: All of the library"
    for words in ("The films did not play", "goes on as it was", "five to ten days"):
        assert words in letter.body
    assert AuditEntry.objects.filter(act="subscription.refunded", actor_id=organiser.pk).count() == 1
    assert services.entitled(learner, "library")
    assert even(stripe)
    story = office.get(f"/manage/money/subscriptions/{paid.pk}/").text
    assert "The films did not play" in story
    client.force_login(learner)
    assert "The films did not play" in client.get("/account/subscription/").text


def test_all_of_it_with_an_end_ends_it_and_closes_what_it_opened(paid, url, office, learner, stripe, letters):
    letters()
    form = SURE | {"amount": "9", "ends": "on"}
    assert "ends at once" in office.post(url, form | {"act": ""}).text
    for _ in range(2):
        office.post(url, form)
    run_pending()
    assert [one["status"] for one in stripe.state.of_kind("subscription")] == ["canceled"]
    assert not services.entitled(learner, "library")
    [letter] = [letter for letter in letters() if learner.email in letter.to]
    assert "ended with it" in letter.body
    assert "went back already" in office.get(url).text
    assert even(stripe)


def test_of_one_that_is_over_no_end_is_offered(paid, url, office, stripe):
    services.end_row(paid.subscription)
    assert 'name="ends"' not in office.get(url).text
    assert "has ended before" in office.post(url, FORM | {"ends": "on"}).text
    office.post(url, SURE | {"ends": "on"})
    assert not SubscriptionRefund.objects.get().ends_subscription


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"amount": "9.01"}, "No more than €9.00"),
        ({"amount": "0"}, "Write a price"),
        ({"amount": "4.505"}, "Write a price"),
        ({"reason": ""}, "required"),
    ],
)
def test_more_than_is_left_and_no_reason_are_refused(url, office, wrong, said):
    answer = office.post(url, SURE | wrong)
    assert answer.status_code == 422
    assert said in answer.text
    assert not SubscriptionRefund.objects.exists()


def test_two_decisions_at_once_never_come_to_more_than_was_paid(paid, organiser):
    facts = {"paid": paid, "amount_minor": 500, "reason": "Why", "by": organiser}
    first = services.refund_subscription(**facts, token="a")
    assert services.refund_subscription(**facts, token="a") == first
    with pytest.raises(services.RefundRefused, match="too_much"):
        services.refund_subscription(**facts, token="b")
    for amount in (0, -5):
        with pytest.raises(services.RefundRefused, match="too_much"):
            services.refund_subscription(**facts | {"amount_minor": amount}, token="c")


def test_what_was_paid_from_no_card_is_paid_back_in_stripe(paid, organiser):
    SubscriptionInvoice.objects.update(intent_id="")
    with pytest.raises(services.RefundRefused, match="no_card"):
        services.refund_subscription(paid=paid, amount_minor=500, reason="Why", by=organiser, token="a")


def test_news_of_it_may_come_before_the_answer_and_twice(paid, organiser, stripe, deliver):
    services.refund_subscription(paid=paid, amount_minor=500, reason="Why", by=organiser, token="a")
    row = SubscriptionRefund.objects.get()
    data = {"subscription_refund": row.public_id}
    money.refund(stripe.state, {"payment_intent": paid.intent_id, "amount": 500, "metadata": data})
    for _ in range(2):
        assert set(deliver()) == {200}
    run_pending()
    assert len(stripe.state.of_kind("refund")) == 1
    assert Invoice.objects.filter(kind="credit_note").count() == 1
    assert even(stripe)

"""6.11–6.13, 6.24, P2: a subscription is what Stripe says last, and what it opens follows from that alone."""

import re
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from core.jobs import run_pending
from features.accounts.personal_data import erase_all, leave_all
from features.notifications.models import Notification
from features.payments import services, stripe_client
from features.payments.models import (
    Account,
    Entitlement,
    Incident,
    LedgerEntry,
    Plan,
    PlanPrice,
    StripeEvent,
    Subscription,
    SubscriptionInvoice,
)
from features.payments.services import subscriptions
from tests.accounts.conftest import add_totp, log_in
from tests.local_stripe import money
from tests.local_stripe import subscriptions as there

pytestmark = pytest.mark.django_db
A_DAY = there.A_DAY


@pytest.fixture
def plan(stripe, organiser):
    return make_plan(organiser)


def make_plan(by, amount=900, **facts):
    facts = {"name": "All of the library", "about": "Every article and course", "trial_days": 0} | facts
    return services.save_plan(plan=Plan(**facts), amount_minor=amount, currency="EUR", by=by)


def subscribe(stripe, deliver, person, plan) -> Subscription:
    subscriptions.begin(person=person, plan=plan)
    row = Subscription.objects.filter(person=person).latest("pk")
    money.pay(stripe.state, row.checkout_id)
    assert set(deliver()) == {200}
    row.refresh_from_db()
    return row


def pass_time(stripe, deliver, days):
    there.advance(stripe.state, days * A_DAY)
    for event in stripe.state.events:  # the webhook believes no signature of tomorrow, and looks at no event's age
        services.receive(event)


def shown_on(page):
    return re.search(r'name="shown" value="([^"]+)"', page)[1]


def customer(stripe):
    return stripe.state.of_kind("customer")[0]


class TestBeginning:
    def test_paid_it_opens_what_the_plan_says(self, plan, learner, stripe, deliver):
        row = subscribe(stripe, deliver, learner, plan)
        assert row.state == "active"
        assert services.entitled(learner, "library:12")
        assert row.invoices.get().amount_minor == 900
        assert not Incident.objects.exists()

    def test_its_money_is_in_the_books_once(self, plan, learner, stripe, deliver):
        subscribe(stripe, deliver, learner, plan)
        deliver()
        booked = LedgerEntry.objects.values_list("account", "amount_minor")
        assert sorted(booked) == [
            (Account.COMMISSION, -900), (Account.FEES, 38), (Account.STRIPE, -38), (Account.STRIPE, 900),
        ]  # fmt: skip
        assert services.reconcile().is_even

    def test_without_an_event_looking_again_finds_it(self, plan, learner, stripe, client):
        subscriptions.begin(person=learner, plan=plan)
        money.pay(stripe.state, Subscription.objects.get().checkout_id)
        client.force_login(learner)
        assert "Stripe has not told us yet" in client.get("/account/subscription/?back=paid").text
        client.post("/account/subscription/act/", {"act": "look"})
        assert services.entitled(learner, "library")

    def test_two_presses_open_one_page_and_a_second_subscription_is_refused(self, plan, learner, stripe, deliver):
        assert subscriptions.begin(person=learner, plan=plan) == subscriptions.begin(person=learner, plan=plan)
        subscribe(stripe, deliver, learner, plan)
        with pytest.raises(services.SaleRefused, match="yours"):
            subscriptions.begin(person=learner, plan=plan)
        assert Subscription.objects.count() == 1

    def test_a_trial_is_once_and_charges_nothing_at_first(self, organiser, learner, stripe, deliver):
        plan = make_plan(organiser, trial_days=14)
        row = subscribe(stripe, deliver, learner, plan)
        assert row.state == "trialing"
        assert services.entitled(learner, "library")
        assert not SubscriptionInvoice.objects.exists()
        assert subscriptions.trial_of(learner, plan) == 0

    def test_three_days_before_the_first_charge_one_is_reminded_once(
        self, organiser, learner, stripe, deliver, letters
    ):
        row = subscribe(stripe, deliver, learner, make_plan(organiser, trial_days=14))
        letters()
        ends = row.trial_ends_at
        assert services.remind_of_charges(now=ends - timedelta(days=4)) == 0
        for _ in range(2):
            services.remind_of_charges(now=ends - timedelta(days=2))
        [letter] = letters()
        assert "€9.00 are charged for the first time" in letter.body
        assert Notification.objects.filter(kind="trial_ends").count() == 1


class TestSteering:
    @pytest.fixture
    def row(self, plan, learner, stripe, deliver):
        return subscribe(stripe, deliver, learner, plan)

    def press(self, client, learner, **body):
        client.force_login(learner)
        assert client.post("/account/subscription/act/", body).status_code == 303
        return Subscription.objects.get()

    def test_ended_it_stays_open_until_the_last_paid_day(self, row, learner, client, stripe, deliver):
        assert self.press(client, learner, act="cancel").ends_at_period_end
        assert "Keep it after all" in client.get("/account/subscription/").text
        assert services.entitled(learner, "library")
        pass_time(stripe, deliver, 31)
        assert Subscription.objects.get().state == "canceled"
        assert not services.entitled(learner, "library")

    def test_which_can_be_undone(self, row, learner, client, stripe, deliver):
        self.press(client, learner, act="cancel")
        assert not self.press(client, learner, act="undo").ends_at_period_end
        pass_time(stripe, deliver, 31)
        assert Subscription.objects.get().state == "active"
        assert SubscriptionInvoice.objects.count() == 2

    def test_paused_nothing_is_charged_and_what_was_paid_is_used_up(self, row, learner, client, stripe, deliver):
        paused = self.press(client, learner, act="pause", months="2")
        assert paused.state == "paused"
        assert services.entitled(learner, "library")
        assert not services.entitled(learner, "library", row.period_ends_at + timedelta(hours=1))
        pass_time(stripe, deliver, 40)
        assert SubscriptionInvoice.objects.count() == 1
        assert not services.entitled(learner, "library", row.period_ends_at + timedelta(days=9))
        assert Subscription.objects.get().period_ends_at == row.period_ends_at
        assert self.press(client, learner, act="go_on").state == "active"
        assert services.entitled(learner, "library")

    @pytest.mark.parametrize(("interval", "paid_days"), [("month", 30), ("year", 365)])
    @pytest.mark.parametrize("by_itself", [False, True])
    def test_a_pause_gives_no_time_away(self, organiser, outsider, stripe, deliver, interval, paid_days, by_itself):
        """On going on, by hand or when the pause is over, the next period begins and is paid."""
        row = subscribe(stripe, deliver, outsider, make_plan(organiser, interval=interval, amount=9900))
        subscriptions.pause(row=row, months=1)
        pass_time(stripe, deliver, paid_days + 1)
        row.refresh_from_db()
        used_up = row.period_ends_at
        assert (row.state, row.invoices.count()) == ("paused", 1)
        assert services.go_on_paused(now=row.resumes_at - timedelta(minutes=1)) == 0
        for _ in range(2):  # by hand and by itself in one moment is once
            if by_itself:
                services.go_on_paused(now=row.resumes_at)
            else:
                subscriptions.go_on(row=row, now=used_up + timedelta(days=1))
        deliver()
        for event in stripe.state.events:
            services.receive(event)
        row.refresh_from_db()
        assert (row.state, row.invoices.count(), row.resumes_at) == ("active", 2, None)
        assert row.period_ends_at >= used_up + timedelta(days=paid_days)
        assert Entitlement.objects.get(person=outsider).until is None

    def test_gone_on_with_before_it_was_used_up_it_is_as_it_was(self, row, stripe, deliver):
        subscriptions.pause(row=row, months=1)
        subscriptions.go_on(row=Subscription.objects.get())
        now = Subscription.objects.get()
        assert (now.state, now.period_ends_at) == ("active", row.period_ends_at)
        assert len(stripe.state.of_kind("invoice")) == 1
        with pytest.raises(services.SaleRefused, match="not_now"):
            subscriptions.go_on(row=now)

    def test_refused_to_go_on_it_is_tried_ever_more_rarely_and_then_told(
        self, row, learner, organiser, client, stripe, deliver, letters, monkeypatch
    ):
        subscriptions.pause(row=row, months=1)
        row.refresh_from_db()
        real, keys = stripe_client.call, []

        def refuses(act, *arguments, key="", **more):
            if "-resume-" in key or "-renew" in key:
                keys.append(key)
                raise stripe_client.StripeRefused("card_declined", "No")
            return real(act, *arguments, key=key, **more)

        monkeypatch.setattr(stripe_client, "call", refuses)
        for hours in range(24 * 10):
            services.go_on_paused(now=row.resumes_at + timedelta(hours=hours))
        assert len(keys) == len(set(keys)) == 5
        assert Incident.objects.get().kind == "not_resumed"
        [letter] = [letter for letter in letters() if learner.email in letter.to]
        assert "could not go on" in letter.subject
        client.force_login(learner)
        assert "Stripe refused that" in client.get("/account/subscription/").text
        monkeypatch.setattr(stripe_client, "call", real)
        assert self.press(client, learner, act="go_on").state == "active"
        assert Incident.objects.get().resolved_at
        assert "Stripe refused that" not in client.get("/account/subscription/").text

    def test_ended_undone_and_ended_again_within_seconds_is_ended(self, row, learner, client, stripe):
        for act in ("cancel", "undo", "cancel"):
            found = self.press(client, learner, act=act)
        [there_too] = stripe.state.of_kind("subscription")
        assert found.ends_at_period_end
        assert there_too["cancel_at_period_end"]

    def test_what_is_paused_is_not_changed(self, row, learner, organiser, client):
        dear = make_plan(organiser, interval="year", amount=9900, name="Year")
        subscriptions.pause(row=row, months=1)
        client.force_login(learner)
        answer = client.get(f"/plans/{dear.pk}/change/", follow=True)
        assert "Only a subscription that is paid can be changed." in answer.text
        with pytest.raises(services.SaleRefused, match="not_now"):
            subscriptions.preview_change(row=Subscription.objects.get(), plan=dear)

    def test_another_plan_says_to_the_cent_what_it_costs_first(self, row, learner, organiser, client, stripe, deliver):
        dear = make_plan(organiser, amount=2900, name="Library and sessions")
        client.force_login(learner)
        page = client.get(f"/plans/{dear.pk}/change/").text
        said = round(float(re.search(r"Change, pay €(\d+\.\d\d)", page)[1]) * 100)
        assert 1900 < said <= 2000
        assert Subscription.objects.get().price.plan != dear
        there.advance(stripe.state, A_DAY)  # what is left of the month is less by now; what was shown holds
        stripe.state.faults.extend([("POST /v1/subscriptions", "reset")] * 2)  # it is done, and nobody hears of it
        for said_then in ("Nothing is charged twice", "Changed."):
            answer = client.post(f"/plans/{dear.pk}/change/", {"shown": shown_on(page)}, follow=True)
            assert said_then in answer.text
        deliver()
        assert Subscription.objects.get().price.plan == dear
        assert [one["amount_paid"] for one in stripe.state.of_kind("invoice") if one["amount_paid"]].count(said) == 1
        assert SubscriptionInvoice.objects.latest("pk").amount_minor == said

    def test_a_price_that_rose_since_it_was_shown_is_shown_anew_first(
        self, row, learner, organiser, client, stripe, deliver
    ):
        more = make_plan(organiser, amount=1900, name="More")
        client.force_login(learner)
        page = client.get(f"/plans/{more.pk}/change/").text
        services.save_plan(plan=Plan.objects.get(pk=more.pk), amount_minor=9900, currency="EUR", by=organiser)
        for shown in (shown_on(page), "", "made:up"):
            answer = client.post(f"/plans/{more.pk}/change/", {"shown": shown})
            assert answer.status_code == 422
            assert "nothing was charged. See what it costs now." in answer.text
            assert re.search(r"Change, pay €(90\.00|89\.99)", answer.text)  # of 99.00 less 9.00
        assert Subscription.objects.get().price.plan != more
        assert len(stripe.state.of_kind("invoice")) == 1
        assert client.post(f"/plans/{more.pk}/change/", {"shown": shown_on(answer.text)}).status_code == 303
        assert Subscription.objects.get().price.plan == more

    def test_cards_and_invoices_are_stripes_own_pages(self, row, learner, client, stripe):
        client.force_login(learner)
        assert "/portal/" in client.post("/account/subscription/act/", {"act": "portal"})["Location"]

    def test_a_new_price_is_for_new_subscribers_alone(self, row, plan, learner, outsider, organiser, stripe, deliver):
        """6.24."""
        services.save_plan(plan=plan, amount_minor=1500, currency="EUR", by=organiser)
        pass_time(stripe, deliver, 31)
        assert [invoice.amount_minor for invoice in row.invoices.order_by("pk")] == [900, 900]
        other = subscribe(stripe, deliver, outsider, Plan.objects.get())
        assert other.invoices.get().amount_minor == 1500
        assert PlanPrice.objects.count() == 2

    def test_who_closes_their_account_is_charged_no_more(self, row, learner, stripe):
        erase_all(learner)
        run_pending()
        assert stripe.state.of_kind("subscription")[0]["status"] == "canceled"

    def test_nor_for_another_one_that_was_begun_meanwhile(self, row, plan, learner, stripe, deliver):
        leave_all(learner)
        run_pending()
        subscribe(stripe, deliver, learner, plan)
        leave_all(learner)
        run_pending()
        assert [one["status"] for one in stripe.state.of_kind("subscription")] == ["canceled"] * 2

    def test_nor_can_they_pay_on_a_page_that_is_open(self, plan, outsider, stripe):
        subscriptions.begin(person=outsider, plan=plan)
        erase_all(outsider)
        run_pending()
        [page] = stripe.state.of_kind("checkout.session")
        assert page["status"] == "expired"

    def test_and_what_they_paid_meanwhile_ends(self, plan, outsider, stripe):
        subscriptions.begin(person=outsider, plan=plan)
        money.pay(stripe.state, Subscription.objects.get(person=outsider).checkout_id)
        erase_all(outsider)
        run_pending()
        assert stripe.state.of_kind("subscription")[0]["status"] == "canceled"


class TestFailing:
    def test_access_stays_while_it_is_tried_again_with_a_banner_and_a_letter(
        self, plan, learner, stripe, deliver, client, letters
    ):
        """6.11."""
        subscribe(stripe, deliver, learner, plan)
        letters()
        customer(stripe)["fails"] = True
        pass_time(stripe, deliver, 30)
        assert Subscription.objects.get().state == "past_due"
        assert services.entitled(learner, "library")
        client.force_login(learner)
        assert "A payment did not go through." in client.get("/account/subscription/").text
        assert "A payment did not go through." in client.get("/library/learning/").text
        assert [letter.subject for letter in letters()] == ["A payment did not go through"]
        customer(stripe)["fails"] = False
        pass_time(stripe, deliver, 1)
        assert Subscription.objects.get().state == "active"
        assert SubscriptionInvoice.objects.count() == 2

    def test_it_ends_when_stripe_gives_up(self, plan, learner, stripe, deliver):
        subscribe(stripe, deliver, learner, plan)
        customer(stripe)["fails"] = True
        pass_time(stripe, deliver, 40)
        assert Subscription.objects.get().state == "unpaid"
        assert not services.entitled(learner, "library")

    def test_with_stripe_away_what_was_paid_stays_open_and_pages_say_so(self, plan, learner, stripe, deliver, client):
        """6.10."""
        subscribe(stripe, deliver, learner, plan)
        stripe.state.faults.extend([("POST /v1/subscriptions", 500)] * 4)
        assert services.entitled(learner, "library")
        client.force_login(learner)
        answer = client.post("/account/subscription/act/", {"act": "cancel"}, follow=True)
        assert "Nothing is charged twice" in answer.text  # and whether it was done nobody knows
        assert not Subscription.objects.get().ends_at_period_end
        stripe.state.faults.clear()
        stripe.state.faults.append(("POST /v1/subscriptions", 402))
        answer = client.post("/account/subscription/act/", {"act": "cancel"}, follow=True)
        assert "Stripe refused it, and nothing was changed" in answer.text
        stripe.state.faults.clear()
        stripe.state.faults.append(("POST /v1/subscriptions", 401))
        answer = client.post("/account/subscription/act/", {"act": "cancel"}, follow=True)
        assert "That is our fault" in answer.text  # and not that of a card
        answer = client.post("/account/subscription/act/", {"act": "cancel"}, follow=True)
        assert '<input type="hidden" name="act" value="undo">' in answer.text


def state_of(person):
    """What it all comes to, without ids and times of ours."""
    row = Subscription.objects.get(person=person)
    return {
        "row": (row.state, row.period_ends_at, row.ends_at_period_end, row.price_id, row.ended_at),
        "open": list(Entitlement.objects.filter(person=person).values_list("key", "revoked_at", "until")),
        "paid": sorted(SubscriptionInvoice.objects.values_list("stripe_id", "amount_minor")),
        "booked": sorted(LedgerEntry.objects.values_list("account", "amount_minor")),
        "incidents": Incident.objects.count(),
    }


def test_every_order_of_a_subscriptions_events_ends_in_one_state(plan, learner, stripe):
    """P2: 120 of them, doubled as well."""
    subscriptions.begin(person=learner, plan=plan)
    money.pay(stripe.state, Subscription.objects.get().checkout_id)
    there.advance(stripe.state, 31 * A_DAY)
    kinds = (
        "customer.subscription.created",
        "invoice.paid",
        "customer.subscription.updated",
        "checkout.session.completed",
    )
    events = [next(event for event in stripe.state.events if event["type"] == kind) for kind in kinds]
    events.append([event for event in stripe.state.events if event["type"] == "invoice.paid"][-1])
    found = []

    def receive(*come):
        """What comes next; orders that begin alike share their beginning."""
        for event in events:
            if event not in come:
                before = transaction.savepoint_create()
                services.receive(event)
                receive(*come, event)
                transaction.savepoint_rollback(before)
        if len(come) == len(events):
            services.receive(come[0])
            assert StripeEvent.objects.count() == 5
            found.append(state_of(learner))

    receive()
    assert len(found) == 120
    assert all(state == found[0] for state in found)
    assert found[0]["row"][0] == "active"
    assert len(found[0]["paid"]) == 2


def test_plans_are_the_organisers_and_prices_are_versions(client, organiser, learner, stripe, plan):
    page = client.get("/plans/").text
    assert "All of the library" in page
    assert "How it ends" in page
    plan.withdrawn_at = timezone.now()
    plan.save()
    page = client.get("/plans/").text
    assert "See the library" in page
    assert "How it ends" not in page
    client.force_login(organiser)
    assert 'href="/manage/plans/"' in client.get("/plans/").text
    plan.withdrawn_at = None
    plan.save()
    client.force_login(learner)
    assert client.get("/manage/plans/").status_code == 404
    assert "Subscribe" in client.get("/plans/").text
    assert client.post(f"/plans/{plan.pk}/start/")["Location"].startswith(stripe.url)


def test_how_often_a_plan_is_paid_stays_as_it_is(client, organiser, stripe, plan):
    """Its prices at Stripe are of that, and who has it pays so."""
    log_in(client, organiser, add_totp(organiser))
    body = {"name": "Renamed", "about": "All", "interval": "year", "trial_days": "0", "price": "9"}
    client.post(f"/manage/plans/{plan.pk}/", body)
    plan.refresh_from_db()
    assert (plan.name, plan.interval) == ("Renamed", "month")
    plan.interval = "year"
    with pytest.raises(services.SaleRefused, match="interval"):
        services.save_plan(plan=plan, amount_minor=900, currency="EUR", by=organiser)


def test_without_a_key_there_is_nothing_to_subscribe_to(client, settings):
    settings.STRIPE_SECRET_KEY = ""
    assert "Nothing to subscribe to" in client.get("/plans/").text


def test_timezone_is_utc_in_what_stripe_says(plan, learner, stripe, deliver):
    row = subscribe(stripe, deliver, learner, plan)
    assert timedelta(days=29) < row.period_ends_at - timezone.now() <= timedelta(days=30)

"""Who earns sees line by line where their money is; who runs the site sees whose money waits, and what to do."""

import csv
import io
import time
from datetime import timedelta

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from core.jobs import run_pending
from features.accounts.personal_data import foretell_all, leave_all
from features.accounts.services import revoke_role
from features.payments import money, payout_pages, services
from features.payments.models import Package, PayoutAccount, Transfer
from features.sessions import services as sessions
from tests.accounts.conftest import add_totp, code_now
from tests.factories import make_session, make_user
from tests.local_stripe import connect
from tests.payments.selling import onboarded, release, sold
from tests.payments.test_paid_sessions import browser

pytestmark = pytest.mark.django_db


def sure_of(person):
    """A browser in which the second factor was shown just now."""
    client = browser(person)
    session = client.session
    record = {"method": "mfa", "type": "totp", "at": time.time(), "reauthenticated": True}
    session["account_authentication_methods"] = [record]
    session.save()
    return client


@pytest.fixture(scope="module")
def session(expert):
    return make_session(expert, capacity=5, price_minor=4500)


class TestOnboarding:
    def test_the_first_price_asks_for_it_once(self, stripe, expert, skill, letters):
        for days in (3, 5):
            draft = {"published": False, "about": [skill], "price_minor": 4500, "starts_in": timedelta(days=days)}
            session = make_session(expert, **draft)
            sessions.publish(session=session, by=expert)
        assert [letter.subject for letter in letters()] == ["Say where your earnings go"]
        assert not services.selling_begins(person=make_user("Giver"), price_minor=0)

    def test_who_is_known_to_stripe_is_not_asked(self, stripe, expert):
        onboarded(stripe, expert)
        assert not services.selling_begins(person=expert, price_minor=4500)

    def test_to_stripes_pages_and_back(self, stripe, expert):
        client = sure_of(expert)
        refused = client.post(reverse("payout_onboarding"), {"country": "XX"})
        assert refused.status_code == 422
        there = client.post(reverse("payout_onboarding"), {"country": "PT"})
        assert there["Location"].startswith(f"{stripe.url}/connect/")
        account = PayoutAccount.objects.get()
        assert stripe.state.objects[account.stripe_id]["country"] == "PT"
        assert client.post(reverse("payout_onboarding"))["Location"] != there["Location"]
        assert len(stripe.state.of_kind("account")) == 1
        connect.fill_in(stripe.state, account.stripe_id)
        client.post(reverse("payout_account"), {"act": "look"})
        assert "Your account at Stripe is ready" in client.get(reverse("earnings")).text

    def test_who_is_no_expert_any_more_still_says_where_what_they_earned_goes(
        self, stripe, expert, session, learner, organiser
    ):
        sold(stripe, session, learner)
        revoke_role(actor=organiser, grant=expert.role_grants.get())
        client = sure_of(expert)
        assert "Begin at Stripe" in client.get("/account/earnings/").text
        assert client.post(reverse("payout_onboarding"), {"country": "PT"}).status_code == 303
        assert sure_of(learner).post(reverse("payout_onboarding"), {"country": "PT"}).status_code == 404

    def test_what_stripe_still_wants_is_said(self, stripe, expert):
        onboarded(stripe, expert, missing=["external_account"])
        page = browser(expert).get(reverse("earnings")).text
        assert "Stripe needs one more thing from you." in page
        assert "Go on at Stripe" in page

    def test_without_an_answer_it_is_said_and_tried_again_as_the_same_account(self, stripe, expert):
        stripe.state.faults.extend([("POST /v1/accounts", "reset")] * 2)
        client = sure_of(expert)
        assert (
            "Stripe does not answer" in client.post(reverse("payout_onboarding"), {"country": "PT"}, follow=True).text
        )
        client.post(reverse("payout_onboarding"), {"country": "PT"})
        assert len(stripe.state.of_kind("account")) == 1

    def test_what_stripe_refused_is_seen_by_an_organiser_and_asked_as_another_call(self, stripe, expert):
        stripe.state.faults.append(("POST /v1/accounts", 400))
        client, door = sure_of(expert), reverse("payout_onboarding")
        answer = client.post(door, {"country": "PT"}, follow=True).text
        assert "Stripe opened no account for you" in answer
        assert "Try again in a minute" not in answer  # which would not help
        [incident] = money.overview(timezone.now())["incidents"]
        assert (incident.kind, incident.facts["country"]) == ("no_account", "PT")
        assert incident.cause_url == expert.get_absolute_url()
        before = PayoutAccount.objects.get().public_id  # Stripe would repeat itself for a day to whoever asks the same
        stripe.state.faults.append(("POST /v1/accounts", 400))
        client.post(door, {"country": "PT", "second_tap": "1"})
        assert len(money.overview(timezone.now())["incidents"]) == 1
        assert PayoutAccount.objects.get().public_id != before
        assert client.post(door, {"country": "PT", "third_tap": "1"})["Location"].startswith(f"{stripe.url}/connect/")

    def test_an_account_that_is_closed_is_said_to_be(self, stripe, expert):
        account = onboarded(stripe, expert)
        del stripe.state.objects[account.stripe_id]
        answer = sure_of(expert).post(reverse("payout_account"), {"act": "dashboard"}, follow=True).text
        assert "Stripe did not open it" in answer
        assert "Go on at Stripe" in answer
        assert "Your account at Stripe is ready" not in answer

    def test_a_key_that_stripe_does_not_know_is_our_fault(self, stripe, expert):
        stripe.state.faults.append(("POST /v1/accounts", 401))
        answer = sure_of(expert).post(reverse("payout_onboarding"), {"country": "PT"}, follow=True).text
        assert "That is our fault" in answer
        assert not money.overview(timezone.now())["incidents"]

    def test_only_with_a_second_factor_and_then_what_was_sent_goes_on(self, stripe, expert, client):
        client.force_login(expert, second_factor=False)
        door, again = reverse("payout_onboarding"), reverse("mfa_reauthenticate")
        with CaptureQueriesContext(connection) as queries:
            answer = client.post(door, {"country": "PT"})
        assert answer["Location"] == reverse("mfa_index")
        assert sum("mfa_authenticator" in query["sql"] for query in queries) == 1
        assert "guarded by a second factor" in client.get(answer["Location"]).text
        secret = add_totp(expert)
        assert client.post(door, {"country": "PT"})["Location"].startswith(again)
        assert not PayoutAccount.objects.exists()
        there = client.post(again, {"code": code_now(secret), "next": door})
        assert there["Location"].startswith(f"{stripe.url}/connect/")
        assert PayoutAccount.objects.get().country == "PT"


class TestEarnings:
    def test_line_by_line(self, stripe, expert, session, learner, outsider):
        onboarded(stripe, expert)
        release(sold(stripe, session, learner))
        services.refund_thing("registration", sold(stripe, session, outsider).line.ref, source="organiser")
        page = browser(expert).get(reverse("earnings")).text
        assert "Transferred" in page
        assert "Paid back to the buyer" in page
        assert "€40.50" in page

    def test_to_a_buyer_nothing_of_it_is_shown(self, stripe, session, learner):
        sold(stripe, session, learner)
        page = browser(learner).get(reverse("earnings")).text
        assert session.title not in page
        assert "You sell nothing here" in page

    def test_as_many_queries_for_three_lines_as_for_one(
        self, stripe, expert, session, learner, django_assert_max_num_queries
    ):
        onboarded(stripe, expert)
        client = browser(expert)
        release(sold(stripe, session, learner))
        client.get(reverse("earnings"))
        with django_assert_max_num_queries(40) as few:
            client.get(reverse("earnings"))
        for n in range(2):
            release(sold(stripe, session, make_user(f"Buyer {n}")))
        with django_assert_max_num_queries(len(few)):
            client.get(reverse("earnings"))

    def test_as_a_file_that_computes_nothing(self, stripe, expert, learner):
        onboarded(stripe, expert)
        release(sold(stripe, make_session(expert, title="=1+1", price_minor=4500), learner))
        answer = browser(expert).get(reverse("earnings_file"))
        [row] = csv.DictReader(io.StringIO(answer.content.decode()))
        assert (row["what"], row["gross"], row["site_fee"], row["yours"]) == ("'=1+1", "45.00", "4.50", "40.50")
        assert (row["state"], row["transferred"]) == ("sent", "40.50")
        assert row["transfer"] == Transfer.objects.get().stripe_id


class TestTheMoneyPage:
    def test_says_whose_money_waits_and_for_what(self, stripe, expert, session, learner, organiser):
        release(sold(stripe, session, learner))
        page = _money(organiser)
        assert expert.name in page
        assert "They have not told Stripe where their money goes." in page

    def test_says_what_stripe_refused_and_tries_it_again(self, stripe, expert, session, learner, organiser):
        account = onboarded(stripe, expert)
        capabilities = stripe.state.objects[account.stripe_id]["capabilities"]
        capabilities["transfers"] = "inactive"
        release(sold(stripe, session, learner))
        assert "Their account lacks something." in _money(organiser)
        assert [(row["due"], row["sent"]) for row in payout_pages.sums(expert)] == [(4050, 0)]
        capabilities["transfers"] = "active"
        row = Transfer.objects.get()
        assert services.try_transfer_again(transfer=row)

    def test_says_who_owes(self, stripe, expert, session, learner, organiser):
        account = onboarded(stripe, expert)
        earning = release(sold(stripe, session, learner))
        connect.pay_out(stripe.state, account.stripe_id)
        services.refund_thing("registration", earning.line.ref, source="organiser")
        run_pending()
        assert "It is kept back from what they earn next" in _money(organiser)


def _money(organiser):
    return render_to_string("payments/manage/_payouts.html", payout_pages.overview(timezone.now() - money.SLOW))


def test_who_closes_their_account_is_told_what_becomes_of_money(stripe, expert, session, learner):
    sold(stripe, session, learner)
    services.offer_package(seller=expert, scope="session", units=5, price_minor=9900, currency="EUR", valid_days=90)
    told = {str(words): number for words, number in foretell_all(expert).at_once}
    assert told["Packages no longer sold"] == 1
    assert told["Earnings that still go to your account at Stripe, if it is ready"] == 1
    assert ("Orders that stay in the books, as the law asks", 1) in foretell_all(learner).at_once
    leave_all(expert)
    assert not Package.objects.filter(withdrawn_at=None).exists()

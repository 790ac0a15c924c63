"""The stand-in for Stripe, judged by what Stripe publishes; and how far it stays from the product."""

import json
import re
import urllib.request
from pathlib import Path

import pytest
import stripe as sdk
from django.conf import settings as project

from tests.local_stripe import connect, money

ROOT = Path(project.BASE_DIR)
FIXTURES = ROOT.parent / "shared/data/stripe/fixtures3.json"
FIXTURES = FIXTURES if FIXTURES.exists() else ROOT.parents[1] / "shared/data/stripe/fixtures3.json"


@pytest.fixture
def client(stripe):
    return sdk.StripeClient("sk_test_local", base_addresses={"api": stripe.url})


def page(**more):
    item = {"quantity": 1, "price_data": {"currency": "eur", "unit_amount": 500, "product_data": {"name": "A"}}}
    return {"mode": "payment", "line_items": [item], "success_url": "http://x/", "cancel_url": "http://y/", **more}


class TestParameters:
    @pytest.mark.parametrize("wrong", [{"lines": "1"}, {"metadata": "text"}, {"expires_at": "soon"}])
    def test_unknown_and_mistyped_ones_are_refused(self, client, wrong):
        with pytest.raises(sdk.InvalidRequestError):
            client.v1.checkout.sessions.create(params=page(**wrong))

    def test_a_page_lives_half_an_hour_at_least(self, client, stripe):
        with pytest.raises(sdk.InvalidRequestError, match="between 30 minutes and 24 hours"):
            client.v1.checkout.sessions.create(params=page(expires_at=stripe.state.now() + 1790))


class TestIdempotency:
    def test_the_same_key_gives_the_same_answer(self, client, stripe):
        made = [client.v1.checkout.sessions.create(page(), {"idempotency_key": "k"}).id for _ in range(2)]
        assert made[0] == made[1]
        assert len(stripe.state.of_kind("checkout.session")) == 1

    def test_another_body_under_a_used_key_is_an_error(self, client):
        client.v1.checkout.sessions.create(page(), {"idempotency_key": "k"})
        with pytest.raises(sdk.IdempotencyError):
            client.v1.checkout.sessions.create(page(locale="de"), {"idempotency_key": "k"})


@pytest.mark.skipif(not FIXTURES.exists(), reason="Stripe's fixtures are not here")
def test_what_is_answered_has_the_names_that_stripe_uses(client, stripe):
    fixtures = json.loads(FIXTURES.read_text())["resources"]
    money.pay(stripe.state, client.v1.checkout.sessions.create(page()).id)
    [intent] = stripe.state.of_kind("payment_intent")
    money.refund(stripe.state, {"payment_intent": intent["id"], "amount": 100})
    money.dispute(stripe.state, intent["id"])
    account = client.v1.accounts.create(params={"country": "DE", "capabilities": {"transfers": {"requested": True}}})
    link = {"account": account.id, "type": "account_onboarding", "refresh_url": "http://x/", "return_url": "http://y/"}
    assert set(client.v1.account_links.create(params=link).to_dict()) == set(fixtures["account_link"])
    connect.fill_in(stripe.state, account.id)
    assert set(client.v1.accounts.login_links.create(account.id).to_dict()) == set(fixtures["login_link"])
    source = {
        "amount": 100,
        "currency": "eur",
        "destination": account.id,
        "source_transaction": intent["latest_charge"],
    }
    sent = client.v1.transfers.create(params=source)
    back = client.v1.transfers.reversals.create(sent.id, params={"amount": 40})
    assert set(back.to_dict()) == set(fixtures["transfer_reversal"])
    connect.pay_out(stripe.state, account.id)
    kinds = {"checkout.session", "payment_intent", "charge", "refund", "dispute", "balance_transaction"}
    kinds |= {"account", "transfer", "payout"}
    known = {kind: set(fixtures[kind]) for kind in kinds}
    for thing in [*stripe.state.objects.values(), *stripe.state.events]:
        if thing["object"] in known:
            assert not set(thing) - known[thing["object"]], thing["object"]
    assert kinds <= {thing["object"] for thing in stripe.state.objects.values()}
    assert set(stripe.state.events[0]) == set(fixtures["event"])


def test_its_page_says_what_it_is(client):
    url = client.v1.checkout.sessions.create(params=page()).url
    with urllib.request.urlopen(url) as answer:
        assert "A local stand-in for Stripe." in answer.read().decode()


class TestFarFromTheProduct:
    def test_the_product_never_imports_it(self):
        importing = re.compile(r"^\s*(from|import) tests\b", re.MULTILINE)
        files = [path for part in ("core", "features") for path in (ROOT / part).rglob("*.py")]
        assert not [path for path in files if importing.search(path.read_text())]

    def test_it_is_not_in_the_image(self):
        assert "tests" not in re.sub(r"#.*", "", (ROOT / ".dockerignore").read_text())
        copied = re.findall(r"^COPY (?!--from)(.*)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
        assert not [line for line in copied if "tests" in line or line.startswith(". ")]

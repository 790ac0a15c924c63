"""Connect: accounts of sellers, the pages where they say who they are, transfers to them and back, and payouts."""

from tests.local_stripe import money
from tests.local_stripe.api import _reads, listed, route
from tests.local_stripe.state import State

LINK_LIVES = 5 * 60
ASKED_FOR = ["external_account", "individual.verification.document", "tos_acceptance.date"]

_reads("accounts", "account", "AccountRetrieveParams", "AccountListParams")
_reads("transfers", "transfer", "TransferRetrieveParams", "TransferListParams")


@route("POST", "accounts", "AccountCreateParams")
def create_account(call):
    name = call.state.new_id("acct")
    return new_account(call.state, name, call.params)


def new_account(state: State, name: str, params: dict) -> dict:
    controller = params.get("controller", {})
    state.put({"id": f"{name}/books", "object": "books", "account": name, "ids": []})
    return state.put(
        {
            "id": name,
            "object": "account",
            "business_type": None,
            "capabilities": dict.fromkeys(
                params.get("capabilities", {}), "active" if params.get("type") == "custom" else "inactive"
            ),
            "charges_enabled": False,
            "controller": {"type": "application", "is_controller": True, **controller},
            "country": params.get("country", "DE"),
            "created": state.now(),
            "default_currency": "eur",
            "details_submitted": False,
            "email": params.get("email"),
            "metadata": params.get("metadata", {}),
            "payouts_enabled": False,
            "requirements": requirements(ASKED_FOR),
            "type": "express",
        }
    )


def requirements(wanted, deadline=None) -> dict:
    return {
        "alternatives": [],
        "current_deadline": deadline,
        "currently_due": list(wanted),
        "disabled_reason": "requirements.past_due" if wanted else None,
        "errors": [],
        "eventually_due": list(wanted),
        "past_due": list(wanted),
        "pending_verification": [],
    }


@route("POST", "account_links", "AccountLinkCreateParams")
def create_link(call):
    state, params = call.state, call.params
    account = money.get(state, params["account"], "account")
    if params["type"] == "account_onboarding" and not (params.get("refresh_url") and params.get("return_url")):
        raise money.Refused("parameter_missing", "You must provide refresh_url and return_url.")
    name, now = state.new_id("link"), state.now()
    state.put(
        {
            "id": name, "object": "link", "account": account["id"], "expires_at": now + LINK_LIVES, "is_used": False,
            "refresh_url": params["refresh_url"], "return_url": params["return_url"],
        }
    )  # fmt: skip
    return {
        "object": "account_link",
        "created": now,
        "expires_at": now + LINK_LIVES,
        "url": f"{call.url}/connect/{name}",
    }


@route("POST", "accounts/([^/]+)/login_links", "AccountCreateLoginLinkParams")
def login_link(call):
    account = money.get(call.state, call.names[0], "account")
    if not account["details_submitted"]:
        raise money.Refused("account_invalid", "Cannot create a login link for an account that is not onboarded.")
    return {"object": "login_link", "created": call.state.now(), "url": f"{call.url}/express/{account['id']}"}


def fill_in(state: State, name: str, *, missing=(), is_ready=True) -> dict:
    """They have answered what Stripe asked, but for `missing`."""
    account = money.get(state, name, "account")
    is_ready = is_ready and not missing
    account |= {
        "details_submitted": True,
        "payouts_enabled": is_ready,
        "capabilities": dict.fromkeys(account["capabilities"], "active" if is_ready else "pending"),
        "requirements": requirements(missing),
    }
    state.tell("account.updated", account, account=name)
    return account


# --- Transfers --------------------------------------------------------------------------------------------------------
@route("POST", "transfers", "TransferCreateParams")
def create_transfer(call):
    state, params = call.state, call.params
    account = money.get(state, params["destination"], "account")
    if account["capabilities"].get("transfers") != "active":
        raise money.Refused(
            "insufficient_capabilities_for_transfer",
            "Your destination account needs to have at least one of the following capabilities enabled: transfers",
        )
    amount, currency = params["amount"], params["currency"]
    _within_source(state, params.get("source_transaction"), amount)
    name, arrived = state.new_id("tr"), state.new_id("py")
    moved = money.move(state, -amount, currency, "transfer", name)
    money.move(state, amount, currency, "payment", arrived, account=account["id"])
    made = state.put(
        {
            "id": name,
            "object": "transfer",
            "amount": amount,
            "amount_reversed": 0,
            "balance_transaction": moved["id"],
            "created": state.now(),
            "currency": currency,
            "description": params.get("description"),
            "destination": account["id"],
            "destination_payment": arrived,
            "livemode": False,
            "metadata": params.get("metadata", {}),
            "reversals": {"object": "list", "data": [], "has_more": False, "url": f"/v1/transfers/{name}/reversals"},
            "reversed": False,
            "source_transaction": params.get("source_transaction"),
            "source_type": "card",
            "transfer_group": params.get("transfer_group"),
        }
    )
    state.tell("transfer.created", made)
    return made


def _within_source(state, source, amount):
    """No more than the charge that it comes from; without one, no more than there is."""
    if source:
        charge = money.get(state, source, "charge")
        sent = sum(
            one["amount"] - one["amount_reversed"]
            for one in state.of_kind("transfer")
            if one["source_transaction"] == source
        )
        if sent + amount > charge["amount"]:
            raise money.Refused("balance_insufficient", "Transfers using this transaction as a source must not exceed.")
        return
    there = money.balance(state)["available"]
    if sum(part["amount"] for part in there) < amount:
        raise money.Refused("balance_insufficient", "You have insufficient available funds in your Stripe account.")


@route("GET", "transfers/([^/]+)/reversals", "TransferReversalListParams")
def reversals(call):
    return listed(call, money.get(call.state, call.names[0], "transfer")["reversals"]["data"])


@route("POST", "transfers/([^/]+)/reversals", "TransferReversalCreateParams")
def create_reversal(call):
    return reverse(call.state, call.names[0], call.params)


def reverse(state: State, name: str, params: dict) -> dict:
    sent = money.get(state, name, "transfer")
    left = sent["amount"] - sent["amount_reversed"]
    amount = params.get("amount", left)
    if not 0 < amount <= left:
        raise money.Refused("amount_too_large", f"Reversal amount ({amount}) is greater than what is left ({left})")
    there = money.balance(state, sent["destination"])["available"]
    if sum(part["amount"] for part in there if part["currency"] == sent["currency"]) < amount:
        raise money.Refused("insufficient_funds", "The account has not enough funds to reverse this transfer.")
    back = state.new_id("trr")
    moved = money.move(state, amount, sent["currency"], "transfer_refund", back)
    money.move(
        state, -amount, sent["currency"], "payment_refund", sent["destination_payment"], account=sent["destination"]
    )
    made = {
        "id": back,
        "object": "transfer_reversal",
        "amount": amount,
        "balance_transaction": moved["id"],
        "created": state.now(),
        "currency": sent["currency"],
        "destination_payment_refund": None,
        "metadata": params.get("metadata", {}),
        "source_refund": None,
        "transfer": name,
    }
    sent["reversals"]["data"].insert(0, made)
    sent["amount_reversed"] += amount
    sent["reversed"] = sent["amount_reversed"] == sent["amount"]
    state.tell("transfer.reversed", sent)
    return made


# --- Payouts ----------------------------------------------------------------------------------------------------------
def pay_out(state: State, account: str = "") -> dict | None:
    """Stripe sends what an account holds to its bank, as it does every few days."""
    open_lines = [line for line in money.books(state, account) if not _is_paid_out(state, line["id"])]
    amount = sum(line["net"] for line in open_lines)
    if amount <= 0:
        return None
    currency, name = open_lines[0]["currency"], state.new_id("po")
    state.put({"id": f"{name}/lines", "object": "lines", "ids": [line["id"] for line in open_lines]})
    moved = money.move(state, -amount, currency, "payout", name, account=account)
    state.objects[f"{name}/lines"]["ids"].append(moved["id"])
    made = state.put(
        {
            "id": name,
            "object": "payout",
            "amount": amount,
            "arrival_date": state.now() + 2 * 24 * 60 * 60,
            "automatic": True,
            "balance_transaction": moved["id"],
            "created": state.now(),
            "currency": currency,
            "livemode": False,
            "metadata": {},
            "method": "standard",
            "reconciliation_status": "completed",
            "status": "paid",
            "type": "bank_account",
        }
    )
    state.objects[f"{name}/owner"] = {"id": f"{name}/owner", "object": "owner", "account": account}
    state.tell("payout.paid", made, **({"account": account} if account else {}))
    return made


def bounce(state: State, name: str) -> None:
    """The bank did not take it: the money is back."""
    payout = money.get(state, name, "payout")
    payout["status"] = "failed"
    account = state.objects[f"{name}/owner"]["account"]
    money.move(state, payout["amount"], payout["currency"], "payout_failure", name, account=account)
    state.tell("payout.failed", payout, **({"account": account} if account else {}))


def _is_paid_out(state, line) -> bool:
    return any(line in lines["ids"] for lines in state.of_kind("lines"))


def _payouts(call):
    return [
        one
        for one in call.state.of_kind("payout")
        if call.state.objects[f"{one['id']}/owner"]["account"] == call.account
    ]


@route("GET", "payouts/([^/]+)", "PayoutRetrieveParams")
def payout(call):
    found = [one for one in _payouts(call) if one["id"] == call.names[0]]
    if not found:
        raise money.missing(call.names[0])
    return found[0]


@route("GET", "payouts", "PayoutListParams")
def payouts(call):
    return listed(call, _payouts(call))

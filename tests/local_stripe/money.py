"""Checkout pages, payments, refunds and disputes, as Stripe keeps them."""

from tests.local_stripe.state import State

HALF_AN_HOUR, A_DAY = 30 * 60, 24 * 60 * 60
LEAST = {"gbp": 30, "jpy": 50, "nok": 300, "sek": 300, "dkk": 250}  # that is charged; of most others it is 50


class Refused(Exception):
    def __init__(self, code, words, status=400, kind="invalid_request_error"):
        super().__init__(words)
        self.code, self.status, self.kind = code, status, kind


def missing(name):
    return Refused("resource_missing", f"No such object: '{name}'", 404)


def fee_of(amount: int) -> int:
    """1.5 % and 25, as in much of Europe."""
    return amount * 15 // 1000 + 25


def create_session(state: State, params: dict, url: str) -> dict:
    now = state.now()
    expires_at = params.get("expires_at", now + A_DAY)
    if not now + HALF_AN_HOUR <= expires_at <= now + A_DAY:
        raise Refused(
            "parameter_invalid", "The `expires_at` timestamp must be between 30 minutes and 24 hours from now."
        )
    if params["mode"] == "payment" and not params.get("line_items"):
        raise Refused("parameter_missing", "You must provide one of: line_items.")
    items = [_item(state, item) for item in params.get("line_items", [])]
    total = sum(item["amount"] for item in items)
    if params["mode"] == "payment" and total < LEAST.get(items[0]["currency"], 50):
        raise Refused("amount_too_small", "The Checkout Session's total amount must convert to at least 50 cents.")
    name = state.new_id("cs_test")
    session = {
        "id": name,
        "object": "checkout.session",
        "amount_subtotal": total,
        "amount_total": total,
        "cancel_url": params.get("cancel_url"),
        "client_reference_id": params.get("client_reference_id"),
        "created": now,
        "currency": items[0]["currency"] if items else None,
        "customer": params.get("customer"),
        "customer_email": params.get("customer_email"),
        "expires_at": expires_at,
        "invoice": None,
        "livemode": False,
        "locale": params.get("locale"),
        "metadata": params.get("metadata", {}),
        "mode": params["mode"],
        "payment_intent": None,
        "payment_status": "unpaid",
        "status": "open",
        "subscription": None,
        "success_url": params.get("success_url"),
        "url": f"{url}/pay/{name}",
    }
    state.objects[f"{name}/asked"] = {
        "id": f"{name}/asked",
        "object": "asked",
        "items": items,
        "intent": params.get("payment_intent_data", {}),
        "subscription": params.get("subscription_data", {}),
    }
    return state.put(session)


def _item(state, item):
    if "price" in item:
        from tests.local_stripe import subscriptions

        return subscriptions.line_item(state, item)
    data = item.get("price_data")
    if not data:
        raise Refused("parameter_missing", "This stand-in wants price_data.")
    if data.get("unit_amount", 0) < 0:
        raise Refused("parameter_invalid_integer", "Invalid non-negative integer")
    quantity = item.get("quantity", 1)
    return {
        "amount": data["unit_amount"] * quantity,
        "currency": data["currency"],
        "quantity": quantity,
        "name": data.get("product_data", {}).get("name", ""),
    }


def expire_due(state: State) -> None:
    for session in state.of_kind("checkout.session"):
        if session["status"] == "open" and session["expires_at"] <= state.now():
            _expire(state, session)


def expire_session(state: State, name: str) -> dict:
    session = get(state, name, "checkout.session")
    if session["status"] != "open":
        raise Refused(
            "checkout_session_not_open", f"Only Checkout Sessions with a status in [\"open\"] can be expired. "
            f"This Checkout Session has a status of {session['status']}.",
        )  # fmt: skip
    return _expire(state, session)


def _expire(state, session):
    session |= {"status": "expired", "url": None}
    state.tell("checkout.session.expired", session)
    return session


def get(state: State, name: str, kind: str) -> dict:
    thing = state.objects.get(name)
    if thing is None or thing["object"] != kind:
        raise missing(name)
    return thing


def pay(state: State, name: str) -> dict:
    """The buyer pays on the hosted page. Paying twice is paying once."""
    session = get(state, name, "checkout.session")
    if session["status"] != "open":
        return session
    asked = state.objects[f"{name}/asked"]
    if session["mode"] == "subscription":
        from tests.local_stripe import subscriptions

        return subscriptions.begin(state, session, asked)
    intent = charge(state, session["amount_total"], session["currency"], asked["intent"])
    session |= {"status": "complete", "payment_status": "paid", "payment_intent": intent["id"], "url": None}
    state.tell("payment_intent.succeeded", intent)
    state.tell("charge.succeeded", state.objects[intent["latest_charge"]])
    state.tell("checkout.session.completed", session)
    return session


def promise(state: State, session: dict) -> None:
    """The buyer has agreed to a debit, which takes days."""
    session |= {"status": "complete", "payment_status": "unpaid", "url": None}
    state.tell("checkout.session.completed", session)


def arrive(state: State, session: dict, *, works: bool) -> None:
    if not works:
        state.tell("checkout.session.async_payment_failed", session)
        return
    asked = state.objects[f"{session['id']}/asked"]
    intent = charge(state, session["amount_total"], session["currency"], asked["intent"])
    session |= {"payment_status": "paid", "payment_intent": intent["id"]}
    state.tell("payment_intent.succeeded", intent)
    state.tell("charge.succeeded", state.objects[intent["latest_charge"]])
    state.tell("checkout.session.async_payment_succeeded", session)


def charge(state: State, amount: int, currency: str, data: dict) -> dict:
    now, intent_id, charge_id = state.now(), state.new_id("pi"), state.new_id("ch")
    moved = move(state, amount, currency, "charge", charge_id, fee_of(amount))
    state.put(
        {
            "id": charge_id,
            "object": "charge",
            "amount": amount,
            "amount_captured": amount,
            "amount_refunded": 0,
            "balance_transaction": moved["id"],
            "captured": True,
            "created": now,
            "currency": currency,
            "disputed": False,
            "livemode": False,
            "metadata": data.get("metadata", {}),
            "paid": True,
            "payment_intent": intent_id,
            "refunded": False,
            "status": "succeeded",
            "transfer_group": data.get("transfer_group"),
        }
    )
    return state.put(
        {
            "id": intent_id,
            "object": "payment_intent",
            "amount": amount,
            "amount_received": amount,
            "created": now,
            "currency": currency,
            "latest_charge": charge_id,
            "livemode": False,
            "metadata": data.get("metadata", {}),
            "status": "succeeded",
        }
    )


def move(state: State, amount, currency, kind, source, fee=0, account="") -> dict:
    """One line of Stripe's own books: of the platform's balance, or of an account's."""
    name = state.new_id("txn")
    if account:
        state.objects[f"{account}/books"]["ids"].append(name)
    return state.put(
        {
            "id": name,
            "object": "balance_transaction",
            "amount": amount,
            "created": state.now(),
            "currency": currency,
            "fee": fee,
            "net": amount - fee,
            "source": source,
            "status": "available",
            "type": kind,
        }
    )


def books(state: State, account: str = "") -> list[dict]:
    """Their lines, the newest first."""
    of_accounts = {name: thing["account"] for thing in state.of_kind("books") for name in thing["ids"]}
    lines = state.of_kind("balance_transaction")
    return [line for line in lines if of_accounts.get(line["id"], "") == account]


def balance(state: State, account: str = "") -> dict:
    sums: dict[str, int] = {}
    for moved in books(state, account):
        sums[moved["currency"]] = sums.get(moved["currency"], 0) + moved["net"]
    available = [{"amount": amount, "currency": currency} for currency, amount in sums.items()]
    return {"object": "balance", "available": available, "pending": [], "livemode": False}


def refund(state: State, params: dict) -> dict:
    if "payment_intent" in params:
        taken = state.objects[get(state, params["payment_intent"], "payment_intent")["latest_charge"]]
    else:
        taken = get(state, params.get("charge", ""), "charge")
    disputes = [each for each in state.of_kind("dispute") if each["charge"] == taken["id"]]
    lost = sum(each["amount"] for each in disputes if each["status"] == "lost")
    left = taken["amount"] - taken["amount_refunded"]
    amount = params.get("amount", left)
    is_with_bank = any(each["status"] in ("needs_response", "under_review") for each in disputes)
    if is_with_bank or (lost and lost + taken["amount_refunded"] >= taken["amount"]):
        raise Refused("charge_disputed", f"Charge {taken['id']} has been charged back; cannot issue a refund.")
    if not left:
        raise Refused("charge_already_refunded", f"Charge {taken['id']} has already been refunded.")
    if amount > left or amount <= 0:
        raise Refused("amount_too_large", f"Refund amount ({amount}) is greater than unrefunded amount ({left})")
    name = state.new_id("re")
    moved = move(state, -amount, taken["currency"], "refund", name)
    made = state.put(
        {
            "id": name,
            "object": "refund",
            "amount": amount,
            "balance_transaction": moved["id"],
            "charge": taken["id"],
            "created": state.now(),
            "currency": taken["currency"],
            "metadata": params.get("metadata", {}),
            "payment_intent": taken["payment_intent"],
            "reason": params.get("reason"),
            "status": "succeeded",
        }
    )
    taken["amount_refunded"] += amount
    taken["refunded"] = taken["amount_refunded"] == taken["amount"]
    state.tell("refund.created", made)
    state.tell("charge.refunded", taken)
    return made


def fail_refund(state: State, name: str) -> dict:
    made = get(state, name, "refund")
    move(state, made["amount"], made["currency"], "refund_failure", name)
    state.objects[made["charge"]]["amount_refunded"] -= made["amount"]
    made["status"] = "failed"
    state.tell("refund.failed", made)
    return made


def dispute(state: State, intent_id: str, fee: int = 2000) -> dict:
    """The bank takes the money back, and Stripe takes its fee for that."""
    intent = get(state, intent_id, "payment_intent")
    taken = state.objects[intent["latest_charge"]]
    name = state.new_id("dp")
    moved = move(state, -taken["amount"], taken["currency"], "adjustment", name, fee)
    taken["disputed"] = True
    made = state.put(
        {
            "id": name,
            "object": "dispute",
            "amount": taken["amount"],
            "balance_transactions": [moved],
            "charge": taken["id"],
            "created": state.now(),
            "currency": taken["currency"],
            "evidence_details": {"due_by": state.now() + 9 * A_DAY, "has_evidence": False},
            "is_charge_refundable": False,
            "livemode": False,
            "metadata": {},
            "payment_intent": intent_id,
            "reason": "product_not_received",
            "status": "needs_response",
        }
    )
    state.tell("charge.dispute.created", made)
    return made


def close_dispute(state: State, name: str, won: bool) -> dict:
    made = get(state, name, "dispute")
    made["status"] = "won" if won else "lost"
    if won:
        made["balance_transactions"].append(move(state, made["amount"], made["currency"], "adjustment", name))
    state.tell("charge.dispute.closed", made)
    return made

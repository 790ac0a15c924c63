"""Prices, customers, subscriptions, their invoices and the portal, in the shape that Stripe gives them in 2026: periods
stand at the items, an invoice names its subscription in `parent`. Time passes by `advance`."""

from tests.local_stripe import money
from tests.local_stripe.api import _reads, route
from tests.local_stripe.state import State

A_DAY = 24 * 60 * 60
LENGTH = {"month": 30 * A_DAY, "year": 365 * A_DAY}
TRIES = 3  # days in a row on which a payment is tried again

_reads("prices", "price", "PriceRetrieveParams", "PriceListParams")
_reads("customers", "customer", "CustomerRetrieveParams", "CustomerListParams")
_reads("subscriptions", "subscription", "SubscriptionRetrieveParams", "SubscriptionListParams")
_reads("invoices", "invoice", "InvoiceRetrieveParams", "InvoiceListParams")
_reads("invoice_payments", "invoice_payment", "InvoicePaymentRetrieveParams", "InvoicePaymentListParams")


@route("POST", "prices", "PriceCreateParams")
def create_price(call):
    params, state = call.params, call.state
    product = params.get("product") or state.new_id("prod")
    recurring = {"interval": params["recurring"]["interval"]} if "recurring" in params else None
    return state.put(
        {
            "id": state.new_id("price"),
            "object": "price",
            "active": True,
            "created": state.now(),
            "currency": params["currency"],
            "livemode": False,
            "metadata": params.get("metadata", {}),
            "nickname": params.get("product_data", {}).get("name"),
            "product": product,
            "recurring": recurring and {**recurring, "interval_count": 1, "usage_type": "licensed"},
            "type": "recurring" if recurring else "one_time",
            "unit_amount": params["unit_amount"],
        }
    )


@route("POST", "customers", "CustomerCreateParams")
def create_customer(call):
    return call.state.put(
        {
            "id": call.state.new_id("cus"),
            "object": "customer",
            "created": call.state.now(),
            "email": call.params.get("email"),
            "livemode": False,
            "metadata": call.params.get("metadata", {}),
        }
    )


def line_item(state: State, item: dict) -> dict:
    """What stands on the page to pay on."""
    price = money.get(state, item["price"], "price")
    return {
        "amount": price["unit_amount"] * item.get("quantity", 1),
        "currency": price["currency"],
        "quantity": item.get("quantity", 1),
        "name": price["nickname"] or "Subscription",
        "price": price["id"],
    }


def begin(state: State, session: dict, asked: dict) -> dict:
    """Somebody has given their card on the hosted page."""
    price = state.objects[asked["items"][0]["price"]]
    made, invoice = start(state, session["customer"], price, asked["subscription"])
    session |= {
        "status": "complete", "payment_status": "no_payment_required" if made["trial_end"] else "paid", "url": None,
        "subscription": made["id"], "invoice": invoice["id"],
    }  # fmt: skip
    state.tell("customer.subscription.created", made)
    settle(state, made, invoice)
    state.tell("checkout.session.completed", session)
    return session


def start(state: State, customer: str, price: dict, data: dict) -> tuple[dict, dict]:
    """A subscription, and its first invoice, which is not paid yet."""
    now = state.now()
    trial = int(data.get("trial_period_days", 0)) * A_DAY
    made = state.put(
        {
            "id": state.new_id("sub"),
            "object": "subscription",
            "billing_mode": {"type": "flexible"},
            "cancel_at": None,
            "cancel_at_period_end": False,
            "canceled_at": None,
            "collection_method": "charge_automatically",
            "created": now,
            "currency": price["currency"],
            "customer": customer,
            "ended_at": None,
            "items": {"object": "list", "data": [], "has_more": False, "url": ""},
            "latest_invoice": None,
            "livemode": False,
            "metadata": dict(data.get("metadata", {})),
            "pause_collection": None,
            "start_date": now,
            "status": "trialing" if trial else "active",
            "trial_end": now + trial if trial else None,
            "trial_start": now if trial else None,
        }
    )
    end = now + (trial or LENGTH[price["recurring"]["interval"]])
    made["items"]["data"].append(
        {
            "id": state.new_id("si"),
            "object": "subscription_item",
            "created": now,
            "current_period_start": now,
            "current_period_end": end,
            "metadata": {},
            "price": price,
            "quantity": 1,
            "subscription": made["id"],
        }
    )
    return made, invoice_for(state, made, 0 if trial else price["unit_amount"], "subscription_create")


def invoice_for(state: State, subscription: dict, amount: int, reason: str) -> dict:
    item = subscription["items"]["data"][0]
    made = state.put(
        {
            "id": state.new_id("in"),
            "object": "invoice",
            "amount_due": amount,
            "amount_paid": 0,
            "amount_remaining": amount,
            "attempt_count": 0,
            "billing_reason": reason,
            "created": state.now(),
            "currency": subscription["currency"],
            "customer": subscription["customer"],
            "livemode": False,
            "metadata": {},
            "parent": {
                "type": "subscription_details",
                "quote_details": None,
                "subscription_details": {
                    "metadata": dict(subscription["metadata"]), "subscription": subscription["id"]
                },
            },
            "period_end": item["current_period_end"],
            "period_start": item["current_period_start"],
            "status": "open",
            "status_transitions": {
                "finalized_at": state.now(), "paid_at": None, "voided_at": None, "marked_uncollectible_at": None
            },
        }
    )  # fmt: skip
    subscription["latest_invoice"] = made["id"]
    return made


def settle(state: State, subscription: dict, invoice: dict) -> bool:
    """Try to take the money. A customer whose card fails is marked by `fails`."""
    customer = state.objects[subscription["customer"]]
    invoice["attempt_count"] += 1
    if invoice["amount_due"] > 0 and customer.get("fails"):
        state.tell("invoice.payment_failed", invoice)
        return False
    if invoice["amount_due"] > 0:
        intent = money.charge(state, invoice["amount_due"], invoice["currency"], {})
        intent["customer"] = customer["id"]
        note_payment(state, invoice, intent)
        state.tell("payment_intent.succeeded", intent)
    invoice |= {"status": "paid", "amount_paid": max(invoice["amount_due"], 0), "amount_remaining": 0}
    invoice["status_transitions"]["paid_at"] = state.now()
    state.tell("invoice.paid", invoice)
    state.tell("invoice.payment_succeeded", invoice)
    return True


def note_payment(state: State, invoice: dict, intent: dict) -> None:
    """Which payment paid which invoice: neither of them says so itself."""
    state.put(
        {
            "id": state.new_id("inpay"),
            "object": "invoice_payment",
            "amount_paid": intent["amount"],
            "amount_requested": intent["amount"],
            "created": state.now(),
            "currency": intent["currency"],
            "invoice": invoice["id"],
            "is_default": True,
            "livemode": False,
            "payment": {"type": "payment_intent", "payment_intent": intent["id"]},
            "status": "paid",
            "status_transitions": {"canceled_at": None, "paid_at": state.now()},
        }
    )


def advance(state: State, seconds: int) -> None:
    """Time passes, day by day, with what Stripe does meanwhile."""
    until = state.skew + seconds
    while state.skew < until:
        state.skew = min(state.skew + A_DAY, until)
        for one in reversed(state.of_kind("subscription")):
            _day(state, one)


def _day(state: State, one: dict) -> None:
    if one["status"] in ("canceled", "unpaid"):
        return None
    item, now = one["items"]["data"][0], state.now()
    pause = one["pause_collection"]
    if pause and pause.get("resumes_at") and pause["resumes_at"] <= now:
        one["pause_collection"] = None
        state.tell("customer.subscription.updated", one)
    if one["status"] == "past_due":
        return _retry(state, one)
    if one["status"] == "trialing" and one["trial_end"] - 3 * A_DAY <= now < one["trial_end"] - 2 * A_DAY:
        state.tell("customer.subscription.trial_will_end", one)
    if item["current_period_end"] > now:
        return None
    if one["cancel_at_period_end"]:
        return end(state, one)
    begins = item["current_period_end"]
    item |= {
        "current_period_start": begins,
        "current_period_end": begins + LENGTH[item["price"]["recurring"]["interval"]],
    }
    one["status"] = "active"
    invoice = invoice_for(state, one, item["price"]["unit_amount"], "subscription_cycle")
    if one["pause_collection"]:
        invoice["status"] = "void"
        state.tell("invoice.voided", invoice)
    elif not settle(state, one, invoice):
        one["status"] = "past_due"
    state.tell("customer.subscription.updated", one)
    return None


def _retry(state, one):
    invoice = state.objects[one["latest_invoice"]]
    if settle(state, one, invoice):
        one["status"] = "active"
    elif invoice["attempt_count"] > TRIES:
        one["status"] = "unpaid"
    else:
        return
    state.tell("customer.subscription.updated", one)


def end(state: State, one: dict) -> dict:
    one |= {"status": "canceled", "ended_at": state.now(), "canceled_at": one["canceled_at"] or state.now()}
    state.tell("customer.subscription.deleted", one)
    return one


@route("POST", "subscriptions/([^/]+)", "SubscriptionUpdateParams")
def update(call):
    state, params = call.state, call.params
    one = money.get(state, call.names[0], "subscription")
    if one["status"] == "canceled":
        raise money.Refused("resource_missing", f"No such subscription: '{one['id']}'", 404)
    if "cancel_at_period_end" in params:
        one["cancel_at_period_end"] = params["cancel_at_period_end"]
        one["canceled_at"] = state.now() if params["cancel_at_period_end"] else None
    if "pause_collection" in params:
        pause = params["pause_collection"]
        one["pause_collection"] = (
            {"behavior": pause["behavior"], "resumes_at": pause.get("resumes_at")} if pause else None
        )
    for name, value in (params.get("metadata") or {}).items():
        one["metadata"] |= {name: value}
        if value == "":
            del one["metadata"][name]
    if params.get("items"):
        amount = difference(state, one, params["items"], params.get("proration_date"))
        item = one["items"]["data"][0]
        item["price"] = state.objects[params["items"][0]["price"]]
        if params.get("proration_behavior") == "always_invoice":
            settle(state, one, invoice_for(state, one, amount, "subscription_update"))
    if params.get("billing_cycle_anchor", {}).get("type") == "now":
        renew(state, one)
    state.tell("customer.subscription.updated", one)
    return one


def renew(state: State, one: dict) -> None:
    """A new period begins at this moment, and is paid whole (without proration)."""
    item = one["items"]["data"][0]
    length = LENGTH[item["price"]["recurring"]["interval"]]
    item |= {"current_period_start": state.now(), "current_period_end": state.now() + length}
    if not settle(state, one, invoice_for(state, one, item["price"]["unit_amount"], "subscription_update")):
        one["status"] = "past_due"


def difference(state: State, one: dict, items: list[dict], at: int | None = None) -> int:
    """What the rest of the period costs more at the other price."""
    item = one["items"]["data"][0]
    if items[0].get("id") != item["id"]:
        raise money.Refused("resource_missing", "No such subscription item.", 404)
    new = money.get(state, items[0]["price"], "price")
    whole = item["current_period_end"] - item["current_period_start"]
    if at and not item["current_period_start"] <= at <= item["current_period_end"]:
        raise money.Refused("parameter_invalid", "`proration_date` is outside of the current period.")
    left = max(item["current_period_end"] - (at or state.now()), 0)
    if one["status"] == "trialing":
        return 0
    return (new["unit_amount"] - item["price"]["unit_amount"]) * left // whole


@route("DELETE", "subscriptions/([^/]+)", "SubscriptionCancelParams")
def cancel(call):
    one = money.get(call.state, call.names[0], "subscription")
    if one["status"] == "canceled":
        raise money.Refused("resource_missing", f"No such subscription: '{one['id']}'", 404)
    return end(call.state, one)


@route("POST", "invoices/create_preview", "InvoiceCreatePreviewParams")
def preview(call):
    one = money.get(call.state, call.params["subscription"], "subscription")
    details = call.params["subscription_details"]
    amount = difference(call.state, one, details["items"], details.get("proration_date"))
    return {"object": "invoice", "amount_due": max(amount, 0), "currency": one["currency"], "customer": one["customer"]}


@route("POST", "billing_portal/sessions", "billing_portal.SessionCreateParams")
def portal(call):
    name = call.state.new_id("bps")
    return call.state.put(
        {
            "id": name,
            "object": "billing_portal.session",
            "created": call.state.now(),
            "customer": call.params["customer"],
            "livemode": False,
            "return_url": call.params.get("return_url"),
            "url": f"{call.url}/portal/{name}",
        }
    )

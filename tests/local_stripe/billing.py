"""What Stripe's own CLI does to be paid without our pages: cards as objects, subscriptions and invoices by name, and
the calls of Stripe's hosted page itself, which no published type describes."""

from tests.local_stripe import money, subscriptions
from tests.local_stripe.api import route
from tests.local_stripe.state import State

FAILS = "chargeCustomerFail"  # in the name of a card that can be kept and not charged
ARRIVES = "AT611904300234573201"  # Stripe's account number for a debit that succeeds; others fail after some days


def _method(state: State, kind: str, given: str) -> dict:
    name = state.new_id("pm")
    state.put({"id": f"{name}/given", "object": "given", "what": given})
    return state.put(
        {
            "id": name,
            "object": "payment_method",
            "created": state.now(),
            "customer": None,
            "livemode": False,
            "metadata": {},
            "type": kind,
        }
    )


def _given(state: State, name: str) -> str:
    return state.objects[f"{name}/given"]["what"] if f"{name}/given" in state.objects else name


@route("POST", "payment_methods", "PaymentMethodCreateParams")
def create_method(call):
    kind = call.params["type"]
    given = call.params.get(kind, {})
    return _method(call.state, kind, given.get("token") or given.get("iban") or "")


@route("POST", "payment_methods/([^/]+)/attach", "PaymentMethodAttachParams")
def attach(call):
    """A name such as pm_card_visa is a card that everybody may try: attached, it is one of its own."""
    state, name = call.state, call.names[0]
    customer = money.get(state, call.params["customer"], "customer")
    made = state.objects[name] if name in state.objects else _method(state, "card", name)
    made["customer"] = customer["id"]
    if FAILS in _given(state, made["id"]):
        customer["fails"] = True
    state.tell("payment_method.attached", made)
    return made


@route("POST", "customers/([^/]+)", "CustomerUpdateParams")
def update_customer(call):
    customer = money.get(call.state, call.names[0], "customer")
    customer["metadata"] |= call.params.get("metadata", {})
    call.state.tell("customer.updated", customer)
    return customer


@route("POST", "subscriptions", "SubscriptionCreateParams")
def create_subscription(call):
    state, params = call.state, call.params
    price = money.get(state, params["items"][0]["price"], "price")
    made, invoice = subscriptions.start(state, params["customer"], price, params)
    state.tell("customer.subscription.created", made)
    if not subscriptions.settle(state, made, invoice):
        made["status"] = "incomplete"
    return made


# --- Invoices by hand -------------------------------------------------------------------------------------------------
@route("POST", "invoiceitems", "InvoiceItemCreateParams")
def create_item(call):
    params = call.params
    return call.state.put(
        {
            "id": call.state.new_id("ii"),
            "object": "invoiceitem",
            "amount": params["amount"],
            "currency": params["currency"],
            "customer": params["customer"],
            "date": call.state.now(),
            "description": params.get("description"),
            "invoice": None,
            "livemode": False,
        }
    )


@route("POST", "invoices", "InvoiceCreateParams")
def create_invoice(call):
    state, customer = call.state, call.params["customer"]
    items = [one for one in state.of_kind("invoiceitem") if one["customer"] == customer and not one["invoice"]]
    amount = sum(one["amount"] for one in items)
    made = state.put(
        {
            "id": state.new_id("in"),
            "object": "invoice",
            "amount_due": amount,
            "amount_paid": 0,
            "amount_remaining": amount,
            "attempt_count": 0,
            "billing_reason": "manual",
            "created": state.now(),
            "currency": items[0]["currency"] if items else "eur",
            "customer": customer,
            "livemode": False,
            "metadata": {},
            "parent": None,
            "status": "draft",
            "status_transitions": {
                "finalized_at": None,
                "paid_at": None,
                "voided_at": None,
                "marked_uncollectible_at": None,
            },
        }
    )
    for one in items:
        one["invoice"] = made["id"]
    state.tell("invoice.created", made)
    return made


@route("POST", "invoices/([^/]+)/pay", "InvoicePayParams")
def pay_invoice(call):
    state = call.state
    invoice = money.get(state, call.names[0], "invoice")
    customer = state.objects[invoice["customer"]]
    invoice["status"] = "open"
    invoice["status_transitions"]["finalized_at"] = state.now()
    state.tell("invoice.finalized", invoice)
    if not subscriptions.settle(state, {"customer": customer["id"]}, invoice):
        raise money.Refused("card_declined", "Your card was declined.", 402, "card_error")
    return invoice


# --- Stripe's hosted page, from within --------------------------------------------------------------------------------
@route("GET", "payment_pages/([^/]+)", "")
def page(call):
    session = money.get(call.state, call.names[0], "checkout.session")
    return {"id": session["id"], "object": "payment_page", "session_id": session["id"]}


@route("POST", "payment_pages/([^/]+)/confirm", "")
def confirm(call):
    """A card pays at once; a debit is promised, and arrives or fails later, which here is the next moment."""
    state, session = call.state, money.get(call.state, call.names[0], "checkout.session")
    if int(call.params.get("expected_amount", session["amount_total"])) != session["amount_total"]:
        raise money.Refused("checkout_amount_mismatch", "The amount has changed.")
    method = money.get(state, call.params["payment_method"], "payment_method")
    if method["type"] == "card":
        money.pay(state, session["id"])
    else:
        money.promise(state, session)
        money.arrive(state, session, works=_given(state, method["id"]) == ARRIVES)
    return {"id": session["id"], "object": "payment_page", "session_id": session["id"]}

"""What the site never asks and Stripe's own CLI does: payments without a page, products, changes to an account. So its
`trigger` can drive the stand-in with Stripe's own sequences of calls."""

from tests.local_stripe import money
from tests.local_stripe.api import _reads, route

DISPUTED = "pm_card_createDispute"  # and what follows it: ProductNotReceived
DECLINED = ("pm_card_chargeDeclined", "pm_card_visa_chargeDeclined", "pm_card_chargeCustomerFail")

_reads("products", "product", "ProductRetrieveParams", "ProductListParams")


@route("POST", "payment_intents", "PaymentIntentCreateParams")
def create_intent(call):
    state, params = call.state, call.params
    if params.get("payment_method") in DECLINED:
        failed = {
            "id": state.new_id("pi"),
            "object": "payment_intent",
            "amount": params["amount"],
            "created": state.now(),
        }
        state.tell("payment_intent.payment_failed", failed | {"status": "requires_payment_method"})
        raise money.Refused("card_declined", "Your card was declined.", 402, "card_error")
    made = money.charge(state, params["amount"], params["currency"], {"metadata": params.get("metadata", {})})
    state.tell("payment_intent.created", made)
    state.tell("payment_intent.succeeded", made)
    state.tell("charge.succeeded", state.objects[made["latest_charge"]])
    if params.get("payment_method", "").startswith(DISPUTED):
        money.dispute(state, made["id"])
    return made


@route("POST", "products", "ProductCreateParams")
def create_product(call):
    made = call.state.put(
        {
            "id": call.state.new_id("prod"), "object": "product", "active": True, "created": call.state.now(),
            "description": call.params.get("description"), "livemode": False,
            "metadata": call.params.get("metadata", {}), "name": call.params["name"],
        }
    )  # fmt: skip
    call.state.tell("product.created", made)
    return made


@route("POST", "accounts/([^/]+)", "AccountUpdateParams")
def update_account(call):
    account = money.get(call.state, call.names[0], "account")
    account["metadata"] |= call.params.get("metadata", {})
    call.state.tell("account.updated", account, account=account["id"])
    return account

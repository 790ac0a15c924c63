"""What the stand-in knows from the beginning when it runs beside the demo: what the demo world says was paid there."""

from tests.local_stripe import connect, money
from tests.local_stripe.state import State

ACCOUNT, KEY = "acct_demo_1", "demo-account-1"
SALES = (18000, 18000, 18000, 18000, 16500)
LONG_AGO = 60 * 24 * 60 * 60
LEFT = 46728  # of all that came in, after fees, refunds and transfers


def begin(state: State) -> None:
    connect.new_account(state, ACCOUNT, {"metadata": {"account": KEY}, "capabilities": {"transfers": {}}})
    connect.fill_in(state, ACCOUNT)
    for number, amount in enumerate(SALES, start=1):
        _sale(state, number, amount)
    money.move(state, LEFT, "eur", "adjustment", "demo")


def _sale(state, number, amount) -> None:
    about = {"amount": amount, "created": state.now() - LONG_AGO, "currency": "eur", "metadata": {}}
    charge, intent = f"ch_demo_{number}", f"pi_demo_{number}"
    state.put(
        {**about, "id": charge, "object": "charge", "payment_intent": intent, "amount_refunded": 0, "refunded": False}
    )
    state.put(
        {**about, "id": intent, "object": "payment_intent", "latest_charge": charge, "status": "succeeded",
         "amount_received": amount}
    )  # fmt: skip

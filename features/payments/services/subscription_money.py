"""The money of subscriptions in the books: what Stripe took for an invoice, and its fee."""

from datetime import UTC, datetime

from django.db import transaction

from features.payments import stripe_client as stripe
from features.payments.models import Account, Subscription, SubscriptionInvoice
from features.payments.services.books import book
from features.payments.services.invoicing import invoice_subscription
from features.payments.services.subscription_refunds import apply_refund_to, give_surplus_back

EXPANDED = ["latest_charge.balance_transaction"]


def fetch_money(invoice_id: str) -> dict:
    """What paid this invoice, with Stripe's fee, and what went back of it. Invoices name neither by themselves."""
    params = {"invoice": invoice_id, "status": "paid"}
    paid = stripe.call(lambda v1: v1.invoice_payments.list, params=params)["data"]
    name = next((one["payment"]["payment_intent"] for one in paid if one["payment"].get("payment_intent")), None)
    if name is None:  # paid from a balance, or by hand
        return {"intent": None, "refunds": []}
    intent = stripe.call(lambda v1: v1.payment_intents.retrieve, name, params={"expand": EXPANDED})
    return {"intent": intent, "refunds": list(stripe.pages(lambda v1: v1.refunds.list, {"payment_intent": name}))}


@transaction.atomic
def record(row: Subscription, invoice: dict, money: dict, now: datetime) -> None:
    """An invoice that is paid, once, with all that is known of its money."""
    currency = invoice["currency"].upper()
    paid_at = datetime.fromtimestamp(invoice["status_transitions"]["paid_at"], UTC)
    facts = {"subscription": row, "amount_minor": invoice["amount_paid"], "currency": currency, "paid_at": paid_at}
    made, is_new = SubscriptionInvoice.objects.get_or_create(stripe_id=invoice["id"], defaults=facts)
    made = SubscriptionInvoice.objects.select_for_update(no_key=True).get(pk=made.pk)
    amounts = {Account.STRIPE: made.amount_minor, Account.COMMISSION: -made.amount_minor}
    book(
        key=f"invoice:{made.stripe_id}", happened_at=paid_at, currency=currency, amounts=amounts,
        subscription_invoice=made,
    )  # fmt: skip
    if is_new and not row.is_surplus:
        invoice_subscription(made, now)
    if money["intent"]:
        _book_fee(made, money["intent"])
    for refund in money["refunds"]:
        apply_refund_to(made, refund, now)
    if row.is_surplus:
        give_surplus_back(made, now)


def _book_fee(made: SubscriptionInvoice, intent: dict) -> None:
    """Stripe may name its fee a moment after the charge."""
    charge = intent["latest_charge"]
    moved = charge.get("balance_transaction")
    made.intent_id, made.charge_id = intent["id"], charge["id"]
    made.fee_minor = moved["fee"] if isinstance(moved, dict) else 0
    made.save(update_fields=["intent_id", "charge_id", "fee_minor"])
    if made.fee_minor:
        amounts = {Account.FEES: made.fee_minor, Account.STRIPE: -made.fee_minor}
        book(
            key=f"fee:{made.intent_id}", happened_at=made.paid_at, currency=made.currency, amounts=amounts,
            subscription_invoice=made,
        )  # fmt: skip

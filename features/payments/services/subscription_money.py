"""The money of subscriptions in the books: what Stripe took for an invoice, its fee, what went back. A refund of ours
is a row before Stripe is asked."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from core.jobs import enqueue
from features.notifications.services import notify
from features.payments import stripe_client as stripe
from features.payments.models import Account, Incident, Refund, Subscription, SubscriptionInvoice, SubscriptionRefund
from features.payments.services.books import book
from features.payments.services.earnings import TAKEN_BACK
from features.payments.services.incidents import report
from features.payments.services.invoicing import cancel_credit, credit_subscription, invoice_subscription

State = Refund.State
STATES = {"succeeded": State.DONE, "failed": State.FAILED, "canceled": State.FAILED}
EXPANDED = ["latest_charge.balance_transaction"]
AGAIN_AFTER = timedelta(hours=20)
KEY_IS_GOOD = timedelta(hours=20)  # Stripe remembers a key for a day; later it is asked first what it has


# --- What came in -----------------------------------------------------------------------------------------------------
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
        _apply(made, refund, now)
    if row.is_surplus:
        _give_back(made, now)


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


# --- What goes back ---------------------------------------------------------------------------------------------------
def _give_back(made: SubscriptionInvoice, now: datetime) -> None:
    """All that is left of it, once."""
    cause, left = f"surplus:{made.pk}", made.left_minor
    if not left or not made.intent_id or SubscriptionRefund.objects.filter(cause=cause).exists():
        return
    refund = SubscriptionRefund.objects.create(
        invoice=made, cause=cause, amount_minor=left, source=Refund.Source.TWICE, requested_at=now
    )
    enqueue("features.payments.tasks.send_subscription_refund", refund.pk, key=f"subscription_refund:{refund.pk}")
    tell_of_surplus(made.subscription, refund.pk)


def tell_of_surplus(row: Subscription, about) -> None:
    """That the second one is ended, and what goes back."""
    notify(row.person, "surplus", row.pk, reverse("own_subscription"), f"surplus:{row.pk}:{about}")


def send_subscription_refund(refund_id: int) -> None:
    """Ask Stripe for it. Killed anywhere and run again, it is one refund: the row names the call. Raises StripeDown and
    KeyRefused; then it is tried again."""
    refund = SubscriptionRefund.objects.select_related("invoice__subscription__person").get(pk=refund_id)
    if refund.stripe_id or refund.state == State.FAILED:
        return None
    intent = refund.invoice.intent_id
    found = None
    if timezone.now() - refund.requested_at > KEY_IS_GOOD:
        known = stripe.pages(lambda v1: v1.refunds.list, {"payment_intent": intent})
        found = next((one for one in known if one["metadata"].get("subscription_refund") == refund.public_id), None)
    metadata = {"subscription_refund": refund.public_id}
    params = {"payment_intent": intent, "amount": refund.amount_minor, "metadata": metadata}
    again = f"-{refund.attempt}" if refund.attempt > 1 else ""  # Stripe would repeat its refusal to the same call
    key = f"subscription-refund-{refund.public_id}{again}"
    try:
        found = found or stripe.call(lambda v1: v1.refunds.create, params=params, key=key)
    except stripe.KeyRefused:
        raise
    except stripe.StripeRefused as refused:
        return _fail(refund, refused.code, timezone.now())
    apply_subscription_refund(found, timezone.now())
    return None


@transaction.atomic
def _fail(refund: SubscriptionRefund, code: str, now: datetime) -> None:
    said = {"state": State.FAILED, "refused_at": now}
    if SubscriptionRefund.objects.filter(pk=refund.pk, state=State.ASKED).update(**said):
        facts = {"payment": refund.invoice.intent_id, "amount": refund.amount_minor, "code": code}
        report(Incident.Kind.REFUND_FAILED, refund.public_id, **facts)
        _tell_late(refund)


def _tell_late(refund: SubscriptionRefund) -> None:
    notify(
        refund.invoice.subscription.person, "subscription_money_late", refund.pk, reverse("own_subscription"),
        f"subscription_money_late:{refund.pk}:{refund.stripe_id or ''}",
    )  # fmt: skip


def try_subscription_refunds_again(*, now: datetime) -> int:
    """Once a day, as those of orders: there may be enough money now."""
    unsolved = Incident.objects.filter(kind=Incident.Kind.REFUND_FAILED, resolved_at=None).values("about")
    refused = SubscriptionRefund.objects.filter(state=State.FAILED, stripe_id=None, public_id__in=unsolved)
    refused = refused.exclude(refused_at__gt=now - AGAIN_AFTER).exclude(invoice__disputes__state__in=TAKEN_BACK)
    tried = 0
    for row in refused.select_related("invoice").order_by("pk"):
        with transaction.atomic():
            made = SubscriptionInvoice.objects.select_for_update(no_key=True).get(pk=row.invoice_id)
            amount = min(row.amount_minor, made.left_minor)
            asked = {"state": State.ASKED, "attempt": row.attempt + 1, "amount_minor": amount}
            if amount > 0 and SubscriptionRefund.objects.filter(pk=row.pk, state=State.FAILED).update(**asked):
                key = f"subscription_refund:{row.pk}:{row.attempt + 1}"
                enqueue("features.payments.tasks.send_subscription_refund", row.pk, key=key)
                tried += 1
    return tried


@transaction.atomic
def apply_subscription_refund(facts: dict, now: datetime) -> bool:
    """What Stripe says of a refund. False where it is of no payment of a subscription that is known here; news of the
    payment, when it comes, brings its refunds along."""
    made = SubscriptionInvoice.objects.select_for_update(no_key=True).filter(intent_id=facts["payment_intent"]).first()
    if made is None or not made.intent_id:
        return False
    _apply(made, facts, now)
    return True


def _apply(made: SubscriptionInvoice, facts: dict, now: datetime) -> None:
    refund = _row(made, facts)
    if refund.state == State.FAILED and refund.stripe_id:
        return
    if refund.attempt > 1 and refund.stripe_id is None:  # after all
        solved = Incident.objects.filter(kind=Incident.Kind.REFUND_FAILED, about=refund.public_id, resolved_at=None)
        solved.update(resolved_at=now)
    refund.stripe_id, refund.state = facts["id"], STATES.get(facts["status"], State.PENDING)
    refund.settled_at = refund.settled_at or (now if refund.state == State.DONE else None)
    refund.save(update_fields=["stripe_id", "state", "settled_at"])
    about: dict[str, Any] = {
        "happened_at": datetime.fromtimestamp(facts["created"], UTC), "currency": made.currency,
        "subscription_invoice": made,
    }  # fmt: skip
    amounts = {Account.COMMISSION: refund.amount_minor, Account.STRIPE: -refund.amount_minor}
    book(key=f"refund:{refund.stripe_id}", amounts=amounts, **about)
    if refund.state == State.DONE:
        credit_subscription(refund, now)
    elif refund.state == State.FAILED:
        back = {account: -amount for account, amount in amounts.items()}
        book(key=f"refund-failed:{refund.stripe_id}", amounts=back, **about)
        cancel_credit(refund, now)
        report(Incident.Kind.REFUND_FAILED, facts["id"], invoice=made.stripe_id, amount=refund.amount_minor)
        _tell_late(refund)


def _row(made: SubscriptionInvoice, facts: dict) -> SubscriptionRefund:
    ours = (facts.get("metadata") or {}).get("subscription_refund", "")
    found = SubscriptionRefund.objects.filter(stripe_id=facts["id"]).first()
    found = found or made.refunds.filter(public_id=ours).first()
    return found or SubscriptionRefund.objects.create(
        invoice=made, amount_minor=facts["amount"], source=Refund.Source.STRIPE, cause=f"stripe:{facts['id']}"
    )

"""A buyer's bank takes the money back until somebody decides. Whatever Stripe says last is how it stands."""

from datetime import UTC, datetime

from django.db import transaction
from django.db.models import Sum

from features.payments import stripe_client as stripe
from features.payments.models import Account, Dispute, Incident, Payment
from features.payments.services.books import book
from features.payments.services.earnings import weigh
from features.payments.services.incidents import report
from features.payments.services.orders import fulfilments, lock_order
from features.payments.services.subscription_money import apply_subscription_dispute

CLOSED = {"won", "lost", "warning_closed", "prevented"}


def fetch_dispute(stripe_id: str) -> dict:
    params = {"expand": ["payment_intent.latest_charge.balance_transaction"]}
    return stripe.call(lambda v1: v1.disputes.retrieve, stripe_id, params=params)


@transaction.atomic
def apply_dispute(facts: dict, now: datetime) -> None:
    payment = Payment.objects.filter(charge_id=facts["charge"]).first()
    if payment is None:
        if apply_subscription_dispute(facts, now):
            return
        report(Incident.Kind.DISPUTE, facts["id"], charge=facts["charge"], amount=facts["amount"])
        return
    lock_order(payment.order_id)
    opened_at = datetime.fromtimestamp(facts["created"], UTC)
    is_closed = facts["status"] in CLOSED
    dispute, _is_new = Dispute.objects.update_or_create(
        stripe_id=facts["id"],
        defaults={
            "payment": payment, "amount_minor": facts["amount"], "state": facts["status"], "reason": facts["reason"],
            "opened_at": opened_at, "closed_at": now if is_closed else None,
        },
    )  # fmt: skip
    report(Incident.Kind.DISPUTE, dispute.stripe_id, payment=payment.stripe_id, amount=dispute.amount_minor)
    for moved in facts.get("balance_transactions", []):
        amounts = {Account.STRIPE: moved["net"], Account.DISPUTES: -moved["net"]}
        book(
            key=f"dispute:{moved['id']}",
            happened_at=datetime.fromtimestamp(moved["created"], UTC),
            currency=moved["currency"].upper(),
            order=payment.order,
            amounts=amounts,
        )
    if dispute.state == "lost":  # it came out of what was held; what is left in dispute is the bank's fee
        book(
            key=f"dispute-lost:{dispute.stripe_id}",
            happened_at=now,
            currency=payment.currency,
            order=payment.order,
            amounts={Account.HELD: dispute.amount_minor, Account.DISPUTES: -dispute.amount_minor},
        )
        _end_what_was_bought(payment, now)
    weigh(payment.pk, now)


def _end_what_was_bought(payment: Payment, now: datetime) -> None:
    """Where nothing of its price is left."""
    if payment.is_kept and payment.left_minor <= lost_of(payment):
        for line in payment.order.lines.order_by("pk"):
            fulfilments[line.kind].charged_back(line.ref, now)


def lost_of(payment: Payment) -> int:
    """What the buyer has back through their bank."""
    return payment.disputes.filter(state="lost").aggregate(n=Sum("amount_minor", default=0))["n"]

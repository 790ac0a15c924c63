"""A buyer's bank takes the money back until somebody decides. Whatever Stripe says last is how it stands."""

from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.db.models import Sum
from django.urls import reverse

from core.jobs import enqueue
from features.accounts.services import organisers
from features.notifications.services import notify
from features.payments import stripe_client as stripe
from features.payments.models import Account, Dispute, Incident, Payment, Subscription, SubscriptionInvoice
from features.payments.services.books import book
from features.payments.services.earnings import weigh
from features.payments.services.incidents import report
from features.payments.services.invoicing import cancel_credit, credit_dispute
from features.payments.services.orders import fulfilments, lock_order

WITH_THE_BANK = ("needs_response", "under_review")  # until it has decided
CLOSED = {"won", "lost", "warning_closed", "prevented"}


def fetch_dispute(stripe_id: str) -> dict:
    params = {"expand": ["payment_intent.latest_charge.balance_transaction"]}
    return stripe.call(lambda v1: v1.disputes.retrieve, stripe_id, params=params)


@transaction.atomic
def apply_dispute(facts: dict, now: datetime) -> None:
    """Of an order's payment, or of one for a subscription."""
    payment = Payment.objects.filter(charge_id=facts["charge"]).first()
    made = None if payment else _subscription_payment(facts["charge"])
    if payment is None and made is None:
        report(Incident.Kind.DISPUTE, facts["id"], charge=facts["charge"], amount=facts["amount"])
        return
    if payment:
        lock_order(payment.order_id)
    dispute = _write_down(facts, payment, made, now)
    paid: Payment | SubscriptionInvoice = dispute.paid
    about: dict[str, Any] = {"order": payment.order if payment else None, "subscription_invoice": made}
    for moved in facts.get("balance_transactions", []):
        amounts = {Account.STRIPE: moved["net"], Account.DISPUTES: -moved["net"]}
        happened_at = datetime.fromtimestamp(moved["created"], UTC)
        book(
            key=f"dispute:{moved['id']}", happened_at=happened_at, currency=moved["currency"].upper(), amounts=amounts,
            **about,
        )  # fmt: skip
    if dispute.state == "lost":  # it came out of what was paid; what is left in dispute is the bank's fee
        source = Account.HELD if payment else Account.COMMISSION
        amounts = {source: dispute.amount_minor, Account.DISPUTES: -dispute.amount_minor}
        book(key=f"dispute-lost:{dispute.stripe_id}", happened_at=now, currency=paid.currency, amounts=amounts, **about)
    if payment:
        _look_at_lines(payment, now)
        weigh(payment.pk, now)
    elif made and dispute.state == "lost":
        _end_subscription(made.subscription)
    if dispute.state == "lost":
        credit_dispute(dispute, now)
    elif dispute.closed_at:  # what was said to be lost is not
        cancel_credit(dispute, now)


def _subscription_payment(charge_id: str) -> SubscriptionInvoice | None:
    if not charge_id:
        return None
    return SubscriptionInvoice.objects.select_for_update(no_key=True).filter(charge_id=charge_id).first()


def _write_down(facts: dict, payment, made, now: datetime) -> Dispute:
    is_closed = facts["status"] in CLOSED
    due = (facts.get("evidence_details") or {}).get("due_by")
    dispute, is_new = Dispute.objects.update_or_create(
        stripe_id=facts["id"],
        defaults={
            "payment": payment, "subscription_invoice": made, "amount_minor": facts["amount"],
            "state": facts["status"], "reason": facts["reason"],
            "opened_at": datetime.fromtimestamp(facts["created"], UTC),
            "answer_by": datetime.fromtimestamp(due, UTC) if due else None, "closed_at": now if is_closed else None,
        },
    )  # fmt: skip
    about = {"payment": payment.stripe_id} if payment else {"invoice": made.stripe_id}
    if is_new:
        report(Incident.Kind.DISPUTE, dispute.stripe_id, **about, amount=dispute.amount_minor)
    if is_closed:  # there is nothing to answer any more
        open_ones = Incident.objects.filter(kind=Incident.Kind.DISPUTE, about=dispute.stripe_id, resolved_at=None)
        open_ones.update(resolved_at=now)
    _tell(dispute, is_closed)
    return dispute


def _tell(dispute: Dispute, is_closed: bool) -> None:
    """The buyer, when it is opened and when it is decided; and whoever can answer the bank, as long as it asks."""
    page = reverse("order", args=[dispute.payment.order.public_id]) if dispute.payment else reverse("own_subscription")
    if is_closed:
        notify(dispute.person, "dispute_decided", dispute.pk, page, f"dispute_decided:{dispute.pk}")
        return
    notify(dispute.person, "disputed", dispute.pk, page, f"disputed:{dispute.pk}")
    for organiser in organisers():
        notify(
            organiser, "dispute_to_answer", dispute.pk, reverse("manage_money"),
            f"dispute_to_answer:{dispute.pk}:{organiser.pk}",
        )  # fmt: skip


def _look_at_lines(payment: Payment, now: datetime) -> None:
    """While the bank decides, what can still be spent is kept; where it decided for the buyer, what is to come ends."""
    is_open = payment.disputes.filter(closed_at=None).exists()
    lines = list(payment.order.lines.order_by("pk")) if payment.is_kept else []
    if payment.left_minor <= lost_of(payment) > 0:  # nothing of its price is left
        for line in lines:
            fulfilments[line.kind].charged_back(line.ref, now)
    for line in lines:  # behind what credits were spent on, whose orders are locked first
        fulfilments[line.kind].questioned(line.ref, now if is_open else None)


def _end_subscription(row: Subscription) -> None:
    """Who has the money of it back is charged no more, and reads no more."""
    if row.state in Subscription.GOING_ON:
        enqueue("features.payments.tasks.end_disputed", row.pk, key=f"end_disputed:{row.pk}")


def lost_of(payment: Payment) -> int:
    """What the buyer has back through their bank, as it is at this moment."""
    return payment.disputes.filter(state="lost").aggregate(n=Sum("amount_minor", default=0))["n"]

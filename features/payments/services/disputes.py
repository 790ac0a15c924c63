"""A buyer's bank takes the money back until somebody decides. Whatever Stripe says last is how it stands."""

from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, Sum
from django.urls import reverse

from core.jobs import enqueue
from features.accounts.services import organisers
from features.notifications.services import notify
from features.payments import stripe_client as stripe
from features.payments.models import (
    Account,
    Dispute,
    Incident,
    LedgerEntry,
    Payment,
    Subscription,
    SubscriptionInvoice,
)
from features.payments.services.books import book
from features.payments.services.earnings import weigh
from features.payments.services.incidents import report
from features.payments.services.invoicing import cancel_credit, credit_dispute
from features.payments.services.orders import fulfilments, lock_order

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
    _book_loss(dispute, paid, now, about)
    if payment:
        _look_at_lines(payment, now)
        weigh(payment.pk, now)
    elif made and dispute.state == "lost":
        _end_subscription(made.subscription)
    if dispute.state == "lost":
        credit_dispute(dispute, now)
    elif dispute.closed_at:  # what was said to be lost is not
        cancel_credit(dispute, now)
    if dispute.closed_at:
        key = f"after_dispute:{dispute.pk}:{dispute.state}"
        enqueue("features.payments.tasks.after_dispute", dispute.pk, key=key)


def _book_loss(dispute: Dispute, paid: Payment | SubscriptionInvoice, now: datetime, about: dict) -> None:
    """What is lost came out of what was paid; what is left in dispute is the bank's fee. Said to be lost and then not,
    it is booked back."""
    amount = dispute.amount_minor if dispute.state == "lost" else 0
    source = Account.HELD if dispute.payment else Account.COMMISSION
    known = f"dispute-lost:{dispute.stripe_id}"
    is_known = Q(transaction__key=known) | Q(transaction__key__startswith=f"{known}:")
    booked = list(LedgerEntry.objects.filter(is_known, account=source).values_list("amount_minor", flat=True))
    if more := amount - sum(booked):
        again = f":{len(booked)}" if booked else ""
        book(
            key=f"dispute-lost:{dispute.stripe_id}{again}", happened_at=now, currency=paid.currency,
            amounts={source: more, Account.DISPUTES: -more}, **about,
        )  # fmt: skip


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


def lost_of(paid: Payment | SubscriptionInvoice) -> int:
    """What the buyer has back through their bank, as it is at this moment."""
    return paid.disputes.filter(state="lost").aggregate(n=Sum("amount_minor", default=0))["n"]


def can_go_back(paid: Payment | SubscriptionInvoice) -> int:
    """What is left of it here: not with its buyer again, by us or by their bank."""
    return max(paid.left_minor - lost_of(paid), 0)


def is_with_the_bank(paid: Payment | SubscriptionInvoice) -> bool:
    return paid.disputes.filter(state__in=Dispute.WITH_THE_BANK).exists()

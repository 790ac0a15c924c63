"""What this feature knows about a person, for export and erasure."""

from features.payments.models import (
    Checkout,
    Dispute,
    Entitlement,
    Incident,
    LedgerEntry,
    Order,
    OrderLine,
    Payment,
    Refund,
)


def export(person) -> dict:
    bought = OrderLine.objects.filter(order__buyer=person).order_by("order_id", "pk")
    sold = OrderLine.objects.filter(seller=person).order_by("order_id", "pk")
    line = ("kind", "title", "quantity", "unit_minor", "currency")
    return {
        "orders": list(
            Order.objects.filter(buyer=person)
            .order_by("pk")
            .values("public_id", "currency", "opened_at", "settled_at", "released_at")
        ),
        "bought": list(bought.values("order__public_id", *line)),
        "checkouts": list(Checkout.objects.filter(order__buyer=person).order_by("pk").values("opened_at", "closed_at")),
        "paid": list(
            Payment.objects.filter(order__buyer=person)
            .order_by("pk")
            .values("order__public_id", "amount_minor", "currency", "paid_at", "refunded_minor")
        ),
        "paid_back": list(
            Refund.objects.filter(payment__order__buyer=person)
            .order_by("pk")
            .values("payment__order__public_id", "amount_minor", "source", "state", "requested_at")
        ),
        "disputes": list(
            Dispute.objects.filter(payment__order__buyer=person).order_by("pk").values("amount_minor", "state")
        ),
        "booked": list(
            LedgerEntry.objects.filter(transaction__order__buyer=person)
            .order_by("pk")
            .values("transaction__happened_at", "account", "amount_minor", "currency")
        ),
        "incidents_closed": list(Incident.objects.filter(resolved_by=person).order_by("pk").values("kind", "about")),
        "entitlements": list(
            Entitlement.objects.filter(person=person)
            .order_by("pk")
            .values("key", "source", "starts_at", "until", "revoked_at")
        ),
        "sold": list(sold.values("order__opened_at", *line)),
    }


def erase(person) -> None:
    """Nothing: books are kept by law, and an order says what was bought and not by whom but through the account."""

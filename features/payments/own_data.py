"""What this feature knows about a person, for export and erasure."""

from features.payments.models import Entitlement, Order, OrderLine


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
        "entitlements": list(
            Entitlement.objects.filter(person=person)
            .order_by("pk")
            .values("key", "source", "starts_at", "until", "revoked_at")
        ),
        "sold": list(sold.values("order__opened_at", *line)),
    }


def erase(person) -> None:
    """Nothing: books are kept by law, and an order says what was bought and not by whom but through the account."""

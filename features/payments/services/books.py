"""The books: every movement of money is booked once, and comes to nothing."""

from collections.abc import Mapping
from datetime import datetime

from django.db.models import Sum

from features.payments.models import Account, LedgerEntry, LedgerTransaction


def book(
    *,
    key: str,
    happened_at: datetime,
    currency: str,
    amounts: Mapping[Account, int],
    order=None,
    subscription_invoice=None,
) -> bool:
    """Book one movement by account, once per `key`, with what it came of. The database refuses what does not come to
    nothing."""
    about = {"happened_at": happened_at, "order": order, "subscription_invoice": subscription_invoice}
    transaction, is_new = LedgerTransaction.objects.get_or_create(key=key, defaults=about)
    if is_new:
        LedgerEntry.objects.bulk_create(
            LedgerEntry(transaction=transaction, account=account, amount_minor=amount, currency=currency)
            for account, amount in amounts.items()
            if amount
        )
    return is_new


def balances() -> dict[tuple[str, str], int]:
    """{(account, currency): sum of all that was booked}."""
    sums = LedgerEntry.objects.values("account", "currency").annotate(sum=Sum("amount_minor"))
    return {(Account(row["account"]), row["currency"]): row["sum"] for row in sums.order_by()}

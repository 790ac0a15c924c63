"""What changes an order while its buyer is at the till. Stripe's page with the old price is taken away first; then the
order is looked at under its lock, so that nobody pays one price for another."""

import contextlib
from collections.abc import Iterator
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from features.payments.models import Checkout, CouponUse, CreditMove, Order, OrderLine
from features.payments.policies import quote
from features.payments.services.checkout import LATER, CheckoutRefused, answered, close_page
from features.payments.services.orders import fulfilments, lock_order, settle
from features.payments.services.spending import credits_left, spend_credit


@contextlib.contextmanager
def at_the_till(order: Order, now: datetime) -> Iterator[Order]:
    """The order, locked, with no page of Stripe's that asks for its price of before. Raises CheckoutRefused."""
    _take_page_away(order, now)
    with transaction.atomic():
        locked = lock_order(order.pk)
        if locked.settled_at:
            raise CheckoutRefused("paid", _("This is paid already."))
        if locked.released_at or (locked.hold_until and locked.hold_until <= now):
            raise CheckoutRefused("over", _("The time to pay is over. Nothing was charged; you can begin again."))
        if locked.checkouts.filter(closed_at=None).exists():
            raise CheckoutRefused("at_stripe", _("Stripe's page was just opened in another tab. Try once more."))
        yield locked


def _take_page_away(order, now) -> None:
    for row in order.checkouts.filter(closed_at=None):
        # Closed here first: news of its end then does not end the order.
        Checkout.objects.filter(pk=row.pk).update(closed_at=now)
        with answered(LATER):
            close_page(row, now)


# --- Credits ----------------------------------------------------------------------------------------------------------
def credits_for(order: Order, now: datetime) -> int:
    """How many credits its buyer has that would pay for this order."""
    line = _line_for_credit(order)
    if line is None or line.seller is None:
        return 0
    return credits_left(order.buyer, line.seller, fulfilments[line.kind].credit_scope, now)


def _line_for_credit(order) -> OrderLine | None:
    """The one thing that is bought, where a credit can pay for it."""
    lines = list(order.lines.select_related("seller")[:2])
    if len(lines) != 1 or lines[0].quantity != 1 or lines[0].kind not in fulfilments:
        return None
    return lines[0] if fulfilments[lines[0].kind].credit_scope else None


def pay_with_credit(*, order: Order, now: datetime | None = None) -> None:
    """One credit instead of money. Raises CheckoutRefused, and SaleRefused where there is none."""
    now = now or timezone.now()
    with at_the_till(order, now) as locked:
        line = _line_for_credit(locked)
        if line is None or line.seller is None:
            raise CheckoutRefused("no_credit", _("Credits are not for this. Pay for it instead."))
        scope = fulfilments[line.kind].credit_scope
        spend_credit(person=locked.buyer, seller=line.seller, scope=scope, cause=_cause(line.kind, line.ref), now=now)
        OrderLine.objects.filter(pk=line.pk).update(unit_minor=0)
        CouponUse.objects.filter(order=locked, ended_at=None).update(ended_at=now)
        hand_over(locked, now)


def hand_over(order: Order, now: datetime) -> None:
    """With nothing left to pay in money. Raises CheckoutRefused where the thing itself was given back."""
    if not settle(order=order, now=now):
        raise CheckoutRefused("over", _("This was given back. Nothing was charged; you can begin again."))


def _cause(kind, ref) -> str:
    return f"{kind}:{ref}"


def is_paid_by_credit(kind: str, ref) -> bool:
    moves = CreditMove.objects.filter(cause=_cause(kind, ref))
    return moves.filter(kind=CreditMove.Kind.SPENT).exists()


def credit_comes_back(kind: str, ref, *, starts_at: datetime, now: datetime | None = None) -> bool | None:
    """Whether giving this thing back now brings its credit back: as long as all of the money would have come. None for
    what was not paid by a credit."""
    line = OrderLine.objects.filter(kind=kind, ref=str(ref)).first()
    if line is None or not is_paid_by_credit(kind, ref):
        return None
    found = quote(line.policy, 100, 100, line.currency, starts_at=starts_at, now=now or timezone.now())
    return found.percent == 100

"""Whether a thing is paid for, whatever its price is now."""

from collections.abc import Iterable

from features.payments.models import CouponUse, CreditMove, OrderLine


def paid_things(kind: str, refs: Iterable) -> set[str]:
    """Those of these things that somebody paid for, by money, a coupon or a credit, and did not get all of it back: in
    a fixed number of queries. What cost nothing was not paid for."""
    wanted = [str(ref) for ref in refs]
    if not wanted:
        return set()
    bought = OrderLine.objects.filter(kind=kind, ref__in=wanted, order__settled_at__isnull=False)
    lines = list(bought.select_related("order").prefetch_related("order__payments__disputes"))
    free = [line for line in lines if not line.unit_minor]
    by_coupon: set[int] = set()
    by_credit: set[str] = set()
    if free:
        uses = CouponUse.objects.filter(order__in=[line.order_id for line in free], ended_at=None)
        by_coupon = set(uses.values_list("order", flat=True))
        moves = CreditMove.objects.filter(cause__in=[f"{kind}:{line.ref}" for line in free])
        moved = set(moves.values_list("cause", "kind"))
        spent = {cause for cause, what in moved if what == CreditMove.Kind.SPENT}
        by_credit = spent - {cause for cause, what in moved if what != CreditMove.Kind.SPENT}
    return {
        line.ref
        for line in lines
        if (line.unit_minor or line.order_id in by_coupon or f"{kind}:{line.ref}" in by_credit)
        and not line.order.is_given_back
    }

"""What the pages show, gathered from rows."""

from core.text import number
from features.payments.models import CouponUse, Invoice, Order, Package
from features.payments.policies import policy_words
from features.payments.services.invoicing import vat_words
from features.payments.services.orders import fulfilments
from features.payments.services.rights import rights_in
from features.payments.services.till import credits_for, is_paid_by_credit

A_PAGE = 25


def order_page(order: Order, now) -> dict:
    lines = list(order.lines.order_by("pk"))
    for line in lines:
        line.page = fulfilments[line.kind].page(line.ref) if line.kind in fulfilments else ""
    by_pk = {line.pk: line for line in lines}  # with the pages that were found above
    payments = list(order.payments.order_by("pk").prefetch_related("refunds", "disputes"))
    is_open = order.is_unpaid and bool(order.hold_until) and order.hold_until > now
    return {
        "order": order,
        "lines": lines,
        "total": sum(line.total_minor for line in lines),
        "payments": payments,
        "refunds": [refund for payment in payments for refund in payment.refunds.order_by("pk")],
        "disputes": [dispute for payment in payments for dispute in payment.disputes.all()],
        "invoices": Invoice.objects.of(order.buyer).filter(payment__order=order).order_by("pk"),
        "is_open": is_open,
        "coupon_use": CouponUse.objects.filter(order=order, ended_at=None).select_related("coupon").first(),
        "credits": credits_for(order, now) if is_open else 0,
        "packages": _packages(lines) if is_open else [],
        "is_by_credit": bool(order.settled_at) and any(is_paid_by_credit(line.kind, line.ref) for line in lines),
        "seconds_left": max(0, int((order.hold_until - now).total_seconds())) if is_open else 0,
        "at_the_end": {str(fulfilments[line.kind].at_the_end) for line in lines if line.kind in fulfilments} - {""},
        "has_checkout": order.checkouts.filter(closed_at=None).exclude(stripe_id=None).exists(),
        "rights": [(by_pk[line.pk], found) for line, found in rights_in(order, now)],
        "vat": vat_words(order.buyer, order.total_minor) if is_open else "",
        "policy": [words for line in lines for words in policy_words(line.policy)],
    }


def _packages(lines) -> list[Package]:
    """What would be cheaper by the dozen, from who sells this."""
    wanted = [(line.seller_id, fulfilments[line.kind].credit_scope) for line in lines if line.kind in fulfilments]
    seller, scope = wanted[0] if len(wanted) == 1 else (None, "")
    found = Package.objects.filter(seller=seller, scope=scope, withdrawn_at=None) if seller and scope else []
    return list(found[:3])


def own_orders(person, before: str) -> dict:
    """What somebody paid for, or is about to; what cost nothing is in their agenda."""
    found = (
        Order.objects.filter(buyer=person)
        .exclude(hold_until=None)
        .order_by("-pk")
        .prefetch_related("lines", "payments__disputes")
    )
    if last := number(before):
        found = found.filter(pk__lt=last)
    rows = list(found[: A_PAGE + 1])
    return {"orders": rows[:A_PAGE], "next": rows[A_PAGE - 1].pk if len(rows) > A_PAGE else None}

"""One's orders as JSON, and the way to the till: the same verbs as the pages. Money is taken on Stripe's page alone."""

from datetime import datetime
from enum import StrEnum

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from ninja import Field, Query, Router, Schema

from core.api_parts import Member, Money, Page, Paging, Refusal, Scope, money, own_key, page
from core.limits import hit
from core.seo import absolute
from features.payments import services
from features.payments.models import Order
from features.payments.rights import RefundReason

PAYMENTS_READ = Scope("payments:read", _("See what you ordered and paid for"))
PAYMENTS_WRITE = Scope("payments:write", _("Open Stripe's page for an order of yours, and enter codes"))

router = Router(tags=["Payments"])


class State(StrEnum):
    OPEN, PAID, OVER = "open", "paid", "over"


class LineOut(Schema):
    kind: str = Field(description="registration, booking, entitlement or credits")
    title: str
    quantity: int
    price: Money = Field(description="Of all of them, with the code taken off")


class OrderOut(Schema):
    id: str
    state: State
    total: Money
    lines: list[LineOut]
    coupon: str = Field(description="The code that was taken off, or empty")
    opened_at: datetime
    held_until: datetime | None
    url: str = Field(description="Its page, from which it can be paid as well")


class RightOut(Schema):
    reason: RefundReason = Field(description="Why: within a day, a quarter was missed, too few times, or not used yet")
    amount: Money
    until: datetime


class OneOrderOut(OrderOut):
    rights: list[RightOut] = Field(description="What you can have back now by right, for each line that has one")


class Till(Schema):
    url: str = Field(description="Stripe's page, which leads back to the page of the order")


class CodeIn(Schema):
    code: str = Field(min_length=1, max_length=30)


def of_order(order: Order) -> dict:
    use = getattr(order, "coupon_use", None)
    now = timezone.now()
    is_open = order.is_unpaid and bool(order.hold_until) and order.hold_until > now
    return {
        "id": order.public_id,
        "state": State.PAID if order.settled_at else State.OPEN if is_open else State.OVER,
        "total": money(order.total_minor, order.currency),
        "lines": [
            {
                "kind": line.kind, "title": line.title, "quantity": line.quantity,
                "price": money(line.total_minor, line.currency),
            }
            for line in order.lines.all()
        ],
        "coupon": use.coupon.code if use and use.ended_at is None else "",
        "opened_at": order.opened_at,
        "held_until": order.hold_until if is_open else None,
        "url": absolute(reverse("order", args=[order.public_id])),
    }  # fmt: skip


def _mine(person):
    return Order.objects.filter(buyer=person).select_related("coupon_use__coupon").prefetch_related("lines")


@router.get("orders/", response=Page[OrderOut], auth=Member(PAYMENTS_READ), summary="What you ordered")
def orders_list(request, paging: Query[Paging]):
    """Newest first; what cost nothing from the start is left out."""
    made = page(request, _mine(request.user).exclude(hold_until=None), paging, ("-id",))
    return made | {"items": [of_order(order) for order in made["items"]]}


@router.get("orders/{str:public_id}/", response=OneOrderOut, auth=Member(PAYMENTS_READ), summary="One order")
def one_order(request, public_id: str):
    order = get_object_or_404(_mine(request.user), public_id=public_id)
    rights = [
        {"reason": found.reason, "amount": money(found.amount_minor, order.currency), "until": found.until}
        for _line, found in services.rights_in(order, timezone.now())
    ]
    return of_order(order) | {"rights": rights}


@router.post("orders/{str:public_id}/checkout/", response=Till, auth=Member(PAYMENTS_WRITE), summary="To the till")
@own_key
def open_checkout(request, public_id: str):
    """Twice is the same page, with an idempotency key or without: the order itself is the key."""
    order = get_object_or_404(_mine(request.user), public_id=public_id)
    try:
        return {"url": services.checkout_url(order=order)}
    except services.CheckoutRefused as refused:
        status = 503 if refused.code == "stripe_down" else 409
        raise Refusal(refused.code, refused.words, step="order", status=status) from refused


@router.put("orders/{str:public_id}/coupon/", response=OrderOut, auth=Member(PAYMENTS_WRITE), summary="Enter a code")
@own_key
def enter_code(request, public_id: str, entered: CodeIn):
    """Taken off the price, in place of a code before. What then costs nothing is paid with it."""
    order = get_object_or_404(_mine(request.user), public_id=public_id)
    hit("coupon", request.user.pk)
    try:
        services.use_coupon(order=order, code=entered.code)
    except services.CheckoutRefused as refused:
        raise Refusal(refused.code, refused.words, step="order") from refused
    return of_order(_mine(request.user).get(pk=order.pk))

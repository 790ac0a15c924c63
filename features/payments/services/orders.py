"""Orders. A line names the fulfilment that hands its thing over; the hold itself is the thing's own row."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Func, JSONField, Value
from django.utils import timezone

from core.db import Prepared
from core.registry import Registry
from features.accounts.models import User
from features.payments.models import CouponUse, Order, OrderLine
from features.payments.policies import MOVED


class GoneMeanwhile(Exception):
    """It was given back, or somebody else has it."""


class Fulfilment:
    """What a feature that sells something answers for. Calls are idempotent, in the order's transaction, with the
    order's row locked: whoever locks both, locks the order first."""

    credit_scope = ""  # what kind of credit pays for one, if any does
    is_in_parts = False  # whether its seller is paid as the parts of it are had
    at_the_end: Any = ""  # of the hold, in words: what becomes of a thing that others can have then

    def confirm(self, ref: str, now: datetime) -> None:
        """The line is paid: hand the thing over. Raises GoneMeanwhile where it was given back before."""

    def release(self, ref: str, now: datetime) -> None:
        """The hold ended unpaid: give the thing back."""

    def extend(self, ref: str, until: datetime) -> None:
        """The buyer is at the till: hold the thing until then."""

    def reseat(self, ref: str, now: datetime) -> bool:
        """Money came after the hold had ended: hand the thing over if there still is one, or answer False."""
        return False

    def refunded(self, ref: str, now: datetime) -> None:
        """All that was paid for the order went back, whoever decided that."""

    def questioned(self, ref: str, since: datetime | None) -> None:
        """The buyer's bank asked for the money, and has not decided yet; None once it has."""

    def charged_back(self, ref: str, now: datetime) -> None:
        """The buyer's bank took all of it back for good: nobody has for nothing what is still to come."""
        self.refunded(ref, now)

    def reprice(self, ref: str, unit_minor: int) -> None:
        """The price of the line was changed before it was paid."""

    def thing(self, ref: str) -> str:
        """Of what this is one: session:12, so that a coupon can be for it."""
        return ""

    def delivered_at(self, ref: str) -> datetime | None:
        """When the buyer has or will have had it, as far as is known now; None where it does not take place. Its
        seller is paid some days later."""
        return None

    def starts_at(self, ref: str) -> datetime | None:
        """When it begins, as long as the buyer has it; None for what begins at no moment."""
        return None

    def was_missed(self, ref: str) -> bool:
        """It did not take place because its seller did not come, or called it off in the last day."""
        return False

    def times_on_offer(self, seller: User, buyer: User, now: datetime) -> int | None:
        """How often a credit can be spent within a week; None where nobody owes that."""
        return None

    def delivered_parts(self, ref: str) -> tuple[int, list[datetime]] | None:
        """Of what is handed over bit by bit: how many parts it has, and when those that are under way were or will be
        had. None where it is had at once."""
        return None

    def page(self, ref: str) -> str:
        """Where the thing is to be seen."""
        return ""


fulfilments: Registry = Registry("payment fulfilments")


@dataclass(frozen=True, kw_only=True)
class Line:
    """One thing to buy. `unit_minor` is in the currency's minor unit; later edits do not touch `policy`."""

    kind: str
    ref: str
    title: str
    unit_minor: int
    currency: str
    quantity: int = 1
    seller_id: int | None = None
    policy: dict = field(default_factory=dict)


class OrderRefused(Exception):
    """`code` is one of `payments_not_set_up`, `mixed_currencies`, `nothing_to_buy`."""

    def __init__(self, code: str):
        super().__init__(code)
        self.code = code


def is_set_up() -> bool:
    """Without a key the site is a free community: what has a price can be seen, not bought."""
    return bool(settings.STRIPE_SECRET_KEY)


@transaction.atomic
def open_order(*, buyer, lines: list[Line], hold_until: datetime | None, now: datetime | None = None) -> Order:
    """Open an order for `lines`. One that costs nothing settles here and now; one that costs waits for its money.

    Raises OrderRefused. The caller holds what it sells (a seat, a slot) in its own row until `hold_until`.
    """
    now = now or timezone.now()
    if not lines:
        raise OrderRefused("nothing_to_buy")
    currencies = {line.currency for line in lines}
    if len(currencies) != 1:
        raise OrderRefused("mixed_currencies")
    total = sum(line.unit_minor * line.quantity for line in lines)
    if total and not is_set_up():
        raise OrderRefused("payments_not_set_up")
    order = Order.objects.create(
        buyer=buyer, currency=currencies.pop(), opened_at=now,
        hold_until=hold_until if total else None, settled_at=None if total else now,
    )  # fmt: skip
    OrderLine.objects.bulk_create(OrderLine(order=order, **vars(line)) for line in lines)
    if not total:
        _hand_over(lines, now)
    return order


def _hand_over(lines: Iterable[Line | OrderLine], now: datetime) -> None:
    for line in lines:
        fulfilments[line.kind].confirm(line.ref, now)


def order_of(kind: str, ref: int | str) -> Order | None:
    """The order that a thing was bought by."""
    return Order.objects.filter(lines__kind=kind, lines__ref=str(ref)).first()


LINES = Prepared(lambda kind, ref: OrderLine.objects.filter(kind=kind, ref=ref).order_by("pk"))


def price_of(kind: str, ref: int | str) -> int:
    """What a thing cost when it was bought, before coupons and credits, whatever its price is now. In minor units."""
    line = LINES.first(kind, str(ref))
    return line.total_minor if line else 0


def note_move(kind: str, refs: Iterable[int]) -> None:
    """Whoever sells these has moved them to another time: what was agreed for the time that was bought holds no more,
    and all of it comes back until they begin."""
    lines = OrderLine.objects.filter(kind=kind, ref__in=[str(ref) for ref in refs])
    moved = Value({MOVED: True}, JSONField())
    lines.update(policy=Func(F("policy"), moved, template="%(expressions)s", arg_joiner=" || "))


def was_moved(kind: str, ref: int | str) -> bool:
    return any(line.policy.get(MOVED) is True for line in LINES.all(kind, str(ref)))


def asked_for(order: Order) -> int:
    """What all of it costs without its coupon, in minor units."""
    use = CouponUse.objects.filter(order=order, ended_at=None).first()
    return order.total_minor + (use.off_minor if use else 0)


def lock_order(order_id: int) -> Order:
    """The order's row, ours until the transaction ends; rows that point to it may still be written by others."""
    return Order.objects.select_for_update(no_key=True).get(pk=order_id)


def settle(*, order: Order, now: datetime) -> bool:
    """Mark the order settled and hand its things over, once. False when it was settled or released before, and when one
    of its things is gone: then it is released."""
    try:
        with transaction.atomic():
            changed = Order.objects.filter(pk=order.pk, settled_at=None, released_at=None).update(settled_at=now)
            if changed:
                _hand_over(order.lines.all(), now)
    except GoneMeanwhile:
        release(order=order, now=now)
        return False
    return bool(changed)


@transaction.atomic
def release(*, order: Order, now: datetime) -> bool:
    """End an unpaid order and give its things back, once. False when it was settled or released before."""
    changed = Order.objects.filter(pk=order.pk, settled_at=None, released_at=None).update(released_at=now)
    if changed:
        CouponUse.objects.filter(order=order, ended_at=None).update(ended_at=now)
        for line in order.lines.all():
            fulfilments[line.kind].release(line.ref, now)
    return bool(changed)


@transaction.atomic
def reseat(*, order: Order, now: datetime) -> bool:
    """Hand over after all what was given back unpaid: all of it, or nothing."""
    try:
        with transaction.atomic():
            for line in order.lines.all():
                if not fulfilments[line.kind].reseat(line.ref, now):
                    raise GoneMeanwhile
    except GoneMeanwhile:
        return False
    Order.objects.filter(pk=order.pk).update(settled_at=now, released_at=None)
    CouponUse.objects.filter(order=order).update(ended_at=None)  # it was paid at that price, so it was used
    return True

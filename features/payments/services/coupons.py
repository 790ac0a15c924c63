"""Coupons: made by who sells, entered at the till, counted under their lock. The price is computed here alone."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.models import make_public_id
from core.registry import Registry
from core.text import number
from features.accounts.access import has_role
from features.accounts.models import Role, User
from features.accounts.services import audit
from features.payments.models import Coupon, CouponUse, Order, OrderLine
from features.payments.services.checkout import CheckoutRefused
from features.payments.services.orders import fulfilments, is_set_up
from features.payments.services.selling import SaleRefused
from features.payments.services.till import at_the_till, hand_over
from features.payments.smallest import smallest


@dataclass(frozen=True)
class Priced:
    """Something that has a price, wherever it is sold. `line` is the kind of order line that buys it."""

    key: str
    line: str
    title: str
    price_minor: int
    currency: str
    url: str


# By the first part of a key: (seller or None for everybody's, the number in a key or None for all) -> what is on sale.
price_lists: Registry = Registry("what has a price")


def on_sale(seller: User | None, key: str = "") -> list[Priced]:
    """What a coupon can be for, or the one thing that has this key."""
    if not key:
        return [thing for name in sorted(price_lists) for thing in price_lists[name](seller, None)]
    name, _colon, ref = key.partition(":")
    one = number(ref)
    return [] if name not in price_lists or one is None else price_lists[name](seller, one)


@transaction.atomic
def make_coupon(*, by: User, is_for_site: bool = False, now: datetime | None = None, **facts) -> Coupon:
    """A code for one's own things, or an organiser's for the whole site. Raises SaleRefused."""
    if not is_set_up():
        raise SaleRefused("payments_not_set_up", _("Nothing can be sold here yet."))
    if is_for_site and not has_role(by, Role.ORGANISER):
        raise SaleRefused("not_an_organiser", _("Coupons for the whole site are made by organisers."))
    code = facts.pop("code", "") or make_public_id()[:8]
    code = code.upper()
    if Coupon.objects.filter(code=code).exists():
        raise SaleRefused("taken", _("This code is taken. Choose another one."))
    seller, thing = None if is_for_site else by, facts.get("thing", "")
    if thing and not on_sale(seller, thing):
        raise SaleRefused("not_yours", _("Choose something that you have on sale."))
    coupon = Coupon.objects.create(code=code, seller=seller, made_by=by, made_at=now or timezone.now(), **facts)
    audit(by, "coupon.made", f"coupon:{coupon.pk}", ["code"])
    return coupon


@transaction.atomic
def withdraw_coupon(*, coupon: Coupon, by: User, now: datetime | None = None) -> None:
    """Nobody enters it any more; orders that have it keep their price."""
    if Coupon.objects.filter(pk=coupon.pk, withdrawn_at=None).update(withdrawn_at=now or timezone.now()):
        audit(by, "coupon.withdrawn", f"coupon:{coupon.pk}", [])


def restore_coupon(*, coupon: Coupon, by: User) -> None:
    """It was withdrawn by a slip."""
    if Coupon.objects.exclude(withdrawn_at=None).filter(pk=coupon.pk).update(withdrawn_at=None):
        audit(by, "coupon.restored", f"coupon:{coupon.pk}", [])


def find_coupon(code: str) -> Coupon | None:
    return Coupon.objects.select_related("seller").filter(code=code.strip().upper()[:30]).first()


def reduced(coupon: Coupon, price_minor: int, currency: str) -> int:
    """What is left of a price. A rest that is too small to be charged is waived."""
    off = price_minor * coupon.percent // 100 if coupon.percent else min(coupon.amount_minor or 0, price_minor)
    left = price_minor - off
    return left if left >= smallest(currency) else 0


def why_not(coupon: Coupon | None, now: datetime) -> CheckoutRefused | None:
    """Whether a code is good at all, for whatever it is."""
    if coupon is None or coupon.withdrawn_at:
        return CheckoutRefused("unknown_code", _("There is no such code. Look at how it is written."))
    if coupon.starts_at > now:
        return CheckoutRefused("too_early", _("This code is not good yet. Come back when it is."))
    if coupon.ends_at and coupon.ends_at <= now:
        return CheckoutRefused("too_late", _("This code is no longer good. You can pay the full price."))
    if coupon.most and uses_of(coupon) >= coupon.most:
        return CheckoutRefused("used_up", _("This code is used up. You can pay the full price."))
    return None


def uses_of(coupon: Coupon) -> int:
    return CouponUse.objects.filter(coupon=coupon, ended_at=None).count()


def use_coupon(*, order: Order, code: str, now: datetime | None = None) -> CouponUse:
    """Take it off the order's price. A code takes the place of the one before. What then costs nothing is settled
    without Stripe. Raises CheckoutRefused."""
    now = now or timezone.now()
    coupon = find_coupon(code)
    if refused := why_not(coupon, now):
        raise refused
    with at_the_till(order, now) as locked:
        use = _enter(locked, coupon, now)
        if not locked.total_minor:
            hand_over(locked, now)
    return use


def _enter(order, coupon, now) -> CouponUse:
    before = CouponUse.objects.select_related("line").filter(order=order).first()
    if before and before.coupon_id == coupon.pk:
        return before
    if before:
        _reprice(before.line, before.line.unit_minor + before.off_minor)
        before.delete()
    line = _line_for(order, coupon)
    # Whoever enters it at the same moment waits here, and then counts this one.
    coupon = Coupon.objects.select_for_update(no_key=True).get(pk=coupon.pk)
    if refused := why_not(coupon, now):
        raise refused
    if CouponUse.objects.filter(coupon=coupon, person=order.buyer, ended_at=None).count() >= coupon.most_each:
        raise CheckoutRefused("used_by_you", _("You have used this code already. You can pay the full price."))
    left = reduced(coupon, line.unit_minor, line.currency)
    if left == line.unit_minor:
        raise CheckoutRefused("too_little", _("This code takes nothing off so small a price. You can pay it in full."))
    use = CouponUse.objects.create(
        coupon=coupon, order=order, line=line, person=order.buyer, off_minor=line.unit_minor - left, used_at=now
    )
    _reprice(line, left)
    return use


def _reprice(line: OrderLine, unit_minor: int) -> None:
    OrderLine.objects.filter(pk=line.pk).update(unit_minor=unit_minor)
    fulfilments[line.kind].reprice(line.ref, unit_minor)


def _line_for(order, coupon) -> OrderLine:
    for line in order.lines.order_by("pk"):
        if line.unit_minor and line.quantity == 1 and _is_for(coupon, line):
            return line
    raise CheckoutRefused("not_for_this", _("This code is for something else. You can pay the full price."))


def _is_for(coupon, line) -> bool:
    if coupon.seller_id and coupon.seller_id != line.seller_id:
        return False
    if coupon.amount_minor and coupon.currency != line.currency:
        return False
    if coupon.scope and coupon.scope != line.kind:
        return False
    return not coupon.thing or coupon.thing == fulfilments[line.kind].thing(line.ref)

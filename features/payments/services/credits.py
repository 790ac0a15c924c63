"""Packages and the credits they give; what is not used goes back at the price of one. A lot's row is locked by whoever
changes it, so that the last credit is spent once."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from features.accounts.access import has_role
from features.accounts.models import Role, User
from features.payments.models import CreditLot, CreditMove, Order, OrderLine, Package, Payment
from features.payments.services.orders import (
    Fulfilment,
    GoneMeanwhile,
    Line,
    fulfilments,
    is_set_up,
    lock_order,
    open_order,
)
from features.payments.services.payout_accounts import selling_begins
from features.payments.services.refunds import refund_thing
from features.payments.services.selling import HOLD, SaleRefused
from features.payments.services.spending import frozen, had_at, lock_lot, look_again, spent_on

KIND = "credits"
Kind = CreditMove.Kind


@transaction.atomic
def offer_package(
    *, seller: User, scope: str, units: int, price_minor: int, currency: str, valid_days: int, now=None
) -> Package:
    """Put a package on sale. A later one changes nothing for who has bought. Raises SaleRefused."""
    if not is_set_up():
        raise SaleRefused("payments_not_set_up", gettext_lazy("Nothing can be sold here yet."))
    if not has_role(seller, Role.EXPERT):
        raise SaleRefused("not_an_expert", gettext_lazy("Packages are sold by experts. Apply to become one."))
    selling_begins(person=seller, price_minor=price_minor)
    return Package.objects.create(
        seller=seller, scope=scope, units=units, price_minor=price_minor, currency=currency,
        valid_days=valid_days, offered_at=now or timezone.now(),
    )  # fmt: skip


def packages_of(seller: User, scope: str) -> list[Package]:
    """What somebody sells in advance, the smallest first; nothing where nothing can be bought."""
    if not is_set_up():
        return []
    return list(Package.objects.filter(seller=seller, scope=scope, withdrawn_at=None).order_by("units", "pk")[:20])


def withdraw_package(*, package: Package, now: datetime | None = None) -> None:
    """Nobody buys it any more; what was bought stays good."""
    Package.objects.filter(pk=package.pk, withdrawn_at=None).update(withdrawn_at=now or timezone.now())


def sell_again(*, package: Package) -> None:
    """It was withdrawn by a slip."""
    Package.objects.filter(pk=package.pk).update(withdrawn_at=None)


def buy_package(*, package: Package, person: User, now: datetime | None = None) -> Order:
    """An order for the package; the lot is its held row. Raises SaleRefused and OrderRefused."""
    now = now or timezone.now()
    if package.withdrawn_at:
        raise SaleRefused("withdrawn", gettext_lazy("This package is no longer sold."))
    if package.seller_id == person.pk:
        raise SaleRefused("own", gettext_lazy("This is your own package."))
    waiting = CreditLot.objects.filter(
        person=person, seller=package.seller_id, scope=package.scope, units=package.units,
        price_minor=package.price_minor, ended_at=None, held_until__gt=now,
    ).first()  # fmt: skip
    if waiting:
        return Order.objects.get(lines__kind=KIND, lines__ref=str(waiting.pk))
    return _buy(package, person, now)


@transaction.atomic
def _buy(package, person, now) -> Order:
    lot = CreditLot.objects.create(
        person=person, seller=package.seller, scope=package.scope, units=package.units, left=package.units,
        price_minor=package.price_minor, currency=package.currency, valid_days=package.valid_days, opened_at=now,
        expires_at=now + timedelta(days=package.valid_days), held_until=now + HOLD,
    )  # fmt: skip
    title = _("%(n)d credits with %(name)s: %(what)s") % {
        "n": package.units, "name": package.seller.name, "what": package.get_scope_display()
    }  # fmt: skip
    line = Line(
        kind=KIND, ref=str(lot.pk), title=title, unit_minor=package.price_minor, currency=package.currency,
        seller_id=package.seller_id,
    )  # fmt: skip
    return open_order(buyer=person, lines=[line], hold_until=lot.held_until, now=now)


class CreditsFulfilment(Fulfilment):
    """What an order asks of the lot that it is about. Its time begins when it is paid."""

    def confirm(self, ref: str, now: datetime) -> None:
        lot = CreditLot.objects.select_for_update(of=("self",)).select_related("seller").get(pk=ref)
        if lot.held_until is None:
            return
        if not lot.seller.is_active:  # with whom nobody could spend them
            raise GoneMeanwhile
        lot.held_until, lot.ended_at, lot.opened_at = None, None, now
        lot.expires_at = now + timedelta(days=lot.valid_days)
        lot.save(update_fields=["held_until", "ended_at", "opened_at", "expires_at"])

    def release(self, ref: str, now: datetime) -> None:
        CreditLot.objects.filter(pk=ref, ended_at=None).exclude(held_until=None).update(ended_at=now)

    def extend(self, ref: str, until: datetime) -> None:
        CreditLot.objects.filter(pk=ref).exclude(held_until=None).update(held_until=until)

    def reseat(self, ref: str, now: datetime) -> bool:
        """Credits are never sold out: late money is good money."""
        self.confirm(ref, now)
        return True

    def refunded(self, ref: str, now: datetime) -> None:
        """All that was paid for it went back: what is left of it ends."""
        lock_lot(ref)
        CreditLot.objects.filter(pk=ref, ended_at=None).update(ended_at=now, left=0)

    def questioned(self, ref: str, since: datetime | None) -> None:
        """Nobody spends what a bank may yet take the price of."""
        lot = lock_lot(ref)
        if bool(lot.frozen_at) != bool(since):
            CreditLot.objects.filter(pk=ref).update(frozen_at=since)

    def charged_back(self, ref: str, now: datetime) -> None:
        """What its credits were spent on goes before the lot, as everywhere; but for what was spent in this moment: if
        that waits for us as well, Stripe tells us once more."""
        before = spent_on(CreditLot.objects.get(pk=ref))
        _charge_back(before, now)
        _charge_back([thing for thing in spent_on(lock_lot(ref)) if thing not in before], now)
        self.refunded(ref, now)

    is_in_parts = True

    def delivered_at(self, ref: str) -> datetime | None:
        """Once what was taken for each has taken place, and what was left is given back or has expired."""
        lot = CreditLot.objects.get(pk=ref)
        rest = [lot.ended_at or lot.expires_at] if lot.ended_at or lot.left else []
        return max(rest + had_at(lot), default=lot.opened_at)

    def delivered_parts(self, ref: str) -> tuple[int, list[datetime]] | None:
        lot = CreditLot.objects.get(pk=ref)
        return lot.units, had_at(lot)

    def reprice(self, ref: str, unit_minor: int) -> None:
        """What goes back is a part of what was paid."""
        CreditLot.objects.filter(pk=ref).exclude(held_until=None).update(price_minor=unit_minor)

    def page(self, ref: str) -> str:
        from django.urls import reverse

        return reverse("wallet")


fulfilments.register(KIND, CreditsFulfilment())


def _charge_back(things: list[tuple[str, str]], now: datetime) -> None:
    for kind, ref in things:
        lock_order(OrderLine.objects.get(kind=kind, ref=ref).order_id)
        fulfilments[kind].charged_back(ref, now)


def refund_worth(lot: CreditLot, now: datetime) -> int:
    """What giving back the rest brings: its units at the price of one, while they have not expired, and no more than
    is left of what was paid."""
    return refund_worths([lot], now)[lot.pk]


def refund_worths(lots: Sequence[CreditLot], now: datetime) -> dict[int, int]:
    """The same of many, by their keys."""
    lines = OrderLine.objects.filter(kind=KIND, ref__in=[str(lot.pk) for lot in lots])
    orders = dict(lines.values_list("ref", "order"))
    payments = Payment.objects.filter(order__in=orders.values(), is_kept=True).prefetch_related("disputes")
    left = {payment.order_id: max(payment.left_minor - payment.lost_minor, 0) for payment in payments}
    return {
        lot.pk: 0
        if lot.held_until or lot.ended_at or lot.expires_at <= now
        else min(lot.worth(lot.left), left.get(orders.get(str(lot.pk), 0), 0))
        for lot in lots
    }


@transaction.atomic
def give_back_credits(*, lot: CreditLot, by: User | None, source: str = "buyer", now: datetime | None = None) -> int:
    """The rest goes back for money, and the lot ends. Answers the amount. Raises SaleRefused."""
    now = now or timezone.now()
    lot = lock_lot(lot.pk)
    if lot.frozen_at and source == "buyer":
        raise frozen()
    amount = refund_worth(lot, now)
    if not amount:
        raise SaleRefused("nothing_left", gettext_lazy("There is nothing left in it to give back."))
    end_lot(lot, now)
    refund_thing(KIND, lot.pk, source=source, amount_minor=amount, by=by, now=now)
    return amount  # all of which is there: its payment is locked


def end_lot(lot: CreditLot, now: datetime) -> None:
    """What is left of a locked lot is given back for money."""
    if lot.left:
        CreditMove.objects.create(lot=lot, kind=Kind.REFUNDED, units=lot.left, cause=f"lot:{lot.pk}", moved_at=now)
    CreditLot.objects.filter(pk=lot.pk).update(left=0, ended_at=now)
    look_again(lot, now)

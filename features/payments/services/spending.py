"""Credits are spent from what expires first, once per cause, and come back to the lot they were taken from."""

from datetime import datetime

from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.db.models import F, Sum, Value
from django.db.models.functions import Least
from django.utils import timezone
from django.utils.translation import gettext_lazy

from features.accounts.models import User
from features.payments.models import CreditLot, CreditMove, Earning, OrderLine, Payment
from features.payments.services.orders import fulfilments
from features.payments.services.selling import SaleRefused

Kind = CreditMove.Kind


def had_at(lot: CreditLot) -> list[datetime]:
    """When what each spent credit was for took place, or will. Of what does not, whose credit stays spent, nobody
    waits longer than for the rest of the lot."""
    found = []
    for move in _spent(lot):
        kind, _colon, ref = move.cause.partition(":")
        try:
            at = fulfilments[kind].delivered_at(ref) if kind in fulfilments else move.moved_at
        except ObjectDoesNotExist:  # whatever it was for is gone
            at = move.moved_at
        found.append(at or lot.expires_at)
    return found


def spent_on(lot: CreditLot) -> list[tuple[str, str]]:
    """(kind, ref) of what has an order of its own."""
    things = [move.cause.partition(":") for move in _spent(lot).order_by("pk")]
    return [
        (kind, ref) for kind, _colon, ref in things if OrderLine.objects.filter(kind=kind, ref=ref).exists()
    ]  # fmt: skip


def _spent(lot: CreditLot):
    """And not come back."""
    returned = CreditMove.objects.filter(lot=lot, kind=Kind.RETURNED).values("cause")
    return CreditMove.objects.filter(lot=lot, kind=Kind.SPENT).exclude(cause__in=returned)


def look_again(lot: CreditLot, now: datetime) -> None:
    """What its seller has of it is weighed anew with the next round."""
    Earning.objects.filter(line__kind="credits", line__ref=str(lot.pk), released_at=None).update(
        look_at=Least("look_at", Value(now))
    )


def credits_left(person: User, seller: User, scope: str, now: datetime | None = None) -> int:
    """How many somebody can spend with this seller now."""
    lots = CreditLot.objects.usable(now or timezone.now()).filter(person=person, seller=seller, scope=scope)
    return lots.aggregate(n=Sum("left"))["n"] or 0


@transaction.atomic
def spend_credit(*, person: User, seller: User, scope: str, cause: str, now: datetime | None = None) -> CreditLot:
    """Spend one for `cause`, such as `booking:12`, from what expires first. The same cause spends one. Raises
    SaleRefused where there is none."""
    now = now or timezone.now()
    known = CreditMove.objects.filter(kind=Kind.SPENT, cause=cause).select_related("lot").first()
    if known:
        return known.lot
    mine = CreditLot.objects.usable(now).filter(person=person, seller=seller, scope=scope)
    # Whoever waits here for a lot that is empty by then looks at it again, and goes on to the next.
    for pk in mine.order_by("expires_at", "pk").values_list("pk", flat=True):
        lot = CreditLot.objects.usable(now).select_for_update().filter(pk=pk).first()
        if lot:
            CreditMove.objects.create(lot=lot, kind=Kind.SPENT, cause=cause, moved_at=now)
            CreditLot.objects.filter(pk=pk).update(left=F("left") - 1)
            lot.left -= 1
            look_again(lot, now)
            return lot
    if CreditLot.objects.standing(now).filter(person=person, seller=seller, scope=scope).exists():
        raise frozen()
    raise SaleRefused("no_credit", gettext_lazy("You have no credit for this. Buy a package, or pay for this one."))


def frozen() -> SaleRefused:
    words = gettext_lazy("Your bank asked for the price of these credits. They are yours again once it has decided so.")
    return SaleRefused("frozen", words)


@transaction.atomic
def return_credit(*, cause: str, now: datetime | None = None) -> bool:
    """What was spent for `cause` did not take place: the credit is back in its lot, with the lot's own end. Once."""
    lot = lot_of(cause)
    return _come_back(lot, cause, now or timezone.now(), is_ended=False) if lot else False


@transaction.atomic
def redeem_credit(*, cause: str, now: datetime) -> tuple[CreditLot, int] | None:
    """The same where its lot is over, so that nobody could spend it any more: the lot, and what this one is worth in
    money, so that all of them together are worth the price. None where a credit does more."""
    lot = lot_of(cause)
    if lot is None or not (lot.ended_at or lot.expires_at <= now) or not _come_back(lot, cause, now, is_ended=True):
        return None
    redeemed = CreditMove.objects.filter(lot=lot, kind=Kind.REFUNDED).aggregate(n=Sum("units", default=0))["n"]
    CreditMove.objects.create(lot=lot, kind=Kind.REFUNDED, cause=cause, moved_at=now)
    return lot, lot.worth(redeemed + 1) - lot.worth(redeemed)


def lot_of(cause: str) -> CreditLot | None:
    """From which the credit for `cause` was taken; locked, behind the payment that bought it."""
    spent = CreditMove.objects.filter(kind=Kind.SPENT, cause=cause).first()
    return lock_lot(spent.lot_id) if spent else None


def lock_lot(pk) -> CreditLot:
    """Whoever locks more than one of them locks the order first, then its payment, the lot, and what is earned."""
    order = OrderLine.objects.filter(kind="credits", ref=str(pk)).values("order")
    list(Payment.objects.select_for_update(no_key=True).filter(order__in=order, is_kept=True).order_by("pk"))
    return CreditLot.objects.select_for_update().get(pk=pk)


def _come_back(lot: CreditLot, cause: str, now: datetime, *, is_ended: bool) -> bool:
    known = CreditMove.objects.filter(kind=Kind.RETURNED, cause=cause).exists()
    if known or (lot.ended_at and not is_ended):
        return False
    CreditMove.objects.create(lot=lot, kind=Kind.RETURNED, cause=cause, moved_at=now)
    if not is_ended:
        CreditLot.objects.filter(pk=lot.pk).update(left=F("left") + 1)
    look_again(lot, now)
    return True

"""Credits are spent from what expires first, once per cause, and come back to the lot they were taken from."""

from datetime import datetime

from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.db.models import F, Sum, Value
from django.db.models.functions import Least
from django.utils import timezone
from django.utils.translation import gettext_lazy

from features.accounts.models import User
from features.payments.models import CreditLot, CreditMove, Earning
from features.payments.services.orders import fulfilments
from features.payments.services.selling import SaleRefused

Kind = CreditMove.Kind


def had_at(lot: CreditLot) -> list[datetime]:
    """When what each spent credit was for took place, or will. Of what does not, whose credit stays spent, nobody
    waits longer than for the rest of the lot."""
    returned = CreditMove.objects.filter(lot=lot, kind=Kind.RETURNED).values("cause")
    found = []
    for move in CreditMove.objects.filter(lot=lot, kind=Kind.SPENT).exclude(cause__in=returned):
        kind, _colon, ref = move.cause.partition(":")
        try:
            at = fulfilments[kind].delivered_at(ref) if kind in fulfilments else move.moved_at
        except ObjectDoesNotExist:  # whatever it was for is gone
            at = move.moved_at
        found.append(at or lot.expires_at)
    return found


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
    raise SaleRefused("no_credit", gettext_lazy("You have no credit for this. Buy a package, or pay for this one."))


@transaction.atomic
def return_credit(*, cause: str, now: datetime | None = None) -> bool:
    """What was spent for `cause` did not take place: the credit is back in its lot, with the lot's own end. Once."""
    spent = CreditMove.objects.filter(kind=Kind.SPENT, cause=cause).first()
    if spent is None:
        return False
    lot = CreditLot.objects.select_for_update().get(pk=spent.lot_id)
    if CreditMove.objects.filter(kind=Kind.RETURNED, cause=cause).exists() or lot.ended_at:
        return False
    now = now or timezone.now()
    CreditMove.objects.create(lot=lot, kind=Kind.RETURNED, cause=cause, moved_at=now)
    CreditLot.objects.filter(pk=lot.pk).update(left=F("left") + 1)
    look_again(lot, now)
    return True

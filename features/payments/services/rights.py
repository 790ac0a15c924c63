"""The rights in numbers, from our own records: of a seat or meeting they better what its policy says; of a package they
are used on the page of its order."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from features.accounts.models import User
from features.payments import rights
from features.payments.models import CreditLot, CreditMove, Order, OrderLine, Payment, Refund
from features.payments.rights import Right
from features.payments.services.credits import KIND, end_lot
from features.payments.services.disputes import can_go_back
from features.payments.services.orders import fulfilments
from features.payments.services.refunds import refund_thing
from features.payments.services.spending import lock_lot
from features.payments.services.subscription_refunds import RefundRefused


def right_of(line: OrderLine, now: datetime) -> Right | None:
    """What whoever bought this can have back now; None where nothing was paid, or nothing comes back."""
    payment = Payment.objects.filter(order=line.order_id, is_kept=True).first()
    if payment is None or line.kind not in fulfilments:
        return None
    left = min(line.total_minor, can_go_back(payment))
    if line.kind == KIND:
        lot = CreditLot.objects.select_related("seller", "person").get(pk=line.ref)
        return (
            None
            if lot.held_until or lot.ended_at or lot.frozen_at
            else rights.right(_of_lot(lot, payment, left, now), now)
        )
    starts_at = fulfilments[line.kind].starts_at(line.ref)
    facts = rights.Facts(left_minor=left, paid_at=payment.paid_at, starts_at=starts_at)
    return rights.right(facts, now) if starts_at else None


def rights_in(order: Order, now: datetime) -> list[tuple[OrderLine, Right]]:
    """Those of its lines, where it was paid."""
    lines = order.lines.order_by("pk") if order.settled_at else []
    return [(line, found) for line in lines if (found := right_of(line, now))]


def _of_lot(lot: CreditLot, payment: Payment, left: int, now: datetime) -> rights.Facts:
    causes = CreditMove.objects.filter(lot=lot, kind=CreditMove.Kind.SPENT).values_list("cause", flat=True)
    spent = [cause.partition(":") for cause in causes]
    missed = sum(kind in fulfilments and fulfilments[kind].was_missed(ref) for kind, _colon, ref in spent)
    seller = next((each for each in fulfilments.values() if each.credit_scope == lot.scope), None)
    return rights.Facts(
        left_minor=left, paid_at=payment.paid_at, expires_at=lot.expires_at, unused_minor=lot.worth(lot.left),
        units=lot.units, spent=lot.units - lot.left, missed=missed,
        times_a_week=seller.times_on_offer(lot.seller, lot.person, now) if seller and lot.left else None,
    )  # fmt: skip


@transaction.atomic
def use_right(
    *, line: OrderLine | None, by: User, expected_minor: int | None = None, now: datetime | None = None
) -> Refund:
    """Have a package paid back by the right that holds now, which ends it. Raises RefundRefused, also where less comes
    back than the `expected_minor` that was shown."""
    now = now or timezone.now()
    if line is None or line.kind != KIND:
        raise RefundRefused("no_right", _("Nothing of it can be given back any more."))
    lot = lock_lot(line.ref)
    found = right_of(line, now)
    if found is None:
        raise RefundRefused("no_right", _("Nothing of it can be given back any more."))
    if expected_minor is not None and found.amount_minor < expected_minor:
        raise RefundRefused("changed", _("The amount that you get back has changed meanwhile. Look at it again."))
    end_lot(lot, now)
    refund = refund_thing(KIND, lot.pk, source="buyer", amount_minor=found.amount_minor, by=by, now=now)
    if refund is None:
        raise RefundRefused("no_right", _("Nothing of it can be given back any more."))
    return refund

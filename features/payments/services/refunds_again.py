"""What Stripe refused to pay back is asked for again, and what waited for a bank goes once that has decided."""

from datetime import datetime, timedelta

from django.db import transaction

from core.jobs import enqueue
from features.payments.models import Dispute, Incident, Payment, Refund
from features.payments.services.disputes import can_go_back, is_with_the_bank
from features.payments.services.earnings import TAKEN_BACK, weigh
from features.payments.services.incidents import apart
from features.payments.services.refunds import recount
from features.payments.services.subscription_refunds import (
    TOO_MUCH,
    WAITING,
    after_the_bank,
    subscription_refunds_after_dispute,
)

AGAIN_AFTER = timedelta(hours=20)  # once a day, whenever in the day before it was refused


def try_refunds_again(*, now: datetime) -> int:
    """Once a day, until an organiser says that it is put right: there may be enough money now. Not while the buyer's
    bank decides, nor when they have it from there."""
    unsolved = Incident.objects.filter(kind=Incident.Kind.REFUND_FAILED, resolved_at=None).values("about")
    refused = Refund.objects.filter(state=Refund.State.FAILED, stripe_id=None, public_id__in=unsolved)
    refused = refused.exclude(code__in=TOO_MUCH).exclude(refused_at__gt=now - AGAIN_AFTER)
    refused = refused.exclude(payment__disputes__state__in=TAKEN_BACK)
    tried = 0
    for pk in list(refused.order_by("pk").values_list("pk", flat=True)):
        with apart(f"refund:{pk}"):
            tried += _try_again(refused, pk, now)
    return tried


@transaction.atomic
def _try_again(refused, pk: int, now: datetime) -> bool:
    payment = Payment.objects.select_for_update(no_key=True).get(refunds=pk)
    refund = refused.filter(pk=pk).first()
    left = can_go_back(payment)
    if refund is None or left <= 0:  # all of it was paid back some other way
        return False
    refund.state, refund.attempt = Refund.State.ASKED, refund.attempt + 1
    refund.amount_minor = min(refund.amount_minor, left)
    refund.save(update_fields=["state", "attempt", "amount_minor"])
    recount(payment.pk)
    weigh(payment.pk, now)
    enqueue("features.payments.tasks.send_refund", refund.pk, key=f"refund:{refund.pk}:{refund.attempt}")
    return True


def refunds_after_dispute(*, dispute: Dispute, now: datetime) -> None:
    """The bank has decided. What it left here goes back as was decided before; what it gave to the buyer does not go
    back to them once more."""
    if dispute.payment_id:
        _after_dispute(dispute.payment_id, now)
    elif dispute.subscription_invoice_id:
        subscription_refunds_after_dispute(invoice_id=dispute.subscription_invoice_id, now=now)


@transaction.atomic
def _after_dispute(payment_id: int, now: datetime) -> None:
    payment = Payment.objects.select_for_update(no_key=True).get(pk=payment_id)
    if is_with_the_bank(payment):
        return
    for refund in payment.refunds.filter(WAITING, stripe_id=None).order_by("pk"):
        if after_the_bank(refund, payment, now):
            enqueue("features.payments.tasks.send_refund", refund.pk, key=f"refund:{refund.pk}:{refund.attempt}")
        recount(payment.pk)
        payment.refresh_from_db(fields=["refunded_minor"])
    weigh(payment.pk, now)

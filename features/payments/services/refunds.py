"""Money goes back. A refund is a row before Stripe is asked, and no more is ever asked for than was paid."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Sum
from django.db.models.functions import Least
from django.urls import reverse
from django.utils import timezone

from core.jobs import enqueue
from features.accounts.services import audit
from features.notifications.services import notify
from features.payments import stripe_client as stripe
from features.payments.models import Account, Incident, OrderLine, Payment, Refund
from features.payments.policies import Quote, quote
from features.payments.rights import Facts, right
from features.payments.services.books import book
from features.payments.services.disputes import can_go_back, is_with_the_bank
from features.payments.services.earnings import weigh
from features.payments.services.incidents import report
from features.payments.services.invoicing import cancel_credit, credit
from features.payments.services.orders import fulfilments
from features.payments.services.spending import redeem_credit, return_credit
from features.payments.services.subscription_refunds import (
    REST,
    TOO_MUCH,
    apply_subscription_refund,
    refuse_what_is_not_there,
)

# Stripe remembers a key for a day; after this long it is asked first whether it has the refund already.
KEY_IS_GOOD = timedelta(hours=20)


@transaction.atomic
def ask_refund(
    *, payment: Payment, amount_minor: int, source: str, cause: str, by=None, reason="", now: datetime | None = None
) -> Refund | None:
    """Have `amount_minor` paid back, at most what is left of the payment. The same `cause` is one refund. None when
    nothing is left or nothing was asked for."""
    now = now or timezone.now()
    payment = Payment.objects.select_for_update(no_key=True).get(pk=payment.pk)
    known = Refund.objects.filter(cause=cause).first()
    amount = min(amount_minor, can_go_back(payment))
    if known or amount <= 0:
        return known
    refund = Refund.objects.create(
        payment=payment, amount_minor=amount, source=source, cause=cause, requested_by=by, requested_at=now,
        reason=reason,
    )  # fmt: skip
    recount(payment.pk)
    weigh(payment.pk, now)
    enqueue("features.payments.tasks.send_refund", refund.pk, key=f"refund:{refund.pk}")
    _tell_buyer("money_back", refund)
    return refund


def _tell_buyer(kind: str, refund: Refund, again: str = "") -> None:
    order = refund.payment.order
    page = reverse("order", args=[order.public_id])
    notify(order.buyer, kind, refund.pk, page, key=f"{kind}:{refund.pk}{again}")


@transaction.atomic
def refund_by_organiser(*, payment: Payment, amount_minor: int, reason: str, by, token: str, now=None) -> Refund | None:
    """Decided by hand, with a reason that the buyer reads. The same `token` is one refund, however often it is sent.
    Raises RefundRefused where less is left than was decided on."""
    payment = Payment.objects.select_for_update(no_key=True).get(pk=payment.pk)
    cause = f"organiser:{payment.pk}:{token}"
    known = Refund.objects.filter(cause=cause).first()
    if known is None:
        refuse_what_is_not_there(payment, amount_minor)
    refund = known or ask_refund(
        payment=payment, amount_minor=amount_minor, source=Refund.Source.ORGANISER, cause=cause, by=by, reason=reason,
        now=now,
    )  # fmt: skip
    if refund and known is None:
        audit(by, "payment.refunded", f"payment:{payment.pk}", [f"refund:{refund.pk}"])
    return refund


def send_refund(refund_id: int) -> None:
    """Ask Stripe for a refund, unless the buyer's bank decides about its payment: it goes after that. Killed anywhere
    and run again, it is one refund: the row names the call."""
    refund = Refund.objects.select_related("payment").get(pk=refund_id)
    payment = refund.payment
    if refund.stripe_id or refund.state == Refund.State.FAILED or is_with_the_bank(payment):
        return None
    is_old = refund.attempt > 1 or timezone.now() - refund.requested_at > KEY_IS_GOOD
    if is_old and (found := _look_for(refund)):
        return apply_refund(found, timezone.now())
    params = {
        "payment_intent": payment.stripe_id,
        "amount": refund.amount_minor,
        "metadata": {"refund": refund.public_id},
    }
    try:
        answer = stripe.call(lambda v1: v1.refunds.create, params=params, key=_key(refund))
    except stripe.StripeRefused as refused:
        return _fail(refund, refused.code, _at_stripe(payment))
    return apply_refund(answer, timezone.now())


def _went_after_all(refund: Refund, now: datetime) -> None:
    solved = Incident.objects.filter(kind=Incident.Kind.REFUND_FAILED, about=refund.public_id, resolved_at=None)
    solved.update(resolved_at=now)
    _tell_buyer("money_back", refund, f":{refund.attempt}")


def _key(refund: Refund) -> str:
    """What was refused is asked for again as a call of its own: Stripe would repeat its answer to the same one."""
    again = f"-{refund.attempt}" if refund.attempt > 1 else ""
    return f"refund-{refund.public_id}{again}"


def _at_stripe(payment) -> list[dict]:
    return list(stripe.pages(lambda v1: v1.refunds.list, {"payment_intent": payment.stripe_id}))


def _look_for(refund):
    known = _at_stripe(refund.payment)
    return next((one for one in known if (one.get("metadata") or {}).get("refund") == refund.public_id), None)


def fetch_refund(stripe_id: str) -> dict:
    params = {"expand": ["payment_intent.latest_charge.balance_transaction"]}
    return stripe.call(lambda v1: v1.refunds.retrieve, stripe_id, params=params)


STATES = {"succeeded": Refund.State.DONE, "failed": Refund.State.FAILED, "canceled": Refund.State.FAILED}


@transaction.atomic
def apply_refund(facts: dict, now: datetime) -> None:
    """What Stripe says of a refund, ours or one that was made in its dashboard."""
    payment = Payment.objects.select_for_update(no_key=True).filter(stripe_id=facts["payment_intent"]).first()
    if payment is None:
        if apply_subscription_refund(facts, now):
            return
        report(Incident.Kind.UNKNOWN_REFUND, facts["id"], payment=facts["payment_intent"], amount=facts["amount"])
        return
    refund = _row(facts, payment)
    state = STATES.get(facts["status"], Refund.State.PENDING)
    if refund.state == Refund.State.FAILED and refund.stripe_id:
        return
    if refund.attempt > 1 and refund.stripe_id is None:
        _went_after_all(refund, now)
    refund.stripe_id, refund.state = facts["id"], state
    refund.settled_at = refund.settled_at or (now if state == Refund.State.DONE else None)
    refund.save(update_fields=["stripe_id", "state", "settled_at"])
    recount(payment.pk)
    happened_at = datetime.fromtimestamp(facts["created"], UTC)
    amounts = {Account.HELD: refund.amount_minor, Account.STRIPE: -refund.amount_minor}
    about: dict[str, Any] = {"happened_at": happened_at, "currency": payment.currency, "order": payment.order}
    book(key=f"refund:{refund.stripe_id}", amounts=amounts, **about)
    if state == Refund.State.DONE:
        _tell_lines(payment, now)
        credit(refund, now)
    if state == Refund.State.FAILED:
        back = {account: -amount for account, amount in amounts.items()}
        book(key=f"refund-failed:{refund.stripe_id}", amounts=back, **about)
        cancel_credit(refund, now)
        report(Incident.Kind.REFUND_FAILED, refund.stripe_id, refund=refund.public_id, amount=refund.amount_minor)
        _tell_buyer("money_late", refund)
    weigh(payment.pk, now)


def _tell_lines(payment: Payment, now: datetime) -> None:
    """All of it went back: what was bought ends, if its feature wants that."""
    payment.refresh_from_db(fields=["refunded_minor"])
    if payment.is_kept and not can_go_back(payment):
        for line in payment.order.lines.all():
            fulfilments[line.kind].refunded(line.ref, now)


def _row(facts, payment) -> Refund:
    ours = (facts.get("metadata") or {}).get("refund")
    found = Refund.objects.filter(stripe_id=facts["id"]).first()
    found = found or (ours and Refund.objects.filter(public_id=ours, payment=payment).first())
    if found:
        return found
    left = payment.left_minor
    if facts["amount"] > left:  # somebody paid back in the dashboard what we are paying back as well
        report(Incident.Kind.UNKNOWN_REFUND, facts["id"], payment=payment.stripe_id, amount=facts["amount"], left=left)
    return Refund.objects.create(
        payment=payment, amount_minor=facts["amount"], source=Refund.Source.STRIPE, cause=f"stripe:{facts['id']}"
    )


def recount(payment_id: int) -> None:
    """From the rows, and never more than was paid: what Stripe refused leaves what others paid back as it is."""
    counted = Refund.objects.filter(payment=payment_id).exclude(state=Refund.State.FAILED)
    total = counted.aggregate(sum=Sum("amount_minor", default=0))["sum"]
    Payment.objects.filter(pk=payment_id).update(refunded_minor=Least(F("amount_minor"), total))


@transaction.atomic
def _fail(refund, code, at_stripe: list[dict]) -> None:
    """Stripe refused it. What it knows and we had not heard of was paid back in its dashboard, and stood in the way:
    then what is left is asked for instead, once."""
    payment = Payment.objects.select_for_update(no_key=True).get(pk=refund.payment_id)
    now = timezone.now()
    said = {"state": Refund.State.FAILED, "code": code[:80], "refused_at": now}
    if not Refund.objects.filter(pk=refund.pk, state=Refund.State.ASKED).update(**said):
        return
    recount(payment.pk)
    report(
        Incident.Kind.REFUND_FAILED, refund.public_id, payment=payment.stripe_id, amount=refund.amount_minor, code=code
    )
    for facts in at_stripe:
        apply_refund(facts, now)
    weigh(payment.pk, now)
    if code not in TOO_MUCH:
        _tell_buyer("money_late", refund)
    elif not refund.cause.endswith(REST):
        ask_refund(
            payment=payment, amount_minor=refund.amount_minor, source=refund.source, cause=refund.cause + REST,
            by=refund.requested_by, reason=refund.reason, now=now,
        )  # fmt: skip


# --- By thing -------------------------------------------------------------------------------------------------------
def _paid_line(kind: str, ref) -> tuple[OrderLine | None, Payment | None]:
    line = OrderLine.objects.filter(kind=kind, ref=str(ref)).select_related("order").first()
    payment = Payment.objects.filter(order=line.order, is_kept=True).first() if line else None
    return line, payment


def paid_for(kind: str, refs: Iterable) -> int:
    """What stands paid for these things, less what went back: what all of it given back would cost."""
    lines = OrderLine.objects.filter(kind=kind, ref__in=[str(ref) for ref in refs])
    found = Payment.objects.filter(order__in=lines.values("order"), is_kept=True).prefetch_related("disputes")
    return sum(max(payment.left_minor - payment.lost_minor, 0) for payment in found)


def refund_quote(kind: str, ref, *, starts_at: datetime, now: datetime | None = None) -> Quote | None:
    """What giving this thing back now brings, by the policy of the day it was bought, or by right where that is more.
    None for what cost nothing."""
    line, payment = _paid_line(kind, ref)
    if line is None or payment is None:
        return None
    most = min(line.total_minor, can_go_back(payment))
    now = now or timezone.now()
    agreed = quote(line.policy, line.total_minor, most, line.currency, starts_at=starts_at, now=now)
    owed = right(Facts(left_minor=most, paid_at=payment.paid_at, starts_at=starts_at), now)
    return agreed.bettered(owed.amount_minor, owed.until) if owed else agreed


@transaction.atomic
def refund_thing(
    kind: str, ref, *, source: str, amount_minor: int | None = None, by=None, now: datetime | None = None
) -> Refund | None:
    """Pay back `amount_minor` of what a thing cost, or all of it. One refund per thing and source. What was paid by a
    credit gets that back, if it is all of it."""
    line, payment = _paid_line(kind, ref)
    if line is None or payment is None:
        if amount_minor is None:
            give_credit_back(kind, ref, source=source, by=by, now=now)
        return None
    amount = line.total_minor if amount_minor is None else amount_minor
    cause = f"{source}:line:{line.pk}"
    return ask_refund(payment=payment, amount_minor=amount, source=source, cause=cause, by=by, now=now)


@transaction.atomic
def give_credit_back(kind: str, ref, *, source: str = "buyer", by=None, now: datetime | None = None) -> bool:
    """The credit that paid for this thing comes back, once. Where its lot is over and it was not the buyer's doing,
    they get in money what one was worth."""
    cause, now = f"{kind}:{ref}", now or timezone.now()
    redeemed = redeem_credit(cause=cause, now=now) if source != Refund.Source.BUYER else None
    if redeemed is None:
        return return_credit(cause=cause, now=now)
    lot, amount = redeemed
    _line, payment = _paid_line("credits", lot.pk)
    if payment:
        ask_refund(payment=payment, amount_minor=amount, source=source, cause=f"{source}:{cause}", by=by, now=now)
    return True

"""Money goes to sellers, and back from them when their buyers get it back. A row is committed before Stripe is asked,
and names the call; killed anywhere and run again, it is one transfer."""

import contextlib
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from features.payments import stripe_client as stripe
from features.payments.models import Account, Incident, Transfer, TransferReversal
from features.payments.services.books import book
from features.payments.services.earnings import ask_reversal, ask_transfer
from features.payments.services.incidents import apart, report
from features.payments.services.payout_accounts import GONE, look_at_account
from features.payments.services.refunds import KEY_IS_GOOD
from features.payments.services.refunds_again import try_refunds_again
from features.payments.services.subscription_refunds import try_subscription_refunds_again

PATIENCE = timedelta(days=1)  # between two attempts of ours at what Stripe refuses


class NotYet(Exception):
    """It is tried again: what it depends on is still on its way."""


def send_transfer(transfer_id: int) -> None:
    row = Transfer.objects.select_related("earning__payment", "earning__line__order", "account").get(pk=transfer_id)
    if row.stripe_id or row.state != Transfer.State.ASKED:
        return None
    if not row.amount_minor:  # all of it covers what they owed
        Transfer.objects.filter(pk=row.pk).update(state=Transfer.State.DONE, sent_at=timezone.now())
        return None
    group = row.earning.line.order.public_id
    if timezone.now() - row.asked_at > KEY_IS_GOOD and (found := _look_for_transfer(row, group)):
        return apply_transfer(found, timezone.now())
    params = {
        "amount": row.amount_minor,
        "currency": row.earning.currency.lower(),
        "destination": row.account.stripe_id,
        "source_transaction": row.earning.payment.charge_id,
        "transfer_group": group,
        "metadata": {"transfer": row.public_id},
    }
    try:
        answer = stripe.call(
            lambda v1: v1.transfers.create, params=params, key=f"transfer-{row.public_id}-{row.attempt}"
        )
    except stripe.StripeRefused as refused:
        asked = Transfer.objects.filter(pk=row.pk, state=Transfer.State.ASKED)
        asked.update(state=Transfer.State.FAILED, code=refused.code[:80])
        if refused.code in GONE:  # it may be closed, which is noted then
            with contextlib.suppress(stripe.StripeDown, stripe.StripeRefused):
                look_at_account(account=row.account)
        return None
    return apply_transfer(answer, timezone.now())


def _look_for_transfer(row, group):
    listed = stripe.pages(lambda v1: v1.transfers.list, {"transfer_group": group})
    return next((one for one in listed if (one.get("metadata") or {}).get("transfer") == row.public_id), None)


def fetch_transfer(stripe_id: str) -> dict:
    return stripe.call(lambda v1: v1.transfers.retrieve, stripe_id)


@transaction.atomic
def apply_transfer(facts: dict, now: datetime) -> None:
    """What Stripe says of a transfer, and of what was taken back of it."""
    name = (facts.get("metadata") or {}).get("transfer", "")
    row = Transfer.objects.select_for_update().filter(public_id=name).first()
    if row is None:
        report(
            Incident.Kind.UNKNOWN_TRANSFER, facts["id"], amount=facts["amount"], account=str(facts.get("destination"))
        )
        return
    happened_at = datetime.fromtimestamp(facts["created"], UTC)
    if row.stripe_id is None:
        row.stripe_id, row.state, row.sent_at, row.code = facts["id"], Transfer.State.DONE, happened_at, ""
        row.arrived_as = facts.get("destination_payment") or ""
        row.save(update_fields=["stripe_id", "state", "sent_at", "arrived_as", "code"])
    _book(f"transfer:{facts['id']}", row, facts["amount"], happened_at)
    for back in (facts.get("reversals") or {}).get("data", []):
        _apply_reversal(back, row, now)


def _book(key, row, amount, happened_at) -> None:
    """Out of what is owed, or back to it."""
    book(
        key=key,
        happened_at=happened_at,
        currency=row.earning.currency,
        order=row.earning.line.order,
        amounts={Account.OWED: amount, Account.STRIPE: -amount},
    )


# --- And back ---------------------------------------------------------------------------------------------------------
def send_reversal(reversal_id: int) -> None:
    row = TransferReversal.objects.select_related("transfer__earning__line__order").get(pk=reversal_id)
    if row.stripe_id or row.state != TransferReversal.State.ASKED:
        return
    sent = row.transfer
    if sent.state == Transfer.State.ASKED:
        raise NotYet("the transfer that is to be taken back is still on its way")
    if sent.state == Transfer.State.FAILED:
        _never_sent(row.pk)
        return
    now = timezone.now()
    answer = _look_for_reversal(row) if now - row.asked_at > KEY_IS_GOOD else None
    if answer is None:
        params = {"amount": row.amount_minor, "metadata": {"reversal": row.public_id}}
        key = f"reversal-{row.public_id}-{row.attempt}"
        try:
            answer = stripe.call(lambda v1: v1.transfers.reversals.create, sent.stripe_id, params=params, key=key)
        except stripe.StripeRefused as refused:
            asked = TransferReversal.objects.filter(pk=row.pk, state=TransferReversal.State.ASKED)
            asked.update(state=TransferReversal.State.OWED, code=refused.code[:80])
            return
    with transaction.atomic():
        _apply_reversal(answer, Transfer.objects.select_for_update().get(pk=sent.pk), now)


@transaction.atomic
def _never_sent(reversal_id: int) -> None:
    """Stripe refused the transfer: what was to come back of it is sent no more."""
    row = TransferReversal.objects.select_for_update().get(pk=reversal_id)
    changed = Transfer.objects.filter(pk=row.transfer_id, state=Transfer.State.FAILED).update(
        amount_minor=F("amount_minor") - row.amount_minor
    )
    if changed:
        row.delete()


def _look_for_reversal(row):
    listed = stripe.pages(lambda v1: lambda **more: v1.transfers.reversals.list(row.transfer.stripe_id, **more), {})
    return next((one for one in listed if (one.get("metadata") or {}).get("reversal") == row.public_id), None)


def _apply_reversal(facts: dict, sent: Transfer, now: datetime) -> None:
    name = (facts.get("metadata") or {}).get("reversal", "")
    row = TransferReversal.objects.select_for_update().filter(public_id=name, transfer=sent).first()
    happened_at = datetime.fromtimestamp(facts["created"], UTC)
    if row is None:
        report(Incident.Kind.UNKNOWN_REVERSAL, facts["id"], transfer=sent.stripe_id, amount=facts["amount"])
    elif row.stripe_id is None:
        row.stripe_id, row.state, row.settled_at, row.code = facts["id"], TransferReversal.State.DONE, happened_at, ""
        row.save(update_fields=["stripe_id", "state", "settled_at", "code"])
    _book(f"reversal:{facts['id']}", sent, -facts["amount"], happened_at)


# --- What Stripe refused is tried again -------------------------------------------------------------------------------
@transaction.atomic
def try_transfer_again(*, transfer: Transfer, now: datetime | None = None) -> bool:
    """Once more, as a call of its own. False when it is not refused, or its account cannot take it."""
    row = Transfer.objects.select_for_update(of=("self",)).select_related("account").get(pk=transfer.pk)
    if row.state != Transfer.State.FAILED or not row.account.is_ready:
        return False
    row.state, row.attempt, row.asked_at = Transfer.State.ASKED, row.attempt + 1, now or timezone.now()
    row.save(update_fields=["state", "attempt", "asked_at"])
    ask_transfer(row)
    return True


def try_again(*, now: datetime | None = None) -> int:
    """Once a day: there may be enough for a refund, their account may be in order, or hold what they owe."""
    now = now or timezone.now()
    tried = try_refunds_again(now=now) + try_subscription_refunds_again(now=now)
    for row in Transfer.objects.filter(state=Transfer.State.FAILED, asked_at__lte=now - PATIENCE):
        with apart(f"transfer:{row.pk}"):
            tried += try_transfer_again(transfer=row, now=now)
    owed = TransferReversal.objects.filter(state=TransferReversal.State.OWED, covered_minor=0).exclude(code="")
    for pk in owed.filter(asked_at__lte=now - PATIENCE).values_list("pk", flat=True):
        with apart(f"reversal:{pk}"), transaction.atomic():
            back = owed.select_for_update().filter(pk=pk).first()
            if back:
                back.state, back.attempt, back.asked_at = TransferReversal.State.ASKED, back.attempt + 1, now
                back.save(update_fields=["state", "attempt", "asked_at"])
                ask_reversal(back)
                tried += 1
    return tried

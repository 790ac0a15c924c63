"""Our rows against Stripe's, once a day: what is missing here is fetched, what cannot be explained is an incident."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from django.utils import timezone

from features.payments import stripe_client as stripe
from features.payments.models import Account, Dispute, Incident, Payment, Refund, Transfer, TransferReversal
from features.payments.services.books import balances
from features.payments.services.checkout import end_holds
from features.payments.services.disputes import apply_dispute
from features.payments.services.earnings import earn_missing
from features.payments.services.events import pull_events
from features.payments.services.incidents import apart, report
from features.payments.services.payout_accounts import look_at_accounts
from features.payments.services.payouts import look_at_own_payouts, look_at_payouts
from features.payments.services.refunds import apply_refund
from features.payments.services.subscription_mirror import look_at_fees
from features.payments.services.taking import apply_payment
from features.payments.services.transfers import apply_transfer

LOOK_BACK = timedelta(days=4)  # retries of webhooks end after three


@dataclass
class Findings:
    mended: int = 0
    incidents: int = 0
    ours: dict = field(default_factory=dict)
    theirs: dict = field(default_factory=dict)

    @property
    def is_even(self) -> bool:
        return all(self.ours.get(name, 0) == self.theirs.get(name, 0) for name in self.ours | self.theirs)


def reconcile(*, now: datetime | None = None, since: datetime | None = None) -> Findings:
    """One run mends whatever events were lost, and compares the books to the last minor unit. Raises StripeDown."""
    now = now or timezone.now()
    since = since or now - LOOK_BACK
    before = Incident.objects.filter(resolved_at=None).count()
    found = Findings()
    found.mended += pull_events(now=now, since=since)
    found.mended += _payments(since, now) + _refunds(since, now) + _disputes(since, now)
    found.mended += _transfers(since, now) + earn_missing(now=now)
    look_at_fees(since=since, now=now)
    found.mended += look_at_accounts(now=now) + look_at_payouts(since=since, now=now)
    found.mended += look_at_own_payouts(since=since, now=now)
    found.mended += end_holds(now=now)
    found.ours = {
        currency: amount for (account, currency), amount in balances().items() if account == Account.STRIPE and amount
    }
    found.theirs = _balance()
    for currency in found.ours | found.theirs:
        ours, theirs = found.ours.get(currency, 0), found.theirs.get(currency, 0)
        if ours != theirs:
            report(Incident.Kind.LEDGER_DIFFERS, currency, ours=ours, theirs=theirs)
        else:  # somebody paid while the last run was going on
            unexplained = Incident.objects.filter(kind=Incident.Kind.LEDGER_DIFFERS, about=currency, resolved_at=None)
            unexplained.update(resolved_at=now)
    found.incidents = Incident.objects.filter(resolved_at=None).count() - before
    return found


def _created(since) -> dict:
    return {"created": {"gte": int(since.timestamp())}}


def _payments(since, now) -> int:
    params = _created(since) | {"expand": ["data.latest_charge.balance_transaction"]}
    mended = 0
    known = set(Payment.objects.filter(paid_at__gte=since - timedelta(days=1)).values_list("stripe_id", flat=True))
    for intent in stripe.pages(lambda v1: v1.payment_intents.list, params):
        if intent["status"] == "succeeded" and intent["id"] not in known:
            with apart(intent["id"]):
                apply_payment(intent, now)
            mended += Payment.objects.filter(stripe_id=intent["id"]).exists()
    return mended


def _refunds(since, now) -> int:
    mended = 0
    settled = set(
        Refund.objects.filter(state=Refund.State.DONE, requested_at__gte=since - timedelta(days=1)).values_list(
            "stripe_id", flat=True
        )
    )
    for facts in stripe.pages(lambda v1: v1.refunds.list, _created(since)):
        if facts["id"] not in settled:
            with apart(facts["id"]):
                apply_refund(facts, now)
            mended += Refund.objects.filter(stripe_id=facts["id"]).exists()
    return mended


def _disputes(since, now) -> int:
    mended = 0
    for facts in stripe.pages(lambda v1: v1.disputes.list, _created(since)):
        if not Dispute.objects.filter(stripe_id=facts["id"], state=facts["status"]).exists():
            with apart(facts["id"]):
                apply_dispute(facts, now)
                mended += 1
    return mended


def _transfers(since, now) -> int:
    """Those that Stripe made and whose answer was lost, and what was taken back of them."""
    mended = 0
    for facts in stripe.pages(lambda v1: v1.transfers.list, _created(since)):
        back = [one["id"] for one in facts["reversals"]["data"]]
        is_known = Transfer.objects.filter(stripe_id=facts["id"]).exists()
        known = TransferReversal.objects.filter(stripe_id__in=back).count()
        if not is_known or known < len(back):
            with apart(facts["id"]):
                apply_transfer(facts, now)
            mended += Transfer.objects.filter(stripe_id=facts["id"]).exists()
    return mended


def _balance() -> dict[str, int]:
    balance = stripe.call(lambda v1: v1.balance.retrieve)
    sums: dict[str, int] = {}
    for part in [*balance["available"], *balance["pending"]]:
        sums[part["currency"].upper()] = sums.get(part["currency"].upper(), 0) + part["amount"]
    return {currency: amount for currency, amount in sums.items() if amount}


def since_of(days: int) -> datetime:
    return datetime.now(UTC) - timedelta(days=days)

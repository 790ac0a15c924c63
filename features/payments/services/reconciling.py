"""Our rows against Stripe's, once a day: what is missing here is fetched, what cannot be explained is an incident.

It is gone through in steps, a page or a few rows each, whose place is a text: a worker that is killed costs one step,
and a step that fails is tried again where it is.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils import timezone

from features.payments import stripe_client as stripe
from features.payments.models import Account, Dispute, Incident, Payment, Refund, Transfer, TransferReversal
from features.payments.services.books import balances
from features.payments.services.checkout import end_holds
from features.payments.services.disputes import apply_dispute
from features.payments.services.earnings import earn_late, unearned
from features.payments.services.events import take_in
from features.payments.services.incidents import apart, report
from features.payments.services.payout_accounts import has_account_changed, moving_accounts
from features.payments.services.payouts import take_in_own_payouts, take_in_payouts, with_payouts_to_come
from features.payments.services.refunds import apply_refund
from features.payments.services.subscription_mirror import look_at_fee, without_fee
from features.payments.services.taking import EXPANDED, apply_payment
from features.payments.services.transfers import apply_transfer

LOOK_BACK = timedelta(days=4)  # retries of webhooks end after three
A_FEW = 20  # rows in one step: Stripe may be asked about each

log = logging.getLogger("payments")


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
    """All steps at once: they mend whatever events were lost, and compare the books to the last minor unit. Raises
    StripeDown and KeyRefused."""
    now = now or timezone.now()
    since = since or now - LOOK_BACK
    before = Incident.objects.filter(resolved_at=None).count()
    found = Findings()
    for look in LOOKS.values():
        after = None
        while after != "":
            mended, after = look(since, after or "", now)
            found.mended += mended
    _compare(found, now)
    found.incidents = Incident.objects.filter(resolved_at=None).count() - before
    return found


def begin_reconciling(*, now: datetime | None = None) -> str:
    """The place of the first step of this day."""
    since = ((now or timezone.now()) - LOOK_BACK).replace(hour=0, minute=0, second=0, microsecond=0)
    return f"{int(since.timestamp())}:{next(iter(LOOKS))}:"


def reconcile_step(place: str, *, now: datetime | None = None) -> str:
    """One step, safe to run twice. Answers the place of the next one; none after the books are compared."""
    now = now or timezone.now()
    stamp, name, after = place.split(":", 2)
    if name == COMPARE:
        found = Findings()
        _compare(found, now)
        log.info("compared", extra={"even": found.is_even})
        return ""
    mended, after = LOOKS[name](datetime.fromtimestamp(int(stamp), UTC), after, now)
    log.info("reconciled", extra={"look": name, "mended": mended})
    if not after:
        names = [*LOOKS, COMPARE]
        name = names[names.index(name) + 1]
    return f"{stamp}:{name}:{after}"


def _compare(found: Findings, now: datetime) -> None:
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


# --- What is gone through ---------------------------------------------------------------------------------------------
Step = Callable[[datetime, str, datetime], tuple[int, str]]  # since, after, now: what it mended, and where to go on


def _listed(act, see: Callable[[list[dict], datetime], int], **params) -> Step:
    """A page of what Stripe has."""

    def step(since, after, now):
        things, following = stripe.page(act, {"created": {"gte": int(since.timestamp())}, **params}, after)
        return see(things, now), following

    return step


def _kept(rows: Callable[[datetime], Any], see: Callable[[Any, datetime, datetime], Any]) -> Step:
    """A few of our rows, in their order, each apart from the others."""

    def step(since, after, now):
        few = list(rows(since).filter(pk__gt=int(after or 0)).order_by("pk")[:A_FEW])
        mended = 0
        for row in few:
            with apart(f"{row._meta.model_name}:{row.pk}"):
                mended += int(see(row, since, now) or 0)
        return mended, str(few[-1].pk) if len(few) == A_FEW else ""

    return step


def _payments(intents, now) -> int:
    paid = [intent for intent in intents if intent["status"] == "succeeded"]
    return _mend(paid, Payment.objects.all(), apply_payment, now)


def _refunds(listed, now) -> int:
    return _mend(listed, Refund.objects.filter(state=Refund.State.DONE), apply_refund, now)


def _mend(listed, known, apply, now) -> int:
    """Those that are not `known` yet. Answers how many are rows now."""
    names = {facts["id"] for facts in listed}
    names -= set(known.filter(stripe_id__in=names).values_list("stripe_id", flat=True))
    for facts in listed:
        if facts["id"] in names:
            with apart(facts["id"]):
                apply(facts, now)
    return known.model.objects.filter(stripe_id__in=names).count()


def _disputes(listed, now) -> int:
    mended = 0
    for facts in listed:
        if not Dispute.objects.filter(stripe_id=facts["id"], state=facts["status"]).exists():
            with apart(facts["id"]):
                apply_dispute(facts, now)
                mended += 1
    return mended


def _transfers(listed, now) -> int:
    """Those that Stripe made and whose answer was lost, and what was taken back of them."""
    mended = 0
    for facts in listed:
        back = [one["id"] for one in facts["reversals"]["data"]]
        is_known = Transfer.objects.filter(stripe_id=facts["id"]).exists()
        known = TransferReversal.objects.filter(stripe_id__in=back).count()
        if not is_known or known < len(back):
            with apart(facts["id"]):
                apply_transfer(facts, now)
            mended += Transfer.objects.filter(stripe_id=facts["id"]).exists()
    return mended


COMPARE = "compare"
LOOKS: dict[str, Step] = {
    "events": _listed(lambda v1: v1.events.list, take_in),
    "payments": _listed(lambda v1: v1.payment_intents.list, _payments, expand=[f"data.{EXPANDED}"]),
    "refunds": _listed(lambda v1: v1.refunds.list, _refunds),
    "disputes": _listed(lambda v1: v1.disputes.list, _disputes),
    "transfers": _listed(lambda v1: v1.transfers.list, _transfers),
    "earnings": _kept(lambda since: unearned(), lambda row, since, now: earn_late(row, now) or 1),
    "fees": _kept(without_fee, lambda row, since, now: look_at_fee(row, now)),
    "accounts": _kept(lambda since: moving_accounts(), lambda row, since, now: has_account_changed(row, now)),
    "payouts": _kept(lambda since: with_payouts_to_come(), take_in_payouts),
    "own payouts": _listed(lambda v1: v1.payouts.list, lambda listed, now: take_in_own_payouts(listed)),
    "holds": lambda since, after, now: (end_holds(now=now), ""),
}


def _balance() -> dict[str, int]:
    balance = stripe.call(lambda v1: v1.balance.retrieve)
    sums: dict[str, int] = {}
    for part in [*balance["available"], *balance["pending"]]:
        sums[part["currency"].upper()] = sums.get(part["currency"].upper(), 0) + part["amount"]
    return {currency: amount for currency, amount in sums.items() if amount}


def since_of(days: int) -> datetime:
    return datetime.now(UTC) - timedelta(days=days)

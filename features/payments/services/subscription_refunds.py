"""The money of subscriptions that goes back. A refund of ours is a row before Stripe is asked, and its row is locked
with the payment that it is of."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.jobs import enqueue
from features.accounts.models import User
from features.accounts.services import audit
from features.notifications.services import notify
from features.payments import stripe_client as stripe
from features.payments.models import (
    Account,
    Incident,
    Payment,
    Refund,
    Subscription,
    SubscriptionInvoice,
    SubscriptionRefund,
)
from features.payments.services.books import book
from features.payments.services.disputes import can_go_back, is_with_the_bank, lost_of
from features.payments.services.earnings import TAKEN_BACK
from features.payments.services.incidents import apart, report
from features.payments.services.invoicing import cancel_credit, credit_subscription

State = Refund.State
STATES = {"succeeded": State.DONE, "failed": State.FAILED, "canceled": State.FAILED}
AGAIN_AFTER = timedelta(hours=20)
KEY_IS_GOOD = timedelta(hours=20)  # Stripe remembers a key for a day; later it is asked first what it has
TOO_MUCH = {"amount_too_large", "charge_already_refunded"}  # Stripe's codes
REST = ":rest"
# For the buyer's bank, as we knew or as Stripe told us when it was asked.
WAITING = Q(state=State.ASKED) | Q(state=State.FAILED, code="charge_disputed")


class RefundRefused(Exception):
    """`code` is stable; `words` name the next step."""

    def __init__(self, code, words):
        super().__init__(code)
        self.code, self.words = code, words


def refuse_what_is_not_there(paid: Payment | SubscriptionInvoice, amount_minor: int) -> None:
    """Whether an organiser can pay so much of it back. Raises RefundRefused."""
    if is_with_the_bank(paid):
        words = _("The buyer's bank has this money and decides. Wait for that, or accept the dispute in Stripe.")
        raise RefundRefused("in_dispute", words)
    if not 0 < amount_minor <= can_go_back(paid):
        raise RefundRefused("too_much", _("Less than that is left of the payment. Look at the amount again."))


@transaction.atomic
def refund_subscription(
    *, paid: SubscriptionInvoice, amount_minor: int, reason: str, by: User, token: str, ends=False, now=None
) -> SubscriptionRefund:
    """Decided by hand, with a reason that the member reads; with `ends` the subscription ends now. The same `token` is
    one refund, however often it is sent. Raises RefundRefused."""
    rows = SubscriptionInvoice.objects.select_for_update(no_key=True, of=("self",))
    paid = rows.select_related("subscription__person").get(pk=paid.pk)
    cause = f"organiser:{paid.pk}:{token}"
    if known := SubscriptionRefund.objects.filter(cause=cause).first():
        return known
    if not paid.intent_id:
        raise RefundRefused("no_card", _("Stripe took this from no card, so nothing can go back there. See in Stripe."))
    refuse_what_is_not_there(paid, amount_minor)
    row = paid.subscription
    refund = _ask(
        paid, amount_minor, cause, Refund.Source.ORGANISER, now or timezone.now(), requested_by=by, reason=reason,
        ends_subscription=ends and row.state in Subscription.GOING_ON,
    )  # fmt: skip
    _tell(refund, "subscription_money_back")
    if refund.ends_subscription:
        enqueue("features.payments.tasks.end_disputed", row.pk, key=f"end_paid_back:{row.pk}")
    audit(by, "subscription.refunded", f"subscription_payment:{paid.pk}", [f"refund:{refund.pk}"])
    return refund


def _ask(paid: SubscriptionInvoice, amount: int, cause: str, source: str, now: datetime, **facts) -> SubscriptionRefund:
    refund = SubscriptionRefund.objects.create(
        invoice=paid, cause=cause, amount_minor=amount, source=source, requested_at=now, **facts
    )
    enqueue("features.payments.tasks.send_subscription_refund", refund.pk, key=f"subscription_refund:{refund.pk}")
    return refund


def _tell(refund: SubscriptionRefund, kind: str, again: str = "") -> None:
    notify(
        refund.invoice.subscription.person, kind, refund.pk, reverse("own_subscription"), f"{kind}:{refund.pk}{again}"
    )


def give_surplus_back(made: SubscriptionInvoice, now: datetime) -> None:
    """All that is left of it, once."""
    cause, left = f"surplus:{made.pk}", can_go_back(made)
    if left and made.intent_id and not SubscriptionRefund.objects.filter(cause=cause).exists():
        refund = _ask(made, left, cause, Refund.Source.TWICE, now)
        tell_of_surplus(made.subscription, refund.pk)


def tell_of_surplus(row: Subscription, about) -> None:
    """That the second one is ended, and what goes back."""
    notify(row.person, "surplus", row.pk, reverse("own_subscription"), f"surplus:{row.pk}:{about}")


def send_subscription_refund(refund_id: int) -> None:
    """Ask Stripe for it, unless the member's bank decides about its payment: it goes after that. Killed anywhere and
    run again, it is one refund: the row names the call. Raises StripeDown and KeyRefused; then it is tried again."""
    refund = SubscriptionRefund.objects.select_related("invoice__subscription__person").get(pk=refund_id)
    if refund.stripe_id or refund.state == State.FAILED or is_with_the_bank(refund.invoice):
        return None
    intent = refund.invoice.intent_id
    found = None
    if refund.attempt > 1 or timezone.now() - refund.requested_at > KEY_IS_GOOD:
        known = _at_stripe(refund.invoice)
        found = next((one for one in known if one["metadata"].get("subscription_refund") == refund.public_id), None)
    metadata = {"subscription_refund": refund.public_id}
    params = {"payment_intent": intent, "amount": refund.amount_minor, "metadata": metadata}
    again = f"-{refund.attempt}" if refund.attempt > 1 else ""  # Stripe would repeat its refusal to the same call
    key = f"subscription-refund-{refund.public_id}{again}"
    try:
        found = found or stripe.call(lambda v1: v1.refunds.create, params=params, key=key)
    except stripe.KeyRefused:
        raise
    except stripe.StripeRefused as refused:
        return _fail(refund, refused.code, _at_stripe(refund.invoice), timezone.now())
    apply_subscription_refund(found, timezone.now())
    return None


def _at_stripe(paid: SubscriptionInvoice) -> list[dict]:
    return list(stripe.pages(lambda v1: v1.refunds.list, {"payment_intent": paid.intent_id}))


@transaction.atomic
def _fail(refund: SubscriptionRefund, code: str, at_stripe: list[dict], now: datetime) -> None:
    """Stripe refused it. Where its dashboard had paid back some of it, what is left is asked for instead, once."""
    made = SubscriptionInvoice.objects.select_for_update(no_key=True).get(pk=refund.invoice_id)
    said = {"state": State.FAILED, "code": code[:80], "refused_at": now}
    if not SubscriptionRefund.objects.filter(pk=refund.pk, state=State.ASKED).update(**said):
        return
    facts = {"payment": made.intent_id, "amount": refund.amount_minor, "code": code}
    report(Incident.Kind.REFUND_FAILED, refund.public_id, **facts)
    for each in at_stripe:
        apply_refund_to(made, each, now)
    if code not in TOO_MUCH:
        _tell_late(refund)
    elif (left := can_go_back(made)) and not refund.cause.endswith(REST):
        facts = {"requested_by_id": refund.requested_by_id, "reason": refund.reason}
        _ask(made, min(refund.amount_minor, left), refund.cause + REST, refund.source, now, **facts)


def _tell_late(refund: SubscriptionRefund) -> None:
    _tell(refund, "subscription_money_late", f":{refund.stripe_id or ''}")


def try_subscription_refunds_again(*, now: datetime) -> int:
    """Once a day, as those of orders: there may be enough money now."""
    unsolved = Incident.objects.filter(kind=Incident.Kind.REFUND_FAILED, resolved_at=None).values("about")
    refused = SubscriptionRefund.objects.filter(state=State.FAILED, stripe_id=None, public_id__in=unsolved)
    refused = refused.exclude(code__in=TOO_MUCH).exclude(refused_at__gt=now - AGAIN_AFTER)
    refused = refused.exclude(invoice__disputes__state__in=TAKEN_BACK)
    tried = 0
    for row in refused.select_related("invoice").order_by("pk"):
        with apart(f"subscription_refund:{row.pk}"), transaction.atomic():
            made = SubscriptionInvoice.objects.select_for_update(no_key=True).get(pk=row.invoice_id)
            amount = min(row.amount_minor, can_go_back(made))
            asked = {"state": State.ASKED, "attempt": row.attempt + 1, "amount_minor": amount}
            if amount > 0 and SubscriptionRefund.objects.filter(pk=row.pk, state=State.FAILED).update(**asked):
                key = f"subscription_refund:{row.pk}:{row.attempt + 1}"
                enqueue("features.payments.tasks.send_subscription_refund", row.pk, key=key)
                tried += 1
    return tried


@transaction.atomic
def subscription_refunds_after_dispute(*, invoice_id: int, now: datetime) -> None:
    """As those of orders: the bank has decided."""
    made = SubscriptionInvoice.objects.select_for_update(no_key=True).get(pk=invoice_id)
    if is_with_the_bank(made):
        return
    for refund in made.refunds.filter(WAITING, stripe_id=None).order_by("pk"):
        if after_the_bank(refund, made, now):
            key = f"subscription_refund:{refund.pk}:{refund.attempt}"
            enqueue("features.payments.tasks.send_subscription_refund", refund.pk, key=key)


def after_the_bank(refund: Refund | SubscriptionRefund, paid: Payment | SubscriptionInvoice, now: datetime) -> bool:
    """Whether a refund that waited for a bank goes now, and how much of it: what the bank gave the buyer does not go
    back to them once more."""
    is_counted = refund.state == State.ASKED
    room = paid.left_minor - lost_of(paid) + (refund.amount_minor if is_counted else 0)
    if room > 0:
        refund.state, refund.amount_minor = State.ASKED, min(refund.amount_minor, room)
        refund.attempt += 1
    else:
        refund.state, refund.code = State.FAILED, Refund.BY_BANK
        refused = Incident.objects.filter(kind=Incident.Kind.REFUND_FAILED, about=refund.public_id, resolved_at=None)
        refused.update(resolved_at=now)
    refund.save(update_fields=["state", "code", "amount_minor", "attempt"])
    return room > 0


@transaction.atomic
def apply_subscription_refund(facts: dict, now: datetime) -> bool:
    """What Stripe says of a refund. False where it is of no payment of a subscription that is known here; news of the
    payment, when it comes, brings its refunds along."""
    made = SubscriptionInvoice.objects.select_for_update(no_key=True).filter(intent_id=facts["payment_intent"]).first()
    if made is None or not made.intent_id:
        return False
    apply_refund_to(made, facts, now)
    return True


def apply_refund_to(made: SubscriptionInvoice, facts: dict, now: datetime) -> None:
    refund = _row(made, facts)
    if refund.state == State.FAILED and refund.stripe_id:
        return
    if refund.attempt > 1 and refund.stripe_id is None:  # after all
        solved = Incident.objects.filter(kind=Incident.Kind.REFUND_FAILED, about=refund.public_id, resolved_at=None)
        solved.update(resolved_at=now)
        if not made.subscription.is_surplus:
            _tell(refund, "subscription_money_back", f":{refund.attempt}")
    refund.stripe_id, refund.state = facts["id"], STATES.get(facts["status"], State.PENDING)
    refund.settled_at = refund.settled_at or (now if refund.state == State.DONE else None)
    refund.save(update_fields=["stripe_id", "state", "settled_at"])
    about: dict[str, Any] = {
        "happened_at": datetime.fromtimestamp(facts["created"], UTC), "currency": made.currency,
        "subscription_invoice": made,
    }  # fmt: skip
    amounts = {Account.COMMISSION: refund.amount_minor, Account.STRIPE: -refund.amount_minor}
    book(key=f"refund:{refund.stripe_id}", amounts=amounts, **about)
    if refund.state == State.DONE:
        credit_subscription(refund, now)
    elif refund.state == State.FAILED:
        back = {account: -amount for account, amount in amounts.items()}
        book(key=f"refund-failed:{refund.stripe_id}", amounts=back, **about)
        cancel_credit(refund, now)
        report(Incident.Kind.REFUND_FAILED, facts["id"], invoice=made.stripe_id, amount=refund.amount_minor)
        _tell_late(refund)


def _row(made: SubscriptionInvoice, facts: dict) -> SubscriptionRefund:
    ours = (facts.get("metadata") or {}).get("subscription_refund", "")
    found = SubscriptionRefund.objects.filter(stripe_id=facts["id"]).first()
    found = found or made.refunds.filter(public_id=ours).first()
    return found or SubscriptionRefund.objects.create(
        invoice=made, amount_minor=facts["amount"], source=Refund.Source.STRIPE, cause=f"stripe:{facts['id']}"
    )

"""What Stripe says of subscriptions, mirrored. It is a whole: the row and the entitlement are made from it alone, so
that neither order nor doubling of events matters."""

from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from core.jobs import enqueue
from features.accounts.models import User
from features.notifications.services import notify
from features.payments import stripe_client as stripe
from features.payments.models import Incident, PlanPrice, Subscription, SubscriptionInvoice
from features.payments.services.entitlements import end_entitlements, entitle
from features.payments.services.events import Handler, handlers
from features.payments.services.incidents import report
from features.payments.services.subscription_money import fetch_money, record
from features.payments.services.subscription_refunds import tell_of_surplus

State = Subscription.State
# What Stripe calls it, and what we do; a state that opens nothing is none of ours to keep apart.
STATES = {
    "trialing": State.TRIALING, "active": State.ACTIVE, "past_due": State.PAST_DUE, "unpaid": State.UNPAID,
    "canceled": State.CANCELED, "incomplete_expired": State.CANCELED, "incomplete": State.OPENING,
    "paused": State.PAUSED,
}  # fmt: skip


def fetch(stripe_id: str) -> dict:
    return stripe.call(lambda v1: v1.subscriptions.retrieve, stripe_id)


@transaction.atomic
def apply(facts: dict, now: datetime) -> None:
    """The row and the entitlement, as `facts` has them. A second one beside another that goes on is turned away."""
    row = _locked(facts, now)
    if row is None:
        return None
    item = facts["items"]["data"][0]
    said = facts.get("metadata") or {}
    pause = facts.get("pause_collection")
    before = row.state
    row.stripe_id = facts["id"]
    row.price = PlanPrice.objects.select_related("plan").filter(stripe_id=item["price"]["id"]).first() or row.price
    row.state = STATES.get(facts["status"], State.CANCELED)
    if pause and row.state in (State.ACTIVE, State.TRIALING, State.PAST_DUE):
        row.state = State.PAUSED
    row.period_ends_at = _moment(item["current_period_end"])
    row.resumes_at = None
    if row.state == State.PAUSED:  # Stripe's periods go on through a pause; what was paid for ends where it began
        row.period_ends_at = _moment(said.get("paid_until")) or row.period_ends_at
        row.resumes_at = _moment(said.get("resumes_at")) or _moment((pause or {}).get("resumes_at"))
    elif row.resume_tries:
        row.resume_tries, row.resume_again_at = 0, None
        _went_on_after_all(row, now)
    row.trial_ends_at = _moment(facts.get("trial_end"))
    row.ends_at_period_end = bool(facts.get("cancel_at_period_end"))
    row.ended_at = _moment(facts.get("ended_at"))
    if row.state in Subscription.GOING_ON and (row.is_surplus or _has_another(row)):
        return _turn_away(row)
    row.save()
    _open_or_close(row, now)
    if row.state == State.PAST_DUE != before:
        key = f"past_due:{row.pk}:{item['current_period_end']}"
        notify(row.person, "payment_failed", row.pk, reverse("own_subscription"), key)
    return None


def _locked(facts: dict, now: datetime) -> Subscription | None:
    """The row of this subscription, with its person locked, so that there is one at a time that goes on."""
    name = (facts.get("metadata") or {}).get("subscription", "")
    found = Subscription.objects.filter(Q(stripe_id=facts["id"]) | Q(public_id=name)).first()
    if found is None:
        return None
    person = User.objects.select_for_update(no_key=True, of=("self",)).get(pk=found.person_id)
    rows = Subscription.objects.select_for_update(of=("self",)).select_related("price__plan", "person")
    row = rows.filter(stripe_id=facts["id"]).first() or rows.get(public_id=name)
    if row.stripe_id not in (None, facts["id"]):  # a second one on the same page: it has a row of its own
        return Subscription(person=person, price=row.price, opened_at=now)
    return row


def _has_another(row: Subscription) -> bool:
    return Subscription.objects.going_on().filter(person=row.person_id).exclude(pk=row.pk).exists()


def _turn_away(row: Subscription) -> None:
    """It opens nothing, is ended at Stripe, and what it cost goes back."""
    is_new = not row.is_surplus
    row.is_surplus, row.state = True, State.CANCELED
    row.save()
    if is_new:
        report(Incident.Kind.SURPLUS, row.stripe_id or "", subscription=row.public_id)
        enqueue("features.payments.tasks.end_surplus", row.pk, key=f"end_surplus:{row.pk}")


def end_surplus(row: Subscription) -> None:
    """Raises StripeDown; then it is tried again."""
    facts = fetch(row.stripe_id or "")
    if facts["status"] not in ("canceled", "incomplete_expired"):
        facts = stripe.call(lambda v1: v1.subscriptions.cancel, row.stripe_id, key=f"surplus-{row.public_id}")
    apply(facts, timezone.now())
    if facts["latest_invoice"]:
        apply_invoice(fetch_invoice(facts["latest_invoice"]), timezone.now())
    if not row.invoices.exists():  # with money on its way back the letter says how much
        tell_of_surplus(row, "ended")


def _went_on_after_all(row: Subscription, now: datetime) -> None:
    solved = Incident.objects.filter(kind=Incident.Kind.NOT_RESUMED, about=row.stripe_id, resolved_at=None)
    solved.update(resolved_at=now)


def _open_or_close(row: Subscription, now: datetime) -> None:
    """A payment that failed closes nothing while Stripe tries again; a pause closes when what was paid for is over."""
    source, ref, key = "subscription", f"subscription:{row.pk}", row.price.plan.key
    if row.state in (State.TRIALING, State.ACTIVE, State.PAST_DUE):
        entitle(person=row.person, key=key, source=source, ref=ref)
    elif row.state == State.PAUSED:
        until = max(row.period_ends_at or row.opened_at, row.opened_at)
        entitle(person=row.person, key=key, source=source, ref=ref, until=until)
    else:
        end_entitlements(source=source, ref=ref, now=now)


def _moment(stamp) -> datetime | None:
    return datetime.fromtimestamp(int(stamp), UTC) if stamp else None


# --- Invoices ---------------------------------------------------------------------------------------------------------
def fetch_invoice(stripe_id: str) -> dict:
    """The invoice, with the subscription as it is now beside it, and its money once it is paid."""
    invoice = stripe.call(lambda v1: v1.invoices.retrieve, stripe_id)
    parent = invoice.get("parent") or {}
    name = (parent.get("subscription_details") or {}).get("subscription")
    is_paid = name and invoice["status"] == "paid" and invoice["amount_paid"]
    return {
        "invoice": invoice,
        "subscription": fetch(name) if name else None,
        "money": fetch_money(stripe_id) if is_paid else None,
    }


@transaction.atomic
def apply_invoice(facts: dict, now: datetime) -> None:
    if facts["subscription"] is None:
        return
    apply(facts["subscription"], now)
    row = Subscription.objects.filter(stripe_id=facts["subscription"]["id"]).first()
    if row and facts["money"]:
        record(row, facts["invoice"], facts["money"], now)


def without_fee(since: datetime):
    """Payments whose fee Stripe had not named yet."""
    return SubscriptionInvoice.objects.filter(fee_minor=0, paid_at__gte=since - timedelta(days=1))


def look_at_fee(row: SubscriptionInvoice, now: datetime) -> None:
    apply_invoice(fetch_invoice(row.stripe_id), now)


handlers.register("customer.subscription.", Handler(fetch, apply))
handlers.register("invoice.", Handler(fetch_invoice, apply_invoice))

"""What Stripe tells us. An event is a hint that something changed: the thing itself is fetched, so that neither order,
doubling nor loss of events matters. The event's row and its work are one transaction."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from core.registry import Registry
from features.payments import stripe_client as stripe
from features.payments.models import Incident, StripeCustomer, StripeEvent
from features.payments.services.disputes import apply_dispute, fetch_dispute
from features.payments.services.incidents import apart, report
from features.payments.services.payout_accounts import apply_account, fetch_account
from features.payments.services.payouts import apply_payout, fetch_payout
from features.payments.services.refunds import apply_refund, fetch_refund
from features.payments.services.standing import PULLED, note_pulled, stripe_standing
from features.payments.services.subscription_refunds import apply_subscription_refund
from features.payments.services.taking import EXPANDED, apply_checkout, apply_payment, fetch_checkout, fetch_payment
from features.payments.services.transfers import apply_transfer, fetch_transfer

FIRST_PULL = timedelta(days=3)
OVERLAP = timedelta(minutes=10)  # events are listed by the time they happened, and some are listed late
FORGET = timedelta(days=40)  # Stripe itself keeps events for 30 days


@dataclass(frozen=True)
class Handler:
    """`fetch` asks Stripe how the object with this id stands, outside of any transaction; `apply` writes it down."""

    fetch: Callable[..., Any]
    apply: Callable[[Any, datetime], None]
    is_of_account: bool = False  # it happens in a seller's account, whose name `fetch` is told too
    is_of_both: bool = False


# By how the type of an event begins; the longest beginning counts.
handlers: Registry = Registry("handlers of Stripe's events")


def _refunds_of(charge_id: str) -> list[dict]:
    params = {"charge": charge_id, "expand": [f"data.payment_intent.{EXPANDED}"]}
    return list(stripe.pages(lambda v1: v1.refunds.list, params))


def _apply_refund(facts, now):
    """News of a refund may come before news of its payment: then the payment is written down first."""
    intent = facts["payment_intent"]
    if isinstance(intent, dict):
        apply_payment(intent, now)
        facts = {**facts, "payment_intent": intent["id"]}
        if StripeCustomer.objects.filter(stripe_id=intent.get("customer") or "").exists():
            apply_subscription_refund(facts, now)  # or with the news of its invoice, where that is still to come
            return
    apply_refund(facts, now)


def _apply_refunds(listed, now):
    for facts in listed:
        _apply_refund(facts, now)


def _apply_dispute(facts, now):
    if isinstance(facts["payment_intent"], dict):
        apply_payment(facts["payment_intent"], now)
    apply_dispute(facts, now)


handlers.register("checkout.session.", Handler(fetch_checkout, apply_checkout))
handlers.register("payment_intent.succeeded", Handler(fetch_payment, apply_payment))
handlers.register("refund.", Handler(fetch_refund, _apply_refund))
handlers.register("charge.refund.", Handler(fetch_refund, _apply_refund))
handlers.register("charge.refunded", Handler(_refunds_of, _apply_refunds))
handlers.register("charge.dispute.", Handler(fetch_dispute, _apply_dispute))
handlers.register("transfer.", Handler(fetch_transfer, apply_transfer))
handlers.register("account.updated", Handler(fetch_account, apply_account, is_of_account=True))
handlers.register("payout.", Handler(fetch_payout, apply_payout, is_of_both=True))


def handler_of(kind: str, account: str = "") -> Handler | None:
    """What happens in sellers' accounts comes to the same door, and means the same only where that is said."""
    begins = [name for name in handlers if kind.startswith(name)]
    found = handlers[max(begins, key=len)] if begins else None
    return found if found and (found.is_of_both or found.is_of_account == bool(account)) else None


def receive(event: dict, now: datetime | None = None) -> bool:
    """Act on an event, once. False when that was done before. Raises what its work raises: then there is no row, and
    the next delivery tries again."""
    now = now or timezone.now()
    if StripeEvent.objects.filter(stripe_id=event["id"]).exists():
        return False
    about = str(event["data"]["object"].get("id", ""))
    account = str(event.get("account") or "")
    handler = handler_of(event["type"], account)
    facts = _fetch(handler, event, about, account) if handler and about else None
    with transaction.atomic():
        _row, is_new = StripeEvent.objects.get_or_create(
            stripe_id=event["id"],
            defaults={
                "kind": event["type"][:80], "about": about[:255], "api_version": event.get("api_version") or "",
                "happened_at": datetime.fromtimestamp(event["created"], UTC), "received_at": now,
            },
        )  # fmt: skip
        if is_new:
            if event.get("api_version") != stripe.API_VERSION:
                report(Incident.Kind.API_VERSION, event.get("api_version") or "none", event=event["id"])
            if handler and facts is not None:
                handler.apply(facts, now)
    return is_new


def _fetch(handler: Handler, event: dict, about: str, account: str) -> Any:
    """How the thing stands now; None where Stripe has it no more, of which there is nothing to write down."""
    try:
        return handler.fetch(about, *([account] if account else []))
    except stripe.StripeRefused as refused:
        if refused.code != "resource_missing":
            raise
        if not event["type"].endswith(".deleted"):  # that it is gone is what such an event says
            report(Incident.Kind.STUCK, event["id"], type=event["type"], object=about, code=refused.code)
    return None


def pull_events(*, now: datetime | None = None) -> int:
    """Ask Stripe for the events that did not come by themselves, the oldest first: those since the last time that all
    of them were taken in, whatever came by itself meanwhile. One that cannot be acted on stops no other. Answers how
    many there were."""
    now = now or timezone.now()
    since = (stripe_standing().get(PULLED) or now - FIRST_PULL) - OVERLAP
    listed = list(stripe.pages(lambda v1: v1.events.list, {"created": {"gte": int(since.timestamp())}}))
    received = take_in(listed, now)
    if listed:
        note_pulled(datetime.fromtimestamp(listed[0]["created"], UTC))
    return received


def take_in(listed: list[dict], now: datetime) -> int:
    received = 0
    for event in reversed(listed):
        with apart(event["id"]):
            received += receive(event, now)
    return received


def forget_events(*, now: datetime | None = None) -> int:
    return StripeEvent.objects.filter(happened_at__lt=(now or timezone.now()) - FORGET).delete()[0]

"""Money comes in. What Stripe says is fetched first, with no transaction open; then it is written down in one."""

from datetime import UTC, datetime

from django.db import transaction
from django.utils import timezone

from features.notifications.services import notify
from features.payments import stripe_client as stripe
from features.payments.models import Account, Checkout, Incident, Order, Payment, Refund, StripeCustomer
from features.payments.services.books import book
from features.payments.services.earnings import earn
from features.payments.services.incidents import report
from features.payments.services.invoicing import invoice_payment
from features.payments.services.orders import lock_order, release, reseat, settle
from features.payments.services.refunds import ask_refund

EXPANDED = "latest_charge.balance_transaction"


def sync_checkout(stripe_id: str, now: datetime | None = None) -> None:
    """Ask Stripe how a checkout stands, and act on it. Twice is once. Raises StripeDown."""
    apply_checkout(fetch_checkout(stripe_id), now or timezone.now())


def fetch_checkout(stripe_id: str) -> dict:
    params = {"expand": [f"payment_intent.{EXPANDED}"]}
    return stripe.call(lambda v1: v1.checkout.sessions.retrieve, stripe_id, params=params)


@transaction.atomic
def apply_checkout(session: dict, now: datetime) -> None:
    """What a checkout says, written down: paid, over, or nothing yet."""
    if session["mode"] != "payment":  # subscriptions are looked after where they are sold
        return
    if session["payment_status"] == "paid" and session["payment_intent"]:
        apply_payment(session["payment_intent"], now)
    elif session["status"] == "expired":
        row = Checkout.objects.filter(stripe_id=session["id"]).first()
        if row is None:
            return
        order = lock_order(row.order_id)
        was_open = Checkout.objects.filter(pk=row.pk, closed_at=None).update(closed_at=now)
        if was_open and order.is_unpaid:
            release(order=order, now=now)


def fetch_payment(stripe_id: str) -> dict:
    return stripe.call(lambda v1: v1.payment_intents.retrieve, stripe_id, params={"expand": [EXPANDED]})


@transaction.atomic
def apply_payment(intent: dict, now: datetime) -> None:
    """A payment intent that succeeded is a payment row, an entry in the books, and a settled order or a refund."""
    if intent["status"] != "succeeded":
        return
    name = (intent.get("metadata") or {}).get("order", "")
    order = Order.objects.filter(public_id=name).first()
    if order is None:
        # Whoever is a customer there has a subscription, and that has its own invoices.
        if not StripeCustomer.objects.filter(stripe_id=intent.get("customer") or "").exists():
            report(Incident.Kind.UNKNOWN_PAYMENT, intent["id"], amount=intent["amount_received"], order=name)
        return
    order = lock_order(order.pk)
    charge = intent["latest_charge"]
    fee = _fee(charge)
    known = Payment.objects.filter(stripe_id=intent["id"]).first()
    if known:
        _book_fee(known, fee)
        return
    is_wanted = not Payment.objects.filter(order=order, is_kept=True).exists() and not order.settled_at
    is_right = (intent["amount_received"], intent["currency"].upper()) == (order.total_minor, order.currency)
    payment = Payment.objects.create(
        order=order,
        stripe_id=intent["id"],
        charge_id=charge["id"],
        amount_minor=intent["amount_received"],
        currency=intent["currency"].upper(),
        paid_at=datetime.fromtimestamp(charge["created"], UTC),
        is_kept=is_wanted and is_right,
    )
    book(
        key=f"payment:{payment.stripe_id}",
        happened_at=payment.paid_at,
        currency=payment.currency,
        order=order,
        amounts={Account.STRIPE: payment.amount_minor, Account.HELD: -payment.amount_minor},
    )
    _book_fee(payment, fee)
    order.checkouts.filter(closed_at=None).update(closed_at=now)
    _decide(order, payment, is_wanted, is_right, now)


def _decide(order, payment, is_wanted, is_right, now):
    """The thing for the money, or the money back: exactly one of the two."""
    if not is_right:
        report(Incident.Kind.AMOUNT_DIFFERS, payment.stripe_id, order=order.public_id, amount=payment.amount_minor)
    if not is_wanted:
        _give_back(payment, Refund.Source.TWICE, now)
    elif not is_right:
        _give_back(payment, Refund.Source.AMOUNT, now)
    elif (settle if order.is_unpaid else reseat)(order=order, now=now):
        notify(order.buyer, "order_paid", order.pk, _page(order), key=f"order_paid:{order.pk}")
        earn(order=order, payment=payment, now=now)
        invoice_payment(payment, now)
    else:
        _give_back(payment, Refund.Source.LATE, now)


def _give_back(payment, source, now):
    Payment.objects.filter(pk=payment.pk).update(is_kept=False)
    ask_refund(
        payment=payment, amount_minor=payment.amount_minor, source=source, cause=f"{source}:{payment.pk}", now=now
    )


def _page(order):
    from django.urls import reverse

    return reverse("order", args=[order.public_id])


def _fee(charge) -> int:
    moved = charge.get("balance_transaction")
    return moved["fee"] if isinstance(moved, dict) else 0


def _book_fee(payment, fee: int) -> None:
    """Stripe may name its fee a moment after the charge."""
    if fee and not payment.fee_minor:
        payment.fee_minor = fee
        Payment.objects.filter(pk=payment.pk).update(fee_minor=fee)
        book(
            key=f"fee:{payment.stripe_id}",
            happened_at=payment.paid_at,
            currency=payment.currency,
            order=payment.order,
            amounts={Account.FEES: fee, Account.STRIPE: -fee},
        )

"""To Stripe's page and back: a checkout is opened once however often it is asked for, taken up again, or left."""

import contextlib
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.seo import absolute
from features.payments import stripe_client as stripe
from features.payments.models import Checkout, Incident, Order
from features.payments.services.incidents import apart, report
from features.payments.services.orders import fulfilments, lock_order, release
from features.payments.services.standing import REFUSED, note_stripe
from features.payments.services.taking import sync_checkout

# Stripe's page lives half an hour at least from the moment Stripe makes it, which is a little later than our row.
SHORTEST_CHECKOUT = timedelta(minutes=30, seconds=30)
# What Stripe did not answer is asked again as it was: so long, with the half hour still before it.
SAME_PAGE = timedelta(seconds=20)
LONGEST_HOLD = timedelta(minutes=75)
# How long an order whose time is over waits for an answer of Stripe's before its things are given to others.
PATIENCE = timedelta(minutes=10)
NO_KEY = _("Payments do not work just now. That is our fault; nothing was charged. Try again in an hour.")
LATER = _("Stripe does not answer just now. Try again in a minute.")


class CheckoutRefused(Exception):
    """`code` is `paid`, `over` or `stripe_down`; `words` say what to do."""

    def __init__(self, code, words):
        super().__init__(code)
        self.code, self.words = code, words


@contextlib.contextmanager
def answered(words) -> Iterator[None]:
    """What is asked of Stripe on behalf of a buyer: `words` say what to do where it does not answer. Raises
    CheckoutRefused."""
    try:
        yield
    except stripe.StripeDown as down:
        raise CheckoutRefused("stripe_down", words) from down
    except stripe.KeyRefused as refused:
        note_stripe(REFUSED, timezone.now())
        raise CheckoutRefused("stripe_down", NO_KEY) from refused


def checkout_url(*, order: Order, now: datetime | None = None) -> str:
    """Where this order is paid. From a second tab it is the same page. Raises CheckoutRefused."""
    row = _open(order.pk, now or timezone.now())
    if not row.url:
        with answered(_("Stripe does not answer just now. Your place is kept; try again in a minute.")):
            session = _open_at_stripe(row)
        row.stripe_id, row.url = session["id"], session["url"]
        row.save(update_fields=["stripe_id", "url"])
    return row.url


def _open_at_stripe(row: Checkout) -> dict:
    try:
        return stripe.call(lambda v1: v1.checkout.sessions.create, params=_params(row), key=f"checkout-{row.public_id}")
    except stripe.StripeRefused as refused:
        Checkout.objects.filter(pk=row.pk).update(closed_at=timezone.now())
        if isinstance(refused, stripe.KeyRefused):
            raise
        words = _("Stripe did not open its page. Your place is kept; try once more.")
        raise CheckoutRefused("stripe_down", words) from refused


@transaction.atomic
def _open(order_id: int, now: datetime) -> Checkout:
    order = lock_order(order_id)
    if order.settled_at:
        raise CheckoutRefused("paid", _("This is paid already."))
    if order.released_at or (order.hold_until and order.hold_until <= now):
        raise CheckoutRefused("over", _("The time to pay is over. Nothing was charged; you can begin again."))
    row = order.checkouts.filter(closed_at=None).first()
    if row and (row.expires_at > now if row.url else row.opened_at > now - SAME_PAGE):
        return row
    order.checkouts.filter(closed_at=None).update(closed_at=now)
    until = now + SHORTEST_CHECKOUT
    if until > order.opened_at + LONGEST_HOLD:
        raise CheckoutRefused("over", _("The time to pay is over. Nothing was charged; you can begin again."))
    order.hold_until = until
    order.save(update_fields=["hold_until"])
    for line in order.lines.all():
        fulfilments[line.kind].extend(line.ref, until)
    return Checkout.objects.create(order=order, opened_at=now, expires_at=until)


def _params(row: Checkout) -> dict:
    order = row.order
    page = absolute(reverse("order", args=[order.public_id]))
    return {
        "mode": "payment",
        "client_reference_id": order.public_id,
        "line_items": [
            {
                "quantity": line.quantity,
                "price_data": {
                    "currency": order.currency.lower(),
                    "unit_amount": line.unit_minor,
                    "product_data": {"name": line.title},
                },
            }
            for line in order.lines.order_by("pk")
            if line.unit_minor
        ],
        "metadata": {"order": order.public_id},
        "payment_intent_data": {"metadata": {"order": order.public_id}, "transfer_group": order.public_id},
        "customer_email": order.buyer.email,
        "success_url": f"{page}?back=paid",
        "cancel_url": f"{page}?back=left",
        "expires_at": int(row.expires_at.timestamp()),
        "locale": settings.LANGUAGE_CODE.partition("-")[0],
    }


def leave(*, order: Order, now: datetime | None = None) -> bool:
    """The buyer does not want it after all. False when it turns out to be paid. Raises CheckoutRefused."""
    now = now or timezone.now()
    with answered(LATER):
        _close_at_stripe(order, now)
    return _release(order.pk, now)


def end_hold(*, order: Order, now: datetime) -> bool:
    """The time to pay is over: Stripe's page is closed, and what was held is given back, unless it was paid after all.
    Without an answer of Stripe's it waits a while, and then what is paid later is late money."""
    try:
        _close_at_stripe(order, now)
    except stripe.StripeDown:
        if order.hold_until and now < order.hold_until + PATIENCE:
            return False
    return _release(order.pk, now)


def end_holds(*, now: datetime | None = None) -> int:
    """Every order whose time is over. Each on its own, so that a killed worker leaves nothing half done, and one that
    cannot be ended stops no other."""
    now, ended = now or timezone.now(), 0
    for order in Order.objects.unpaid().filter(hold_until__lte=now).order_by("hold_until"):
        with apart(f"order:{order.public_id}"):
            ended += end_hold(order=order, now=now)
    return ended


def look(*, order: Order, now: datetime | None = None) -> None:
    """Ask Stripe how its pages of this order stand. Raises CheckoutRefused."""
    with answered(_("Stripe does not answer just now. Nothing is lost; look again in a minute.")):
        for row in order.checkouts.filter(closed_at=None).exclude(stripe_id=None):
            _ask(row, now or timezone.now())


def _close_at_stripe(order: Order, now: datetime) -> None:
    for row in order.checkouts.filter(closed_at=None):
        close_page(row, now)


def close_page(row: Checkout, now: datetime) -> None:
    """Nobody pays on this page any more, and what was paid there is written down. Raises StripeDown and KeyRefused."""
    if row.stripe_id is None:  # Stripe never answered, so nobody has its page
        return
    try:
        stripe.call(lambda v1: v1.checkout.sessions.expire, row.stripe_id, key=f"expire-{row.public_id}")
    except stripe.KeyRefused:
        raise
    except stripe.StripeRefused:  # it is over already, one way or the other
        pass
    _ask(row, now)


def _ask(row: Checkout, now: datetime) -> None:
    """A page that this key does not know, such as one that was made with the key of before, brings us no money: it is
    closed here, and an organiser looks whether anybody paid there."""
    try:
        sync_checkout(str(row.stripe_id), now=now)
    except stripe.KeyRefused:
        raise
    except stripe.StripeRefused as refused:
        Checkout.objects.filter(pk=row.pk, closed_at=None).update(closed_at=now)
        report(Incident.Kind.STUCK, f"checkout:{row.stripe_id}", order=row.order.public_id, code=refused.code)


@transaction.atomic
def _release(order_id: int, now: datetime) -> bool:
    order = lock_order(order_id)
    order.checkouts.filter(closed_at=None).update(closed_at=now)
    return release(order=order, now=now) or order.released_at is not None

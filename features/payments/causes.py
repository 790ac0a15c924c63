"""What moved in the books, in words a person would say, and what it came of: an order or a payment for a subscription,
with all that happened to it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.text import numbers
from features.payments.models import (
    Dispute,
    Invoice,
    LedgerEntry,
    Order,
    Payment,
    PayoutAccount,
    Refund,
    SubscriptionInvoice,
    SubscriptionRefund,
    Transfer,
)
from features.payments.services import ACCOUNT, can_go_back

# By how the key of a movement begins.
MOVED = {
    "payment": gettext_lazy("Buyers paid for orders"),
    "invoice": gettext_lazy("Members paid for subscriptions"),
    "fee": gettext_lazy("Stripe kept its fee"),
    "refund": gettext_lazy("Went back to buyers"),
    "refund-failed": gettext_lazy("Came back, as a bank did not take it"),
    "dispute": gettext_lazy("Banks took it for a dispute, with their fee, or gave it back"),
    "dispute-lost": gettext_lazy("Disputes that were lost"),
    "earning": gettext_lazy("Delivered: divided between seller and site"),
    "transfer": gettext_lazy("Sent to sellers"),
    "reversal": gettext_lazy("Taken back from sellers"),
    "payout": gettext_lazy("Stripe paid it out to the site's bank"),
    "payout-back": gettext_lazy("The site's bank sent it back to Stripe"),
}


def in_words(kind: str):
    return MOVED.get(kind, kind)


@dataclass(frozen=True)
class Cause:
    """What a movement came of."""

    title: str
    person: str
    url: str


def movements(first: datetime, after: datetime, *, account: str, currency: str, kind: str):
    """The entries that make up one line of a month's statement."""
    found = LedgerEntry.objects.filter(
        transaction__happened_at__gte=first, transaction__happened_at__lt=after, account=account, currency=currency,
        transaction__key__startswith=f"{kind}:",
    )  # fmt: skip
    return found.select_related(
        "transaction__order__buyer", "transaction__subscription_invoice__subscription__price__plan",
        "transaction__subscription_invoice__subscription__person",
    ).prefetch_related("transaction__order__lines")  # fmt: skip


def cause_of(entry: LedgerEntry) -> Cause | None:
    """None for what moved between Stripe and the site's bank."""
    order, paid = entry.transaction.order, entry.transaction.subscription_invoice
    if order:
        titles = ", ".join(line.title for line in order.lines.all())
        return Cause(titles, order.buyer.name, reverse("manage_order", args=[order.public_id]))
    if paid:
        row = paid.subscription
        return Cause(row.price.plan.name, row.person.name, reverse("manage_subscription_payment", args=[paid.pk]))
    return None


def found_by_id(names: Collection[str]) -> dict[str, tuple[str, str]]:
    """{an id of ours or of Stripe's: (the page of what it belongs to, its currency)}, for those that are known. Each
    table is asked by its own indexes."""
    found = {}
    by_refund = Q(public_id__in=names) | Q(stripe_id__in=names)
    refunds = list(Refund.objects.filter(by_refund).values_list("payment", "public_id", "stripe_id"))
    wanted = Q(stripe_id__in=names) | Q(charge_id__in=names) | Q(pk__in=[row[0] for row in refunds])
    for payment in Payment.objects.filter(wanted).select_related("order"):
        page = reverse("manage_order", args=[payment.order.public_id]), payment.currency
        ids = [name for pk, *ids in refunds if pk == payment.pk for name in ids]
        found |= dict.fromkeys([payment.stripe_id, payment.charge_id, *ids], page)
    for name, currency in Order.objects.filter(public_id__in=names).values_list("public_id", "currency"):
        found[name] = reverse("manage_order", args=[name]), currency
    refunds = list(SubscriptionRefund.objects.filter(by_refund).values_list("invoice", "public_id", "stripe_id"))
    wanted = Q(stripe_id__in=names) | Q(intent_id__in=names) | Q(charge_id__in=names)
    for paid in SubscriptionInvoice.objects.filter(wanted | Q(pk__in=[row[0] for row in refunds])):
        page = reverse("manage_subscription_payment", args=[paid.pk]), paid.currency
        ids = [name for pk, *ids in refunds if pk == paid.pk for name in ids]
        found |= dict.fromkeys([paid.stripe_id, paid.intent_id, paid.charge_id, *ids], page)
    if keys := numbers(name.removeprefix(ACCOUNT) for name in names if name.startswith(ACCOUNT)):
        for account in PayoutAccount.objects.filter(pk__in=keys).select_related("person"):
            found[f"{ACCOUNT}{account.pk}"] = account.person.get_absolute_url(), ""
    return {name: page for name, page in found.items() if name}


# --- What happened to it ----------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Event:
    at: datetime
    words: str
    amount_minor: int | None = None
    small: str = ""
    url: str = ""
    label: str = ""


def story_of_order(order: Order) -> list[Event]:
    """From its beginning to the last letter of the bank's, in the order of time."""
    told = [Event(order.opened_at, _("Begun"), small=order.public_id)]
    if order.released_at:
        told.append(Event(order.released_at, _("Ended unpaid")))
    for payment in order.payments.all():
        url = reverse("manage_refund", args=[payment.pk]) if can_go_back(payment) else ""
        words = _("Paid") if payment.is_kept else _("Paid, and it bought nothing")
        told.append(Event(payment.paid_at, words, payment.amount_minor, payment.stripe_id, url, _("Pay back")))
        told += [_refund(row) for row in payment.refunds.all()]
        told += [_dispute(row) for row in payment.disputes.all()]
        told += [_document(row) for row in payment.invoices.all()]
    sent = Transfer.objects.filter(earning__line__order=order).select_related("account__person")
    for row in sent:
        words = _("To %(name)s: %(state)s") % {"name": row.account.person.name, "state": row.get_state_display()}
        told.append(Event(row.asked_at, words, row.amount_minor, row.stripe_id or row.public_id))
    return _in_order(told)


def story_of_subscription_payment(paid: SubscriptionInvoice) -> list[Event]:
    url = reverse("manage_subscription_refund", args=[paid.pk]) if paid.intent_id and can_go_back(paid) else ""
    name = paid.intent_id or paid.stripe_id
    told = [Event(paid.paid_at, _("Paid"), paid.amount_minor, name, url, _("Pay back"))]
    told += [_refund(row) for row in paid.refunds.all()]
    told += [_dispute(row) for row in paid.disputes.all()]
    first = Invoice.objects.filter(subscription_invoice=paid).first()
    if first:
        corrections = Invoice.objects.filter(corrects=first) | Invoice.objects.filter(corrects__corrects=first)
        told += [_document(row) for row in [first, *corrections.order_by("pk")]]
    return _in_order(told)


def _in_order(told: list[Event]) -> list[Event]:
    """Stripe's times are whole seconds: within one, as it was told."""
    return sorted(told, key=lambda event: event.at.replace(microsecond=0))


def _refund(row) -> Event:
    words = _("Back to the buyer: %(why)s. %(state)s") % {
        "why": row.get_source_display(), "state": row.standing
    }  # fmt: skip
    small = " · ".join(part for part in (row.stripe_id or row.public_id, row.reason) if part)
    return Event(row.requested_at, words, row.amount_minor, small)


DISPUTES = {
    "won": gettext_lazy("The bank asked for it, and left it here"),
    "lost": gettext_lazy("The bank asked for it, and gave it to the buyer"),
    "warning_closed": gettext_lazy("The bank asked about it, and no longer does"),
    "prevented": gettext_lazy("The bank asked for it, and that was settled at once"),
}


def _dispute(row: Dispute) -> Event:
    words = DISPUTES.get(row.state) or _("The bank asks for it")
    return Event(row.opened_at, str(words), row.amount_minor, row.stripe_id)


def _document(row: Invoice) -> Event:
    url = reverse("manage_invoice_file", args=[row.number])
    return Event(row.issued_at, f"{row.get_kind_display()} {row.number}", row.total_minor, "", url, _("PDF"))

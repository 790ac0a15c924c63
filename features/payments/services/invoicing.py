"""Invoices and credit notes: numbered without gaps, and never changed. They are drawn up in the transaction that writes
down the money, so that neither is there without the other."""

import re
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from features.accounts.models import User
from features.payments.models import (
    BillingDetails,
    Dispute,
    Invoice,
    InvoiceCounter,
    Payment,
    Refund,
    SubscriptionInvoice,
    SubscriptionRefund,
)

Kind, Rule = Invoice.Kind, Invoice.Rule
LETTERS = {Kind.INVOICE: "INV", Kind.CREDIT_NOTE: "CN", Kind.CANCELLATION: "CC"}
# By its form, in a member state of the EU (Greece begins by EL).
VAT_ID = re.compile(
    r"^(AT|BE|BG|CY|CZ|DE|DK|EE|EL|ES|FI|FR|HR|HU|IE|IT|LT|LU|LV|MT|NL|PL|PT|RO|SE|SI|SK)[0-9A-Z+*]{2,12}$"
)


def is_vat_id(text: str) -> bool:
    """Whether it can be a VAT number of the EU, by its form."""
    return bool(VAT_ID.match(text))


def seller() -> dict:
    """Who runs the site, as they want to stand on invoices."""
    return {
        "name": settings.SELLER_NAME or settings.SITE_NAME,
        "address": settings.SELLER_ADDRESS,
        "country": settings.SELLER_COUNTRY,
        "vat_id": settings.SELLER_VAT_ID,
    }


def buyer(person: User) -> dict:
    details = BillingDetails.objects.filter(person=person).first()
    if details is None:
        return {"name": person.name, "address": "", "country": "", "vat_id": ""}
    return {name: getattr(details, name) for name in ("name", "address", "country", "vat_id")}


def vat(from_whom: dict, to_whom: dict, total_minor: int) -> tuple[str, Decimal, int]:
    """(rule, percent, VAT within `total_minor`). VAT is taken out of the price. A company in another member state
    owes it itself."""
    if not from_whom["vat_id"]:
        return Rule.NONE, Decimal(0), 0
    if is_vat_id(to_whom["vat_id"]) and to_whom["vat_id"][:2] != from_whom["vat_id"][:2]:
        return Rule.REVERSE, Decimal(0), 0
    percent = settings.VAT_PERCENT
    return Rule.INCLUDED, percent, _share(total_minor, percent)


def vat_words(person: User, total_minor: int) -> str:
    """What the invoice will say of VAT, for before it is paid."""
    rule, percent, _minor = vat(seller(), buyer(person), total_minor)
    said = str(Rule(rule).label)
    return f"{said} ({percent.normalize():f} %)." if percent else f"{said}."


def _share(total_minor: int, percent: Decimal) -> int:
    """Half a minor unit goes up, away from nothing on both kinds of document."""
    return int((total_minor * percent / (100 + percent)).quantize(Decimal(1), ROUND_HALF_UP))


@transaction.atomic
def _issue(*, kind: str, person: User, is_demo: bool, now: datetime, **facts) -> Invoice:
    """Take the next number of its series, and write the document. What invented people buy or sell has numbers of its
    own, which go with them and leave no gap."""
    year = now.astimezone(UTC).year  # as the document and the month's file have it, wherever the buyer is
    series = f"{'DEMO-' if is_demo else ''}{LETTERS[Kind(kind)]}-{year}"
    InvoiceCounter.objects.bulk_create([InvoiceCounter(series=series)], ignore_conflicts=True)
    InvoiceCounter.objects.filter(pk=series).update(last=F("last") + 1)  # the lock, until this is committed
    place = InvoiceCounter.objects.get(pk=series).last
    return Invoice.objects.create(
        kind=kind, series=series, place=place, number=f"{series}-{place:05}", person=person, issued_at=now, **facts
    )


def _invoice(*, person, lines, total_minor, is_demo, now, **facts) -> Invoice:
    from_whom, to_whom = seller(), buyer(person)
    rule, percent, share = vat(from_whom, to_whom, total_minor)
    return _issue(
        kind=Kind.INVOICE, person=person, is_demo=is_demo, now=now, seller=from_whom, buyer=to_whom, lines=lines,
        vat_rule=rule, vat_percent=percent, net_minor=total_minor - share, vat_minor=share, total_minor=total_minor,
        **facts,
    )  # fmt: skip


@transaction.atomic
def invoice_payment(payment: Payment, now: datetime) -> Invoice | None:
    """The invoice of money that bought something, once. None for money that goes back as it came. With the order's row
    locked."""
    if not payment.is_kept:
        return None
    known = payment.invoices.filter(kind=Kind.INVOICE).first()
    if known:
        return known
    bought = list(payment.order.lines.select_related("seller").order_by("pk"))
    lines = [{"title": line.title, "quantity": line.quantity, "total_minor": line.total_minor} for line in bought]
    is_demo = payment.order.buyer.is_demo or any(line.seller and line.seller.is_demo for line in bought)
    return _invoice(
        person=payment.order.buyer, lines=lines, total_minor=payment.amount_minor, currency=payment.currency,
        payment=payment, supplied_at=payment.paid_at, is_demo=is_demo, now=now,
    )  # fmt: skip


@transaction.atomic
def invoice_subscription(paid: SubscriptionInvoice, now: datetime) -> Invoice:
    plan, person = paid.subscription.price.plan, paid.subscription.person
    is_demo = person.is_demo or bool(plan.made_by and plan.made_by.is_demo)
    lines = [{"title": plan.name, "quantity": 1, "total_minor": paid.amount_minor}]
    return _invoice(
        person=person, lines=lines, total_minor=paid.amount_minor, currency=paid.currency,
        subscription_invoice=paid, supplied_at=paid.paid_at, is_demo=is_demo, now=now,
    )  # fmt: skip


@transaction.atomic
def credit(refund: Refund, now: datetime) -> Invoice | None:
    """The credit note of money that went back, once, by the rule and to the particulars of the invoice that it takes
    from. None where there was no invoice. All notes together never come to more than went back. With the payment's row
    locked."""
    known = Invoice.objects.filter(refund=refund).first()
    corrected = refund.payment.invoices.filter(kind=Kind.INVOICE).first()
    if known or corrected is None:
        return known
    amount = min(refund.amount_minor, _not_credited(corrected))
    links = {"payment": refund.payment, "refund": refund}
    return _credit(corrected, amount, now, why=refund.get_source_display(), at=refund.settled_at, **links)


@transaction.atomic
def credit_subscription(refund: SubscriptionRefund, now: datetime) -> Invoice | None:
    """The same for a payment of a subscription. With that payment's row locked."""
    known = Invoice.objects.filter(subscription_refund=refund).first()
    corrected = Invoice.objects.filter(subscription_invoice=refund.invoice_id).first()
    if known or corrected is None:
        return known
    why, at = refund.get_source_display(), refund.settled_at
    return _credit(corrected, refund.amount_minor, now, why=why, at=at, subscription_refund=refund)


@transaction.atomic
def credit_dispute(dispute: Dispute, now: datetime) -> Invoice | None:
    """The same for what the buyer's bank gave them for good. With the payment's row locked."""
    known = Invoice.objects.filter(dispute=dispute).first()
    of_payment = Q(payment=dispute.payment_id, payment__isnull=False, kind=Kind.INVOICE)
    of_subscription = Q(subscription_invoice=dispute.subscription_invoice_id, subscription_invoice__isnull=False)
    corrected = Invoice.objects.filter(of_payment | of_subscription).first()
    if known or corrected is None:
        return known
    links, why = {"payment": dispute.payment, "dispute": dispute}, str(_("Decided by the bank"))
    return _credit(corrected, dispute.amount_minor, now, why=why, at=dispute.closed_at, **links)


def _credit(
    corrected: Invoice, amount: int, now: datetime, *, why: str, at: datetime | None, **links
) -> Invoice | None:
    """Never for more than is left of the invoice."""
    amount = min(amount, _sums(corrected)[0])
    if amount <= 0:
        return None
    share = -_left_of_vat(corrected, amount)
    title = str(_("Paid back of %(number)s: %(why)s")) % {"number": corrected.number, "why": why}
    return _issue(
        kind=Kind.CREDIT_NOTE, person=corrected.person, is_demo=corrected.series.startswith("DEMO-"), now=now,
        seller=corrected.seller, buyer=corrected.buyer, corrects=corrected, **links,
        lines=[{"title": title, "quantity": 1, "total_minor": -amount}], currency=corrected.currency,
        vat_rule=corrected.vat_rule, vat_percent=corrected.vat_percent, net_minor=-amount - share,
        vat_minor=share, total_minor=-amount, supplied_at=at or now,
    )  # fmt: skip


@transaction.atomic
def cancel_credit(refund: Refund | SubscriptionRefund | Dispute, now: datetime) -> Invoice | None:
    """The bank sent the money back that a credit note told of: a document of its own cancels the note, once. None where
    there is no note. With the row locked that locks the note."""
    note: Invoice | None = getattr(refund, "credit_note", None)
    if note is None or note.corrections.exists():
        return None
    title = str(_("Not paid back, the bank returned it: %(number)s")) % {"number": note.number}
    return _issue(
        kind=Kind.CANCELLATION, person=note.person, is_demo=note.series.startswith("DEMO-"), now=now,
        seller=note.seller, buyer=note.buyer, corrects=note, payment=note.payment,
        lines=[{"title": title, "quantity": 1, "total_minor": -note.total_minor}], currency=note.currency,
        vat_rule=note.vat_rule, vat_percent=note.vat_percent, net_minor=-note.net_minor, vat_minor=-note.vat_minor,
        total_minor=-note.total_minor, supplied_at=now,
    )  # fmt: skip


def _corrections(invoice: Invoice):
    """Its credit notes, and what cancels them."""
    return Invoice.objects.filter(Q(corrects=invoice) | Q(corrects__corrects=invoice))


def _not_credited(corrected: Invoice) -> int:
    """Of what went back, less what credit notes say already."""
    gone = Refund.objects.filter(payment=corrected.payment_id, state=Refund.State.DONE)
    lost = Dispute.objects.filter(payment=corrected.payment_id, state="lost")
    went = sum(rows.aggregate(n=Sum("amount_minor", default=0))["n"] for rows in (gone, lost))
    return went + _sums(corrected)[0] - corrected.total_minor


def _sums(corrected: Invoice) -> tuple[int, int]:
    """What is left of an invoice by its corrections, and of its VAT."""
    said = _corrections(corrected).aggregate(n=Sum("total_minor", default=0), vat=Sum("vat_minor", default=0))
    return corrected.total_minor + said["n"], corrected.vat_minor + said["vat"]


def _left_of_vat(corrected: Invoice, amount_minor: int) -> int:
    """The VAT of what goes back; the last part takes what rounding left, so that all of it comes to nothing."""
    left, vat_left = _sums(corrected)
    return vat_left if amount_minor >= left else min(_share(amount_minor, corrected.vat_percent), vat_left)


def save_billing_details(*, person: User, data: dict, now: datetime | None = None) -> BillingDetails:
    """For invoices from now on; those that are issued stay as they are."""
    details, _new = BillingDetails.objects.update_or_create(
        person=person, defaults={**data, "changed_at": now or timezone.now()}
    )
    return details


def forget_demo() -> None:
    """The counters of invented people's documents, once those are gone."""
    InvoiceCounter.objects.filter(series__startswith="DEMO-").delete()

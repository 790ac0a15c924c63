from collections.abc import Iterator

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.spreadsheets import cell
from core.templatetags.ui import plain_price, price, when
from features.payments.models import Payment


class PaymentTable(tables.Table):
    paid_at = tables.Column(verbose_name=gettext_lazy("Paid"))
    order = tables.Column(verbose_name=gettext_lazy("For"))
    amount_minor = tables.Column(verbose_name=gettext_lazy("Amount"))
    refunded_minor = tables.Column(verbose_name=gettext_lazy("Paid back"))
    fee_minor = tables.Column(verbose_name=gettext_lazy("Stripe's fee"))

    class Meta:
        model = Payment
        fields = ("paid_at", "order", "amount_minor", "refunded_minor", "fee_minor")
        orderable = False
        attrs = {"class": "records"}
        caption = gettext_lazy("Payments")
        empty_text = gettext_lazy("Nothing was paid in this time.")

    def render_paid_at(self, value):
        return when(value)

    def render_order(self, record):
        titles = ", ".join(line.title for line in record.order.lines.all())
        kept = "" if record.is_kept else _("goes back")
        url = reverse("manage_order", args=[record.order.public_id])
        return format_html(
            '<a href="{}">{}</a><br><small class="muted">{} {}</small>', url, titles, record.stripe_id, kept
        )

    def render_amount_minor(self, record):
        return price(record.amount_minor, record.currency, exact=True)

    def render_refunded_minor(self, record):
        back = price(record.refunded_minor, record.currency, exact=True)
        if not record.left_minor:
            return back
        url = reverse("manage_refund", args=[record.pk])
        return format_html(
            '{}<br><a href="{}">{}<span class="vh"> {}</span></a>', back, url, _("Pay back"), record.stripe_id
        )

    def render_fee_minor(self, record):
        return price(record.fee_minor, record.currency, exact=True)


def entry_rows(entries) -> Iterator[list]:
    """The books for a spreadsheet: one line an entry. Ids and amounts, no names."""
    yield ["happened_at", "transaction", "order", "account", "amount", "currency"]
    for entry in entries:
        moved = entry.transaction
        yield [
            moved.happened_at.isoformat(), moved.key, moved.order.public_id if moved.order else "", entry.account,
            plain_price(entry.amount_minor, entry.currency), entry.currency,
        ]  # fmt: skip


def invoice_rows(invoices) -> Iterator[list]:
    """One line a document, as whoever keeps the books needs them. What a spreadsheet would run as a formula is quoted
    with an apostrophe."""
    yield [
        "number", "kind", "issued_on", "supplied_on", "corrects", "buyer", "country", "vat_id", "what", "vat_rule",
        "vat_percent", "net", "vat", "total", "currency",
    ]  # fmt: skip
    for row in invoices:
        words = [row.buyer["name"], row.buyer["country"], row.buyer["vat_id"], _titles(row)]
        sums = [plain_price(amount, row.currency) for amount in (row.net_minor, row.vat_minor, row.total_minor)]
        yield [
            row.number, row.kind, f"{row.issued_on:%Y-%m-%d}", f"{row.supplied_on:%Y-%m-%d}",
            row.corrects.number if row.corrects else "", *map(cell, words), row.vat_rule, row.vat_percent, *sums,
            row.currency,
        ]  # fmt: skip


def _titles(invoice) -> str:
    return ", ".join(line["title"] for line in invoice.lines)

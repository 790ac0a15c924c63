"""An invoice as PDF, drawn from its row alone. The font covers Latin, Greek, Cyrillic, Armenian, Georgian, Hebrew and
Arabic letters; what it lacks is drawn as an empty box, and the page of the receipt has it in full."""

from decimal import Decimal
from functools import cache
from pathlib import Path

from django.utils.dateformat import format as date_words
from django.utils.translation import gettext as _

from core.templatetags.ui import price
from features.payments.models import Invoice

FONT = Path(__file__).with_name("fonts") / "dejavu-sans.ttf"
INK, SOFT = (30, 30, 30), (100, 100, 100)
WIDE, AMOUNT = 130, 40  # millimetres of a page of 210 with margins of 20


@cache
def _covered() -> frozenset[int]:
    from fontTools.ttLib import TTFont

    return frozenset(TTFont(FONT).getBestCmap())


def _drawn(text: str) -> str:
    return "".join(letter if ord(letter) in _covered() or letter == "\n" else "□" for letter in text)


def draw(invoice: Invoice) -> bytes:
    from fpdf import FPDF

    pdf = FPDF(format="A4")
    pdf.set_creation_date(invoice.issued_at)  # the same file each time
    pdf.set_title(f"{invoice.get_kind_display()} {invoice.number}")
    pdf.set_author(invoice.seller["name"])
    pdf.set_lang("en")
    pdf.set_margin(20)
    pdf.add_font("text", fname=FONT)
    pdf.add_page()
    _text(pdf, party(invoice.seller), 9, SOFT)
    pdf.ln(8)
    _text(pdf, party(invoice.buyer), 11)
    pdf.ln(12)
    _text(pdf, f"{invoice.get_kind_display()} {invoice.number}", 18)
    pdf.ln(2)
    for said in facts(invoice):
        _text(pdf, said, 9, SOFT)
    pdf.ln(8)
    for line in invoice.lines:
        title = line["title"] if line["quantity"] == 1 else f"{line['quantity']} × {line['title']}"
        _row(pdf, title, price(line["total_minor"], invoice.currency, exact=True))
    pdf.line(20, pdf.get_y() + 1, 190, pdf.get_y() + 1)
    pdf.ln(3)
    for name, amount in sums(invoice):
        _row(pdf, name, price(amount, invoice.currency, exact=True))
    pdf.ln(8)
    _text(pdf, vat_words(invoice), 9, SOFT)
    return bytes(pdf.output())


def _text(pdf, text, size, colour=INK):
    pdf.set_font("text", size=size)
    pdf.set_text_color(*colour)
    pdf.multi_cell(0, size * 0.5, _drawn(str(text)), align="L", new_x="LMARGIN", new_y="NEXT")


def _row(pdf, name, amount):
    pdf.set_font("text", size=11)
    pdf.set_text_color(*INK)
    top = pdf.get_y()
    pdf.multi_cell(WIDE, 6, _drawn(name), align="L", new_x="LMARGIN", new_y="NEXT")
    after = pdf.get_y()
    pdf.set_xy(20 + WIDE, after - 6 if after > top else top)
    pdf.cell(AMOUNT, 6, _drawn(amount), align="R", new_x="LMARGIN", new_y="NEXT")


def party(facts: dict) -> str:
    vat_id = _("VAT number %(id)s") % {"id": facts["vat_id"]} if facts["vat_id"] else ""
    return "\n".join(part for part in (facts["name"], facts["address"], facts["country"], vat_id) if part)


def facts(invoice: Invoice) -> list[str]:
    """Of when it is and what it is about, in words."""
    day = date_words(invoice.issued_at, "j F Y")
    said = [_("Issued on %(day)s") % {"day": day}]
    paid = date_words(invoice.supplied_at, "j F Y")
    if invoice.corrects:
        said.append(_("Corrects invoice %(number)s") % {"number": invoice.corrects.number})
        said.append(_("Paid back on %(day)s") % {"day": paid})
    else:
        said.append(_("Paid on %(day)s") % {"day": paid})
    return said


def sums(invoice: Invoice) -> list[tuple[str, int]]:
    total = [(_("Total"), invoice.total_minor)]
    if invoice.vat_rule != Invoice.Rule.INCLUDED:
        return total
    percent = Decimal(invoice.vat_percent).normalize()
    vat = _("VAT %(percent)s %%") % {"percent": f"{percent:f}"}
    return [(_("Net"), invoice.net_minor), (vat, invoice.vat_minor), *total]


def vat_words(invoice: Invoice) -> str:
    return invoice.get_vat_rule_display() + "."

"""An invoice as PDF, drawn from its row alone. The font beside covers Latin, Greek, Cyrillic, Armenian, Georgian,
Hebrew and Arabic letters, and PDF_FONTS others. What none has is written in Latin letters, and where it stands as it
was typed."""

from decimal import Decimal
from functools import cache
from pathlib import Path

from anyascii import anyascii
from django.conf import settings
from django.urls import reverse
from django.utils.dateformat import format as date_words
from django.utils.translation import gettext as _

from core.templatetags.ui import price
from features.payments.models import Invoice

FONT = Path(__file__).with_name("fonts") / "dejavu-sans.ttf"
INK, SOFT = (30, 30, 30), (100, 100, 100)
WIDE, AMOUNT, HIGH = 130, 40, 6  # millimetres of a page of 210 with margins of 20
SUMS_HIGH = 45  # what is added up and said below stays together


@cache
def _letters_of(font: Path) -> frozenset[int]:
    from fontTools.ttLib import TTFont

    with TTFont(font, fontNumber=0) as opened:
        return frozenset(opened.getBestCmap())


class _Sheet:
    """The page, with the fonts that its letters take: each is read when one of its letters comes up."""

    def __init__(self, pdf):
        self.pdf = pdf
        self.at_hand = [FONT, *(Path(font) for font in settings.PDF_FONTS if Path(font).is_file())]
        self.others: list[Path] = []
        self.lacks_letters = False

    def text(self, text, size, colour=INK):
        self.pdf.set_font("text", size=size)
        self.pdf.set_text_color(*colour)
        self.pdf.multi_cell(0, size * 0.5, self.written(str(text)), align="L", new_x="LMARGIN", new_y="NEXT")

    def row(self, name, amount, size=11, colour=INK):
        """The amount beside the last line of its name, and both on one page."""
        pdf, name = self.pdf, self.written(name)
        pdf.set_font("text", size=size)
        pdf.set_text_color(*colour)
        lines = pdf.multi_cell(WIDE, HIGH, name, align="L", dry_run=True, output="LINES")
        if pdf.will_page_break(HIGH * len(lines)):
            pdf.add_page()
        pdf.multi_cell(WIDE, HIGH, name, align="L", new_x="LMARGIN", new_y="NEXT")
        pdf.set_xy(20 + WIDE, pdf.get_y() - HIGH)
        pdf.cell(AMOUNT, HIGH, self.written(amount), align="R", new_x="LMARGIN", new_y="NEXT")
        pdf.ln(1)

    def number_pages(self, title):
        """Of more than one: what it is, and which of how many."""
        pdf = self.pdf
        pdf.set_auto_page_break(False)
        pdf.set_text_color(*SOFT)
        for page in range(1, pdf.pages_count + 1) if pdf.pages_count > 1 else ():
            pdf.page = page
            pdf.set_font("text", size=1)  # a page that is taken up again is told of its font only when it changes
            pdf.set_font("text", size=9)
            pdf.set_xy(20, -14)
            place = _("Page %(page)d of %(all)d") % {"page": page, "all": pdf.pages_count}
            pdf.cell(WIDE, 5, self.written(title))
            pdf.cell(AMOUNT, 5, self.written(place), align="R")

    def written(self, text: str) -> str:
        return "".join(letter if letter == "\n" else self._letter(letter) for letter in text)

    def _letter(self, letter: str) -> str:
        font = next((font for font in self.at_hand if ord(letter) in _letters_of(font)), None)
        if font is None:
            self.lacks_letters = True
            return anyascii(letter)
        if font != FONT:
            self._fall_back_on(font)
        return letter

    def _fall_back_on(self, font: Path) -> None:
        if font not in self.others:
            self.others.append(font)
            self.pdf.add_font(f"other{len(self.others)}", fname=font)
            families = [f"other{number}" for number in range(1, len(self.others) + 1)]
            self.pdf.set_fallback_fonts(families, exact_match=False)


def draw(invoice: Invoice) -> bytes:
    from fpdf import FPDF

    pdf = FPDF(format="A4")
    pdf.set_creation_date(invoice.issued_at)  # the same file each time
    pdf.set_title(f"{invoice.get_kind_display()} {invoice.number}")
    pdf.set_author(invoice.seller["name"])
    pdf.set_lang("en")
    pdf.set_margin(20)
    pdf.add_font("text", fname=FONT)
    pdf.set_text_shaping(True)
    pdf.add_page()
    sheet = _Sheet(pdf)
    sheet.text(party(invoice.seller), 9, SOFT)
    pdf.ln(8)
    sheet.text(party(invoice.buyer), 11)
    pdf.ln(12)
    sheet.text(f"{invoice.get_kind_display()} {invoice.number}", 18)
    pdf.ln(2)
    for said in facts(invoice):
        sheet.text(said, 9, SOFT)
    pdf.ln(8)
    for line in invoice.lines:
        title = line["title"] if line["quantity"] == 1 else f"{line['quantity']} × {line['title']}"
        sheet.row(title, price(line["total_minor"], invoice.currency, exact=True))
    *parts, total = [(name, price(amount, invoice.currency, exact=True)) for name, amount in sums(invoice)]
    if pdf.will_page_break(SUMS_HIGH):
        pdf.add_page()
    pdf.set_draw_color(*SOFT)
    pdf.line(20, pdf.get_y() + 1, 190, pdf.get_y() + 1)
    pdf.ln(3)
    for name, amount in parts:
        sheet.row(name, amount, 9, SOFT)
    sheet.row(*total, 14)
    pdf.ln(8)
    sheet.text(vat_words(invoice), 9, SOFT)
    if sheet.lacks_letters:
        page = settings.SITE_URL + reverse("receipt", args=[invoice.number])
        sheet.text(_("Some letters are written in Latin ones here. As they are: %(page)s") % {"page": page}, 9, SOFT)
    sheet.number_pages(f"{invoice.get_kind_display()} {invoice.number}")
    return bytes(pdf.output())


def party(facts: dict) -> str:
    vat_id = _("VAT number %(id)s") % {"id": facts["vat_id"]} if facts["vat_id"] else ""
    return "\n".join(part for part in (facts["name"], facts["address"], facts["country"], vat_id) if part)


def facts(invoice: Invoice) -> list[str]:
    """Of when it is and what it is about, in words."""
    day = date_words(invoice.issued_on, "j F Y")
    said = [_("Issued on %(day)s") % {"day": day}]
    paid = date_words(invoice.supplied_on, "j F Y")
    if invoice.kind == Invoice.Kind.CANCELLATION:
        said.append(_("Cancels credit note %(number)s") % {"number": invoice.corrects.number})
        said.append(_("Returned by the bank on %(day)s") % {"day": paid})
    elif invoice.corrects:
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

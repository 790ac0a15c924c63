"""6.20: invoices and credit notes, numbered without gaps and never changed."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen

from core.jobs import run_pending
from core.templatetags.ui import price
from features.payments import invoice_pdf, services
from features.payments.models import BillingDetails, Invoice, InvoiceCounter, Order, Payment
from features.payments.services.invoicing import invoice_payment, vat
from features.sessions import services as sessions
from tests.factories import make_session, make_user
from tests.local_stripe import money
from tests.parallel import in_parallel

pytestmark = pytest.mark.django_db
PORTUGAL = {"name": "Mendes Lda", "address": "Rua Um 1\nLisboa", "country": "PT", "vat_id": "PT123456789"}


@pytest.fixture
def taxed(settings):
    settings.SELLER_NAME, settings.SELLER_ADDRESS, settings.SELLER_COUNTRY = "Skills GmbH", "Weg 1, Berlin", "DE"
    settings.SELLER_VAT_ID, settings.VAT_PERCENT = "DE999999999", Decimal(19)


@pytest.fixture
def buy(stripe, deliver, expert):
    def paid(person, **session):
        seat = sessions.register(session=make_session(expert, price_minor=4500, **session), person=person)
        order = services.order_of("registration", seat.pk)
        services.checkout_url(order=order)
        money.pay(stripe.state, order.checkouts.get(closed_at=None).stripe_id)
        deliver()
        return seat

    return paid


def font_with(letters, path):
    """A font of these letters alone, each of them empty."""
    names = {ord(letter): f"letter{number}" for number, letter in enumerate(letters)}
    font = FontBuilder(1000)
    font.setupGlyphOrder([".notdef", *names.values()])
    font.setupCharacterMap(names)
    font.setupGlyf({name: TTGlyphPen(None).glyph() for name in (".notdef", *names.values())})
    font.setupHorizontalMetrics(dict.fromkeys((".notdef", *names.values()), (1000, 0)))
    font.setupHorizontalHeader(ascent=800, descent=-200)
    font.setupNameTable({"familyName": "More", "styleName": "Regular"})
    font.setupOS2()
    font.setupPost()
    font.save(path)
    return path


def written(invoice, monkeypatch) -> str:
    """All that stands on the PDF of an invoice."""
    said, write = [], invoice_pdf._Sheet.written
    monkeypatch.setattr(invoice_pdf._Sheet, "written", lambda sheet, text: said.append(write(sheet, text)) or said[-1])
    assert invoice_pdf.draw(invoice).startswith(b"%PDF")
    return "\n".join(said)


def payment_of(person, number) -> Payment:
    order = Order.objects.create(buyer=person, currency="EUR")
    return Payment.objects.create(
        order=order, stripe_id=f"pi_{number}", amount_minor=1000, currency="EUR", paid_at=timezone.now()
    )


class TestIssuing:
    def test_what_is_paid_has_an_invoice_and_what_goes_back_a_credit_note(self, buy, learner, taxed):
        services.save_billing_details(person=learner, data=PORTUGAL | {"vat_id": ""})
        seat = buy(learner)
        invoice = Invoice.objects.get()
        year = timezone.now().year
        assert (invoice.number, invoice.kind) == (f"INV-{year}-00001", "invoice")
        assert (invoice.net_minor, invoice.vat_minor, invoice.total_minor) == (3782, 718, 4500)
        assert (invoice.buyer["name"], invoice.seller["name"]) == ("Mendes Lda", "Skills GmbH")
        services.save_billing_details(person=learner, data=PORTUGAL | {"name": "Somebody else"})
        sessions.cancel_registration(registration=seat, by=learner)
        run_pending()
        note = Invoice.objects.get(kind="credit_note")
        assert (note.number, note.corrects) == (f"CN-{year}-00001", invoice)
        assert (note.net_minor, note.vat_minor, note.total_minor) == (-3782, -718, -4500)
        assert note.buyer["name"] == "Mendes Lda"

    def test_told_twice_it_is_issued_once(self, buy, deliver, learner):
        buy(learner)
        deliver()
        invoice_payment(Payment.objects.get(), timezone.now())
        assert Invoice.objects.count() == 1

    def test_parts_that_go_back_take_back_all_of_the_vat(self, buy, learner, taxed):
        buy(learner)
        payment = Payment.objects.get()
        for number, amount in enumerate((1001, 1001, 2498)):
            services.ask_refund(payment=payment, amount_minor=amount, source="organiser", cause=f"part:{number}")
            run_pending()
        notes = Invoice.objects.filter(kind="credit_note")
        assert sum(note.vat_minor for note in notes) == -718
        assert sum(note.total_minor for note in notes) == -4500

    def test_money_that_bought_nothing_has_no_invoice(self, stripe, deliver, expert, learner):
        seat = sessions.register(session=make_session(expert, price_minor=4500), person=learner)
        order = services.order_of("registration", seat.pk)
        services.checkout_url(order=order)
        page = order.checkouts.get().stripe_id
        order.lines.update(unit_minor=4600)
        money.pay(stripe.state, page)
        deliver()
        run_pending()
        assert not Payment.objects.get().is_kept
        assert not Invoice.objects.exists()

    @pytest.mark.parametrize(
        ("seller", "buyer", "rule", "share"),
        [
            ("", "PT123456789", "none", 0),
            ("DE999999999", "", "included", 718),
            ("DE999999999", "DE123456789", "included", 718),
            ("DE999999999", "PT123456789", "reverse", 0),
            ("DE999999999", "nonsense", "included", 718),
        ],
    )
    def test_companies_of_other_states_owe_vat_themselves(self, taxed, seller, buyer, rule, share):
        found = vat({"vat_id": seller}, {"vat_id": buyer}, 4500)
        assert (found[0], found[2]) == (rule, share)

    def test_the_year_of_its_number_is_the_one_it_is_dated_by_wherever_the_buyer_is(self, learner):
        with timezone.override("Pacific/Auckland"):
            issued = invoice_payment(payment_of(learner, 1), datetime(2026, 12, 31, 20, tzinfo=UTC))
        assert issued.series == "INV-2026"

    def test_invented_people_have_numbers_of_their_own(self, buy):
        person = make_user("Not Real", is_demo=True)
        buy(person)
        assert Invoice.objects.get().series.startswith("DEMO-INV-")


class TestTheDatabase:
    @pytest.mark.django_db(transaction=True)
    def test_many_at_once_leave_no_gap_and_neither_does_one_that_fails(self, learner):
        payments = [payment_of(learner, number) for number in range(12)]

        def issue(payment, number):
            with transaction.atomic():
                invoice_payment(payment, timezone.now())
                if number % 3 == 0:
                    raise ZeroDivisionError

        in_parallel([lambda p=p, n=n: issue(p, n) for n, p in enumerate(payments)])
        assert sorted(Invoice.objects.values_list("place", flat=True)) == list(range(1, 9))
        assert InvoiceCounter.objects.get().last == 8

    @pytest.mark.parametrize(
        "act",
        [
            lambda: Invoice.objects.update(total_minor=1, net_minor=1),
            lambda: Invoice.objects.all().delete(),
            lambda: InvoiceCounter.objects.update(last=0),
            lambda: InvoiceCounter.objects.update(last=9),
            lambda: InvoiceCounter.objects.all().delete(),
        ],
    )
    def test_what_is_issued_stays(self, learner, act):
        invoice_payment(payment_of(learner, 1), timezone.now())
        with pytest.raises(DatabaseError, match="refused"), transaction.atomic():
            act()

    def test_a_number_is_the_counters(self, learner):
        invoice = invoice_payment(payment_of(learner, 1), timezone.now())
        invoice.pk, invoice.place, invoice.number, invoice.payment = None, 7, "INV-7", None
        with pytest.raises(DatabaseError, match="given by its counter"), transaction.atomic():
            invoice.save(force_insert=True)


class TestPages:
    def test_a_buyer_reads_it_and_takes_it_along(self, buy, client, learner, outsider, taxed):
        services.save_billing_details(person=learner, data=PORTUGAL | {"name": "Юлия Ωμέγα 山田"})
        buy(learner)
        invoice = Invoice.objects.get()
        client.force_login(learner)
        page = client.get(f"/account/payments/receipts/{invoice.number}/").text
        assert "Юлия Ωμέγα 山田" in page
        assert "Reverse charge" in page
        assert invoice.number in client.get("/account/payments/receipts/").text
        file = client.get(f"/account/payments/receipts/{invoice.number}/pdf/")
        assert file["Content-Type"] == "application/pdf"
        assert file.content.startswith(b"%PDF")
        assert b"ToUnicode" in file.content
        assert client.get(f"/account/payments/receipts/{invoice.number}/pdf/").content == file.content
        assert invoice.number in client.get("/account/payments/receipts.csv").text
        client.force_login(outsider)
        for end in ("", "pdf/"):
            assert client.get(f"/account/payments/receipts/{invoice.number}/{end}").status_code == 404
        assert invoice.number not in client.get("/account/payments/receipts.csv").text

    def test_letters_that_no_font_has_are_written_in_latin_ones_which_it_says(self, learner, monkeypatch):
        services.save_billing_details(person=learner, data=PORTUGAL | {"name": "山田 हिन्दी"})
        invoice = invoice_payment(payment_of(learner, 1), timezone.now())
        said = written(invoice, monkeypatch)
        assert "ShanTian hindi" in said
        assert f"/account/payments/receipts/{invoice.number}/" in said

    def test_a_font_that_is_named_writes_them_as_they_are(self, learner, monkeypatch, settings, tmp_path):
        settings.PDF_FONTS = [str(tmp_path / "gone.ttf"), str(font_with("山田", tmp_path / "more.ttf"))]
        services.save_billing_details(person=learner, data=PORTUGAL | {"name": "山田"})
        said = written(invoice_payment(payment_of(learner, 1), timezone.now()), monkeypatch)
        assert "山田" in said
        assert "in Latin ones" not in said

    def test_particulars_are_looked_at_and_kept(self, client, learner):
        client.force_login(learner)
        wrong = PORTUGAL | {"country": "Portugal!", "vat_id": "12"}
        answer = client.post("/account/payments/billing/", wrong)
        assert answer.status_code == 422
        assert "Mendes Lda" in answer.text
        assert client.post("/account/payments/billing/", PORTUGAL | {"vat_id": "pt 123 456 789"}).status_code == 303
        assert BillingDetails.objects.get().vat_id == "PT123456789"

    def test_the_list_takes_no_more_queries_with_more_rows(
        self, client, learner, django_assert_max_num_queries, settings
    ):
        for number in range(6):
            invoice_payment(payment_of(learner, number), timezone.now())
        client.force_login(learner)
        with django_assert_max_num_queries(7):
            assert "INV-" in client.get("/account/payments/receipts/").text

    def test_cells_that_a_spreadsheet_would_run_are_quoted(self, client, learner):
        services.save_billing_details(person=learner, data=PORTUGAL | {"name": "=1+1"})
        invoice_payment(payment_of(learner, 1), timezone.now())
        client.force_login(learner)
        assert "'=1+1" in client.get("/account/payments/receipts.csv").text


def test_on_paper_an_amount_is_on_the_page_of_its_line(monkeypatch):
    from fpdf import FPDF

    seen, whole, parts = {}, FPDF.cell, FPDF.multi_cell

    def cell(pdf, w=None, h=None, text="", *args, **more):
        seen.setdefault(text, pdf.page)
        return whole(pdf, w, h, text, *args, **more)

    def multi_cell(pdf, w, h, text, *args, dry_run=False, **more):
        made = parts(pdf, w, h, text, *args, dry_run=dry_run, **more)
        if not dry_run:
            seen.setdefault(text, pdf.page)
        return made

    monkeypatch.setattr(FPDF, "cell", cell)
    monkeypatch.setattr(FPDF, "multi_cell", multi_cell)
    lines = [
        {"title": f"Number {n}" + " and what one learns in it" * (n % 7), "quantity": 1, "total_minor": 10000 + n}
        for n in range(40)
    ]
    party = {"name": "Somebody", "address": "", "country": "", "vat_id": ""}
    invoice = Invoice(
        kind="invoice", number="INV-2026-00001", seller=party, buyer=party, lines=lines, currency="EUR",
        vat_rule="none", total_minor=sum(line["total_minor"] for line in lines), issued_at=timezone.now(),
        supplied_at=timezone.now(),
    )  # fmt: skip
    invoice_pdf.draw(invoice)
    pages = max(seen.values())
    assert [seen[price(line["total_minor"], "EUR", True)] for line in lines] == [seen[line["title"]] for line in lines]
    assert seen["No VAT is charged."] == seen["Total"] == pages == 3
    assert [f"Page {page} of {pages}" in seen for page in range(1, pages + 1)] == [True] * pages


def test_a_printed_receipt_begins_with_itself_and_not_with_the_menu(client, learner, settings):
    sheet = (settings.BASE_DIR / "static/css/site.css").read_text().partition("@media print {")[2]
    hidden = sheet.partition("{ display: none !important; }")[0]
    assert ".crumbs" in hidden
    client.force_login(learner)
    assert '<nav class="off-paper" aria-label="Account">' in client.get("/account/payments/receipts/").text

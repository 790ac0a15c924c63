"""Receipts: one's own, and all of them for the organiser. A document that is not yours is not there."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.htmx import see_other
from core.pagination import keyset
from core.spreadsheets import csv_file
from features.accounts.access import role_required
from features.accounts.models import Role
from features.payments import money, services
from features.payments.billing_forms import BillingForm
from features.payments.invoice_pdf import draw, facts, party, sums, vat_words
from features.payments.models import BillingDetails, Invoice
from features.payments.tables import invoice_rows

PAGE = 25


@require_safe
@login_required
def receipts(request):
    found = Invoice.objects.of(request.user).select_related("payment__order")
    page = keyset(found, request, order=("-id",), size=PAGE)
    return render(request, "payments/receipts.html", {"page": page})


@require_safe
@login_required
def receipt(request, number):
    """The document as a page, whose letters no font can lack."""
    return _page(request, _own(request.user, number))


@require_safe
@login_required
def invoice_file(request, number):
    return _pdf(_own(request.user, number))


def _own(person, number) -> Invoice:
    return get_object_or_404(Invoice.objects.of(person).select_related("corrects", "payment__order"), number=number)


@require_safe
@login_required
def receipts_file(request):
    found = Invoice.objects.of(request.user).select_related("corrects").order_by("pk")
    return csv_file("receipts", invoice_rows(found))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def billing(request):
    """What stands on one's invoices from now on."""
    details = BillingDetails.objects.filter(person=request.user).first()
    known = details or BillingDetails(name=request.user.name)
    form = BillingForm(request.POST if request.method == "POST" else None, instance=known)
    if request.method == "POST" and form.is_valid():
        services.save_billing_details(person=request.user, data=form.cleaned_data)
        messages.success(request, _("Saved. It stands on what is issued from now on."))
        return see_other("receipts")
    return render(request, "payments/billing.html", {"form": form}, status=422 if form.errors else 200)


# --- For the organiser ------------------------------------------------------------------------------------------------
def _month(request):
    first, after = money.month_of(request.GET.get("month", ""), timezone.now())
    found = Invoice.objects.filter(issued_at__gte=first, issued_at__lt=after).select_related("corrects")
    return f"{first:%Y-%m}", found


@require_safe
@role_required(Role.ORGANISER)
def manage(request):
    month, found = _month(request)
    if number := request.GET.get("number", "").strip()[:32]:
        found = Invoice.objects.filter(number=number.upper())
    page = keyset(found, request, order=("-issued_at", "-id"), size=PAGE)
    context = {"page": page, "month": month, "number": number, "seller": party(services.seller())}
    return render(request, "payments/manage/invoices.html", context)


@require_safe
@role_required(Role.ORGANISER)
def manage_file(request):
    month, found = _month(request)
    return csv_file(f"invoices-{month}", invoice_rows(found.order_by("issued_at", "pk")))


@require_safe
@role_required(Role.ORGANISER)
def manage_pdf(request, number):
    return _pdf(get_object_or_404(Invoice.objects.select_related("corrects"), number=number))


# --- Answers ----------------------------------------------------------------------------------------------------------
def _page(request, invoice):
    context = {
        "invoice": invoice, "seller": party(invoice.seller), "buyer": party(invoice.buyer), "facts": facts(invoice),
        "sums": sums(invoice), "vat_words": vat_words(invoice),
    }  # fmt: skip
    return render(request, "payments/receipt.html", context)


def _pdf(invoice):
    answer = HttpResponse(draw(invoice), content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="{invoice.number}.pdf"'
    return answer

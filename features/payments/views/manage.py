"""The organiser's money page."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core.htmx import see_other
from core.pagination import keyset
from core.spreadsheets import csv_file
from features.accounts.access import role_required
from features.accounts.models import Role
from features.accounts.services import audit
from features.payments import money, services
from features.payments.filters import PaymentFilter
from features.payments.health import trouble
from features.payments.models import Incident, LedgerEntry, Payment
from features.payments.services.standing import COMPARED, stripe_standing
from features.payments.tables import PaymentTable, entry_rows

PAGE = 25


@require_safe
@role_required(Role.ORGANISER)
def overview(request):
    now = timezone.now()
    first, after = money.month_of(request.GET.get("month", ""), now)
    found = PaymentFilter(request.GET, queryset=Payment.objects.prefetch_related("order__lines"))
    page = keyset(found.qs, request, order=("-paid_at", "-id"), size=PAGE)
    context = money.overview(now) | {
        "filter": found, "page": page, "table": PaymentTable(page.items), "month": f"{first:%Y-%m}",
        "first": first.date(), "statement": money.statement(first, after), "is_set_up": services.is_set_up(),
        "trouble": trouble(now) if services.is_set_up() else "", "compared_at": stripe_standing().get(COMPARED),
        "is_filtered": any(request.GET.get(name) for name in found.filters),
    }  # fmt: skip
    return render(request, "payments/manage/money.html", context)


@require_safe
@role_required(Role.ORGANISER)
def entries_file(request):
    first, after = money.month_of(request.GET.get("month", ""), timezone.now())
    entries = LedgerEntry.objects.filter(transaction__happened_at__gte=first, transaction__happened_at__lt=after)
    entries = entries.select_related("transaction__order").order_by("transaction__happened_at", "pk")
    return csv_file(f"books-{first:%Y-%m}", entry_rows(entries))


@require_POST
@role_required(Role.ORGANISER)
def resolution(request, pk):
    """Somebody has put it right; who, is in the audit log."""
    incident = get_object_or_404(Incident, pk=pk)
    services.resolve(incident=incident, by=request.user)
    audit(request.user, "payments.incident_resolved", f"incident:{incident.pk}", [incident.kind])
    messages.success(request, _("Noted as put right."))
    return see_other("manage_money")

"""What stands behind a line of the organiser's statement: its movements, and of each the order or the subscription that
it came of."""

from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from core.pagination import keyset
from features.accounts.access import role_required
from features.accounts.models import Role
from features.payments import causes, money
from features.payments.models import Account, LedgerEntry, Order, SubscriptionInvoice

PAGE = 50


@require_safe
@role_required(Role.ORGANISER)
def movements(request):
    """The entries of one line of a month."""
    first, after = money.month_of(request.GET.get("month", ""), timezone.now())
    asked = {name: request.GET.get(name, "")[:20] for name in ("account", "currency", "kind")}
    if asked["account"] not in Account.values or asked["kind"] not in causes.MOVED:
        raise Http404
    found = causes.movements(first, after, **asked)
    page = keyset(found, request, order=("-transaction__happened_at", "-pk"), size=PAGE)
    rows = [(entry, causes.cause_of(entry)) for entry in page.items]
    context = {
        "rows": rows, "page": page, "month": f"{first:%Y-%m}", "account": Account(asked["account"]).label,
        "words": causes.in_words(asked["kind"]),
    }  # fmt: skip
    return render(request, "payments/manage/movements.html", context)


@require_safe
@role_required(Role.ORGANISER)
def order(request, public_id):
    found = Order.objects.select_related("buyer").prefetch_related(
        "lines__seller", "payments__refunds", "payments__disputes", "payments__invoices"
    )
    row = get_object_or_404(found, public_id=public_id)
    lines = [(line.title, line.total_minor, line.seller) for line in row.lines.all()]
    entries = LedgerEntry.objects.filter(transaction__order=row)
    return _page(request, row.buyer, lines, causes.story_of_order(row), entries, row.currency)


@require_safe
@role_required(Role.ORGANISER)
def subscription_payment(request, pk):
    found = SubscriptionInvoice.objects.select_related("subscription__person", "subscription__price__plan")
    row = get_object_or_404(found.prefetch_related("refunds", "disputes"), pk=pk)
    lines = [(row.subscription.price.plan.name, row.amount_minor, None)]
    entries = LedgerEntry.objects.filter(transaction__subscription_invoice=row)
    story = causes.story_of_subscription_payment(row)
    return _page(request, row.subscription.person, lines, story, entries, row.currency)


def _page(request, buyer, lines, story, entries, currency):
    booked = [
        (entry, causes.in_words(entry.transaction.key.partition(":")[0]))
        for entry in entries.select_related("transaction").order_by("transaction__happened_at", "pk")[:200]
    ]
    context = {"buyer": buyer, "lines": lines, "story": story, "booked": booked, "currency": currency}
    return render(request, "payments/manage/cause.html", context)

"""Pages of what somebody has paid for in advance: credits, packages, and what they may read."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.htmx import see_other
from core.templatetags.ui import minor, price, undoing
from features.accounts.access import has_role
from features.accounts.models import Role
from features.payments import services
from features.payments.models import CreditLot, Package


class PackageForm(forms.Form):
    scope = forms.ChoiceField(label=gettext_lazy("Good for"), choices=Package.Scope, widget=forms.RadioSelect)
    units = forms.IntegerField(label=gettext_lazy("How many"), min_value=2, max_value=100, initial=5)
    price = forms.DecimalField(label=gettext_lazy("Price of all together"), max_value=1_000_000)
    valid_days = forms.TypedChoiceField(
        label=gettext_lazy("Good for"),
        coerce=int,
        initial=180,
        choices=[
            (90, gettext_lazy("three months")),
            (180, gettext_lazy("six months")),
            (365, gettext_lazy("a year")),
        ],
        help_text=gettext_lazy("From the day it is bought. What is left then expires."),
    )

    def clean_price(self):
        typed = self.cleaned_data["price"]
        wrong = services.why_not_price(typed, settings.CURRENCY)
        if wrong or not typed:
            raise forms.ValidationError(wrong or _("Write a price such as 45 or 45.00."))
        return minor(typed, settings.CURRENCY)


@require_safe
@login_required
def wallet(request):
    """What one has, until when, and by which rules."""
    now = timezone.now()
    found = CreditLot.objects.filter(person=request.user, held_until=None).select_related("seller")
    lots = found.prefetch_related("moves").order_by("expires_at", "pk")[:100]
    worths = services.refund_worths(lots, now)
    rows = [
        {
            "lot": lot,
            "worth": 0 if lot.frozen_at else worths[lot.pk],
            "is_usable": not lot.ended_at and lot.expires_at > now,
        }
        for lot in lots
    ]
    context = {
        "usable": [row for row in rows if row["is_usable"] and row["lot"].left],
        "past": [row for row in rows if not row["is_usable"] or not row["lot"].left],
        "now": now,
        "is_expert": has_role(request.user, Role.EXPERT),
    }
    return render(request, "payments/wallet.html", context)


@require_POST
@login_required
def give_back(request, pk):
    lot = get_object_or_404(CreditLot, pk=pk, person=request.user)
    try:
        amount = services.give_back_credits(lot=lot, by=request.user)
    except services.SaleRefused as refused:
        messages.error(request, refused.words)
    else:
        words = _("%(amount)s are on their way back to you.") % {"amount": price(amount, lot.currency, exact=True)}
        messages.success(request, words)
    return see_other("wallet")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def packages(request):
    """What an expert sells in advance."""
    if not has_role(request.user, Role.EXPERT):
        raise Http404
    form = PackageForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            services.offer_package(
                seller=request.user, scope=data["scope"], units=data["units"], price_minor=data["price"],
                currency=settings.CURRENCY, valid_days=data["valid_days"],
            )  # fmt: skip
        except services.SaleRefused as refused:
            form.add_error(None, refused.words)
        else:
            messages.success(request, _("Your package is on sale."))
            return see_other("packages")
    mine = Package.objects.filter(seller=request.user).order_by("withdrawn_at", "-pk")[:50]
    context = {"form": form, "packages": mine, "sells": services.is_set_up()}
    return render(request, "payments/packages.html", context, status=422 if form.errors else 200)


@require_POST
@login_required
def withdrawal(request, pk):
    found = get_object_or_404(Package, pk=pk, seller=request.user)
    if request.POST.get("act") == "sell":
        services.sell_again(package=found)
        messages.success(request, _("It is on sale again."))
    else:
        services.withdraw_package(package=found)
        undo = undoing("package_withdrawal", pk, act="sell")
        messages.success(request, _("It is no longer sold. What was bought stays good."), extra_tags=undo)
    return see_other("packages")


@require_http_methods(["GET", "HEAD", "POST"])
def package(request, pk):
    """What it is, by which rules, and the way to pay for it."""
    found = get_object_or_404(
        Package.objects.filter(withdrawn_at=None, seller__is_active=True).select_related("seller"), pk=pk
    )
    if request.method == "POST":
        return _buy(request, found)
    unit = found.price_minor // found.units
    return render(request, "payments/package.html", {"package": found, "unit": unit, "sells": services.is_set_up()})


@login_required
def _buy(request, package):
    try:
        order = services.buy_package(package=package, person=request.user)
        return to_the_till(order)
    except services.SaleRefused as refused:
        messages.error(request, refused.words)
    except services.OrderRefused:
        messages.error(request, _("Nothing can be bought here yet."))
    return see_other("package", package.pk)


def to_the_till(order):
    """On to the order's own page, which leads to Stripe's and back."""
    return see_other("order", order.public_id)

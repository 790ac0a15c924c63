"""What an expert earned, line by line, and where it goes."""

from allauth.account.decorators import reauthentication_required
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from core.htmx import see_other
from core.pagination import keyset
from core.spreadsheets import csv_file
from features.accounts.access import role_required, second_factor_required
from features.accounts.models import Role
from features.accounts.services import audit
from features.payments import payout_pages, services
from features.payments.countries import COUNTRIES
from features.payments.models import PayoutAccount, Transfer
from features.payments.views.told import told

PAGE = 25
guarded = second_factor_required(
    gettext_lazy("Where your money goes is guarded by a second factor. Set one up, then come back.")
)
AWAY = gettext_lazy("Stripe does not answer just now, and nothing is lost. Try again in a minute.")
REFUSED = gettext_lazy(
    "Stripe opened no account for you. Whoever runs this site sees why; what you earned is kept for you meanwhile."
)
SHUT = gettext_lazy("Stripe did not open it. See here how your account stands now; what you earned is kept for you.")


class CountryForm(forms.Form):
    country = forms.ChoiceField(
        label=gettext_lazy("Country of your bank account"),
        choices=[("", gettext_lazy("Choose")), *COUNTRIES],
        help_text=gettext_lazy("It cannot be changed later."),
    )


@require_safe
@login_required
def earnings(request):
    return _page(request, CountryForm())


def _page(request, form):
    account = PayoutAccount.objects.filter(person=request.user).first()
    page = keyset(payout_pages.own_earnings(request.user), request, order=("-earned_at", "-id"), size=PAGE)
    context = {
        "account": account, "form": form, "page": page, "rows": payout_pages.described(page.items),
        "sums": payout_pages.sums(request.user), "may_sell": services.may_be_paid(request.user),
        "is_set_up": services.is_set_up(), "back": request.GET.get("back", ""),
        "percent": settings.PLATFORM_FEE_PERCENT.normalize(), "days": settings.PAYOUT_WINDOW_DAYS,
    }  # fmt: skip
    return render(request, "payments/earnings.html", context, status=422 if form.errors else 200)


@require_safe
@login_required
def earnings_file(request):
    return csv_file("earnings", payout_pages.earning_rows(request.user))


@require_POST
@login_required
@guarded
@reauthentication_required
def onboarding(request):
    """To Stripe's pages, where they say who they are and where their bank is."""
    if not services.may_be_paid(request.user):
        raise Http404
    form = CountryForm(request.POST)
    known = PayoutAccount.objects.filter(person=request.user).exclude(stripe_id=None).exists()
    if not known and not form.is_valid():
        return _page(request, form)
    with told(request, AWAY, REFUSED):
        url = services.onboarding_url(person=request.user, country="" if known else form.cleaned_data["country"])
        return HttpResponseRedirect(url, status=303)
    return see_other("earnings")


@require_POST
@login_required
@guarded
@reauthentication_required
def account(request):
    """Look again how it stands, or go to Stripe's own pages about payouts."""
    row = get_object_or_404(PayoutAccount, person=request.user)
    if row.stripe_id is None:  # they never came as far as Stripe
        return see_other("earnings")
    with told(request, AWAY, SHUT):
        if request.POST.get("act") == "dashboard":
            return HttpResponseRedirect(services.dashboard_url(account=row), status=303)
        services.look_at_account(account=row)
    return see_other("earnings")


@require_POST
@role_required(Role.ORGANISER)
def transfer(request, pk):
    """An organiser has seen to what Stripe refused: once more."""
    row = get_object_or_404(Transfer, pk=pk)
    if services.try_transfer_again(transfer=row):
        audit(request.user, "payments.transfer_tried_again", f"transfer:{row.public_id}", [])
        messages.success(request, _("It is tried again now."))
    else:
        messages.error(request, _("Their account cannot take it yet, or it is on its way already."))
    return see_other("manage_money")

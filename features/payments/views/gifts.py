"""A plan as a gift: paid by one, taken by whoever has the address, which is random and said to nobody else."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from core.htmx import see_other
from core.seo import absolute
from core.text import one_line
from features.payments import services
from features.payments.models import Entitlement, Gift
from features.payments.views.subscriptions import sold_plans
from features.payments.views.wallet import to_the_till


class GiftForm(forms.Form):
    words = forms.CharField(
        label=gettext_lazy("What you want to say"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("Whoever opens the link reads it, with your name."),
    )

    def clean_words(self):
        return one_line(self.cleaned_data["words"])


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def give(request, pk):
    plan = get_object_or_404(sold_plans(), pk=pk)
    form = GiftForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            return to_the_till(services.give(plan=plan, giver=request.user, words=form.cleaned_data["words"]))
        except services.SaleRefused as refused:
            messages.error(request, refused.words)
            return see_other("plans")
    return render(request, "payments/gift_new.html", {"plan": plan, "form": form}, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def gift(request, code):
    """What it is and from whom; a POST takes it."""
    found = get_object_or_404(Gift.objects.select_related("plan", "giver", "receiver"), code=code)
    if request.method == "POST":
        return _take(request, found)
    is_member = request.user.is_authenticated
    is_giver = is_member and request.user.pk == found.giver_id
    days = None
    if is_member and found.receiver_id == request.user.pk:
        days = Entitlement.objects.filter(source="gift", ref=f"gift:{found.pk}").first()
    context = {
        "gift": found, "is_giver": is_giver, "days": days, "address": absolute(request.path),
        "may_give_back": is_giver and services.may_give_back_gift(found, timezone.now()),
        "gift_back": services.paid_for("gift", [found.pk]) if is_giver else 0,
    }  # fmt: skip
    return render(request, "payments/gift.html", context)


@login_required
def _take(request, found):
    try:
        services.take(gift=found, person=request.user)
    except services.SaleRefused as refused:
        messages.error(request, refused.words)
    else:
        messages.success(request, _("It is yours."))
    return see_other("gift", found.code)


@require_POST
@login_required
def withdrawal(request, code):
    found = get_object_or_404(Gift, code=code, giver=request.user)
    try:
        services.give_back_gift(gift=found, by=request.user)
    except services.SaleRefused as refused:
        messages.error(request, refused.words)
    else:
        messages.success(request, _("Your money is on its way back, and the link opens nothing any more."))
    return see_other("gift", found.code)

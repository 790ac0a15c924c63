"""An organiser pays back by hand: how much and why, then what that means, then the act."""

from decimal import Decimal

from django import forms
from django.contrib import messages
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from core.htmx import see_other
from core.models import make_public_id
from core.templatetags.ui import DIGITS, plain_price
from core.templatetags.ui import price as in_words
from features.accounts.access import role_required
from features.accounts.models import Role
from features.payments import services
from features.payments.models import Payment


class RefundForm(forms.Form):
    amount = forms.DecimalField(label=gettext_lazy("How much goes back"))
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=300,
        help_text=gettext_lazy("The buyer reads it in the letter and on the page of the order."),
    )
    token = forms.CharField(max_length=40, widget=forms.HiddenInput)

    def __init__(self, *args, payment, **kwargs):
        self.payment, self.left = payment, services.can_go_back(payment)
        amount = plain_price(self.left, payment.currency)
        super().__init__(*args, initial={"amount": amount, "token": make_public_id()}, **kwargs)

    def clean_amount(self):
        digits = DIGITS.get(self.payment.currency, 2)
        typed: Decimal = self.cleaned_data["amount"]
        if typed != round(typed, digits) or typed <= 0:
            raise forms.ValidationError(_("Write a price such as 45 or 45.00."))
        amount = int(typed.scaleb(digits))
        if amount > self.left:
            left = in_words(self.left, self.payment.currency, exact=True)
            raise forms.ValidationError(_("No more than %(left)s is left of this payment.") % {"left": left})
        return amount


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.ORGANISER)
def refund(request, pk):
    payment = get_object_or_404(Payment.objects.select_related("order__buyer").prefetch_related("order__lines"), pk=pk)
    is_post, is_sure = request.method == "POST", request.POST.get("act") == "pay_back"
    form = RefundForm(request.POST if is_post else None, payment=payment)
    if is_post and form.is_valid() and is_sure:
        data = form.cleaned_data
        try:
            services.refund_by_organiser(
                payment=payment, amount_minor=data["amount"], reason=data["reason"], by=request.user,
                token=data["token"],
            )  # fmt: skip
        except services.RefundRefused as refused:
            form.add_error("amount", refused.words)
        else:
            messages.success(request, _("It is on its way. The buyer gets a letter with your reason."))
            return see_other("manage_money")
    context = {
        "payment": payment, "form": form, "refunds": payment.refunds.order_by("pk"),
        "decided": form.cleaned_data if is_post and form.is_valid() else None,
    }  # fmt: skip
    if context["decided"]:
        context["is_whole"] = form.cleaned_data["amount"] == form.left
    return render(request, "payments/manage/refund.html", context, status=422 if form.errors else 200)

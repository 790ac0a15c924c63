"""An organiser pays back by hand, of an order or of a subscription: how much and why, then what that means, then the
act."""

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
from features.payments.models import Payment, Subscription, SubscriptionInvoice
from features.payments.services.prices import MOST


class RefundForm(forms.Form):
    amount = forms.DecimalField(label=gettext_lazy("How much goes back"), max_value=MOST)
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=300,
        help_text=gettext_lazy("The buyer reads it in the letter and on the page of what was paid."),
    )
    ends = forms.BooleanField(
        label=gettext_lazy("End the subscription now as well"),
        required=False,
        help_text=gettext_lazy("Otherwise it goes on, and is charged again on its day."),
    )
    token = forms.CharField(max_length=40, widget=forms.HiddenInput)

    def __init__(self, *args, paid, may_end=False, **kwargs):
        self.paid, self.left = paid, services.can_go_back(paid)
        amount = plain_price(self.left, paid.currency)
        super().__init__(*args, initial={"amount": amount, "token": make_public_id()}, **kwargs)
        if not may_end:
            del self.fields["ends"]

    def clean_amount(self):
        digits = DIGITS.get(self.paid.currency, 2)
        typed: Decimal = self.cleaned_data["amount"]
        if typed != round(typed, digits) or typed <= 0:
            raise forms.ValidationError(_("Write a price such as 45 or 45.00."))
        amount = int(typed.scaleb(digits))
        if amount > self.left:
            left = in_words(self.left, self.paid.currency, exact=True)
            raise forms.ValidationError(_("No more than %(left)s is left of this payment.") % {"left": left})
        return amount


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.ORGANISER)
def refund(request, pk):
    payment = get_object_or_404(Payment.objects.select_related("order__buyer").prefetch_related("order__lines"), pk=pk)
    lines = [(line.title, line.total_minor) for line in payment.order.lines.all()]
    shown = {"lines": lines, "person": payment.order.buyer}

    def pay_back(data):
        services.refund_by_organiser(
            payment=payment, amount_minor=data["amount"], reason=data["reason"], by=request.user, token=data["token"]
        )

    return _page(request, payment, pay_back, shown)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.ORGANISER)
def subscription_refund(request, pk):
    found = SubscriptionInvoice.objects.select_related("subscription__person", "subscription__price__plan")
    paid = get_object_or_404(found, pk=pk)
    row = paid.subscription
    shown = {
        "lines": [(row.price.plan.name, paid.amount_minor)], "person": row.person, "subscription": row,
        "goes_on": row.state in Subscription.GOING_ON,
    }  # fmt: skip

    def pay_back(data):
        services.refund_subscription(
            paid=paid, amount_minor=data["amount"], reason=data["reason"], by=request.user, token=data["token"],
            ends=data.get("ends", False),
        )  # fmt: skip

    return _page(request, paid, pay_back, shown)


def _page(request, paid, pay_back, shown):
    is_post, is_sure = request.method == "POST", request.POST.get("act") == "pay_back"
    form = RefundForm(request.POST if is_post else None, paid=paid, may_end=shown.get("goes_on", False))
    if is_post and form.is_valid() and is_sure:
        try:
            pay_back(form.cleaned_data)
        except services.RefundRefused as refused:
            form.add_error("amount", refused.words)
        else:
            messages.success(request, _("It is on its way. The buyer gets a letter with your reason."))
            return see_other("manage_money")
    context = shown | {
        "paid": paid, "form": form, "refunds": paid.refunds.order_by("pk"),
        "decided": form.cleaned_data if is_post and form.is_valid() else None,
    }  # fmt: skip
    if context["decided"]:
        context["is_whole"] = form.cleaned_data["amount"] == form.left
    return render(request, "payments/manage/refund.html", context, status=422 if form.errors else 200)

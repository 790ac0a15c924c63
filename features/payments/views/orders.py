from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core.htmx import see_other
from core.templatetags.ui import price
from core.text import number
from features.payments import pages, services
from features.payments.models import Order


def own_order(person, public_id) -> Order:
    return get_object_or_404(Order, public_id=public_id, buyer=person)


@require_safe
@login_required
def order(request, public_id):
    """What one bought or is about to: the place to pay, to come back to, and to see what was paid back."""
    context = pages.order_page(own_order(request.user, public_id), timezone.now())
    return render(request, "payments/order.html", context | {"back": request.GET.get("back", "")})


@require_safe
@login_required
def orders(request):
    return render(request, "payments/orders.html", pages.own_orders(request.user, request.GET.get("before", "")))


@require_POST
@login_required
def checkout(request, public_id):
    """A plain form, answered with the way to Stripe's page."""
    order = own_order(request.user, public_id)
    try:
        url = services.checkout_url(order=order)
    except services.CheckoutRefused as refused:
        messages.error(request, refused.words)
        return see_other("order", order.public_id)
    return HttpResponseRedirect(url, status=303)


@require_POST
@login_required
def departure(request, public_id):
    """Not after all: what was held goes to others at once."""
    order = own_order(request.user, public_id)
    try:
        left = services.leave(order=order)
    except services.CheckoutRefused as refused:
        messages.error(request, refused.words)
    else:
        if left:
            messages.success(request, _("You left the order. Nothing was charged, and others can have the place."))
        else:
            messages.info(request, _("There was nothing left to cancel."))
    return see_other("order", order.public_id)


@require_POST
@login_required
def right(request, public_id):
    """Have a package back by the right that holds now; the amount that was shown is what is meant."""
    order = own_order(request.user, public_id)
    expected = number(request.POST.get("amount", ""))
    try:
        refund = services.use_right(line=order.lines.order_by("pk").first(), by=request.user, expected_minor=expected)
    except services.RefundRefused as refused:
        messages.error(request, refused.words)
    else:
        words = _("%(amount)s are on their way back to you.")
        messages.success(request, words % {"amount": price(refund.amount_minor, order.currency, exact=True)})
    return see_other("order", order.public_id)


@require_POST
@login_required
def look(request, public_id):
    """Ask Stripe now how the payment stands."""
    order = own_order(request.user, public_id)
    try:
        services.look(order=order)
    except services.CheckoutRefused as refused:
        messages.error(request, refused.words)
    return see_other("order", order.public_id)

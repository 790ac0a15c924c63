from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core.htmx import see_other
from features.library import services
from features.library.access import visible_work


@require_POST
@login_required
def purchase(request, pk):
    """On to the order, which leads to Stripe's page and back."""
    work = visible_work(request.user, pk)
    try:
        order = services.buy(work=work, person=request.user)
    except services.LibraryRefused as refused:
        messages.error(request, refused.words)
        return see_other(work)
    return see_other("order", order.public_id)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def refund(request, pk):
    """What giving it back means; then doing it."""
    work = visible_work(request.user, pk)
    if request.method != "POST":
        if not services.may_give_back(work, request.user, timezone.now()):
            return redirect(work)
        amount, currency = services.comes_back(work, request.user)
        return render(request, "library/refund.html", {"work": work, "amount_minor": amount, "currency": currency})
    try:
        services.give_back(work=work, person=request.user)
    except services.LibraryRefused as refused:
        messages.error(request, refused.words)
    else:
        messages.success(request, _("Your money is on its way back. How far you came is kept."))
    return see_other(work)

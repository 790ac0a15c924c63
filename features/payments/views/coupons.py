"""Coupons: made by who sells and by organisers, looked at by everybody, entered at the till."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.htmx import see_other
from core.limits import client_address, hit
from core.templatetags.ui import undoing
from features.accounts.access import has_role, role_required
from features.accounts.models import Role
from features.payments import pages, services
from features.payments.coupon_forms import CouponForm
from features.payments.models import Coupon
from features.payments.views.orders import own_order

SHOWN = 50


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.EXPERT)
def coupons(request):
    return _page(request, Coupon.objects.filter(seller=request.user), is_for_site=False)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.ORGANISER)
def manage(request):
    return _page(request, Coupon.objects.all(), is_for_site=True)


def _page(request, found, is_for_site):
    things = services.on_sale(None if is_for_site else request.user) if services.is_set_up() else []
    form = CouponForm(request.POST if request.method == "POST" else None, things=things[:200])
    page = "manage_coupons" if is_for_site else "coupons"
    if request.method == "POST" and form.is_valid():
        try:
            coupon = services.make_coupon(by=request.user, is_for_site=is_for_site, **form.facts())
        except services.SaleRefused as refused:
            form.add_error("code" if refused.code == "taken" else None, refused.words)
        else:
            messages.success(request, _("The code %(code)s is good.") % {"code": coupon.code})
            return see_other(page)
    used = Count("uses", filter=Q(uses__ended_at=None))
    rows = found.select_related("seller").annotate(used=used).order_by("-withdrawn_at", "-pk")[:SHOWN]
    context = {
        "form": form, "coupons": rows, "sells": services.is_set_up(), "is_for_site": is_for_site,
        "base": "accounts/manage/base.html" if is_for_site else "payments/_plain.html",
    }  # fmt: skip
    return render(request, "payments/coupons.html", context, status=422 if form.errors else 200)


@require_POST
@login_required
def withdrawal(request, pk):
    """By who made it, or by an organiser, who sees all of them."""
    mine = Q(seller=request.user) if not has_role(request.user, Role.ORGANISER) else Q()
    coupon = get_object_or_404(Coupon, mine, pk=pk)
    if request.POST.get("act") == "restore":
        services.restore_coupon(coupon=coupon, by=request.user)
        messages.success(request, _("It can be entered again."))
    else:
        services.withdraw_coupon(coupon=coupon, by=request.user)
        undo = undoing("coupon_withdrawal", pk, act="restore")
        messages.success(
            request, _("Nobody can enter it any more. Who has used it keeps their price."), extra_tags=undo
        )
    return see_other("coupons" if coupon.seller_id == request.user.pk else "manage_coupons")


@require_safe
def coupon(request, code):
    """What a code does, for whoever was given it: no log-in before the price."""
    found = services.find_coupon(code)
    if found is None:
        hit("coupon_look", client_address(request))
        raise Http404
    refused = services.why_not(found, timezone.now())
    things = services.on_sale(found.seller, found.thing) if services.is_set_up() and not refused else []
    rows = [
        (thing, services.reduced(found, thing.price_minor, thing.currency))
        for thing in things
        if found.scope in ("", thing.line) and (found.percent or found.currency == thing.currency)
    ]
    context = {"coupon": found, "refused": refused, "rows": rows[:SHOWN]}
    return render(request, "payments/coupon.html", context)


@require_POST
@login_required
def entry(request, public_id):
    """A code at the till. Guessing is slow."""
    order = own_order(request.user, public_id)
    hit("coupon", request.user.pk)
    typed = request.POST.get("code", "")
    try:
        services.use_coupon(order=order, code=typed)
    except services.CheckoutRefused as refused:
        context = pages.order_page(order, timezone.now()) | {"typed": typed, "refusal": refused.words}
        return render(request, "payments/order.html", context, status=422)
    messages.success(request, _("The code is taken off the price."))
    return see_other("order", order.public_id)


@require_POST
@login_required
def credit(request, public_id):
    """One credit instead of money."""
    order = own_order(request.user, public_id)
    try:
        services.pay_with_credit(order=order)
    except (services.CheckoutRefused, services.SaleRefused) as refused:
        messages.error(request, refused.words)
    else:
        messages.success(request, _("Paid with a credit."))
    return see_other("order", order.public_id)

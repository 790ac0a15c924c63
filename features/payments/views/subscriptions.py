from decimal import Decimal

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.htmx import see_other
from core.templatetags.ui import DIGITS, minor, undoing
from core.text import number
from features.accounts.access import has_any_role, role_required
from features.accounts.models import Role
from features.payments import services
from features.payments.models import Plan, Subscription, SubscriptionInvoice
from features.payments.services import subscriptions
from features.payments.views.told import told

SHOWN, SHOWN_FOR = "plan_change", 15 * 60  # seconds that a price which was shown holds
# Whether a call without an answer was carried out nobody knows until an event says so.
AWAY = gettext_lazy(
    "Stripe does not answer just now. What was done all the same shows here soon; else press again in a minute. "
    "Nothing is charged twice."
)
REFUSED = gettext_lazy("Stripe refused it, and nothing was changed. See whether your card is still good.")


class PlanForm(forms.ModelForm):
    price = forms.DecimalField(
        label=gettext_lazy("Price"),
        max_value=1_000_000,
        help_text=gettext_lazy("For whoever begins from now on. Who has the plan keeps the price they have."),
    )

    class Meta:
        model = Plan
        fields = ("name", "about", "interval", "trial_days")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:  # its prices are of that, at Stripe too
            self.fields["interval"].disabled = True
            self.fields["interval"].help_text = _("It stays as it is. Make another plan for another one.")

    def clean_price(self):
        typed = self.cleaned_data["price"]
        wrong = services.why_not_price(typed, settings.CURRENCY)
        if wrong or not typed:
            raise forms.ValidationError(wrong or _("Write a price such as 45 or 45.00."))
        return minor(typed, settings.CURRENCY)

    def clean_trial_days(self):
        return min(self.cleaned_data["trial_days"], 90)


def sold_plans():
    return Plan.objects.filter(withdrawn_at=None).prefetch_related("prices")


@require_safe
def plans(request):
    """What can be subscribed to, what it opens, and by which rules it ends."""
    is_member = request.user.is_authenticated
    began = Subscription.objects.filter(person=request.user.pk).exclude(stripe_id=None)
    context = {
        "plans": sold_plans() if services.is_set_up() else [],
        "mine": subscriptions.current(request.user) if is_member else None,
        "may_try": not is_member or not began.exists(),
        "may_offer": services.is_set_up() and has_any_role(request.user, Role.ORGANISER),
    }
    return render(request, "payments/plans.html", context)


@require_POST
@login_required
def begin(request, pk):
    plan = get_object_or_404(sold_plans(), pk=pk)
    try:
        with told(request, AWAY, REFUSED):
            return HttpResponseRedirect(subscriptions.begin(person=request.user, plan=plan), status=303)
    except services.SaleRefused as refused:
        messages.error(request, refused.words)
        if refused.code == "yours":
            return see_other("own_subscription")
    return see_other("plans")


@require_safe
@login_required
def own(request):
    """One's own, with every way out in plain sight."""
    mine = subscriptions.current(request.user)
    others = [plan for plan in sold_plans() if mine and plan.pk != mine.price.plan_id]
    waiting = not mine and Subscription.objects.filter(person=request.user, state="opening").exclude(checkout_id="")
    context = {
        "mine": mine,
        "others": others,
        "back": request.GET.get("back", ""),
        "is_waiting": bool(waiting),
        "months": range(1, subscriptions.LONGEST_PAUSE + 1),
        "now": timezone.now(),
        "paid": _paid(request.user),
    }
    return render(request, "payments/subscription.html", context)


def _paid(person):
    """The last year of it, the newest first; all of it stands among the receipts."""
    found = SubscriptionInvoice.objects.filter(subscription__person=person).prefetch_related("refunds", "disputes")
    return found.select_related("subscription__price__plan", "invoice").order_by("-paid_at", "-pk")[:12]


@require_POST
@login_required
def act(request):
    """Cancel, undo, pause, go on, or look again: one form each."""
    row = subscriptions.current(request.user)
    wanted = request.POST.get("act", "")
    try:
        with told(request, AWAY, REFUSED):
            if wanted == "look":
                subscriptions.look_again(person=request.user)
            elif row is None:
                messages.info(request, _("You have no subscription."))
            elif wanted == "cancel":
                subscriptions.cancel(row=row)
                undo = undoing("subscription_act", act="undo")
                said = _("It ends when what you paid for is over. Until then you can undo this.")
                messages.success(request, said, extra_tags=undo)
            elif wanted == "undo":
                subscriptions.undo_cancel(row=row)
                messages.success(request, _("It goes on as before."))
            elif wanted == "pause":
                subscriptions.pause(row=row, months=number(request.POST.get("months", "1")) or 0)
                messages.success(request, _("Paused. Nothing is charged until it goes on."))
            elif wanted == "go_on":
                subscriptions.go_on(row=row)
                messages.success(request, _("It goes on."))
            elif wanted == "portal":
                return HttpResponseRedirect(subscriptions.portal_url(person=request.user), status=303)
    except services.SaleRefused as refused:
        messages.error(request, refused.words)
    return see_other("own_subscription")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def change(request, pk):
    """What another plan costs now, to the cent; then the change."""
    row = subscriptions.current(request.user)
    plan = get_object_or_404(sold_plans(), pk=pk)
    if row is None:
        return see_other("plans") if request.method == "POST" else HttpResponseRedirect("/plans/")
    try:
        with told(request, AWAY, REFUSED):
            return _change(request, row, plan)
    except services.SaleRefused as refused:
        messages.error(request, refused.words)
    return see_other("own_subscription")


def _change(request, row, plan):
    refused = None
    if request.method == "POST":
        try:
            subscriptions.change_plan(row=row, plan=plan, shown=_shown(request, row))
        except services.SaleRefused as dearer:
            if dearer.code != "dearer":
                raise
            refused = dearer.words
        else:
            messages.success(request, _("Changed."))
            return see_other("own_subscription")
    preview = subscriptions.preview_change(row=row, plan=plan)
    shown = signing.dumps({**preview, "of": row.pk}, salt=SHOWN)
    context = {"mine": row, "plan": plan, "preview": preview, "shown": shown, "refused": refused}
    return render(request, "payments/plan_change.html", context, status=422 if refused else 200)


def _shown(request, row) -> dict:
    """What was read before the press; what was not, or too long ago, is refused."""
    try:
        shown = signing.loads(request.POST.get("shown", ""), salt=SHOWN, max_age=SHOWN_FOR)
    except signing.BadSignature:
        shown = {}
    if shown.get("of") != row.pk:
        raise services.SaleRefused("dearer", _("This page is too old, and nothing was charged. See what it costs now."))
    return shown


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.ORGANISER)
def manage(request):
    return _edit(request, Plan())


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.ORGANISER)
def manage_plan(request, pk):
    plan = get_object_or_404(Plan.objects.prefetch_related("prices"), pk=pk)
    if request.method == "POST" and request.POST.get("act") == "withdraw":
        services.withdraw_plan(plan=plan, by=request.user)
        messages.success(request, _("Nobody begins it any more. Who has it keeps it."))
        return see_other("manage_plans")
    return _edit(request, plan)


def _edit(request, plan):
    initial = {}
    if plan.pk:
        initial["price"] = Decimal(plan.price.amount_minor).scaleb(-DIGITS.get(plan.price.currency, 2))
    form = PlanForm(request.POST or None, instance=plan, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            services.save_plan(
                plan=form.instance, amount_minor=form.cleaned_data["price"], currency=settings.CURRENCY, by=request.user
            )
        except services.SaleRefused as refused:
            form.add_error(None, refused.words)
        else:
            messages.success(request, _("Saved."))
            return see_other("manage_plans")
    plans = Plan.objects.prefetch_related("prices__subscriptions").order_by("withdrawn_at", "pk")
    context = {"form": form, "plan": plan, "plans": plans}
    return render(request, "payments/manage/plans.html", context, status=422 if form.errors else 200)

"""What a mentor offers, and when they can be booked."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core.htmx import see_other
from core.templatetags.ui import undoing
from features.accounts.access import role_required
from features.accounts.models import Role
from features.calendar.services import stale_calendars, week_of
from features.mentoring import access, services
from features.mentoring.forms import OfferForm, RulesForm
from features.mentoring.hour_pages import coming_hours
from features.mentoring.models import MentorPage, Offer
from features.payments import services as payments


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.EXPERT)
def own_offers(request):
    """One's offers, and the rules by which one's time can be booked."""
    form = RulesForm(request.POST if request.method == "POST" else None, instance=services.rules_of(request.user))
    if request.method == "POST" and form.is_valid():
        services.save_rules(rules=form.save(commit=False))
        messages.success(request, _("The rules hold from now on. What is booked stays as it is."))
        return see_other("own_offers")
    context = {
        "form": form,
        "packages": payments.packages_of(request.user, "mentoring"),
        "offers": Offer.objects.open().filter(mentor=request.user).order_by("minutes", "pk"),
        "hours": coming_hours(request.user, timezone.now()),
        "week": week_of(request.user),
        "page": MentorPage.objects.filter(person=request.user).first(),
        "stale": stale_calendars(request.user),
    }
    return render(request, "mentoring/own_offers.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.EXPERT)
def offer_new(request):
    return _edit(request, Offer(mentor=request.user))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def offer_edit(request, pk):
    return _edit(request, access.own_offer(request.user, pk))


def _edit(request, offer):
    form = OfferForm(request.POST if request.method == "POST" else None, instance=offer)
    if request.method == "POST" and form.is_valid():
        try:
            services.save_offer(offer=form.save(commit=False))
        except services.MentoringRefused as refused:
            form.add_error(None, refused.words)
        else:
            messages.success(request, _("Your offer is open."))
            return see_other("own_offers")
    return render(request, "mentoring/offer.html", {"form": form, "offer": offer}, status=422 if form.errors else 200)


@require_POST
@login_required
def offer_closing(request, pk):
    """Close it, or open it again."""
    if request.POST.get("act") == "reopen":
        try:
            services.reopen_offer(offer=access.own_offer(request.user, pk, is_closed=True))
        except services.MentoringRefused as refused:
            messages.error(request, refused.words)
        else:
            messages.success(request, _("Your offer is open."))
        return see_other("own_offers")
    services.close_offer(offer=access.own_offer(request.user, pk))
    undo = undoing("offer_closing", pk, act="reopen")
    messages.success(request, _("Closed. What is booked stays."), extra_tags=undo)
    return see_other("own_offers")

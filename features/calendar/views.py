from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core.htmx import render_page, see_other
from features.calendar import services
from features.calendar.forms import PresetForm, WeeklyHoursForm
from features.calendar.models import WeeklyHours


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def weekly_hours(request):
    form = WeeklyHoursForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        services.keep_free(person=request.user, hours=form.hours())
        messages.success(request, _("Added to your free hours."))
        return see_other("weekly_hours")
    context = {"form": form, "week": services.week_of(request.user), "presets": services.PRESETS}
    return render_page(
        request, "calendar/weekly_hours.html", context, partial="add_hours", status=422 if form.errors else 200
    )


@login_required
@require_POST
def weekly_hours_preset(request):
    form = PresetForm(request.POST)
    if form.is_valid():
        services.keep_free(person=request.user, hours=form.hours())
        messages.success(request, _("Added to your free hours."))
    return see_other("weekly_hours")


@login_required
@require_POST
def weekly_hours_removal(request, pk):
    get_object_or_404(WeeklyHours, pk=pk, person=request.user)
    services.stop_keeping_free(person=request.user, pk=pk)
    messages.success(request, _("Removed from your free hours."))
    return see_other("weekly_hours")

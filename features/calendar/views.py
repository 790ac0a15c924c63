import hashlib

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import http_date, quote_etag
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.htmx import render_page, see_other
from core.seo import absolute
from core.templatetags.ui import undoing
from features.calendar import busy, ical, services
from features.calendar.forms import BusyCalendarForm, PresetForm, WeeklyHoursForm
from features.calendar.models import MIDNIGHT, BusyCalendar, CalendarFeed, WeeklyHours


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
    hours = get_object_or_404(WeeklyHours, pk=pk, person=request.user)
    services.stop_keeping_free(person=request.user, pk=pk)
    ends = "00:00" if hours.ends == MIDNIGHT else f"{hours.ends:%H:%M}"
    undo = undoing("weekly_hours", days=hours.weekday, starts=f"{hours.starts:%H:%M}", ends=ends)
    messages.success(request, _("Removed from your free hours."), extra_tags=undo)
    return see_other("weekly_hours")


@require_safe
@login_required
def subscription(request):
    """The address of one's own calendar, for calendar programs."""
    feed = CalendarFeed.objects.filter(person=request.user).first()
    address = absolute(reverse("own_ics", args=[feed.secret])) if feed else ""
    context = {"feed": feed, "address": address, "webcal": "webcal:" + address.partition(":")[2]}
    return render(request, "calendar/subscription.html", context)


@require_POST
@login_required
def subscription_address(request):
    """Make the address, exchange it for another, or give it up."""
    if request.POST.get("act") == "close":
        services.close_feed(person=request.user)
        messages.success(request, _("The address is gone. Calendars that read it get nothing any more."))
    else:
        services.open_feed(person=request.user)
        messages.success(request, _("The address is ready. One that you had before leads nowhere now."))
    return see_other("subscription")


@require_safe
def own_ics(request, secret):
    """A person's entries for whoever has the address. It is nobody's cache to keep and no search engine's to find."""
    feed = get_object_or_404(CalendarFeed.objects.select_related("person"), secret=secret, person__is_active=True)
    entries = services.entries_of(feed.person, timezone.now())
    etag = quote_etag(hashlib.sha256(repr((entries, settings.SITE_NAME)).encode()).hexdigest()[:32])
    changed_at = max([feed.made_at, *(entry.last_modified for entry in entries)])
    answer = get_conditional_response(request, etag=etag, last_modified=int(changed_at.timestamp()))
    if answer is None:
        name = _("%(name)s: %(site)s") % {"name": feed.person.name, "site": settings.SITE_NAME}
        answer = HttpResponse(ical.feed(name=name, entries=entries), content_type="text/calendar; charset=utf-8")
        answer["ETag"], answer["Last-Modified"] = etag, http_date(changed_at.timestamp())
    answer["Cache-Control"] = "private, no-store"
    answer["X-Robots-Tag"] = "noindex"
    return answer


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def busy_calendars(request):
    """Other calendars that keep one's time from being booked. Their addresses are not shown again."""
    form = BusyCalendarForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            busy.add_busy_calendar(person=request.user, address=form.cleaned_data["address"])
        except busy.BusyRefused as refused:
            form.add_error("address", refused.words)
        else:
            messages.success(request, _("Added. It is read within a minute."))
            return see_other("busy_calendars")
    context = {"form": form, "calendars": list(BusyCalendar.objects.filter(person=request.user).order_by("pk"))}
    return render(request, "calendar/busy.html", context, status=422 if form.errors else 200)


@require_POST
@login_required
def busy_calendar(request, pk):
    found = get_object_or_404(BusyCalendar, pk=pk, person=request.user)
    if request.POST.get("act") == "remove":
        busy.remove_busy_calendar(calendar=found)
        messages.success(request, _("Removed, with all that was known from it."))
    else:
        busy.read_again(calendar=found)
        messages.success(request, _("It is read within a minute."))
    return see_other("busy_calendars")

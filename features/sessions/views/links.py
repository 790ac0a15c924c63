"""Links that letters carry: signed, for one purpose, good for a while. GET shows, POST acts: scanners follow links.

Whoever is suspended can still give a seat back by them, and nothing else.
"""

from django.contrib import messages
from django.core import signing
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from core.htmx import see_other
from features.accounts import zones
from features.sessions import pages, services
from features.sessions.links import CANCELLATION, WAITLIST, read
from features.sessions.models import Registration, WaitlistEntry
from features.sessions.views.registration import cancel, cancellation_context, leave, unpaid_order


def _signed(token, purpose):
    try:
        return read(token, purpose)
    except signing.BadSignature as error:
        raise Http404 from error


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def waitlist_link(request, token):
    """A place in line without signing in: take the seat on offer, say no to it, or leave. With `?leave` it is asked."""
    entries = WaitlistEntry.objects.filter(person__is_active=True).select_related("session__host", "person", "ticket")
    entry = get_object_or_404(entries, public_id=_signed(token, WAITLIST))
    if request.method == "POST":
        act = request.POST.get("act")
        if entry.left_at:
            pass  # the page says how it stands
        elif act == "claim":
            try:
                services.register(session=entry.session, person=entry.person, note=entry.note, ticket=entry.ticket)
                if order := unpaid_order(entry.person, entry.session):
                    return see_other("order", order.public_id)
                messages.success(request, _("The seat is yours. A letter with the calendar entry is on its way."))
            except services.RegistrationRefused as refused:
                messages.error(request, refused.verdict.words)
        elif act in ("decline", "leave"):
            leave(request, entry, act == "decline")
        return see_other("waitlist_link", token)
    context = pages.join_panel(entry.session, entry.person, timezone.now())
    context |= {"token": token, "place": entry, "is_leaving": "leave" in request.GET and entry.left_at is None}
    with zones.of_link(request, entry.person):
        return render(request, "sessions/waitlist_link.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def cancellation_link(request, token):
    """Give one's seat back without signing in."""
    seats = Registration.objects.select_related("session__host", "person")
    seat = get_object_or_404(seats, public_id=_signed(token, CANCELLATION))
    if request.method == "POST":
        return cancel(request, seat, back=request.path)
    with zones.of_link(request, seat.person):
        return render(request, "sessions/registration_cancellation.html", cancellation_context(seat) | {"token": token})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def join(request, token):
    """The personal way into the room. The press is what counts as being there, never the mere opening of the page."""
    seats = Registration.objects.filter(person__is_active=True)
    seat = get_object_or_404(seats.select_related("session__host", "person", "attendance", "ticket"), join_token=token)
    refusal = ""
    if request.method == "POST":
        try:
            services.record_join(registration=seat)
            return see_other("join", token)
        except services.AttendanceRefused as refused:
            refusal = refused.words
    now = timezone.now()
    context = pages.join_page(seat, now) | {"refusal": refusal}
    context["late"] = services.lateness(seat.session) if services.may_say_late(seat.session, now) else None
    with zones.of_link(request, seat.person):
        response = render(request, "sessions/join.html", context, status=409 if refusal else 200)
    # Not "no-referrer": browsers then send `Origin: null` with the form, which the CSRF check refuses.
    response["Referrer-Policy"] = "same-origin"
    return response

from django.contrib.auth.decorators import login_required
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core import share_image
from core.htmx import render_page
from core.limits import client_address, hit
from core.middleware import has_session
from core.page_cache import shows
from core.pagination import keyset
from core.templatetags.ui import city, local, words
from features.sessions import pages
from features.sessions.access import visible_session
from features.sessions.cards import cards
from features.sessions.filters import SessionFilter
from features.sessions.models import Registration, WaitlistEntry
from features.sessions.services import places_in_line, what_to_see

# What a session's page and lists of them show: themselves, who holds them, their skills, what is like them.
SESSIONS = ("sessions", "people", "skills", "forum", "library", "mentoring", "moderation")


def with_waiting(queryset):
    line = WaitlistEntry.objects.in_line().filter(session=OuterRef("pk")).order_by().values("session")
    return queryset.annotate(waiting=Coalesce(Subquery(line.annotate(n=Count("pk")).values("n")), 0))


@require_safe
@shows(*SESSIONS)
def browse(request):
    now = timezone.now()
    if request.GET.get("q") and not has_session(request):
        hit("search", client_address(request))
    filters = SessionFilter(request.GET, now=now, person=request.user)
    found = with_waiting(filters.matching().select_related("host"))
    page = keyset(found, request, order=("starts_at", "id"))
    context = {
        "filters": filters,
        "form": pages.filter_form(filters, request),
        "cards": cards(page.items, now, pages.standings(request.user, page.items)),
        "page": page,
        "total": filters.total,
    }
    if not page.items:
        context["nothing"] = pages.nothing_found(filters, request)
    return render_page(request, "sessions/browse.html", context, partial="results")


@require_safe
@shows(*SESSIONS)
def session(request, pk, slug):
    session = visible_session(request.user, pk)
    if slug != session.slug:
        return redirect(session, permanent=True)
    now = timezone.now()
    return render(request, "sessions/session.html", pages.session_page(session, request.user, now))


@require_safe
@shows(*SESSIONS)
def session_image(request, pk, slug):
    """What goes along when somebody shares it: what, when and with whom, in the time of where it is."""
    session = visible_session(request.user, pk)
    when = words(local(session.starts_at, session.time_zone), "full") if session.starts_at else ""
    place = _("{city} time").format(city=city(session.time_zone))
    host = _("with {name}").format(name=session.host.name)
    return share_image.answer(session.title, " · ".join(filter(None, [when and f"{when} {place}", host])))


@require_safe
@login_required
def agenda(request):
    now = timezone.now()
    seats = Registration.objects.active().filter(person=request.user).select_related("session__host")
    coming = seats.filter(session__ends_at__gt=now, session__cancelled_at=None).order_by("session__starts_at", "pk")[
        :50
    ]
    over = seats.filter(session__ends_at__lte=now).select_related("session__host", "attendance")
    past = keyset(over, request, order=("-session__starts_at", "-id"), size=20)
    missed = {seat.session_id: seat.attendance.get_state_display() for seat in past.items if seat.did_not_come}
    stays = what_to_see([seat.session for seat in past.items], request.user)
    waiting = WaitlistEntry.objects.filter(
        person=request.user, left_at=None, session__starts_at__gt=now, session__cancelled_at=None
    )
    waiting = list(waiting.select_related("session__host").order_by("session__starts_at", "pk")[:50])
    context = {
        "coming": cards([seat.session for seat in coming], now),
        "past": cards([seat.session for seat in past.items], now, notes=stays | missed),
        "page": past,
        "waiting": cards([entry.session for entry in waiting], now, places_in_line(waiting, now)),
    }
    return render(request, "sessions/agenda.html", context)

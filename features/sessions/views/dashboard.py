"""How a session stands, for those who host it, and how they spread the word."""

from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core import panels
from core.qr import qr_svg
from core.templatetags.ui import city
from features.payments import services as payments
from features.sessions import services
from features.sessions.access import hosted_session, visible_session
from features.sessions.course import course, drawing
from features.sessions.links import short_link


@require_safe
@login_required
def session_dashboard(request, pk, slug):
    session = hosted_session(request.user, pk)
    now = timezone.now()
    points = course(session, now)
    context = {
        "session": session,
        "is_owner": session.host_id == request.user.pk,
        "has_ended": session.has_ended(now),
        "points": points[::-1],
        "drawing": drawing(points, session.capacity),
        "waiting_count": session.waitlist.in_line().count(),
        "panels": panels.shown_on("session", session, request.user, now),
        "afterwards": panels.shown_on("hosting", request.user, request.user, now) if session.has_ended(now) else [],
        "may_say_late": services.may_say_late(session, now),
    }
    if context["is_owner"] and not session.is_free:
        seats = session.registrations.values_list("pk", flat=True)
        context["money"] = payments.earned_with("registration", seats)
    return render(request, "sessions/dashboard.html", context)


@require_safe
@login_required
def session_share(request, pk, slug):
    """A short link to pass on, the same as a picture code, and on paper a sheet to hang up."""
    session = hosted_session(request.user, pk)
    link = short_link(session)
    context = {"session": session, "link": link, "city": city(session.time_zone)}
    context["qr"] = qr_svg(link, _("QR code that leads to the session"))
    return render(request, "sessions/share.html", context)


@require_safe
def session_short(request, pk):
    """Where a short link leads: to the page as it is called by then."""
    return redirect(visible_session(request.user, pk))

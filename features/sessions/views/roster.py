from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_tables2 import RequestConfig

from core.htmx import is_htmx, render_page, see_other
from core.spreadsheets import csv_file
from features.sessions import services
from features.sessions.access import hosted_session, seat_of_hosted_session
from features.sessions.tables import RosterTable, roster_rows

LINE_SHOWN = 50


@require_safe
@login_required
def roster(request, pk, slug):
    session = hosted_session(request.user, pk)
    context = _numbers(session) | {"session": session}
    seats = services.seats_of(session)
    name = request.GET.get("name", "").strip()[:80]
    if name:
        seats = seats.filter(person__name__icontains=name)
    show = request.GET.get("show", "")
    if show == "missing":
        seats = seats.exclude(pk__in=seats.present().values("pk"))
    table = RosterTable(
        seats, exclude=() if session.has_kinds else ("ticket",), empty_text=_nobody(name, show and context["all"])
    )
    RequestConfig(request, paginate=False).configure(table)  # it would let the address say how long a page is
    table.paginate(per_page=25)
    table.page = table.paginator.get_page(request.GET.get("page"))
    waiting = session.waitlist.in_line().select_related("person", "ticket").order_by("joined_at", "id")
    context |= {"table": table, "name": name, "show": show, "is_open": _is_open(session)}
    context |= {"may_say_late": services.may_say_late(session, timezone.now()), "minutes": services.MINUTES}
    context |= {"waiting": waiting[:LINE_SHOWN], "waiting_count": waiting.count(), "line_shown": LINE_SHOWN}
    return render_page(request, "sessions/roster.html", context, partial="people")


def _nobody(name, show):
    if name:
        return _("Nobody here is called that.")
    return _("Everybody is here.") if show == "missing" else _("Nobody has a seat yet.")


def _is_open(session):
    return bool(session.starts_at) and services.check_in_is_open(session, timezone.now())


def _numbers(session):
    seats = services.seats_of(session)
    return {"all": seats.count(), "here": seats.present().count()}


@require_POST
@login_required
def attendance(request, public_id):
    """One press: here. Another: not here after all."""
    seat = seat_of_hosted_session(request.user, public_id)
    act = services.undo_check_in if request.POST.get("act") == "undo" else services.check_in
    try:
        act(registration=seat, by=request.user)
    except services.AttendanceRefused as refused:
        messages.error(request, refused.words)
    if not is_htmx(request):
        return see_other("session_roster", seat.session_id, seat.session.slug)
    seat = seat_of_hosted_session(request.user, public_id)
    context = _numbers(seat.session) | {
        "record": seat,
        "session": seat.session,
        "is_open": _is_open(seat.session),
        "swapped": True,
    }
    return render(request, "sessions/_tick.html", context)


@require_safe
@login_required
def roster_file(request, pk, slug):
    session = hosted_session(request.user, pk)
    return csv_file(f"{session.slug}-roster", roster_rows(services.seats_of(session)))

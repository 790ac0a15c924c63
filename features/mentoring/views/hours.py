"""Office hours: an hour that several share."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.htmx import see_other
from core.text import number
from features.accounts.access import role_required
from features.accounts.models import Role
from features.mentoring import access, hour_pages, services
from features.mentoring.hour_forms import OfficeHourForm
from features.mentoring.models import OfficeHour, OfficeSeat
from features.payments import services as payments


@require_http_methods(["GET", "HEAD", "POST"])
def office_hour(request, handle, pk):
    """For everybody to see; a POST does what its button says."""
    found = access.shown_hour(request.user, handle, pk)
    if request.method == "POST":
        return _act(request, found)
    return _page(request, found)


@login_required
def _act(request, found):
    acts = MENTOR if request.user.pk == found.mentor_id else VISITOR
    act = request.POST.get("act", "")
    if act not in acts:
        raise Http404
    try:
        return acts[act](request, found)
    except services.MentoringRefused as refused:
        return _page(request, found, 422, refusal=refused)


def _join(request, found):
    seat = services.join_hour(hour=found, person=request.user)
    if seat.joined_at:
        messages.success(request, _("You have a place. You hear a day before whether it takes place."))
        return see_other(found)
    return see_other("order", payments.order_of("office_seat", seat.pk).public_id)


def _leave(request, found):
    services.leave_hour(seat=get_object_or_404(found.seats.taken(), person=request.user))
    messages.success(request, _("Your place is given back."))
    return see_other(found)


def _call_off(request, found):
    services.cancel_hour(hour=found, reason=request.POST.get("reason", "").strip() or _("The mentor called it off."))
    messages.success(request, _("It is called off. Everybody gets everything back."))
    return see_other(found)


def _come(request, found):
    services.come_to_hour(hour=found, person=request.user)
    return see_other(found)


def _stay_away(request, found):
    services.stay_away(seat=access.own_office_seat(request.user, found))
    messages.success(request, _("Your mentor hears that you do not come. The time is yours again."))
    return see_other(found)


def _held(request, found):
    services.say_hour_was_held(seat=access.own_office_seat(request.user, found))
    messages.success(request, _("Thank you. It is put right once most of those who came say so."))
    return see_other(found)


def _was_there(request, found):
    place = number(request.POST.get("place", ""))
    seats = found.seats.coming().filter(outcome=OfficeSeat.Outcome.ABSENT)
    services.say_who_came(seat=get_object_or_404(seats, pk=place))
    messages.success(request, _("Put right: they were there."))
    return see_other(found)


MENTOR = {"call_off": _call_off, "come": _come, "was_there": _was_there}
VISITOR = {"join": _join, "leave": _leave, "come": _come, "stay_away": _stay_away, "held": _held}


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.EXPERT)
def office_hour_new(request):
    form = OfficeHourForm(request.POST if request.method == "POST" else None, instance=OfficeHour(mentor=request.user))
    if request.method == "POST" and form.is_valid():
        try:
            made = services.open_office_hour(hour=form.save(commit=False), minutes=form.cleaned_data["minutes"])
        except services.MentoringRefused as refused:
            form.add_error(None, refused.words)
        else:
            messages.success(request, _("It is open. You hear a day before how many come."))
            return see_other(made)
    return render(request, "mentoring/hour_new.html", {"form": form}, status=422 if form.errors else 200)


def _page(request, found, status=200, **context):
    shown = hour_pages.hour_page(found, request.user, timezone.now()) | context
    return render(request, "mentoring/hour.html", shown, status=status)

"""Booking a time, and what can be done with it afterwards."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.htmx import see_other
from core.text import number
from features.accounts import zones
from features.calendar import ical
from features.mentoring import access, entries, pages, services
from features.mentoring.forms import MoveForm, NoteForm, ReasonForm, SlotForm
from features.payments import services as payments


@require_http_methods(["GET", "HEAD", "POST"])
def mentor_slots(request, handle, pk):
    """When this can be had, for everybody to see; a POST keeps one of the times."""
    offer = access.shown_offer(handle, pk)
    if request.method == "POST":
        return _reserve(request, offer)
    context = pages.slots_page(offer, request.user, timezone.now(), "all" in request.GET)
    return render(request, "mentoring/slots.html", context)


@login_required
def _reserve(request, offer):
    form, refusal = SlotForm(request.POST), None
    if form.is_valid():
        try:
            return see_other(
                services.reserve(offer=offer, person=request.user, starts_at=form.cleaned_data["starts_at"])
            )
        except services.MentoringRefused as refused:
            refusal = refused
    context = pages.slots_page(offer, request.user, timezone.now()) | {"form": form, "refusal": refusal}
    return render(request, "mentoring/slots.html", context, status=422)


@require_POST
@login_required
def time_line(request, handle, pk):
    """Wait for a time that suits, or no longer."""
    offer, refusal = access.shown_offer(handle, pk), None
    if request.POST.get("act") == "leave":
        services.stop_waiting(offer=offer, person=request.user)
        return see_other("mentor_slots", handle, pk)
    try:
        services.wait_for_time(offer=offer, person=request.user)
        messages.success(request, _("You are in line. When a time comes free that suits you, it is kept for you."))
        return see_other("mentor_slots", handle, pk)
    except services.MentoringRefused as refused:
        refusal = refused
    context = pages.slots_page(offer, request.user, timezone.now()) | {"refusal": refusal}
    return render(request, "mentoring/slots.html", context, status=422)


@require_safe
@login_required
def bookings(request):
    return render(request, "mentoring/bookings.html", pages.bookings_page(request, timezone.now()))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def booking(request, public_id):
    """A meeting. While it is only kept, a POST books it, or gives it back."""
    found = access.own_booking(request.user, public_id)
    if request.method == "POST":
        return _book(request, found)
    return _page(request, found, NoteForm(initial={"note": found.note}))


def _book(request, found):
    if request.POST.get("act") == "give_back":
        services.give_back(booking=found)
        return see_other("mentor_slots", found.mentor.handle, found.offer_id)
    form, is_held = NoteForm(request.POST), found.confirmed_at is None
    if form.is_valid() and request.user.pk == found.mentee_id:
        try:
            found = services.book(booking=found, note=form.cleaned_data["note"])
        except services.MentoringRefused as refused:
            form.add_error(None, refused.words)
        else:
            if not is_held:
                messages.success(request, _("Your mentor reads it before the meeting."))
            elif found.confirmed_at:
                messages.success(request, _("It is booked. A letter with the calendar entry is on its way."))
            elif order := payments.order_of("booking", found.pk):
                return see_other("order", order.public_id)
            return see_other(found)
    return _page(request, found, form, 422)


def _page(request, found, form, status=200, **more):
    context = pages.booking_page(found, request.user, timezone.now()) | {"form": form} | more
    return render(request, "mentoring/booking.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def booking_move(request, public_id):
    """Another time, by either of the two, within what was agreed when it was booked."""
    found = access.own_booking(request.user, public_id)
    context = pages.move_page(found, request.user, timezone.now())
    form = MoveForm(request.POST if request.method == "POST" else None, days=context["days"])
    if request.method == "POST" and form.is_valid():
        try:
            services.move_booking(booking=found, by=request.user, **form.cleaned_data)
        except services.MentoringRefused as refused:
            form.add_error(None, refused.words)
        else:
            messages.success(request, _("It is moved. Both of you get a letter, and the calendar entry moves along."))
            return see_other(found)
    context |= {"form": form}
    return render(request, "mentoring/booking_move.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def booking_cancellation(request, public_id):
    found = access.own_booking(request.user, public_id)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            services.cancel_booking(
                booking=found, by=request.user, reason=form.cleaned_data["reason"],
                expected_minor=number(request.POST.get("amount", "")), expects_credit="credit" in request.POST,
            )  # fmt: skip
        except services.MentoringRefused as refused:
            form.add_error(None, refused.words)
        else:
            messages.success(request, _("It is called off. Both of you get a letter."))
            return see_other(found)
    context = pages.booking_page(found, request.user, timezone.now()) | {"form": form}
    return render(request, "mentoring/booking_cancellation.html", context, status=422 if form.errors else 200)


@require_safe
@login_required
def booking_calendar(request, public_id):
    found = access.own_booking(request.user, public_id)
    entry = entries.of_booking(found, request.user)
    content = ical.message(method="CANCEL" if found.cancelled_at else "REQUEST", entry=entry)
    headers = {"Content-Disposition": 'attachment; filename="meeting.ics"'}
    return HttpResponse(content, content_type="text/calendar; charset=utf-8", headers=headers)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def meet(request, token):
    """The personal way into the room. The press is what counts as being there, never the mere opening of the page."""
    found, person = access.booking_by_token(token)
    refusal = ""
    if request.method == "POST":
        try:
            services.record_join(booking=found, person=person)
            return see_other("meet", token)
        except services.MentoringRefused as refused:
            refusal = refused.words
    context = pages.meet_page(found, person, timezone.now()) | {"token": token, "refusal": refusal}
    with zones.of_link(request, person):
        response = render(request, "mentoring/meet.html", context, status=409 if refusal else 200)
    # Not "no-referrer": browsers then send `Origin: null` with the form, which the CSRF check refuses.
    response["Referrer-Policy"] = "same-origin"
    return response


@require_POST
@login_required
def booking_agenda(request, public_id):
    found, typed = access.own_booking(request.user, public_id), request.POST.get("agenda", "")
    try:
        services.write_agenda(booking=found, text=typed, seen=request.POST.get("seen", ""))
        messages.success(request, _("The agenda is kept. Both of you see it."))
    except services.MentoringRefused as refused:
        if refused.code == "changed":
            found.refresh_from_db(fields=["agenda"])
            return _page(request, found, NoteForm(initial={"note": found.note}), 422, typed=typed, changed=refused)
        messages.error(request, refused.words)
    return see_other(found)


@require_POST
@login_required
def booking_outcome(request, public_id):
    """Whoever was there says that they met after all."""
    found = access.own_booking(request.user, public_id)
    try:
        counts = services.say_we_met(booking=found, by=request.user)
        noted = _("Noted. It counts once the other one says so, too.")
        messages.success(request, _("Put right: you met.") if counts else noted)
    except services.MentoringRefused as refused:
        messages.error(request, refused.words)
    return see_other(found)

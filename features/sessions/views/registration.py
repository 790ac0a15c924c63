from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.gaps import Mould
from core.htmx import is_htmx, render_page, see_other
from core.limits import RateLimited
from core.text import number
from features.accounts import services as accounts
from features.payments import services as payments
from features.sessions import emails, pages, promises, services
from features.sessions.access import last_registration, own_registration, visible_session
from features.sessions.choices import choices, to_take
from features.sessions.forms import RegistrationForm
from features.sessions.joining import can_join
from features.sessions.models import SkillSession


def _input_key(session):
    return f"registration:{session.pk}"


@require_http_methods(["GET", "HEAD", "POST"])
def registration(request, pk, slug):
    """The page of one person's place in a session, whatever it is; a POST takes a seat, or a place in line."""
    session = visible_session(request.user, pk)
    if request.method != "POST" and slug != session.slug:
        return redirect("registration", pk, session.slug, permanent=True)
    if not request.user.is_authenticated:
        return _stranger(request, session)
    if request.method == "POST":
        return _register(request, session)
    kept = accounts.kept_input(request, _input_key(session))
    initial = {name: kept[name] for name in ("note", "ticket") if kept.get(name)} if kept else {}
    return _page(request, session, initial=initial)


def _register(request, session):
    is_line = request.POST.get("act") == "wait"
    if is_htmx(request) and not is_line and session.seats_left <= 0 and not session.has_kinds:
        verdict = can_join(session, request.user, timezone.now())
        if verdict.code == "full":
            return _full(request, session, verdict)
    form = _form(request, session, request.POST)
    if not form.is_valid():
        return _page(request, session, form, status=422)
    join = services.join_waitlist if is_line else services.register
    try:
        join(session=session, person=request.user, note=form.cleaned_data["note"], ticket=form.chosen(session))
    except services.RegistrationRefused as refused:
        form.add_error("ticket" if refused.code == "choose_ticket" else None, refused.verdict.words)
        return _page(request, session, form, status=422, verdict=None if session.has_kinds else refused.verdict)
    except RateLimited:  # the page that says so holds no form: what was typed stands in the next one
        accounts.keep_input(request, _input_key(session), request.POST)
        raise
    accounts.forget_input(request, _input_key(session))
    if join is services.register:
        if order := unpaid_order(request.user, session):
            return see_other("order", order.public_id)
        messages.success(request, _("You have a seat. A letter with the calendar entry is on its way."))
    else:
        messages.success(request, _("You are on the waitlist. We write as soon as a seat is yours."))
    return _answer(request, session)


def unpaid_order(person, session):
    """The order of a seat that is held until it is paid."""
    seat = not session.is_free and session.registrations.active().filter(person=person, confirmed_at=None).first()
    return payments.order_of("registration", seat.pk) if seat else None


def _stranger(request, session):
    """Sign up in the act: what is typed here is kept, and comes back once the person is known."""
    if is_htmx(request):  # the log-in ended under an open page: what was pressed is asked again on a page of its own
        accounts.keep_input(request, _input_key(session), request.POST)
        return see_other("registration", session.pk, session.slug)
    next_url = f"{session.get_absolute_url()}registration/"
    form, people, status = _form(request, session), accounts.sign_up_form(), 200
    if request.method == "POST":
        form, status = _form(request, session, request.POST), 422
        if form.is_valid():
            accounts.keep_input(request, _input_key(session), request.POST)
            response, people = accounts.begin_sign_up(request, request.POST, next_url)
            if response:
                return response
        else:
            people = accounts.sign_up_form(request.POST)
    accounts.keep_reason(request, next_url, _("Log in to register for “%(title)s”.") % {"title": session.title})
    context = pages.join_panel(session, request.user, timezone.now())
    context |= {"form": form, "sign_up": people, "next_url": next_url}
    return render(request, "sessions/sign_up.html", context, status=status)


def _form(request, session, data=None, initial=None):
    """What can be chosen of several kinds of ticket: what is left; for a stranger, who may want to wait, all."""
    found = choices(session, request.user, timezone.now())
    found = to_take(found) if request.user.is_authenticated else found
    return RegistrationForm(data, session=session, choices=found, initial=initial)


def _page(request, session, form=None, *, initial=None, status=200, verdict=None):
    if verdict and verdict.code == "full" and is_htmx(request):
        return _full(request, session, verdict)
    form = form or _form(request, session, initial=initial)
    context = pages.join_panel(session, request.user, timezone.now(), verdict) | {"form": form}
    return render_page(request, "sessions/registration.html", context, partial="join", status=status)


# A thousand people may be told so in the same second: to all it says the same, but for what is their own in its form.
FULL = Mould("sessions/registration.html#join", ("csrf_token", "note"))


def _full(request, session, verdict):
    """With the token that came with what was sent: to draw another takes longer than all the rest of this answer."""
    note = request.POST.get("note", "")
    token = request.POST.get("csrfmiddlewaretoken") or get_token(request)

    def context(marks):
        panel = pages.join_panel(session, request.user, timezone.now(), verdict) | {"fragment": True}
        form = {"non_field_errors": [verdict.words], "note": {"value": marks["note"] if note else ""}}
        return panel | {"form": form, "csrf_token": marks["csrf_token"]}

    kind = session.pk, session.slug, session.capacity, session.seats_on_sale, verdict.waiting, bool(note)
    return HttpResponse(FULL.fill(kind, context, (token, note), request), status=422)


def _answer(request, session):
    """After a POST: the new state in place for htmx, the page of the seat for a plain form."""
    if is_htmx(request):
        return _page(request, visible_session(request.user, session.pk))  # read anew: the seats were counted since
    return see_other("registration", session.pk, session.slug)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def cancellation(request, pk, slug):
    """What giving the seat back means, shown first; then doing it. A second tap finds it given back."""
    session = visible_session(request.user, pk)
    seat = last_registration(request.user, session)
    if request.method != "POST":
        if seat.cancelled_at:
            return redirect(session)
        return render(request, "sessions/registration_cancellation.html", cancellation_context(seat))
    return cancel(request, seat)


def cancellation_context(seat):
    session, now = seat.session, timezone.now()
    return {
        "counts": promises.giving_back_counts(session, seat, now),
        "staying_away_counts": promises.could_be_had(session, seat),
        "quote": services.refund_quote(seat, session, now) if session.starts_at else None,
        "credit_comes_back": services.credit_comes_back(seat, session, now) if session.starts_at else None,
        "session": session,
        "registration": seat,
        "waiting_count": session.waitlist.in_line().count(),
        "has_started": session.has_started(now),
    }


def cancel(request, seat, back="agenda"):
    """And on to the session, or to `back` where it is not shown to whoever gives the seat back any more."""
    try:
        expected = number(request.POST.get("amount", ""))
        is_first = services.cancel_registration(
            registration=seat, by=seat.person, expected_minor=expected, expects_credit="credit" in request.POST
        )
    except services.RegistrationRefused as refused:
        messages.error(request, refused.verdict.words)
        if refused.code == "refund_changed":
            return see_other(request.path)
    else:
        if is_first:
            messages.success(request, _("Your seat is given back. Thank you for saying so."))
    is_shown = SkillSession.objects.visible_to(request.user.pk).filter(pk=seat.session_id).exists()
    return see_other(seat.session if is_shown else back)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def waitlist(request, pk, slug):
    """Leave the line, or say no to the seat on offer: a place that is lost is not found again, so it is asked first."""
    session = visible_session(request.user, pk)
    entry = session.waitlist.filter(person=request.user, left_at=None).first()
    if request.method != "POST":
        if not entry:
            return redirect(session)
        return render(request, "sessions/waitlist.html", pages.join_panel(session, request.user, timezone.now()))
    if entry:
        leave(request, entry, request.POST.get("act") == "decline")
    return _answer(request, session)


def leave(request, entry, is_decline):
    if is_decline:
        services.decline_offer(entry=entry)
        messages.success(request, _("The seat moves on to the next in line."))
    else:
        services.leave_waitlist(entry=entry)
        messages.success(request, _("You left the waitlist."))


@require_safe
@login_required
def calendar(request, pk, slug):
    """The calendar entry of one's own seat, the same that the letter carries."""
    session = visible_session(request.user, pk)
    seat = own_registration(request.user, session)
    if not seat.confirmed_at:
        messages.info(request, _("The entry for your calendar comes with the seat, once you have paid."))
        return redirect("registration", session.pk, session.slug)
    answer = HttpResponse(emails.calendar_entry(seat), content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{session.slug}.ics"'
    return answer

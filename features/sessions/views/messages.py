"""What a host writes to those who registered: the list, a draft, a look at it, sending it; and what its readers see."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import Http404
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core.htmx import see_other
from core.pagination import keyset
from core.templatetags.ui import undoing
from core.text import number as digits
from features.sessions import services
from features.sessions.access import hosted_session, own_message, shown_message
from features.sessions.message_forms import MessageForm
from features.sessions.models import SessionMessage


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def session_messages(request, pk, slug):
    """What was written, to how many and when, the newest first; and a form for the next one."""
    session = hosted_session(request.user, pk)
    return _write(request, SessionMessage(session=session))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def session_message_edit(request, pk, slug, number):
    message = own_message(request.user, pk, number)
    if not message.is_draft:
        raise Http404
    return _write(request, message)


def _write(request, message):
    form = MessageForm(request.POST if request.method == "POST" else None, message=message)
    if request.method == "POST" and form.is_valid():
        key = form.cleaned_data["form_key"] or None
        try:
            saved = services.save_message(message=message, by=request.user, data=form.said(), form_key=key)
        except services.MessageRefused as refused:
            form.add_error(refused.field or None, refused.words)
        else:
            return see_other(saved)
    now, session = timezone.now(), message.session
    refusal = services.why_not_write(session, request.user, now)
    context = {"form": form, "session": session, "message": message, "refusal": refusal}
    context["is_trusted"] = services.is_trusted(request.user, now)
    if not message.pk:
        written = session.messages.filter(Q(asked_at__isnull=False) | Q(by=request.user))
        written = written.select_related("ticket", "session", "by")
        context["page"] = keyset(written, request, order=("-written_at", "-id"), size=20)
    return render(request, "sessions/messages.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def session_message(request, pk, slug, number):
    """How it looks and whom it reaches, or what became of it; for whoever got it, what it says."""
    if request.method != "POST":
        return _page(request, shown_message(request.user, pk, number))
    message = own_message(request.user, pk, number)
    act = request.POST.get("act", "")
    if act not in ACTS:
        raise Http404
    try:
        return ACTS[act](request, message)
    except services.MessageRefused as refused:
        return _page(request, message, 422, refusal=refused)


def _send(request, message):
    sent = services.send_message(message=message, by=request.user)
    if sent.sent_at:
        messages.success(request, _("It is on its way."))
    else:
        messages.success(request, _("A moderator reads it now, and then it goes out. We write to you."))
    return see_other(message)


def _discard(request, message):
    place = ("session_messages", message.session_id, message.session.slug)
    to = f"ticket:{message.ticket_id}" if message.ticket_id else message.audience
    undo = undoing(*place, to=to, title=message.title, text=message.text)
    services.discard_message(message=message)
    messages.success(request, _("The draft is gone."), extra_tags=undo)
    return see_other(*place)


ACTS = {"send": _send, "discard": _discard}


def _page(request, message, status=200, **context):
    session = message.session
    shown = {"message": message, "session": session, "is_own": message.by_id == request.user.pk} | context
    shown["is_host"] = session.is_hosted_by(request.user)
    if shown["is_own"] and not message.sent_at:
        shown["count"] = services.recipients(message).count()
        shown["is_trusted"] = services.is_trusted(request.user, timezone.now())
    return render(request, "sessions/message.html", shown, status=status)


@require_POST
@login_required
def session_late(request, pk, slug):
    """One press at the door: everybody with a seat is told."""
    session = hosted_session(request.user, pk)
    try:
        services.say_late(session=session, by=request.user, minutes=digits(request.POST.get("minutes", "")) or 0)
    except services.MessageRefused as refused:
        messages.error(request, refused.words)
    else:
        messages.success(request, _("Everybody with a seat is being told."))
    return see_other("session_roster", session.pk, session.slug)

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.htmx import see_other
from core.pagination import keyset
from features.sessions import services
from features.sessions.access import hosted_session
from features.sessions.cards import cards
from features.sessions.forms import CancellationForm, SessionForm
from features.sessions.models import SkillSession


@require_safe
@login_required
def hosting(request):
    """What I host: drafts, what is coming, what was."""
    now = timezone.now()
    mine = SkillSession.objects.hosted_by(request.user).select_related("host")
    coming = mine.filter(published_at__isnull=False, cancelled_at=None, ends_at__gt=now).order_by("starts_at", "pk")
    past = mine.filter(published_at__isnull=False, starts_at__isnull=False).exclude(pk__in=coming.values("pk"))
    page = keyset(past, request, order=("-starts_at", "-id"))
    context = {
        "drafts": mine.filter(published_at=None).order_by("-created_at")[:50],
        "coming": list(zip(coming[:50], cards(coming[:50], now), strict=True)),
        "past": list(zip(page.items, cards(page.items, now), strict=True)),
        "page": page,
        "may_host": services.may_host(request.user),
    }
    return render(request, "sessions/hosting.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new_session(request):
    form = SessionForm(request.POST or None, host=request.user)
    if request.method == "POST" and form.is_valid():
        data, skills = form.wording()
        session = services.save_draft(host=request.user, data=data, skills=skills)
        if "publish" in request.POST:
            return _publish(request, session)
        messages.success(request, _("Your draft is saved. Only you can see it."))
        return see_other(session)
    context = {"form": form, "may_host": services.may_host(request.user)}
    return render(request, "sessions/edit.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def edit_session(request, pk, slug):
    session = hosted_session(request.user, pk)
    form = SessionForm(request.POST or None, instance=session, host=request.user)
    if request.method == "POST" and form.is_valid():
        data, skills = form.wording()
        try:
            session = _save(session, data, skills)
        except services.HostingRefused as refused:
            form.add_error(refused.field if refused.field in form.fields else None, refused.words)
        else:
            messages.success(request, _("Saved."))
            return _publish(request, session) if "publish" in request.POST else see_other(session)
    context = {"form": form, "session": session, "may_host": services.may_host(request.user)}
    return render(request, "sessions/edit.html", context, status=422 if form.errors else 200)


def _save(session, data, skills):
    if session.is_published:
        return services.save_edit(session=session, data=data, skills=skills)
    return services.save_draft(host=session.host, data=data, skills=skills, session=session)


@require_POST
@login_required
def publication(request, pk, slug):
    return _publish(request, hosted_session(request.user, pk))


def _publish(request, session):
    """Publish, or show the form again with what is missing at its field; the draft is saved either way."""
    try:
        session = services.publish(session=session, by=request.user)
    except services.HostingRefused as refused:
        form = SessionForm(instance=session, host=request.user, initial={})
        context = {"form": form, "session": session, "refused": refused, "may_host": services.may_host(request.user)}
        return render(request, "sessions/edit.html", context, status=422)
    messages.success(request, _("Your session is public. Share its address."))
    return see_other(session)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def session_cancellation(request, pk, slug):
    """What calling it off means, with numbers; then doing it."""
    session = hosted_session(request.user, pk)
    form = CancellationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.cancel_session(session=session, by=request.user, reason=form.cleaned_data["reason"])
        except services.HostingRefused as refused:
            form.add_error(None, refused.words)
        else:
            messages.success(request, _("The session is cancelled. Everybody with a seat is being told."))
            return see_other(session)
    context = {"form": form, "session": session, "seats": session.registrations.active().count()}
    context["waiting_count"] = session.waitlist.filter(left_at=None).count()
    return render(request, "sessions/session_cancellation.html", context, status=422 if form.errors else 200)


@require_POST
@login_required
def copy(request, pk, slug):
    draft = services.duplicate(session=hosted_session(request.user, pk), by=request.user)
    messages.success(request, _("A copy without a date, as a draft."))
    return see_other("session_edit", draft.pk, draft.slug)


@require_POST
@login_required
def removal(request, pk, slug):
    session = hosted_session(request.user, pk)
    try:
        services.remove_draft(session=session, by=request.user)
    except services.HostingRefused as refused:
        messages.error(request, refused.words)
        return see_other(session)
    messages.success(request, _("The draft is gone."))
    return see_other("hosting")

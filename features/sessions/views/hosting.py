from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import panels
from core.htmx import is_htmx, see_other
from core.pagination import keyset
from core.templatetags.ui import undoing
from core.text import number
from features.discovery import services as discovery
from features.payments import services as payments
from features.sessions import promises, services
from features.sessions.access import hosted_session, owned_session, removed_draft
from features.sessions.cards import cards
from features.sessions.forms import CancellationForm, SessionForm
from features.sessions.models import CoHost, KeptForm, SkillSession
from features.sessions.outlines import OUTLINES
from features.sessions.schedule_forms import ScheduleForm
from features.skills.services import by_slug


@require_safe
@login_required
def hosting(request):
    """What I host: drafts, what is coming, what was."""
    now = timezone.now()
    mine = SkillSession.objects.hosted_by(request.user).select_related("host")
    asked = CoHost.objects.invited().filter(person=request.user, session__removed_at=None, session__cancelled_at=None)
    asked = asked.exclude(session__ends_at__lte=now).select_related("session__host").order_by("-invited_at")
    coming = mine.filter(published_at__isnull=False, cancelled_at=None, ends_at__gt=now).order_by("starts_at", "pk")
    past = mine.filter(published_at__isnull=False, starts_at__isnull=False).exclude(pk__in=coming.values("pk"))
    page = keyset(past, request, order=("-starts_at", "-id"))
    stays = services.what_to_see(page.items, request.user)
    context = {
        "asked": asked[:20],
        "drafts": mine.filter(published_at=None).order_by("-created_at")[:50],
        "removed": SkillSession.objects.removed_drafts(request.user).order_by("-removed_at")[:20],
        "coming": list(zip(coming[:50], cards(coming[:50], now), strict=True)),
        "past": list(zip(page.items, cards(page.items, now, notes=stays), strict=True)),
        "page": page,
        "may_host": services.may_host(request.user),
        "wanted": discovery.wanted(now),
        "panels": panels.shown_on("hosting", request.user, request.user, now),
    }
    return render(request, "sessions/hosting.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new_session(request):
    if "more" in request.POST:
        return _form_page(request, SessionForm.typed(request.POST, host=request.user, more=True), "new")
    outline = OUTLINES.get(request.GET.get("outline", ""))
    known = outline.initial() if outline else {}
    if (slug := request.GET.get("skill", "")) and (about := by_slug(slug)):
        known["skills"] = [about]
    if title := request.GET.get("title", "")[:100]:
        known["title"] = title
    form = SessionForm(request.POST or None, host=request.user, initial=known or None)
    if request.method == "POST" and form.is_valid():
        data, skills = form.wording()
        key = form.cleaned_data["form_key"] or None
        try:
            session = services.save_draft(
                host=request.user, data=data, skills=skills, form_key=key, tickets=form.wanted_tickets()
            )
        except services.HostingRefused as refused:
            form.blame(refused)
            return _form_page(request, form, "new")
        services.forget_form(person=request.user, key="new")
        if "publish" in request.POST:
            return _publish(request, session)
        messages.success(request, _("Your draft is saved. Only you can see it."))
        return see_other(session)
    return _form_page(request, form, "new")


def _form_page(request, form, key, session=None):
    """The form, as it was sent; or with what was typed and never sent, where there is something."""
    kept = None
    if request.method != "POST":
        kept = KeptForm.objects.filter(person=request.user, key=key).first()
    if kept:
        form = SessionForm.typed(QueryDict(kept.data), instance=session, host=request.user)
    may_host = services.may_host(request.user) and form.is_owner
    context = {"form": form, "session": session, "kept": kept, "key": key, "may_host": may_host}
    form.payout_missing = may_host and payments.is_set_up() and not payments.has_account(request.user)
    if session is None and request.method != "POST":
        context["outlines"] = OUTLINES
        context["own"] = SkillSession.objects.owned_by(request.user).order_by("-created_at")[:3]
    return render(request, "sessions/edit.html", context, status=422 if form.is_at_fault else 200)


@require_POST
@login_required
def kept_form(request, key):
    """What is being typed, sent by the page every few seconds; or thrown away by its host."""
    if "discard" in request.POST:
        services.forget_form(person=request.user, key=key)
        messages.success(request, _("What you had typed is gone."))
        return see_other("hosting")
    session = None if key == "new" else hosted_session(request.user, number(key))
    key = str(session.pk) if session else key  # 007 is 7
    data = request.POST.copy()
    data.pop("csrfmiddlewaretoken", None)
    saved_at = services.keep_form(person=request.user, key=key, data=data.urlencode())
    if not is_htmx(request):  # after a log-in that had ended while its host typed: the form says that it was kept
        return see_other("session_edit", session.pk, session.slug) if session else see_other("session_new")
    return render(request, "sessions/_kept.html", {"saved_at": saved_at})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def edit_session(request, pk, slug):
    session = hosted_session(request.user, pk)
    if "more" in request.POST:
        form = SessionForm.typed(request.POST, instance=session, host=request.user, more=True)
        return _form_page(request, form, str(pk), session)
    form = SessionForm(request.POST or None, instance=session, host=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            session = _save(request.user, session, *form.wording(), form.wanted_tickets(), form.cleaned_data["seen"])
        except services.HostingRefused as refused:
            form.blame(refused)
        else:
            services.forget_form(person=request.user, key=str(pk))
            messages.success(request, _("Saved."))
            is_own = session.host_id == request.user.pk
            return _publish(request, session) if is_own and "publish" in request.POST else see_other(session)
    return _form_page(request, form, str(pk), session)


def _save(by, session, data, skills, tickets, seen):
    said = {"session": session, "data": data, "skills": skills, "tickets": tickets, "by": by, "seen": seen}
    return services.save_edit(**said) if session.is_published else services.save_draft(host=session.host, **said)


@require_POST
@login_required
def publication(request, pk, slug):
    return _publish(request, owned_session(request.user, pk))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def session_schedule(request, pk, slug):
    """Let a draft become public at a certain time; or not after all."""
    session = owned_session(request.user, pk)
    if session.is_published:
        raise Http404
    form = ScheduleForm(
        request.POST if request.method == "POST" and "never" not in request.POST else None, session=session
    )
    try:
        if "never" in request.POST:
            services.unschedule(session=session, by=request.user)
            messages.success(request, _("It stays a draft until you publish it."))
            return see_other(session)
        if form.is_bound and form.is_valid():
            services.schedule(session=session, by=request.user, at=form.cleaned_data["at"])
            messages.success(request, _("It becomes public by itself. Until then you can change it."))
            return see_other(session)
    except services.HostingRefused as refused:
        # What the session lacks is no field of this form, unless it is of the moment that was named.
        is_of_it = refused.code in ("in_the_past", "too_late") and refused.field in form.fields and session.starts_at
        form.add_error(refused.field if is_of_it else None, refused.words)
    context = {"form": form, "session": session}
    return render(request, "sessions/schedule.html", context, status=422 if form.errors else 200)


def _publish(request, session):
    """Publish, or show the form again with what is missing at its field; the draft is saved either way."""
    try:
        session = services.publish(session=session, by=request.user)
    except services.HostingRefused as refused:
        form = SessionForm(instance=session, host=request.user, initial={})
        context = {"form": form, "session": session, "refused": refused, "may_host": services.may_host(request.user)}
        context["key"] = str(session.pk)
        return render(request, "sessions/edit.html", context, status=422)
    messages.success(request, _("Your session is public. Share its address."))
    return see_other(session)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def session_cancellation(request, pk, slug):
    """What calling it off means, with numbers; then doing it."""
    session = owned_session(request.user, pk)
    form = CancellationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.cancel_session(session=session, by=request.user, reason=form.cleaned_data["reason"])
        except services.HostingRefused as refused:
            form.add_error(None, refused.words)
        else:
            messages.success(request, _("The session is cancelled. Everybody with a seat is being told."))
            return see_other(session)
    seats = list(session.registrations.active().values_list("pk", flat=True))
    context = {"form": form, "session": session, "seats": len(seats)}
    context["goes_back"] = 0 if session.is_free else payments.paid_for("registration", seats)
    context["waiting_count"] = session.waitlist.in_line().count()
    context["counts"] = promises.counts_as_late(session, timezone.now())
    return render(request, "sessions/session_cancellation.html", context, status=422 if form.errors else 200)


@require_POST
@login_required
def copy(request, pk, slug):
    key = request.POST.get("form_key", "")[:22] or None
    session, is_later = owned_session(request.user, pk), "later" in request.POST
    draft = services.duplicate(session=session, by=request.user, form_key=key, is_later=is_later)
    messages.success(
        request, _("A copy, as a draft. Look at its date.") if is_later else _("A copy without a date, as a draft.")
    )
    return see_other("session_edit", draft.pk, draft.slug)


@require_POST
@login_required
def removal(request, pk, slug):
    """Throw a draft away, or bring it back."""
    if request.POST.get("act") == "restore":
        session = removed_draft(request.user, pk)
        services.restore_draft(session=session)
        messages.success(request, _("The draft is back."))
        return see_other(session)
    session = owned_session(request.user, pk)
    try:
        services.remove_draft(session=session, by=request.user)
    except services.HostingRefused as refused:
        messages.error(request, refused.words)
        return see_other(session)
    said = _("The draft is thrown away. For 14 days you can bring it back from here.")
    messages.success(request, said, extra_tags=undoing("session_removal", pk, slug, act="restore"))
    return see_other("hosting")

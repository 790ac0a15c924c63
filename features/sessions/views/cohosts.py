"""Who holds a session together: the host asks and ends it, who is asked says yes or no, and may leave."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.htmx import see_other
from core.templatetags.ui import undoing
from core.text import number
from features.sessions import services
from features.sessions.access import cohosting as own_part
from features.sessions.access import hosted_session
from features.sessions.cohost_forms import InvitationForm
from features.sessions.models import CoHost


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def session_cohosts(request, pk, slug):
    """Who hosts it. The host asks somebody by their handle, and takes somebody off."""
    session = hosted_session(request.user, pk)
    is_owner = session.host_id == request.user.pk
    form = InvitationForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        if not is_owner:
            raise Http404
        if "remove" in request.POST or "again" in request.POST:
            return _remove(request, session) if "remove" in request.POST else _again(request, session)
        if form.is_valid() and _asked(request, session, form):
            return see_other("session_cohosts", session.pk, session.slug)
    context = {
        "session": session,
        "form": form,
        "is_owner": is_owner,
        "asked": CoHost.objects.invited().filter(session=session).select_related("person") if is_owner else [],
        "is_full": CoHost.objects.open().filter(session=session).count() >= services.MOST_COHOSTS,
        "is_over": session.is_cancelled or session.has_ended(timezone.now()),
    }
    return render(request, "sessions/cohosts.html", context, status=422 if form.errors else 200)


def _asked(request, session, form) -> bool:
    try:
        row = services.invite_cohost(session=session, by=request.user, handle=form.cleaned_data["handle"])
    except services.HostingRefused as refused:
        form.add_error(refused.field or None, refused.words)
        return False
    messages.success(request, _("%(name)s is asked, and answers on the site.") % {"name": row.person.name})
    return True


def _remove(request, session):
    """Somebody who had said yes is told, and their time is free for others: they can only be asked anew."""
    row = _row(session, request.POST["remove"])
    undo = "" if row.accepted_at else undoing("session_cohosts", session.pk, session.slug, again=row.pk)
    try:
        services.remove_cohost(session=session, by=request.user, person=row.person)
    except services.HostingRefused as refused:
        messages.error(request, refused.words)
    else:
        said = _("%(name)s does not host it with you.") % {"name": row.person.name}
        messages.success(request, said, extra_tags=undo)
    return see_other("session_cohosts", session.pk, session.slug)


def _again(request, session):
    row = _row(session, request.POST["again"])
    try:
        services.ask_again(row=row, by=request.user)
    except services.HostingRefused as refused:
        messages.error(request, refused.words)
    else:
        messages.success(request, _("%(name)s is asked, and answers on the site.") % {"name": row.person.name})
    return see_other("session_cohosts", session.pk, session.slug)


def _row(session, pk):
    row = CoHost.objects.select_related("person").filter(session=session, pk=number(pk)).first()
    if row is None:
        raise Http404
    return row


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def cohosting(request, pk, slug):
    """What somebody was asked, with what it means; or what they said yes to, and the way out."""
    row = own_part(request.user, pk)
    refusal = None
    if request.method == "POST":
        act = request.POST.get("act", "")
        if act not in ACTS:
            raise Http404
        try:
            return ACTS[act](request, row.session)
        except services.HostingRefused as refused:
            refusal = refused
    context = {"row": row, "session": row.session, "refusal": refusal}
    context["is_over"] = row.session.is_cancelled or row.session.has_ended(timezone.now())
    return render(request, "sessions/cohosting.html", context, status=422 if refusal else 200)


def _accept(request, session):
    services.accept_cohosting(session=session, by=request.user)
    messages.success(request, _("You host this session too."))
    return see_other(session)


def _decline(request, session):
    services.decline_cohosting(session=session, by=request.user)
    messages.success(request, _("You do not host it. The host is told."))
    return see_other("hosting")


ACTS = {"accept": _accept, "decline": _decline}

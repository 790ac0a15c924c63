"""What a host posts after a session; what people see of it stands on the session's page."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.htmx import see_other
from core.templatetags.ui import undoing
from features.accounts import services as accounts
from features.sessions import services
from features.sessions.access import hosted_session
from features.sessions.models import Recap
from features.sessions.recap_forms import RecapForm


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def recap(request, pk, slug):
    """Notes and recording: posted, changed, taken back and put back."""
    session = hosted_session(request.user, pk)
    if not session.is_published:
        raise Http404
    act = request.POST.get("act", "")
    if request.method != "POST":
        return _page(request, session)
    if act not in ACTS:
        raise Http404
    return ACTS[act](request, session)


def _save(request, session):
    form = RecapForm(request.POST, session=session, recap=_known(session))
    if form.is_valid():
        tell = form.cleaned_data.get("tell", False)
        try:
            recap = services.post_recap(
                session=session, by=request.user, data=form.said(), tell=tell, seen=form.version
            )
        except services.RecapRefused as refused:
            form.overtaken(_known(session))
            form.add_error(refused.field or None, refused.words)
        else:
            accounts.forget_unfinished(person=request.user, key=_key(session))
            messages.success(request, _("It stands on the session’s page."))
            return see_other(recap)
    return _page(request, session, form, status=422)


def _take_back(request, session):
    try:
        services.take_back_recap(session=session, by=request.user)
    except services.RecapRefused as refused:
        return _page(request, session, refusal=refused, status=422)
    undo = undoing("recap", session.pk, session.slug, act="put_back")
    messages.success(request, _("Nobody else sees it any more. You can put it back."), extra_tags=undo)
    return see_other("recap", session.pk, session.slug)


def _put_back(request, session):
    try:
        services.put_back_recap(session=session, by=request.user)
    except services.RecapRefused as refused:
        return _page(request, session, refusal=refused, status=422)
    messages.success(request, _("It stands on the session’s page again."))
    return see_other("recap", session.pk, session.slug)


ACTS = {"save": _save, "take_back": _take_back, "put_back": _put_back}


def _known(session) -> Recap | None:
    return Recap.objects.filter(session=session).first()


def _key(session) -> str:
    return f"recap-{session.pk}"


def _page(request, session, form=None, refusal=None, status=200):
    known = _known(session)
    refusal = refusal or services.why_not_post(session, request.user, timezone.now())
    kept = None
    if form is None:
        form = RecapForm(session=session, recap=known)
        kept = accounts.put_back(request.user, _key(session), form)
    context = {
        "keep_as": _key(session),
        "kept": kept,
        "session": session,
        "recap": known,
        "form": form,
        "refusal": refusal,
    }
    return render(request, "sessions/recap.html", context, status=status)

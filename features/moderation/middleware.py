"""An organiser who sees the site as somebody else is that person here: for pages that are named, and only to read."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.middleware.csrf import rotate_token
from django.shortcuts import render
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.translation import gettext as _

from core import logs
from core.db import is_refused_write, reading_only
from core.htmx import sent_by_itself
from core.middleware import has_session
from features.accounts.access import known, used_second_factor
from features.accounts.services import person_behind
from features.moderation import services
from features.moderation.support_pages import AS_STRANGER, KEY, OPEN, OWN, without_keys

SAFE = ("GET", "HEAD")


def support_view(get_response):
    def middleware(request):
        if not has_session(request) or KEY not in request.session or _a_token_speaks(request):
            return get_response(request)
        name, view = _name(request), _standing(request)
        if view is None:
            forget(request)
            if request.method in SAFE or name in OWN:
                messages.info(request, _("The support view is over. You are yourself again."))
                return get_response(request)
            return _refuse(request, "over")
        if name in OWN:
            return get_response(request)
        _become(request, view)
        with timezone.override(request.user.time_zone or settings.DEFAULT_TIME_ZONE):
            return _look(request, name)

    def _look(request, name):
        if request.method not in SAFE:
            # What a page sends by itself, such as how far it was read, is dropped in silence.
            return HttpResponse(status=204) if sent_by_itself(request) else _refuse(request, "act")
        if name in AS_STRANGER:
            request.user = AnonymousUser()
            return get_response(request)
        if name is not None and name not in OPEN:
            return _refuse(request, "private")
        had_changed = request.session.modified
        with reading_only():
            response = get_response(request)
        request.session.modified = had_changed  # it is the organiser's own
        if getattr(request, "would_write", False):
            return _refuse(request, "private")
        if not response.streaming:
            response.content = without_keys(response.content)
        response["Cache-Control"] = "private, no-store"
        return response

    def process_exception(request, exception):
        if getattr(request, "support_view", None) and is_refused_write(exception):
            request.would_write = True
            return HttpResponse(status=403)  # a page can be made once the transaction is over
        return None

    middleware.process_exception = process_exception
    return middleware


def forget(request) -> None:
    """Forms of pages that were drawn before are not taken after, nor the other way round."""
    del request.session[KEY]
    rotate_token(request)


def _a_token_speaks(request):
    return request.path.startswith("/api/") and "Authorization" in request.headers


def _name(request) -> str | None:
    """Of the page that is asked for: None where there is none, "" where it has no name."""
    try:
        match = resolve(request.path_info)
    except Resolver404:
        return None
    return match.view_name or ""


def _standing(request):
    if not request.user.is_authenticated:
        return None
    is_strong = used_second_factor(request)
    return services.standing_support_view(pk=request.session[KEY], by=known(request.user), is_strong=is_strong)


def _become(request, view):
    person = person_behind(view.person_id)
    person.supporter_id = view.by_id
    person.owes_consent = False  # nobody agrees for them
    request.user = request._cached_user = person
    request.support_view = view


def _refuse(request, why):
    logs.security.warning("support_view_refused", extra={"path": request.path, "why": why})
    return render(request, "moderation/support_refused.html", {"why": why}, status=403)

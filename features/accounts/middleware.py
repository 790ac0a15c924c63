from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from core import logs
from core.htmx import came_by_htmx, see_other, sent_by_itself, stay
from core.middleware import has_session
from features.accounts import access, services, stranger_pages
from features.accounts.models import Role, SiteRules

# What stays open to whoever has not agreed: the API, which answers in its own way, and the ways out.
WITHOUT_CONSENT = (
    "/api/", "/terms/", "/privacy/", "/account/consent/", "/account/data/", "/account/closure/", "/account/logout/",
    "/account/reauthenticate/", "/account/2fa/reauthenticate/", "/unsubscribe/",
)  # fmt: skip
OPEN_PATHS = ("/moderation/log/",)  # everybody may read what was done


def viewer_zone(get_response):
    """Times are shown in the member's zone; strangers get the site's, which their browser turns into their own."""

    def middleware(request):
        # Without a session cookie there is nobody to look up, and the page may be shared: no query here.
        member = request.user if has_session(request) and request.user.is_authenticated else None
        if isinstance(member, SimpleLazyObject):  # each look at somebody who is still wrapped costs three calls
            request.user = member = member._wrapped
        zone = member.time_zone if member else ""
        # Whoever sees the site as somebody else did what the log says.
        request.person_id = (member.supporter_id or member.pk) if member else None
        request.theme = member.theme if member else ""
        request.viewer_zone_is_known = bool(zone)
        with timezone.override(zone or settings.DEFAULT_TIME_ZONE):
            return get_response(request)

    return middleware


def leaves_nothing(get_response):
    """Whoever logs out, in whatever way, leaves no page in the browser for who sits there next."""

    def middleware(request):
        was_in = request.person_id and not request.path.startswith("/api/")  # there a token may speak instead
        response = get_response(request)
        if was_in and not request.user.is_authenticated:
            response["Clear-Site-Data"] = '"cache"'
        return response

    return middleware


def shown_out(get_response):
    """Whoever was suspended while logged in is shown why, once; from then on they are a stranger here."""

    def middleware(request):
        page = None
        if has_session(request) and not request.user.is_authenticated and not request.path.startswith("/api/"):
            page = request.session.get(services.SHOWN_OUT)
        if not page:
            return get_response(request)
        request.session.flush()
        return redirect(page)

    return middleware


def members_only(get_response):
    """Where only members see the site, strangers are led to the log-in, and come back from it to where they were."""

    def middleware(request):
        is_member = has_session(request) and request.user.is_authenticated
        # In a support view a picture is fetched as by a stranger, for a page that the organiser may see.
        if is_member or stranger_pages.is_open(request.path) or getattr(request, "support_view", None):
            return get_response(request)
        is_api = request.path.startswith("/api/")
        if is_api and "Authorization" in request.headers:  # the token speaks, and its door judges it
            return get_response(request)
        if services.site_rules().audience == SiteRules.Audience.EVERYBODY:
            return get_response(request)
        if is_api:
            return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
        if request.path == "/robots.txt":
            return HttpResponse("User-agent: *\nDisallow: /\n", content_type="text/plain; charset=utf-8")
        if stranger_pages.is_file(request.path):
            raise Http404
        return redirect_to_login(request.get_full_path(), settings.LOGIN_URL)

    return middleware


def consent_first(get_response):
    """Whoever has not agreed to what is in force is asked on their next full page, once; reading goes on without it.
    To act takes their yes, but for the ways out. The API asks the same question in its own door."""

    def middleware(request):
        if not has_session(request) or request.path.startswith(WITHOUT_CONSENT) or not request.user.is_authenticated:
            return get_response(request)
        if not access.owes_consent(request.user):
            return get_response(request)
        if request.method in ("GET", "HEAD"):
            is_page = "text/html" in request.headers.get("Accept", "") and not came_by_htmx(request)
            if not is_page or request.session.get(access.ASKED):
                return get_response(request)
            request.session[access.ASKED] = True
            return redirect(f"{reverse('consent')}?{urlencode({'next': request.get_full_path()})}")
        request.session[access.ASKED] = True
        messages.warning(request, _("Nothing was changed yet. Agree first, then press the button once more."))
        is_kept = services.came_from_here(request) and services.keep_unsent(request)  # its token was not asked for yet
        back = reverse("unsent") if is_kept else _page_behind(request) or "/"
        return see_other(f"{reverse('consent')}?{urlencode({'next': back})}")

    return middleware


def _page_behind(request) -> str:
    """The page of this site on which the button stood that was pressed, if the browser says so."""
    page = urlsplit(request.headers.get("HX-Current-URL") or request.headers.get("Referer", ""))
    path = services.safe_next(request, f"{page.path}?{page.query}" if page.query else page.path)
    return path if page.netloc == request.get_host() else ""


def way_back(get_response):
    """Whoever has to log in to press a button comes back to the page it stood on: what it posts to may have no page.
    Whoever was logged out while they wrote finds what they wrote."""

    def middleware(request):
        response = get_response(request)
        location = request.method == "POST" and response.get("Location", "")
        if not location or not location.startswith(f"{reverse(settings.LOGIN_URL)}?next="):
            if location:
                services.sent_after_all(request)
            return response
        if sent_by_itself(request):
            return response  # which stays where it is
        if services.keep_unsent(request):
            response["Location"] = redirect_to_login(reverse("unsent")).url
        elif services.came_from_here(request) and (words := services.typed_words(request.POST)):
            # Nobody can tell whose it is, so it is not kept here: it stays with who has it before them.
            if came_by_htmx(request):
                return stay()
            fields = services.fields_of(request.POST)
            return render(request, "accounts/logged_out.html", {"words": words, "fields": fields}, status=403)
        elif path := _page_behind(request):
            response["Location"] = redirect_to_login(path).url
        return response

    return middleware


def privileged_needs_mfa(get_response):
    """In a session without a second factor the roles that need one rest, on all pages. Pages for a few open only to
    sessions with one; everybody else finds nothing there."""

    def middleware(request):
        if has_session(request) and access.is_privileged(request.user) and not access.used_second_factor(request):
            access.let_roles_rest(request.user)
            request.role_rests = True  # for the frame of the page, which says so
        if not request.path.startswith(access.PRIVILEGED_PATHS) or request.path.startswith(OPEN_PATHS):
            return get_response(request)
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path(), settings.LOGIN_URL)
        if not access.is_privileged(request.user):
            logs.security.warning("denied", extra={"person": request.user.pk, "path": request.path})
            raise Http404
        if access.used_second_factor(request):
            # Django's admin would show a log-in page of its own to those who may not enter.
            if request.path.startswith("/admin/") and not access.has_role(request.user, Role.ORGANISER):
                raise Http404
            return get_response(request)
        return access.to_second_factor(request)

    return middleware


class InvalidIs422:
    """allauth answers an invalid form with 200; on this site a failure says so in its status as well."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_template_response(self, request, response):
        form = (response.context_data or {}).get("form")
        failed = request.method == "POST" and response.status_code == 200 and getattr(form, "errors", None)
        if failed and request.path.startswith("/account/"):
            response.status_code = 422
        return response

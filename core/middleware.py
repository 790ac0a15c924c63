import secrets
import time
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import Http404, HttpResponseNotAllowed, HttpResponseRedirect, QueryDict
from django.http.request import split_domain_port, validate_host
from django.shortcuts import render
from django.urls import is_valid_path
from django.utils.cache import patch_vary_headers

from core import logs
from core.htmx import came_by_htmx
from core.limits import RateLimited


def has_session(request) -> bool:
    return settings.SESSION_COOKIE_NAME in request.COOKIES


def request_log(get_response):
    """One line a request: route and status, never the query string, an address or a name."""

    def middleware(request):
        started = time.perf_counter()
        request_id = secrets.token_hex(8)
        token = logs.request_id.set(request_id)
        response = get_response(request)
        response["X-Request-ID"] = request_id
        match = getattr(request, "resolver_match", None)
        logs.access.info(
            "request",
            extra={
                "method": request.method,
                "route": f"/{match.route}" if match else "unmatched",
                "status": response.status_code,
                "ms": round((time.perf_counter() - started) * 1000, 1),
                "person": getattr(request, "person_id", None),
            },
        )
        logs.request_id.reset(token)
        return response

    return middleware


LOOPBACK = {"localhost", "127.0.0.1", "[::1]"}


def one_loopback_name(get_response):
    """On one's own machine a browser may be sent to any of its names, and cookies and forms are of the one that links,
    letters and Stripe lead back to: visits go there. Behind a proxy nothing is led anywhere."""
    home = split_domain_port(urlsplit(settings.SITE_URL).netloc)[0]
    if not settings.IS_LOOPBACK or home not in LOOPBACK:
        raise MiddlewareNotUsed

    def middleware(request):
        name = split_domain_port(request.META.get("HTTP_HOST", ""))[0]
        is_other = name in LOOPBACK and not validate_host(name, settings.ALLOWED_HOSTS)
        if is_other and request.method in ("GET", "HEAD"):
            return HttpResponseRedirect(settings.SITE_URL + request.get_full_path())
        return get_response(request)

    return middleware


def without_nul(get_response):
    """Nobody types a NUL and Postgres keeps none: an address with one names nothing; it is left out of queries and
    forms. The API, and what machines post, have doors of their own."""

    def middleware(request):
        if "\0" in request.path_info:
            raise Http404
        while "%00" in request.META.get("QUERY_STRING", ""):
            request.META["QUERY_STRING"] = request.META["QUERY_STRING"].replace("%00", "")
        return get_response(request)

    def process_view(request, view, args, kwargs):
        is_form = request.method == "POST" and not getattr(view, "csrf_exempt", False)
        if is_form and any("\0" in value for _name, values in request.POST.lists() for value in values):
            request.POST = QueryDict(request.POST.urlencode().replace("%00", ""))

    middleware.process_view = process_view
    return middleware


def permissions_policy(get_response):
    """What no page of ours asks of a device, nothing that slips into a page can ask of it either."""

    def middleware(request):
        response = get_response(request)
        response["Permissions-Policy"] = "camera=(), display-capture=(), geolocation=(), microphone=(), usb=()"
        return response

    return middleware


def page_methods(get_response):
    """Pages know GET, HEAD and POST. Without this, class-based views of others take PUT for POST, or DELETE for GET."""

    def middleware(request):
        if request.method in ("GET", "HEAD", "POST") or request.path.startswith("/api/"):
            return get_response(request)
        return HttpResponseNotAllowed(["GET", "HEAD", "POST"])

    return middleware


def cache_policy(get_response):
    """Without a session cookie a page is the same for everybody and says so; with one it is private, never stored."""

    def middleware(request):
        response = get_response(request)
        if response.has_header("Cache-Control"):
            return response
        patch_vary_headers(response, ["Cookie"])
        shareable = (
            request.method in ("GET", "HEAD")
            and response.status_code in (200, 301, 304)
            and not has_session(request)
            and not response.cookies
            and not came_by_htmx(request)
        )
        response["Cache-Control"] = "public, max-age=0, s-maxage=60" if shareable else "private, no-store"
        return response

    return middleware


def only_by_form(get_response):
    """Whoever asks for the page of an address to which only forms send (after logging in, or from the history of the
    browser) is told so, and led to the page above it."""

    def middleware(request):
        response = get_response(request)
        if response.status_code != 405 or request.method != "GET" or response.content:
            return response
        page = render(request, "405.html", {"above": page_above(request.path_info)}, status=405)
        page["Allow"] = response["Allow"]
        return page

    return middleware


def page_above(path: str) -> str:
    """The nearest address above this one that takes visits: of /sessions/1/a/copy/ it is /sessions/1/a/."""
    while path := path.rstrip("/").rpartition("/")[0]:
        if is_valid_path(f"{path}/"):
            return f"{path}/"
    return "/"


def plain_errors(get_response):
    """Refusals that any view may raise, turned into pages that say what to do next."""

    def middleware(request):
        return get_response(request)

    def process_exception(request, exception):
        if isinstance(exception, RateLimited):
            response = render(request, "429.html", {"retry_after": exception.retry_after}, status=429)
            response["Retry-After"] = str(exception.retry_after)
            return response
        return None

    middleware.process_exception = process_exception
    return middleware

"""The only code that asks "is this htmx?".

A page and its fragments share one URL: `render_page` answers the fragment to htmx and the page to everybody else.
Redirects become `HX-Redirect`, so that htmx leaves the page as a plain form would. Messages ride along out of band.
"""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.template.loader import render_to_string
from django.utils.cache import patch_vary_headers
from django.utils.html import format_html

from core.refusals import PLAIN

HEADERS = ("HX-Request", "HX-Boosted", "HX-History-Restore-Request")


def is_htmx(request) -> bool:
    """True for a fragment request; a history restore and a boosted link want the whole page. Whoever asks answers the
    two differently, and `bridge` says so to caches."""
    request.varies_by_htmx = True
    return _wants_fragment(request)


def came_by_htmx(request) -> bool:
    """Whether htmx sent it, for a fragment or for a page: to caches all of these look alike."""
    return bool(getattr(request, "htmx", None))


def _wants_fragment(request) -> bool:
    return came_by_htmx(request) and not request.htmx.history_restore_request and not request.htmx.boosted


def sent_by_itself(request) -> bool:
    """Whether nobody pressed anything: the page keeps what is typed, or looks for it."""
    return came_by_htmx(request) and request.headers.get("By-Itself") == "yes"


def stay() -> HttpResponse:
    """To htmx, instead of the way to the log-in page: what was written is nowhere but in the page that sent it."""
    return HttpResponse(status=401, headers={"Entrance": "out"})


def asked_for(request) -> tuple[str, ...]:
    """What an answer may depend on besides its address: a page and its fragments are kept apart by it."""
    return tuple(str(request.headers.get(name, "")) for name in HEADERS)


def render_page(request, template, context=None, *, partial="", status=200):
    """Render `template`, or for htmx only its `partial`.

    `fragment` tells the template which of the two it is, for what rides along out of band.
    """
    fragment = bool(partial) and is_htmx(request)
    wanted = f"{template}#{partial}" if fragment else template
    return render(request, wanted, {**(context or {}), "fragment": fragment}, status=status)


def see_other(to, *args, **kwargs):
    """The answer to a POST that worked: 303, so that whatever asked reads the page and never posts again."""
    response = redirect(to, *args, **kwargs)
    response.status_code = 303
    return response


def bridge(get_response):
    def middleware(request):
        response = get_response(request)
        is_redirect = 300 <= response.status_code < 400 and "Location" in response
        if is_redirect and sent_by_itself(request) and response["Location"].startswith(resolve_url(settings.LOGIN_URL)):
            response = stay()  # nobody is led away in the middle of a word
        elif is_redirect and _wants_fragment(request):
            answer = HttpResponse(status=200, headers={"HX-Redirect": response["Location"]})
            answer.cookies = response.cookies
            response = answer
        if is_redirect or getattr(request, "varies_by_htmx", False):
            patch_vary_headers(response, ["HX-Request"])
        is_page = response.get("Content-Type", "").startswith("text/html") and not response.streaming
        if response.status_code >= 400 and response.status_code != 422 and is_page:
            # Always in this order: else it would tell what is hidden, and was looked at for somebody, from what is not.
            patch_vary_headers(response, ["Cookie", "HX-Request"])
            if _wants_fragment(request):
                # Swapped into nothing (see base.html): a whole page would be sent for its status alone.
                _code, words = PLAIN.get(response.status_code, PLAIN[400])
                response.content = format_html('<p role="alert">{}</p>', words)
                del response["Content-Length"]  # of the page: a browser would wait for the rest
        return response

    return middleware


def toasts(get_response):
    """Messages of an htmx request ride along in its answer. It stands inside MessageMiddleware, which would otherwise
    keep what was just shown for the next page as well."""

    def middleware(request):
        response = get_response(request)
        is_fragment = response.status_code == 200 and response.get("Content-Type", "").startswith("text/html")
        # A request that queued nothing is not asked for messages: that would touch a stranger's session.
        if _wants_fragment(request) and is_fragment and not response.streaming and request._messages._queued_messages:
            context = {"messages": messages.get_messages(request), "out_of_band": True}
            response.content += render_to_string("_messages.html", context, request).encode()
        return response

    return middleware

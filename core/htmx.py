"""The only code that asks "is this htmx?".

A page and its fragments share one URL: `render_page` answers the fragment to htmx and the page to everybody else.
Redirects become `HX-Redirect`, so that htmx leaves the page as a plain form would. Messages ride along out of band.
"""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.cache import patch_vary_headers


def is_htmx(request) -> bool:
    """True for a fragment request; a history restore and a boosted link want the whole page."""
    details = getattr(request, "htmx", None)
    return bool(details) and not details.history_restore_request and not details.boosted


def render_page(request, template, context=None, *, partial="", status=200):
    """Render `template`, or for htmx only its `partial`; the answer varies by HX-Request either way."""
    wanted = f"{template}#{partial}" if partial and is_htmx(request) else template
    response = render(request, wanted, context, status=status)
    if partial:
        patch_vary_headers(response, ["HX-Request"])
    return response


def bridge(get_response):
    def middleware(request):
        response = get_response(request)
        if not is_htmx(request):
            return response
        if 300 <= response.status_code < 400 and "Location" in response:
            answer = HttpResponse(status=200, headers={"HX-Redirect": response["Location"]})
            answer.cookies = response.cookies
            return answer
        if response.status_code == 200 and response.get("Content-Type", "").startswith("text/html"):
            _append_messages(request, response)
        return response

    return middleware


def _append_messages(request, response):
    # A request without a session has no messages, and asking for them would start one.
    if response.streaming or not getattr(request, "_messages", None) or not request._messages._queued_messages:
        return
    said = messages.get_messages(request)
    response.content += render_to_string("_messages.html", {"messages": said, "out_of_band": True}, request).encode()

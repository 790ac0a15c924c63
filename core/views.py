import sys

from django.http import Http404, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.views import defaults
from django.views.decorators.csrf import csrf_exempt, requires_csrf_token
from django.views.decorators.http import require_safe

from core.db import is_away
from core.seo import absolute


@requires_csrf_token
def server_error(request):
    """Of whatever no view had an answer for. While the database is away nobody made a mistake: "try again" is true."""
    if not is_away(sys.exception()):
        return defaults.server_error(request)
    return HttpResponse(render_to_string("503.html"), status=503, headers={"Retry-After": "10"})


@csrf_exempt
def no_such_address(request):
    """Below /api/: nothing here, in whatever way it is asked for, and no redirect to an address with a slash."""
    raise Http404


@require_safe
def robots(request):
    lines = ["User-agent: *", "Disallow: /account/", "Disallow: /manage/", "Disallow: /admin/", "Disallow: /join/"]
    lines.append(f"Sitemap: {absolute(reverse('sitemap'))}")
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")

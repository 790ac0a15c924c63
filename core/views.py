from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe


def csrf_failure(request, reason=""):
    """A form that is too old (another tab signed in, or cookies are off): say so; the browser keeps what was typed."""
    return render(request, "403_csrf.html", status=403)


@csrf_exempt
def no_such_address(request):
    """Below /api/: nothing here, in whatever way it is asked for, and no redirect to an address with a slash."""
    raise Http404


@require_safe
def robots(request):
    lines = ["User-agent: *", "Disallow: /account/", "Disallow: /manage/", "Disallow: /admin/", "Disallow: /join/"]
    lines.append(f"Sitemap: {request.build_absolute_uri('/sitemap.xml')}")
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")

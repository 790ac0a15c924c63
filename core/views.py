from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


def csrf_failure(request, reason=""):
    """A form that is too old (another tab signed in, or cookies are off): say so; the browser keeps what was typed."""
    return render(request, "403_csrf.html", status=403)


@require_safe
def robots(request):
    lines = ["User-agent: *", "Disallow: /account/", "Disallow: /manage/", "Disallow: /admin/", "Disallow: /join/"]
    lines.append(f"Sitemap: {request.build_absolute_uri('/sitemap.xml')}")
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")

from django.utils import timezone
from django.views.decorators.http import require_safe

from core.htmx import render_page
from core.limits import client_address, hit
from core.middleware import has_session
from features.discovery import pages


@require_safe
def search(request):
    """One box for everything: kinds as tabs, the best first. The address holds the question and can be shared."""
    typed = request.GET.get("q", "")
    if typed and not has_session(request):
        hit("search", client_address(request))
    context = pages.search_page(
        typed,
        kind=request.GET.get("kind", ""),
        after=request.GET.get("after", ""),
        person=request.user,
        path=request.path,
        now=timezone.now(),
    )
    return render_page(request, "discovery/search.html", context, partial="results")

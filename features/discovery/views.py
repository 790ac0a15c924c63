from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core.htmx import render_page, see_other
from core.limits import client_address, hit
from core.middleware import has_session
from core.templatetags.ui import undoing
from features.discovery import pages, services
from features.discovery.kinds import kinds
from features.discovery.query import LONGEST


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


@require_POST
@login_required
def wish(request):
    """Be told once there is something, or no longer."""
    words = (request.POST.get("q") or request.POST.get("undo", ""))[:LONGEST]
    kind = request.POST.get("kind", "")
    kind = kind if kind in kinds else ""
    if "undo" in request.POST:
        services.unwish(person=request.user, words=words, kind=kind)
    elif services.wish(person=request.user, words=words, kind=kind):
        undo = undoing("search_wish", undo=words, kind=kind)
        messages.success(request, _("You hear as soon as there is something."), extra_tags=undo)
    return see_other(services.wish_address(words, kind))

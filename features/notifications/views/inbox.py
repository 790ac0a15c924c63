from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core.htmx import is_htmx, render_page, see_other
from core.pagination import keyset
from core.templatetags.ui import undoing
from features.notifications import services
from features.notifications.models import Notification


@require_safe
@login_required
def inbox(request):
    mine = Notification.objects.filter(recipient=request.user)
    page = keyset(mine, request, order=("-created_at", "-id"))
    context = {"page": page, "notices": services.in_words(page.items)}
    return render_page(request, "notifications/inbox.html", context, partial="notices")


@require_POST
@login_required
def notification_reading(request, pk):
    """Read by a press: of one, which may lead on to what it is about (`open`), or of it and all before (`older`); and
    all that one press read unread again (`undo`)."""
    notification = get_object_or_404(Notification, pk=pk, recipient=request.user)
    if "undo" in request.POST:
        services.mark_unread(notification=notification)
        return see_other("inbox")
    services.mark_read(notification=notification, and_older="older" in request.POST)
    if "older" in request.POST:
        messages.success(request, _("All read."), extra_tags=undoing("notification_reading", pk, undo="yes"))
    if "open" in request.POST:
        return see_other(notification.url)
    here = {"after": request.GET["after"]} if "after" in request.GET else {}
    return see_other(f"{reverse('inbox')}?{urlencode(here)}".rstrip("?"))


@require_POST
@login_required
def page_reading(request):
    """What leads to a page is read with it: htmx says so when that page has come."""
    services.mark_seen(person=request.user, url=request.POST.get("url", ""))
    return HttpResponse(status=204) if is_htmx(request) else see_other("inbox")

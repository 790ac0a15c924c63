"""Never match these two: whom somebody wants nothing to do with."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.htmx import see_other
from core.pagination import keyset
from features.accounts.models import User
from features.mentoring import services
from features.mentoring.models import Block


@require_safe
@login_required
def apart(request):
    rows = Block.objects.filter(person=request.user).select_related("blocked")
    page = keyset(rows, request, order=("-blocked_at", "-id"), size=20)
    return render(request, "mentoring/apart.html", {"page": page})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def apart_from(request, handle):
    """What it means, before it is done; and the way back."""
    other = get_object_or_404(User.objects.active(), handle=handle)
    if other == request.user:
        raise Http404
    if request.method == "POST":
        if request.POST.get("act") == "undo":
            services.end_apart(person=request.user, other=other)
            messages.success(request, _("You can find and ask each other again."))
        else:
            services.keep_apart(person=request.user, other=other)
            messages.success(request, _("Done. They are not told."))
        return see_other("apart")
    is_apart = Block.objects.filter(person=request.user, blocked=other).exists()
    return render(request, "mentoring/apart_from.html", {"other": other, "is_apart": is_apart})

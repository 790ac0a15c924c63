from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.htmx import is_htmx, render_page, see_other
from core.pagination import keyset
from core.templatetags.ui import undoing
from features.notifications import services
from features.notifications.forms import FollowLevelForm
from features.notifications.kinds import FOLLOWS
from features.notifications.models import Follow, Level


@require_safe
@login_required
def follows(request):
    """What somebody follows, newest first, with a way out of each."""
    page = keyset(Follow.objects.filter(person=request.user), request, order=("-followed_at", "-id"))
    named = services.named(row.key for row in page.items)
    rows = [(row, named.get(row.key), FollowLevelForm(initial={"level": row.level})) for row in page.items]
    context = {"page": page, "rows": rows, "level": Level(services.levels(request.user)[FOLLOWS.key])}
    return render_page(request, "notifications/follows.html", context, partial="rows")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def follow(request, key):
    """Begin to follow, or stop. Whoever comes here by a log-in is led to what they wanted to follow."""
    if request.method == "POST" and request.POST.get("act") == "unfollow":
        known = Follow.objects.filter(person=request.user, key=key).first()
        services.unfollow(person=request.user, key=key)  # also what is no longer there
        if known and request.POST.get("list"):
            undo = undoing("follow", key, list="yes", level=known.level) if services.named([key]) else ""
            messages.success(request, _("You do not follow that any more."), extra_tags=undo)
        return _answer(request, key)
    found = services.named([key]).get(key)
    if found is None:
        raise Http404
    if request.method != "POST":
        return see_other(found.url)
    level = FollowLevelForm(request.POST)
    known = level.is_valid() and "level" in request.POST
    services.follow(person=request.user, key=key, level=level.cleaned_data["level"] if known else None)
    return _answer(request, key)


def _answer(request, key):
    """The button in its new state for htmx; for a plain form the page that it stands on."""
    if request.POST.get("list"):
        return see_other("follows")
    found = services.named([key]).get(key)
    if is_htmx(request) and found:
        context = {"followed": found, "is_followed": services.follows(request.user, key)}
        return render(request, "notifications/_follow.html", context)
    return see_other(found.url if found else "follows")


@require_POST
@login_required
def follow_level(request, key):
    """How one is told of this one thing, whatever is chosen for all."""
    get_object_or_404(Follow, person=request.user, key=key)
    form = FollowLevelForm(request.POST)
    if form.is_valid():
        services.follow(person=request.user, key=key, level=form.cleaned_data["level"])
        messages.success(request, _("Saved."))
    return see_other("follows")

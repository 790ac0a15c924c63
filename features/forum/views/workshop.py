"""First questions before they are published: for volunteers, and for who asked."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core.htmx import see_other
from core.pagination import keyset
from features.forum import services
from features.forum.access import visible_thread, workshop_of
from features.forum.lists import lines
from features.forum.models import State, Thread


@require_safe
@login_required
def workshop(request):
    """What waits longest stands first. Who may not help yet reads how to get there, and finds their own."""
    now, waiting = timezone.now(), workshop_of(request.user)
    own = Thread.objects.filter(state=State.WORKSHOP, author=request.user).with_its_row().order_by("pk")[:20]
    context = {"may_help": waiting is not None, "own": lines(own, now=now), "lines": []}
    if waiting is not None:
        page = keyset(waiting.exclude(author=request.user).with_its_row(), request, order=("active_at", "id"))
        context |= {"page": page, "lines": lines(page.items, person=request.user, now=now)}
    return render(request, "forum/workshop.html", context)


@require_POST
@login_required
def thread_publication(request, pk, slug):
    thread = visible_thread(request.user, pk)
    try:
        thread = services.publish(by=request.user, thread=thread)
    except services.ForumRefused as refused:
        messages.error(request, refused.words)
    else:
        if thread.state == State.SHOWN:
            messages.success(request, _("It is there for everybody to read."))
        else:
            messages.info(request, _("A moderator looks at it first, because it leads to other sites."))
    return see_other(thread)

"""Work after the answer: what failed, what waits, and when each periodic task ran last."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from core.htmx import see_other
from core.jobs import looking
from core.pagination import keyset
from core.text import number
from features.accounts import services
from features.accounts.access import role_required
from features.accounts.models import Role

FAILING = 20  # each comes back by itself: the first of them say enough


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.ORGANISER)
def work(request):
    if request.method == "POST":
        return _retry(request)
    page = keyset(looking.parked(), request, order=("-parked_at", "-id"), size=25)
    context = {
        "figures": looking.figures(),
        "page": page,
        "parked": [(row, *looking.spoken(row.task)) for row in page.items],
        "failing": [(row, *looking.spoken(row.task)) for row in looking.failing().order_by("not_before")[:FAILING]],
        "runs": [(run, *looking.spoken(run.task)) for run in looking.last_runs(timezone.now())],
    }
    return render(request, "accounts/manage/work.html", context)


def _retry(request):
    which = request.POST.get("row", "")
    row = number(which)
    if row is None and which != "all":
        raise Http404
    count = services.retry_work(by=request.user, row=row)
    if count:
        words = ngettext("{n} task is due again.", "{n} tasks are due again.", count)
        messages.success(request, words.format(n=count))
    else:
        messages.info(request, _("Nothing to try again: it was set going before."))
    return see_other("manage_work")

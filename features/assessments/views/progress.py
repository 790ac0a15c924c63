from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from features.assessments import tracking
from features.skills import services as skills


@require_safe
@login_required
def progress(request):
    """All of one's skills: where one stands, where one wants to be, and what closes the gap."""
    return render(request, "assessments/progress.html", tracking.overview(request.user, timezone.now()))


@require_safe
@login_required
def skill(request, slug):
    """One skill over time, with what moved it."""
    found = skills.by_slug(slug)
    if not found:
        raise Http404
    if found.slug != slug:
        return redirect("progress_skill", found.slug, permanent=True)
    return render(request, "assessments/progress_skill.html", tracking.of_skill(request, found, timezone.now()))

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core.htmx import is_htmx, see_other
from features.library import pages, services
from features.library.access import visible_lesson, visible_work


@require_safe
@login_required
def own(request):
    """What I have begun, and how far I am."""
    return render(request, "library/learning.html", {"rows": pages.learning(request.user)})


@require_POST
@login_required
def start(request, pk):
    work = visible_work(request.user, pk)
    try:
        services.begin(work=work, person=request.user)
    except services.LibraryRefused as refused:
        messages.error(request, refused.words)
        return see_other(work)
    return see_other("work_resume", work.pk)


@require_safe
@login_required
def resume(request, pk):
    """To the lesson where one stopped."""
    context = pages.work_page(request, visible_work(request.user, pk), timezone.now())
    goal = context["next"]
    return redirect(goal.url if goal and context["work"].is_course else context["work"])


@require_POST
@login_required
def progress(request, pk, lesson_pk):
    """Done, or not after all: in place for htmx, else on to the next lesson."""
    work = visible_work(request.user, pk)
    lesson = visible_lesson(request.user, work, lesson_pk)
    refused = None
    try:
        if request.POST.get("act") == "undo":
            services.mark_not_done(lesson=lesson, person=request.user)
        else:
            services.mark_done(lesson=lesson, person=request.user)
    except services.LibraryRefused as error:
        refused = error
    if is_htmx(request):
        context = pages.lesson_page(request, lesson, timezone.now()) | {"refused": refused, "swapped": True}
        return render(request, "library/_progress.html", context, status=422 if refused else 200)
    if refused:
        messages.error(request, refused.words)
        return see_other(work)
    return _next(request, work, lesson)


def _next(request, work, lesson):
    context = pages.lesson_page(request, lesson, timezone.now())
    if context["total"] == context["done"]:
        messages.success(request, _("You have come to the end.") if work.is_course else _("Marked as read."))
        return see_other(work)
    after = context["after"]
    if request.POST.get("act") == "undo" or not after or after.locked:
        return see_other(lesson if work.is_course else work)
    return see_other(after.url)

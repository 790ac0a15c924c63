from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core import share_image
from core.htmx import render_page
from core.limits import client_address, hit
from core.middleware import has_session
from features.library import pages
from features.library.access import visible_lesson, visible_work


@require_safe
def library(request):
    if request.GET.get("q") and not has_session(request):
        hit("search", client_address(request))
    return render_page(request, "library/library.html", pages.work_list(request), partial="results")


@require_safe
def work(request, pk, slug):
    work = visible_work(request.user, pk)
    if slug != work.slug:
        return redirect(work, permanent=True)
    return render(request, "library/work.html", pages.work_page(request, work, timezone.now()))


@require_safe
def work_image(request, pk, slug):
    """What goes along when somebody shares it."""
    work = visible_work(request.user, pk)
    return share_image.answer(
        work.title, _("{kind} by {name}").format(kind=work.get_kind_display(), name=work.author.name)
    )


@require_safe
def lesson(request, pk, lesson_pk):
    work = visible_work(request.user, pk)
    found = visible_lesson(request.user, work, lesson_pk)
    if not work.is_course:
        return redirect(work)
    return render(request, "library/lesson.html", pages.lesson_page(request, found, timezone.now()))

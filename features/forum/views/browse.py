from django.http import Http404
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core import share_image
from core.frame import render_framed
from core.htmx import render_page
from core.limits import client_address, hit
from core.middleware import has_session
from core.page_cache import shows
from features.forum import lists, pages
from features.forum.access import visible_board, visible_post
from features.forum.models import State

# What threads and lists of them show: themselves, who wrote, their skills, what moderators did, what they are asked
# about; lists say how many wait for an answer.
FORUM = ("forum", "people", "skills", "moderation", "session_titles")
LISTS = (*FORUM, "follows")


def _list(request, board=None, **wanted):
    if request.GET.get("q") and not has_session(request):
        hit("search", client_address(request))
    context = lists.thread_list(request, timezone.now(), board, **wanted)
    context["nothing"] = lists.nothing_found(context, request.user)
    return render_page(request, "forum/forum.html", context, partial="results")


@require_safe
@shows(*LISTS)
def forum(request):
    return _list(request)


@require_safe
@shows(*LISTS)
def unanswered(request):
    """Questions that nobody has answered yet, the newest first."""
    return _list(request, state="unanswered", sort="newest")


@require_safe
@shows(*LISTS)
def board(request, slug):
    return _list(request, visible_board(slug))


@require_safe
@shows(*FORUM)
def thread(request, pk, slug):
    try:
        opening = pages.opening_of(request.user, pk)
    except Http404:
        return redirect(pages.moved_to(request.user, pk), permanent=True)
    if slug != opening.thread.slug:
        return redirect(opening.thread, permanent=True)
    if elsewhere := pages.split_off(request, opening.thread):
        return redirect(elsewhere, permanent=True)
    context = pages.thread_page(request, opening)
    page = render_framed(
        request,
        "forum/thread.html",
        same={"is_public": opening.thread.state == State.SHOWN},
        gaps=pages.frame_of(opening, context, pages.draw_thread(request, context)),
        token=context.get("csrf_token", ""),
    )
    page.content = page.content.replace(pages.REPLIES.encode(), context["replies"])
    return page


@require_safe
@shows(*FORUM)
def thread_image(request, pk, slug):
    """What goes along when somebody shares it."""
    thread = pages.opening_of(request.user, pk).thread
    return share_image.answer(
        thread.title, _("Asked in {board}").format(board=thread.board.name) if thread.is_question else thread.board.name
    )


@require_safe
def post(request, pk):
    """To where it stands now."""
    return redirect(pages.place_of(visible_post(request.user, pk)))

"""Threads and answers as Atom: only what everybody reads, and the same for everybody."""

from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.feeds import Atom, begun, conditional
from core.limits import client_address, hit
from core.middleware import has_session
from core.seo import absolute
from core.text import one_line, without_marks
from features.forum.access import visible_board, visible_thread
from features.forum.filters import ThreadFilter
from features.forum.models import Post, State

NEWEST = 30


@require_safe
def forum_atom(request):
    """The newest threads, with the filters of the list: `?skill=` for a tag."""
    return _threads(request, _("Forum"), "/forum/")


@require_safe
def board_atom(request, slug):
    board = visible_board(slug)
    return _threads(request, board.name, board.get_absolute_url(), board)


def _threads(request, title, page, board=None):
    if request.GET.get("q") and not has_session(request):
        hit("search", client_address(request))
    found = ThreadFilter(request.GET, now=timezone.now(), board=board).matching()
    newest = found.select_related("author", "board").prefetch_related("skills").order_by("-id")[:NEWEST]
    query = request.GET.urlencode()
    feed = begun(request, title=one_line(title), page=f"{page}?{query}" if query else page)
    posts = Post.objects.filter(thread__in=[thread.pk for thread in newest], part=Post.Part.OPENING)
    openings = {post.thread_id: post for post in posts}
    for thread in newest:
        _add(feed, openings[thread.pk], thread, one_line(thread.title))
    return _answer(request, feed)


@require_safe
def thread_atom(request, pk, slug):
    """The newest answers of a thread, and what it began with."""
    thread = visible_thread(AnonymousUser(), pk)
    if thread.pk != pk:
        return redirect("thread_atom", thread.pk, thread.slug, permanent=True)
    posts = thread.posts.shown().exclude(part=Post.Part.COMMENT).select_related("author").order_by("-id")[:NEWEST]
    feed = begun(request, title=one_line(thread.title), page=thread.get_absolute_url())
    for post in posts:
        title = thread.title if post.part == Post.Part.OPENING else _("Answer to: %s") % thread.title
        _add(feed, post, thread, one_line(title), post.get_absolute_url())
    return _answer(request, feed)


def _add(feed, post, thread, title, url=""):
    if thread.state != State.SHOWN:
        raise Http404
    author = thread.author if post.part == Post.Part.OPENING else post.author
    feed.add_item(
        title=title,
        link=absolute(url or thread.get_absolute_url()),
        description=one_line(without_marks(post.html))[:500],
        unique_id=absolute(post.get_absolute_url()),
        author_name=_("Somebody") if post.is_anonymous else one_line(author.name),
        author_link=None if post.is_anonymous or not author.is_active else absolute(author.get_absolute_url()),
        categories=[one_line(skill.name) for skill in thread.skills.all()],
        pubdate=post.created_at,
        updateddate=post.edited_at or post.created_at,
    )


def _answer(request, feed):
    return conditional(request, HttpResponse(feed.writeString("utf-8"), content_type=Atom.content_type))

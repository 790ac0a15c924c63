"""Who may see and do what in the forum. What somebody may not see does not exist for them."""

from django.http import Http404
from django.shortcuts import get_object_or_404

from features.accounts.access import Ability, has_any_role, has_role
from features.accounts.models import Role
from features.forum.models import Board, Post, State, Thread
from features.moderation import services as moderation


def moderates(person, board: Board) -> bool:
    """Moderators everywhere, those of an area on its boards."""
    if not person.is_authenticated:
        return False
    return has_any_role(person, Role.MODERATOR, Role.ORGANISER) or has_role(person, Role.AREA_MODERATOR, board.scope)


def helps_in_workshop(person, board: Board) -> bool:
    """Volunteers, who have earned it, and moderators of the board."""
    return moderates(person, board) or (
        person.is_authenticated and moderation.may(person, Ability.TIDY, scope=board.scope)
    )


def workshop_of(person):
    """What waits in the workshop for this person's help; None for who may not help."""
    threads = Thread.objects.filter(state=State.WORKSHOP)
    scopes = moderation.scopes_of(person)
    if scopes is None or moderation.may(person, Ability.TIDY):
        return threads
    areas = [scope.partition(":")[2] for scope in scopes if scope.startswith("skill:")]
    return threads.filter(board__skill__in=areas) if areas else None


def may_read(person, thread: Thread) -> bool:
    if thread.state == State.SHOWN or thread.author_id == person.pk or moderates(person, thread.board):
        return True
    return thread.state == State.WORKSHOP and helps_in_workshop(person, thread.board)


def visible_board(slug) -> Board:
    return get_object_or_404(Board, slug=slug)


def visible_thread(person, pk) -> Thread:
    """Another one than was asked for, where its posts have gone."""
    threads = Thread.objects.select_related("board", "author")
    return _shown_to(person, get_object_or_404(threads.now_at(pk)))


def visible_post(person, pk) -> Post:
    """A post is seen with all that it hangs on: its thread, and for a comment the post it is about."""
    posts = Post.objects.select_related("author", "thread__board", "thread__author", "parent")
    post = get_object_or_404(posts, pk=pk)
    _shown_to(person, post.thread)
    if post.parent:
        _readable(person, post.parent, post.thread)
    return _readable(person, post, post.thread)


def may_see_picture(file, viewer) -> bool:
    """A picture is seen with a post of its owner's in which it stands, as it is now; by its owner in any case."""
    if viewer.pk == file.owner_id:
        return True
    posts = Post.objects.with_pictures().filter(author=file.owner_id, text__contains=f"/files/{file.name}/")
    return any(_may_read(viewer, post) for post in posts.select_related("thread__board", "parent"))


def _may_read(person, post) -> bool:
    try:
        _shown_to(person, post.thread)
        for read in (post, post.parent):
            if read:
                _readable(person, read, post.thread)
    except Http404:
        return False
    return True


def shown_post(pk) -> Post:
    """What everybody reads, and may therefore judge."""
    posts = Post.objects.shown().select_related("thread__board")
    return get_object_or_404(posts, pk=pk, thread__state=State.SHOWN)


def _shown_to(person, thread) -> Thread:
    if not may_read(person, thread):
        raise Http404
    return thread


def _readable(person, post, thread) -> Post:
    if post.state == thread.state == State.WORKSHOP:  # all of it, by whoever reads the thread
        return post
    if post.state != State.SHOWN and post.author_id != person.pk and not moderates(person, thread.board):
        raise Http404
    return post

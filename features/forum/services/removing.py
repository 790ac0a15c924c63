"""Taking back what one wrote, while nobody has answered it. What hangs on it stays, and then it can be edited."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from features.accounts.models import User
from features.forum.models import Closing, Post, State, Thread
from features.forum.services.curating import set_state
from features.forum.services.editing import EDITABLE
from features.forum.services.refusals import ForumRefused
from features.forum.services.writing import lock

Part = Post.Part


def is_answered(post: Post, thread: Thread) -> bool:
    """Whether something that everybody reads hangs on it; as long as it is in the workshop, nothing does."""
    if post.part == Part.OPENING:
        return bool(post.comments or thread.replies)
    return bool(post.comments or thread.accepted_id == post.pk)


def why_not_take_back(post: Post, thread: Thread) -> ForumRefused | None:
    """To its author."""
    if post.state not in EDITABLE:
        return ForumRefused("gone", _("Nobody else reads it any more."))
    if thread.closing == Closing.LOCKED:
        return ForumRefused("locked", _("This thread is locked, so nothing changes in it any more."))
    if thread.accepted_id == post.pk:
        return ForumRefused("accepted", _("It solved the question, so it stays. You can still edit it."))
    if is_answered(post, thread):
        return ForumRefused("answered", _("Something was written below it, so it stays. You can still edit it."))
    return None


@transaction.atomic
def take_back(*, by: User, post: Post) -> Post:
    """Out of sight for good, but for its author and moderators; with the post that opens it goes the thread. Raises
    ForumRefused."""
    thread = lock(post.thread)  # an answer that is being written is there or comes too late
    post = Post.objects.select_for_update(of=("self",)).get(pk=post.pk)
    if post.author_id != by.pk:
        raise ForumRefused("not_yours", _("Only whoever wrote it takes it back. You can report it."))
    if refused := why_not_take_back(post, thread):
        raise refused
    set_state(post=post, state=State.REMOVED)
    post.state = State.REMOVED
    return post

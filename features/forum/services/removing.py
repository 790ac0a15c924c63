"""Taking back what one wrote, while nobody has answered it. What hangs on it stays, and then it can be edited."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from features.accounts.models import User
from features.forum.models import Closing, Post, State, Suggestion, Thread
from features.forum.services.curating import set_state
from features.forum.services.editing import EDITABLE
from features.forum.services.refusals import ForumRefused
from features.forum.services.writing import lock_post
from features.moderation import services as moderation

Part = Post.Part


def is_answered(post: Post, thread: Thread) -> bool:
    """Whether something that everybody reads hangs on it; as long as it is in the workshop, nothing does."""
    if post.part == Part.OPENING:
        below = Post.objects.shown().filter(thread=thread, part=Part.REPLY)  # also what is not counted as an answer
        return bool(post.comments or thread.replies or below.exists())
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
    """Out of sight for good, but for its author and moderators; with the post that opens it goes the thread, and what
    waited to be decided about it waits no more. Raises ForumRefused."""
    suggested = list(Suggestion.objects.filter(post=post, state=Suggestion.State.WAITING).values_list("pk", flat=True))
    keys = [f"post:{post.pk}", *(f"suggestion:{pk}" for pk in suggested)]
    moderation.alone_with(keys)
    thread, post = lock_post(post)  # an answer that is being written is there or comes too late
    if post.author_id != by.pk:
        raise ForumRefused("not_yours", _("Only whoever wrote it takes it back. You can report it."))
    if refused := why_not_take_back(post, thread):
        raise refused
    set_state(post=post, state=State.REMOVED)
    Suggestion.objects.filter(pk__in=suggested, state=Suggestion.State.WAITING).update(state=Suggestion.State.DECLINED)
    moderation.close_gone(keys)
    post.state = State.REMOVED
    return post

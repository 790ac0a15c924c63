"""Who hears of a new thread and of a new answer: batches, each of which leads to the next."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from features.forum.models import Post, State, Thread
from features.notifications import services as notifications
from features.notifications.models import Follow, Notification

OPENED, REPLIED = "thread_opened", "thread_reply"
# A worker that stood still tells late, but what was written a week ago is no news any more.
LATEST = timedelta(days=7)


def keys_of(thread: Thread) -> set[str]:
    """What one may follow to hear of a new thread: its board, its skills, and the areas in which they lie."""
    about = {pk for skill in thread.skills.all() for pk in (skill.pk, skill.parent_id) if pk}
    return {f"board:{thread.board_id}", *(f"skill:{pk}" for pk in about)}


def tell_of_thread(thread_id: int, after: int = 0) -> int | None:
    """Tell the next batch; answers where the one after it begins, or None when all are told."""
    threads = Thread.objects.shown().filter(created_at__gt=timezone.now() - LATEST)
    thread = threads.filter(pk=thread_id).first()
    if thread is None:
        return None
    return notifications.tell_followers(
        keys=keys_of(thread),
        kind=OPENED,
        ref=thread.pk,
        url=thread.get_absolute_url(),
        leave_out=thread.author_id,
        after=after,
    )


@transaction.atomic
def tell_of_reply(post_id: int, after: int = 0) -> int | None:
    """The same for an answer: who has not yet looked at the last one they were told of is not told again."""
    posts = Post.objects.shown().filter(created_at__gt=timezone.now() - LATEST, thread__state=State.SHOWN)
    post = posts.filter(pk=post_id).first()
    if post is None:
        return None
    # Two answers at the same moment are told one after the other, so that the second sees whom the first told.
    thread = Thread.objects.select_for_update().get(pk=post.thread_id)
    key = f"thread:{thread.pk}"
    followers = Follow.objects.filter(key=key).values("person")
    told = Notification.objects.unread().filter(recipient__in=followers, kind=REPLIED, ref__startswith=f"{thread.pk}.")
    return notifications.tell_followers(
        keys=[key],
        kind=REPLIED,
        ref=f"{thread.pk}.{post.pk}",
        url=post.get_absolute_url(),
        leave_out={post.author_id, *told.values_list("recipient", flat=True)},
        after=after,
    )

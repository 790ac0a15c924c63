"""Who hears of a new thread and of a new answer: batches, each of which leads to the next."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from features.accounts.models import User
from features.forum.models import Post, State, Thread
from features.forum.services.asked_about import about
from features.forum.services.reading import told_of
from features.notifications import services as notifications
from features.notifications.models import Follow, Notification

OPENED, REPLIED, ASKED = "thread_opened", "thread_reply", "asked_about"
CHANGED, ANSWERED, PUBLISHED = "workshop_changed", "workshop_answered", "workshop_published"
# A worker that stood still tells late, but what was written a week ago is no news any more.
LATEST = timedelta(days=7)


def keys_of(thread: Thread) -> set[str]:
    """What one may follow to hear of a new thread: its board, its skills, and the areas in which they lie."""
    about = {pk for skill in thread.skills.all() for pk in (skill.pk, skill.parent_id) if pk}
    return {f"board:{thread.board_id}", *(f"skill:{pk}" for pk in about)}


def tell_of_thread(thread_id: int, after: int = 0) -> int | None:
    """Tell the next batch; answers where the one after it begins, or None when all are told."""
    threads = Thread.objects.shown().filter(created_at__gt=timezone.now() - LATEST)
    thread = threads.filter(pk=thread_id).select_related("author").first()
    if thread is None:
        return None
    asked = _tell_whose_it_is(thread)
    return notifications.tell_followers(
        keys=keys_of(thread),
        kind=OPENED,
        ref=thread.pk,
        url=thread.get_absolute_url(),
        leave_out={thread.author_id, *asked},
        after=after,
    )


def _tell_whose_it_is(thread: Thread) -> set[int]:
    """Whoever holds the session that it is asked about hears of it in so many words, and not as one who follows."""
    thing = about(thread.author, thread.about) if thread.about else None
    host = thing.author if thing else None
    if host is None or host.pk == thread.author_id or not host.is_active:
        return set()
    notifications.notify(host, ASKED, thread.pk, thread.get_absolute_url())
    return {host.pk}


@transaction.atomic
def tell_of_reply(post_id: int, after: int = 0) -> int | None:
    """The same for an answer: who has not yet looked at the last one they were told of is not told again, as long as
    that one is there."""
    posts = Post.objects.shown().filter(created_at__gt=timezone.now() - LATEST, thread__state=State.SHOWN)
    post = posts.filter(pk=post_id).first()
    if post is None:
        return None
    # Two answers at the same moment are told one after the other, so that the second sees whom the first told.
    thread = Thread.objects.select_for_update().get(pk=post.thread_id)
    key = f"thread:{thread.pk}"
    followers = Follow.objects.filter(key=key).values("person")
    told = Notification.objects.unread().filter(told_of(thread), recipient__in=followers, kind=REPLIED)
    told = told.filter(ref__in=_still_there(told, thread))
    return notifications.tell_followers(
        keys=[key],
        kind=REPLIED,
        ref=f"{thread.pk}.{post.pk}",
        url=post.get_absolute_url(),
        leave_out={post.author_id, *told.values_list("recipient", flat=True)},
        after=after,
    )


def _still_there(told, thread: Thread) -> list[str]:
    """Those of their refs whose answers can be read here: what was removed since is nothing that anybody has yet to
    see."""
    refs = {int(ref.partition(".")[2]): ref for ref in told.values_list("ref", flat=True).distinct()}
    shown = Post.objects.shown().filter(thread=thread, pk__in=list(refs)).values_list("pk", flat=True)
    return [refs[pk] for pk in shown]


def tell_in_workshop(comment: Post, thread: Thread) -> None:
    """Who asked hears what volunteers say, and these what they are answered."""
    if comment.author_id != thread.author_id:
        if thread.author.is_active:
            notifications.notify(thread.author, "post_comment", comment.pk, thread.get_absolute_url())
        return
    said = Post.objects.filter(parent=comment.parent_id, author__is_active=True).exclude(author=thread.author_id)
    for person in User.objects.filter(pk__in=said.values("author")):
        notifications.notify(person, ANSWERED, f"{thread.pk}.{comment.pk}", thread.get_absolute_url())


def tell_of_change(by: User, post: Post, thread: Thread) -> None:
    """Who asked reads what a volunteer made of it."""
    if by.pk != post.author_id and post.author.is_active:
        last = post.revisions.order_by("-pk").values_list("pk", flat=True).first()
        notifications.notify(post.author, CHANGED, f"{thread.pk}.{last}", thread.get_absolute_url())

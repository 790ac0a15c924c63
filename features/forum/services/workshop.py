"""The workshop: a first question stands there, seen by who asked it and by volunteers, until it can be answered.

Who asked publishes it when they like, a volunteer when it is ready, and the clock when nothing was said for a day: help
that is offered never holds anybody up. What was said and changed there stays there.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.jobs import enqueue
from features.accounts.access import Ability
from features.accounts.models import User
from features.accounts.services import audit
from features.forum import wording
from features.forum.access import helps_in_workshop
from features.forum.models import Post, Revision, State, Thread
from features.forum.services.guards import leads_elsewhere, queue_first
from features.forum.services.refusals import ForumRefused, check_ability
from features.forum.services.telling import PUBLISHED
from features.forum.services.writing import index, lock, tell_named
from features.notifications import services as notifications

LASTS = timedelta(hours=24)  # since somebody last said something there
AT_ONCE = 200


@transaction.atomic
def publish(*, by: User | None, thread: Thread, now: datetime | None = None) -> Thread:
    """Show it to everybody, from now on. `by` is None for the clock. Twice is once. Raises ForumRefused."""
    now = now or timezone.now()
    thread = lock(thread)
    if thread.state == State.SHOWN:
        return thread
    is_own = by is not None and by.pk == thread.author_id
    if thread.state != State.WORKSHOP or not (by is None or is_own or helps_in_workshop(by, thread.board)):
        raise ForumRefused("gone", _("It is not in the workshop any more. Look at the thread again."))
    check_ability(thread.author, Ability.POST, thread.board.scope)
    opening = Post.objects.select_for_update(of=("self",)).select_related("author").get(thread=thread, part="opening")
    is_first = not Post.objects.filter(author=thread.author_id, state=State.SHOWN).exists()
    # What nobody but its author has looked at goes the way of every first post.
    looked_at = by is not None and not is_own
    state = State.HELD if is_first and not looked_at and leads_elsewhere(opening.text) else State.SHOWN
    Post.objects.filter(pk=opening.pk).update(state=state, created_at=now)
    Thread.objects.filter(pk=thread.pk).update(state=state, created_at=now, active_at=now)
    thread.state = opening.state = state
    last = opening.revisions.order_by("-pk").values("pk")[:1]
    Revision.objects.filter(post=opening, hidden_at=None).exclude(pk__in=last).update(hidden_at=now)
    index(thread)
    if is_first:
        queue_first(opening, now)
    if looked_at:
        audit(by, "thread.published", f"thread:{thread.pk}", ["state"])
    if state == State.SHOWN:
        tell_named(opening, wording.render(opening.text)[1])
        enqueue("features.forum.tasks.tell_of_thread", thread.pk, key=f"forum-thread-published:{thread.pk}")
        if not is_own and thread.author.is_active:
            notifications.notify(thread.author, PUBLISHED, thread.pk, thread.get_absolute_url())
    return thread


def publish_due(*, now: datetime | None = None) -> int:
    """What nobody has said anything about for a day is published as it stands; answers how many."""
    now = now or timezone.now()
    due = Thread.objects.filter(state=State.WORKSHOP, active_at__lte=now - LASTS, author__is_active=True)
    published = 0
    for thread in due.order_by("active_at", "id")[:AT_ONCE]:
        try:
            published += publish(by=None, thread=thread, now=now).state == State.SHOWN
        except ForumRefused:  # its author may not write for now: it waits with them
            continue
    return published

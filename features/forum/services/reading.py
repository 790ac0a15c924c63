"""How far somebody has read, what they typed and did not send, and how much they want to hear of a thread."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from core.limits import hit
from features.accounts.models import User
from features.forum.models import LONGEST, Draft, Post, Reading, State, Thread
from features.notifications.models import Notification

# What is kept of the form for an answer, and of the one for a new thread: letters at most.
OF_ANSWER = {"text": LONGEST}
OF_THREAD = {
    **OF_ANSWER,
    "title": 150,
    "kind": 10,
    "board": 60,
    "skills": 400,
    "is_anonymous": 2,
    "about": 40,
    "in_workshop": 2,
}


@transaction.atomic
def mark_read(*, person: User, thread: Thread, post: int, now: datetime | None = None) -> None:
    """They have seen all up to `post`; what they were told of it in their inbox is read with it."""
    now = now or timezone.now()
    newest = Post.objects.filter(thread=thread, pk__lte=post).exclude(part=Post.Part.COMMENT).order_by("-pk").first()
    if newest is None:
        return
    seen = thread.posts.filter(part=Post.Part.REPLY, state=State.SHOWN, pk__lte=newest.pk)
    known = Reading.objects.filter(person=person, thread=thread).first()
    if known and known.post >= newest.pk:
        return
    # Who reads the newest has read them all; only who stops before it makes us count.
    is_all = not Post.objects.filter(thread=thread, part=Post.Part.REPLY, pk__gt=newest.pk).exists()
    row = Reading(
        person=person,
        thread=thread,
        post=newest.pk,
        replies=thread.replies if is_all else seen.count(),
        read_at=now,
    )
    Reading.objects.bulk_create(
        [row],
        update_conflicts=True,
        unique_fields=["person", "thread"],
        update_fields=["post", "replies", "read_at"],
    )
    told = Notification.objects.unread().filter(recipient=person, kind="thread_reply", ref__startswith=f"{thread.pk}.")
    upto = [row.pk for row in told if int(row.ref.partition(".")[2]) <= newest.pk]
    Notification.objects.filter(pk__in=upto).update(read_at=now)


def save_draft(*, person: User, place: str, words, now: datetime | None = None) -> Draft | None:
    """Keep what was typed until it is sent, on whatever device. Nothing typed is no draft: answers None."""
    hit("forum_typing", person.pk)
    fields = OF_THREAD if place == "new" else OF_ANSWER
    kept = {name: str(words[name])[:longest] for name, longest in fields.items() if words.get(name)}
    if not (kept.get("text", "").strip() or kept.get("title", "").strip()):
        Draft.objects.filter(person=person, place=place).delete()
        return None
    row = Draft(person=person, place=place, words=kept, saved_at=now or timezone.now())
    Draft.objects.bulk_create(
        [row], update_conflicts=True, unique_fields=["person", "place"], update_fields=["words", "saved_at"]
    )
    return row


def draft_of(person: User, place: str) -> Draft | None:
    return Draft.objects.filter(person=person, place=place).first()


def discard_draft(*, person: User, place: str) -> None:
    Draft.objects.filter(person=person, place=place).delete()

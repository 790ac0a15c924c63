"""How far somebody has read, what they typed and did not send, and how much they want to hear of a thread."""

from bisect import bisect_right
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone

from core.limits import hit
from features.accounts.models import User
from features.forum.models import LONGEST, Draft, Post, Reading, Thread
from features.forum.wording import clean
from features.notifications.models import Notification

JUST_NOW = timedelta(seconds=30)
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
    seen = Post.objects.filter(thread=thread, pk__lte=newest.pk).answers(thread.kind)
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
    told = Notification.objects.unread().filter(told_of(thread), recipient=person, kind="thread_reply")
    about = {row.pk: int(row.ref.partition(".")[2]) for row in told}
    here = set(Post.objects.filter(thread=thread, pk__in=about.values()).values_list("pk", flat=True)) if about else ()
    upto = [pk for pk, post in about.items() if post in here and post <= newest.pk]
    Notification.objects.filter(pk__in=upto).update(read_at=now)


def told_of(thread: Thread) -> Q:
    """Notifications of answers that stand here, or stood in a thread whose posts came here: they keep its number."""
    came_from = Thread.objects.filter(moved_into=thread).values_list("pk", flat=True)
    wanted = Q(pk=None)
    for pk in (thread.pk, thread.split_from_id, *came_from):
        wanted |= Q(ref__startswith=f"{pk}.")
    return wanted


# Of each thread the answers that it counts, in order: how many of them lie before the newest post that somebody saw.
_READINGS = """
    UPDATE forum_reading r SET replies = width_bucket(r.post, c.ids) FROM (
        SELECT t.id, array(
            SELECT p.id FROM forum_post p WHERE p.thread_id = t.id AND p.part = 'reply' AND p.state = 'shown'
                AND NOT (p.is_aside AND t.kind = 'question') ORDER BY p.id
        ) AS ids
        FROM forum_thread t WHERE {which}
    ) c WHERE c.id = r.thread_id AND r.replies <> width_bucket(r.post, c.ids)
"""


def recount_readings(thread_id: int | None = None) -> int:
    """How many answers people know, of one thread or of all, after answers came, went, or are shown again."""
    which = "t.id = %s" if thread_id else "EXISTS (SELECT FROM forum_reading known WHERE known.thread_id = t.id)"
    with connection.cursor() as cursor:
        cursor.execute(_READINGS.format(which=which), [thread_id] if thread_id else [])
        return cursor.rowcount


def read_on(source: Thread, into: Thread, came: Collection[int]) -> list[int]:
    """After the posts of `source`, which `came`, are in another thread: whoever read it goes on there, with the first
    answer that is new to them in what they were reading. Answers those who had not read the other one."""
    known = dict(Reading.objects.filter(thread=into).values_list("person", "post"))
    shown = Post.objects.shown().filter(thread=into, part=Post.Part.REPLY).order_by("pk").values_list("pk", "author")
    there = [row for row in shown if row[0] in came]
    here = [row for row in shown if row[0] not in came]
    rows = []
    for reading in Reading.objects.filter(thread=source):
        person, marks = reading.person_id, [reading.post]
        unread = [_first_after(there, reading.post, person)]
        if person in known:
            marks.append(known[person])
            unread.append(_first_after(here, known[person], person))
        new = [pk for pk in unread if pk]
        post = min(new) - 1 if new else max(marks)
        rows.append(Reading(person_id=person, thread=into, post=post, replies=0, read_at=reading.read_at))
    Reading.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["person", "thread"], update_fields=["post"], batch_size=1000
    )
    return [row.person_id for row in rows if row.person_id not in known]


def _first_after(posts: Sequence[tuple[int, int]], mark: int, person: int) -> int | None:
    """The first that somebody else wrote."""
    begin = bisect_right(posts, mark, key=lambda row: row[0])
    return next((pk for pk, author in posts[begin:] if author != person), None)


def read_apart(source: Thread, into: int, came_along: Collection[int]) -> None:
    """The posts of `source` are back in it: what was read in the other thread meanwhile was read."""
    there = Reading.objects.filter(thread=into)
    meanwhile = Subquery(there.filter(person=OuterRef("person")).values("post")[:1])
    Reading.objects.filter(thread=source).update(post=Greatest("post", Coalesce(meanwhile, 0)))
    there.filter(person__in=came_along).delete()


def save_draft(*, person: User, place: str, words, now: datetime | None = None) -> Draft | None:
    """Keep what was typed until it is sent, on whatever device. Nothing typed is no draft, and neither is what was sent
    a moment ago, which a page that saves by itself may bring too late: answers None."""
    hit("forum_typing", person.pk)
    fields = OF_THREAD if place == "new" else OF_ANSWER
    typed = {name: str(words.get(name) or "").replace("\x00", "")[:longest] for name, longest in fields.items()}
    kept = {name: said for name, said in typed.items() if said}
    now = now or timezone.now()
    text = clean(kept.get("text", ""))
    if text and Post.objects.filter(author=person, created_at__gt=now - JUST_NOW, text__startswith=text).exists():
        return None
    if not (text or kept.get("title", "").strip()):
        Draft.objects.filter(person=person, place=place).delete()
        return None
    row = Draft(person=person, place=place, words=kept, saved_at=now)
    Draft.objects.bulk_create(
        [row], update_conflicts=True, unique_fields=["person", "place"], update_fields=["words", "saved_at"]
    )
    return row


def draft_of(person: User, place: str) -> Draft | None:
    return Draft.objects.filter(person=person, place=place).first()


def discard_draft(*, person: User, place: str) -> None:
    Draft.objects.filter(person=person, place=place).delete()

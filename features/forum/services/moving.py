"""Several threads at once: merged and split, and both taken back."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from features.forum.models import Board, Kind, Post, State, Thread
from features.forum.services import beside, evidence
from features.forum.services.acceptance import NOT_ACCEPTED, facts_of, give_back
from features.forum.services.curating import count, lock_all, republish, settle, tell_all
from features.forum.services.refusals import ForumRefused, check_title

Part = Post.Part


def conflict(source: Thread, into: Thread) -> bool:
    """Both have an accepted answer, and one thread has one."""
    return bool(source.accepted_id and into.accepted_id)


@transaction.atomic
def merge(*, source: Thread, into: Thread, accepted: str = "", now: datetime | None = None) -> dict:
    """Put all posts of `source` into another thread, in the order in which they were written; its address leads there.

    Where both have an accepted answer, `accepted` says whose stays: "into" or "source". What began the other thread,
    and all of a discussion, was not written to answer a question, and is not counted as that there, until whoever asked
    says that it solved it. Raises ForumRefused.
    """
    rows = lock_all(source.pk, into.pk)
    if source.pk == into.pk or len(rows) != 2 or rows[into.pk].moved_into_id or rows[source.pk].moved_into_id:
        raise ForumRefused("no_target", _("Choose another thread that is still there."))
    source, into = rows[source.pk], rows[into.pk]
    if into.state != State.SHOWN:
        raise ForumRefused(
            "hidden",
            _("Not everybody reads the other thread, so nothing goes there. Show it first, or choose another."),
        )
    if conflict(source, into) and accepted not in ("into", "source"):
        raise ForumRefused("two_accepted", _("Both have an accepted answer. Say which one stays accepted."))
    posts = list(Post.objects.filter(thread=source).order_by("pk"))
    opening = next(post.pk for post in posts if post.part == Part.OPENING)
    led_here = Thread.objects.filter(moved_into=source)
    before: dict[str, Any] = {
        "into": into.pk,
        "posts": [post.pk for post in posts],
        "opening": opening,
        "source": facts_of(source),
        "target": facts_of(into),
        "led_here": list(led_here.values_list("pk", flat=True)),
        "displaced": False,
        "asides": [
            post.pk
            for post in posts
            if not post.is_aside
            and (post.pk == opening or (source.kind == Kind.DISCUSSION and post.part == Part.REPLY))
        ],
    }
    led_here.update(moved_into=into)
    Thread.objects.filter(pk=source.pk).update(**NOT_ACCEPTED, moved_into=into, state=State.HIDDEN)
    Post.objects.filter(pk=opening).update(part=Part.REPLY)
    Post.objects.filter(pk__in=before["asides"]).update(is_aside=True)
    Post.objects.filter(thread=source, author=source.author_id).update(is_of_asker=True)
    Post.objects.filter(thread=source).update(thread=into)
    if source.accepted_id and into.kind == Kind.QUESTION and (accepted == "source" or not into.accepted_id):
        Thread.objects.filter(pk=into.pk).update(**NOT_ACCEPTED)
        before["displaced"] = give_back(into.pk, before["source"])
    before["beside"] = beside.bring(source, into, before["posts"])
    known = before["target"]["post"]
    _after_move([*before["posts"], *([known] if known else [])], source.pk, into.pk)
    return before


@transaction.atomic
def unmerge(*, source: Thread, before: Mapping[str, Any]) -> None:
    """The posts go back. What was written in the other thread meanwhile stays there. Raises ForumRefused."""
    rows, at = _where_it_went(source.pk, before["into"])
    opening = Post.objects.get(pk=before["opening"])
    if opening.thread_id != at or opening.part != Part.REPLY:
        raise ForumRefused("moved_on", _("What it began with has been moved on since. Take that back first."))
    # Comments that were written below them meanwhile go along.
    posts = Post.objects.filter(Q(pk__in=before["posts"]) | Q(parent__in=before["posts"]), thread=at)
    accepted = rows[at].accepted_id
    if accepted and posts.filter(pk=accepted).exists():
        Thread.objects.filter(pk=at).update(**NOT_ACCEPTED)
    posts.update(thread=source)
    Post.objects.filter(pk=opening.pk).update(part=Part.OPENING)
    Post.objects.filter(pk__in=before.get("asides", ())).update(is_aside=False)
    # What was done to what it opens with meanwhile stays done.
    Thread.objects.filter(pk=source.pk).update(moved_into=None, state=opening.state)
    Thread.objects.filter(pk__in=before.get("led_here", ()), moved_into=at).update(moved_into=source)
    give_back(source.pk, before["source"])
    if before.get("displaced", True):
        give_back(before["into"], before["target"])
    beside.put_back(before.get("beside", {}), source, before["into"])
    known = before["target"]["post"]
    _after_move([*before["posts"], *([known] if known else [])], source.pk, at)


def _where_it_went(pk: int, there: int) -> tuple[dict[int, Thread], int]:
    """Both threads, locked, and the one in which the posts of the other are: it may have been merged again."""
    rows = lock_all(pk, there)
    at = rows[there].moved_into_id or there
    return (rows if at in rows else rows | lock_all(at)), at


def _after_move(posts: Sequence[int], *threads: int) -> None:
    for pk in threads:
        count(pk)
    settle(Thread.objects.filter(pk__in=threads))
    for post in Post.objects.filter(pk__in=posts, part=Part.REPLY):
        evidence.tell(post)
    for pk in threads:
        tell_all(pk)
    republish(*threads)


@transaction.atomic
def split(*, posts: Sequence[Post], title: str, board: Board, now: datetime | None = None) -> dict:
    """Answers of one thread become a discussion of their own, which the earliest of them opens that can be read.
    Raises ForumRefused."""
    ids, title = [post.pk for post in posts], check_title(title)
    rows = lock_all(*{post.thread_id for post in posts})
    posts = list(Post.objects.filter(pk__in=ids, part=Part.REPLY, thread__in=rows).order_by("pk"))
    if not posts or len(rows) != 1 or len(posts) != len(ids):
        raise ForumRefused("not_answers", _("Choose answers of one thread."))
    [old] = rows.values()
    first = next((post for post in posts if post.state == State.SHOWN), posts[0])
    before: dict[str, Any] = {"from": old.pk, "posts": [post.pk for post in posts], "target": facts_of(old)}
    if old.accepted_id in ids:
        Thread.objects.filter(pk=old.pk).update(**NOT_ACCEPTED)
    thread = Thread(
        board=board, kind=Kind.DISCUSSION, title=title, author_id=first.author_id, state=first.state,
        is_anonymous=first.is_anonymous, created_at=first.created_at, active_at=first.created_at, split_from=old,
    )  # fmt: skip
    thread.slug = thread.make_slug()
    thread.save()
    thread.skills.set(old.skills.all())
    Post.objects.filter(Q(pk__in=ids) | Q(parent__in=ids)).update(thread=thread)
    Post.objects.filter(pk=first.pk).update(part=Part.OPENING)
    beside.follow_along(old.pk, thread.pk, person__in={post.author_id for post in posts})
    before["thread"] = thread.pk
    _after_move(ids, old.pk, thread.pk)
    return before


@transaction.atomic
def unsplit(*, before: Mapping[str, Any]) -> None:
    """Back into the old thread, with whatever was answered in the new one; its address leads there. Raises
    ForumRefused."""
    rows, at = _where_it_went(before["thread"], before["from"])
    new = rows[before["thread"]]
    if new.moved_into_id:
        raise ForumRefused("moved_on", _("What it began with has been moved on since. Take that back first."))
    Thread.objects.filter(Q(pk=new.pk) | Q(moved_into=new)).update(moved_into=at, state=State.HIDDEN)
    Post.objects.filter(thread=new, part=Part.OPENING).update(part=Part.REPLY)
    Post.objects.filter(thread=new, part=Part.REPLY).exclude(pk__in=before["posts"]).update(is_aside=True)
    ids = list(Post.objects.filter(thread=new).values_list("pk", flat=True))
    Post.objects.filter(pk__in=ids).update(thread=at)
    if before["target"]["post"] in before["posts"]:
        give_back(at, before["target"])
    beside.bring(new, rows[at], ids)
    _after_move(ids, at, new.pk)

"""Several threads at once: merged and split, and both taken back."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from core.text import one_line
from features.forum.models import Board, Kind, Post, State, Thread
from features.forum.services import evidence
from features.forum.services.curating import count, lock_all, republish, tell_all
from features.forum.services.refusals import ForumRefused

Part = Post.Part


def conflict(source: Thread, into: Thread) -> bool:
    """Both have an accepted answer, and one thread has one."""
    return bool(source.accepted_id and into.accepted_id)


@transaction.atomic
def merge(*, source: Thread, into: Thread, accepted: str = "", now: datetime | None = None) -> dict:
    """Put all posts of `source` into another thread, in the order in which they were written; its address leads there.

    Where both have an accepted answer, `accepted` says whose stays: "into" or "source". Raises ForumRefused.
    """
    rows = lock_all(source.pk, into.pk)
    if source.pk == into.pk or len(rows) != 2 or rows[into.pk].moved_into_id or rows[source.pk].moved_into_id:
        raise ForumRefused("no_target", _("Choose another thread that is still there."))
    source, into = rows[source.pk], rows[into.pk]
    if conflict(source, into) and accepted not in ("into", "source"):
        raise ForumRefused("two_accepted", _("Both have an accepted answer. Say which one stays accepted."))
    posts = list(Post.objects.filter(thread=source).order_by("pk"))
    opening = next(post.pk for post in posts if post.part == Part.OPENING)
    before: dict[str, Any] = {
        "into": into.pk,
        "posts": [post.pk for post in posts],
        "opening": opening,
        "source": _of_acceptance(source),
        "target": _of_acceptance(into),
        "state": source.state,
    }
    Thread.objects.filter(pk=source.pk).update(
        accepted=None, accepted_at=None, accepted_by=None, moved_into=into, state=State.HIDDEN
    )
    Post.objects.filter(pk=opening).update(part=Part.REPLY)
    Post.objects.filter(thread=source).update(thread=into)
    _leave_behind(source, into)
    if source.accepted_id and into.kind == Kind.QUESTION and (accepted == "source" or not into.accepted_id):
        _accept(into.pk, before["source"])
    _after_move(_touched(before), source.pk, into.pk)
    return before


def _leave_behind(source: Thread, into: Thread) -> None:
    """Addresses that led to `source` by way of another merge lead on."""
    Thread.objects.filter(moved_into=source).update(moved_into=into)


@transaction.atomic
def unmerge(*, source: Thread, before: Mapping[str, Any]) -> None:
    """The posts go back. What was written in the other thread meanwhile stays there."""
    lock_all(source.pk, before["into"])
    Thread.objects.filter(pk=before["into"]).update(accepted=None, accepted_at=None, accepted_by=None)
    Thread.objects.filter(pk=source.pk).update(moved_into=None, state=before["state"])
    # Comments that were written below them meanwhile go along.
    Post.objects.filter(Q(pk__in=before["posts"]) | Q(parent__in=before["posts"])).update(thread=source)
    Post.objects.filter(pk=before["opening"]).update(part=Part.OPENING)
    _accept(source.pk, before["source"])
    _accept(before["into"], before["target"])
    _after_move(_touched(before), source.pk, before["into"])


def _of_acceptance(thread: Thread) -> dict:
    at = thread.accepted_at.isoformat() if thread.accepted_at else None
    return {"post": thread.accepted_id, "at": at, "by": thread.accepted_by_id}


def _touched(before: Mapping[str, Any]) -> list[int]:
    """What was moved, and the answer that was accepted where it went."""
    known = before["target"]["post"]
    return [*before["posts"], *([known] if known else [])]


def _accept(thread_id: int, known: Mapping[str, Any]) -> None:
    if known["post"] and Post.objects.filter(pk=known["post"], thread=thread_id).exists():
        at = datetime.fromisoformat(known["at"]) if known["at"] else None
        Thread.objects.filter(pk=thread_id).update(accepted=known["post"], accepted_at=at, accepted_by=known["by"])


def _after_move(posts: Sequence[int], *threads: int) -> None:
    for pk in threads:
        count(pk)
    for post in Post.objects.filter(pk__in=posts, part=Part.REPLY):
        evidence.tell(post)
    for pk in threads:
        tell_all(pk)
    republish(*threads)


@transaction.atomic
def split(*, posts: Sequence[Post], title: str, board: Board, now: datetime | None = None) -> dict:
    """Answers of one thread become a discussion of their own, which the earliest of them opens. Raises ForumRefused."""
    if not posts or len({post.thread_id for post in posts}) != 1 or any(post.part != Part.REPLY for post in posts):
        raise ForumRefused("not_answers", _("Choose answers of one thread."))
    old = lock_all(posts[0].thread_id)[posts[0].thread_id]
    posts = sorted(posts, key=lambda post: post.pk)
    ids, first = [post.pk for post in posts], posts[0]
    before: dict[str, Any] = {"from": old.pk, "posts": ids, "target": _of_acceptance(old)}
    if old.accepted_id in ids:
        Thread.objects.filter(pk=old.pk).update(accepted=None, accepted_at=None, accepted_by=None)
    thread = Thread(
        board=board, kind=Kind.DISCUSSION, title=one_line(title), author_id=first.author_id, is_anonymous=first.is_anonymous,
        state=first.state, created_at=first.created_at, active_at=first.created_at,
    )  # fmt: skip
    thread.slug = thread.make_slug()
    thread.save()
    thread.skills.set(old.skills.all())
    Post.objects.filter(Q(pk__in=ids) | Q(parent__in=ids)).update(thread=thread)
    Post.objects.filter(pk=first.pk).update(part=Part.OPENING)
    before["thread"] = thread.pk
    _after_move(ids, old.pk, thread.pk)
    return before


@transaction.atomic
def unsplit(*, before: Mapping[str, Any]) -> None:
    """Back into the old thread, with whatever was answered in the new one; its address leads there."""
    rows = lock_all(before["from"], before["thread"])
    new = rows[before["thread"]]
    Thread.objects.filter(pk=new.pk).update(moved_into=before["from"], state=State.HIDDEN)
    Post.objects.filter(thread=new, part=Part.OPENING).update(part=Part.REPLY)
    ids = list(Post.objects.filter(thread=new).values_list("pk", flat=True))
    Post.objects.filter(pk__in=ids).update(thread=before["from"])
    if not rows[before["from"]].accepted_id:
        _accept(before["from"], before["target"])
    _after_move(ids, before["from"], new.pk)

"""What moderators do to threads and posts. Each verb answers what undoing it needs: ids and states alone.

Numbers in rows, evidence and the search are kept here as everywhere; several threads are locked in the order of ids.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, Max, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from core.jobs import enqueue
from core.text import one_line
from features.discovery import services as discovery
from features.forum import wording
from features.forum.models import Board, Kind, Post, Redaction, Revision, State, Thread
from features.forum.services import evidence
from features.forum.services.refusals import ForumRefused
from features.forum.services.writing import index

Part = Post.Part
KEEPS = timedelta(minutes=10)


def _lock(*threads: int) -> dict[int, Thread]:
    rows = Thread.objects.select_for_update(of=("self",)).filter(pk__in=threads).order_by("pk")
    return {thread.pk: thread for thread in rows}


def _count(thread_id: int) -> None:
    """What a thread says of its posts, counted anew."""
    posts = Post.objects.filter(thread=thread_id, state=State.SHOWN)
    found = posts.aggregate(replies=Count("pk", Q(part=Part.REPLY)), last=Max("created_at"))
    opening = Post.objects.filter(thread=thread_id, part=Part.OPENING).first()
    facts: dict[str, Any] = {"replies": found["replies"], "score": opening.score if opening else 0}
    if found["last"]:
        began = Thread.objects.filter(pk=thread_id).values_list("created_at", flat=True).get()
        facts["active_at"] = max(found["last"], began)
    Thread.objects.filter(pk=thread_id).update(**facts)


def _republish(*threads: int) -> None:
    discovery.republish("thread", [str(pk) for pk in threads])


def _tell_all(thread_id: int) -> None:
    """What answers of a thread prove, where it is or was something."""
    for post in Post.objects.filter(Q(score__gte=evidence.WELL_VOTED) | Q(accepted_in__isnull=False), thread=thread_id):
        evidence.tell(post)


# --- In sight and out of it -------------------------------------------------------------------------------------------
@transaction.atomic
def set_state(*, post: Post, state: str, now: datetime | None = None) -> dict:
    """Show, hold or hide one post; with the opening post goes its thread. An answer nobody reads is not accepted."""
    thread = _lock(post.thread_id)[post.thread_id]
    post = Post.objects.select_for_update(of=("self",)).get(pk=post.pk)
    before: dict[str, Any] = {"state": post.state}
    if post.state == state:
        return before
    Post.objects.filter(pk=post.pk).update(state=state)
    if post.part == Part.OPENING:
        Thread.objects.filter(pk=thread.pk).update(state=state)
    if thread.accepted_id == post.pk and state != State.SHOWN:
        before["accepted"] = thread.accepted_at.isoformat() if thread.accepted_at else ""
        before["accepted_by"] = thread.accepted_by_id
        Thread.objects.filter(pk=thread.pk).update(accepted=None, accepted_at=None, accepted_by=None)
    _settle(post, thread.pk)
    if post.state == State.HELD and state == State.SHOWN:
        _tell_late(post)
    return before


def _tell_late(post: Post) -> None:
    """Whoever follows hears of it once it can be read; a second time tells nobody twice."""
    if post.part == Part.REPLY:
        enqueue("features.forum.tasks.tell_of_reply", post.pk, key=f"forum-reply-shown:{post.pk}")
    elif post.part == Part.OPENING:
        enqueue("features.forum.tasks.tell_of_thread", post.thread_id, key=f"forum-thread-shown:{post.thread_id}")


def _settle(post: Post, thread_id: int) -> None:
    if post.parent_id:
        shown = Post.objects.filter(parent=post.parent_id, part=Part.COMMENT, state=State.SHOWN).count()
        Post.objects.filter(pk=post.parent_id).update(comments=shown)
        return
    _count(thread_id)
    if post.part == Part.OPENING:
        _tell_all(thread_id)
    else:
        evidence.tell(Post.objects.get(pk=post.pk))
    _republish(thread_id)


@transaction.atomic
def restore_state(*, post: Post, before: Mapping[str, Any], now: datetime | None = None) -> None:
    set_state(post=post, state=before["state"], now=now)
    if "accepted" in before:
        at = datetime.fromisoformat(before["accepted"]) if before["accepted"] else timezone.now()
        free = Thread.objects.filter(pk=post.thread_id, accepted=None)
        if free.update(accepted=post, accepted_at=at, accepted_by=before["accepted_by"]):
            evidence.tell(Post.objects.get(pk=post.pk))
            _republish(post.thread_id)


# --- One thread -------------------------------------------------------------------------------------------------------
@transaction.atomic
def set_thread(*, thread: Thread, **facts: Any) -> dict:
    """Close, lock, pin, slow down or move: columns of the thread's row. Answers what they were."""
    row = _lock(thread.pk)[thread.pk]
    before = {}
    for name in facts:
        value = getattr(row, f"{name}_id" if name == "board" else name)
        before[name] = value.isoformat() if isinstance(value, datetime) else value
    Thread.objects.filter(pk=thread.pk).update(**facts)
    if "board" in facts:
        _republish(thread.pk)
    return before


@transaction.atomic
def restore_thread(*, thread: Thread, before: Mapping[str, Any]) -> None:
    facts = dict(before)
    if "board" in facts:
        facts["board"] = Board.objects.get(pk=facts["board"])
    if facts.get("pinned_at"):
        facts["pinned_at"] = datetime.fromisoformat(facts["pinned_at"])
    set_thread(thread=thread, **facts)


# --- Several threads --------------------------------------------------------------------------------------------------
def conflict(source: Thread, into: Thread) -> bool:
    """Both have an accepted answer, and one thread has one."""
    return bool(source.accepted_id and into.accepted_id)


@transaction.atomic
def merge(*, source: Thread, into: Thread, accepted: str = "", now: datetime | None = None) -> dict:
    """Put all posts of `source` into another thread, in the order in which they were written; its address leads there.

    Where both have an accepted answer, `accepted` says whose stays: "into" or "source". Raises ForumRefused.
    """
    rows = _lock(source.pk, into.pk)
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
    _lock(source.pk, before["into"])
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
        _count(pk)
    for post in Post.objects.filter(pk__in=posts, part=Part.REPLY):
        evidence.tell(post)
    for pk in threads:
        _tell_all(pk)
    _republish(*threads)


@transaction.atomic
def split(*, posts: Sequence[Post], title: str, board: Board, now: datetime | None = None) -> dict:
    """Answers of one thread become a discussion of their own, which the earliest of them opens. Raises ForumRefused."""
    now = now or timezone.now()
    if not posts or len({post.thread_id for post in posts}) != 1 or any(post.part != Part.REPLY for post in posts):
        raise ForumRefused("not_answers", _("Choose answers of one thread."))
    old = _lock(posts[0].thread_id)[posts[0].thread_id]
    posts = sorted(posts, key=lambda post: post.pk)
    ids, first = [post.pk for post in posts], posts[0]
    before: dict[str, Any] = {"from": old.pk, "posts": ids, "target": _of_acceptance(old)}
    if old.accepted_id in ids:
        Thread.objects.filter(pk=old.pk).update(accepted=None, accepted_at=None, accepted_by=None)
    thread = Thread(
        board=board, kind=Kind.DISCUSSION, title=one_line(title), author_id=first.author_id,
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
    rows = _lock(before["from"], before["thread"])
    new = rows[before["thread"]]
    Thread.objects.filter(pk=new.pk).update(moved_into=before["from"], state=State.HIDDEN)
    Post.objects.filter(thread=new, part=Part.OPENING).update(part=Part.REPLY)
    ids = list(Post.objects.filter(thread=new).values_list("pk", flat=True))
    Post.objects.filter(pk__in=ids).update(thread=before["from"])
    if not rows[before["from"]].accepted_id:
        _accept(before["from"], before["target"])
    _after_move(ids, before["from"], new.pk)


# --- Words ------------------------------------------------------------------------------------------------------------
@transaction.atomic
def redact(*, post: Post, passage: str = "", now: datetime | None = None) -> dict:
    """Take a passage, or all of it, out of a post for good. For ten minutes it can be put back. Raises ForumRefused."""
    now = now or timezone.now()
    _lock(post.thread_id)
    post = Post.objects.select_for_update(of=("self",)).get(pk=post.pk)
    mark, passage = _("[removed by a moderator]"), passage.replace("\r\n", "\n").strip()
    if passage and passage not in post.text:
        raise ForumRefused("no_passage", _("These words do not stand in it. Copy them from the text as it was typed."))
    text = post.text.replace(passage, mark) if passage else mark
    said = Revision.objects.filter(post=post, hidden_at=None)
    wordings = said.filter(text__contains=passage) if passage else said
    gone = list(wordings.values_list("pk", flat=True))
    kept = {"text": post.text, "html": post.html, "redacted_at": now, "revisions": gone}
    wordings.update(hidden_at=now, hidden_reason=mark)
    Redaction.objects.update_or_create(post=post, defaults=kept)
    Post.objects.filter(pk=post.pk).update(text=text, html=wording.render(text)[0], edited_at=now)
    if post.part != Part.COMMENT:
        index(post.thread)
    return {}


@transaction.atomic
def put_back_words(*, post: Post) -> None:
    """Undo a redaction, while what it took is still there. Raises ForumRefused."""
    _lock(post.thread_id)
    kept = Redaction.objects.filter(post=post).first()
    if kept is None:
        raise ForumRefused("erased", _("What was taken out is erased by now."))
    Post.objects.filter(pk=post.pk).update(text=kept.text, html=kept.html)
    Revision.objects.filter(pk__in=kept.revisions).update(hidden_at=None, hidden_reason="")
    kept.delete()
    if post.part != Part.COMMENT:
        index(post.thread)


@transaction.atomic
def erase_redactions(*, now: datetime | None = None) -> int:
    """What was taken out ten minutes ago is gone for good, from former wordings too."""
    over = Redaction.objects.select_for_update().filter(redacted_at__lte=(now or timezone.now()) - KEEPS)
    wordings = [pk for row in over for pk in row.revisions]
    Revision.objects.filter(pk__in=wordings).update(text="", title="")
    return over.delete()[0]

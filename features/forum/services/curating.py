"""What moderators do to threads and posts. Each verb answers what undoing it needs: ids and states alone.

Numbers in rows, evidence and the search are kept here as everywhere; several threads are locked in the order of ids.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import CharField, Max, Q
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.jobs import enqueue
from features.discovery import services as discovery
from features.forum import wording
from features.forum.models import Board, Post, State, Suggestion, Thread
from features.forum.services import evidence
from features.forum.services.acceptance import NOT_ACCEPTED, facts_of, give_back
from features.forum.services.reading import recount_readings
from features.forum.services.refusals import ForumRefused
from features.forum.services.shelf import date_answers
from features.forum.services.writing import lock_post, tell_named
from features.moderation import services as moderation
from features.notifications import services as notifications

Part = Post.Part


def lock_all(*threads: int) -> dict[int, Thread]:
    rows = Thread.objects.select_for_update(of=("self",)).filter(pk__in=threads).order_by("pk")
    return {thread.pk: thread for thread in rows}


def lock_threads_of(posts: Collection[int]) -> None:
    """The threads in which these stand by now, for this transaction alone. If a post was moved while one waited, all
    are let go and asked for again, or they would be held in another order than everybody takes them."""
    where = Post.objects.filter(pk__in=posts).values_list("thread", flat=True).distinct()
    while True:
        with transaction.atomic():
            held = lock_all(*where.all())
            if set(where.all()) <= held.keys():
                return
            transaction.set_rollback(True)


def count(thread_id: int) -> None:
    """What a thread says of its posts, counted anew."""
    kind, began = Thread.objects.values_list("kind", "created_at").get(pk=thread_id)
    posts = Post.objects.filter(thread=thread_id)
    last = posts.shown().aggregate(last=Max("created_at"))["last"]
    opening = posts.filter(part=Part.OPENING).first()
    facts: dict[str, Any] = {"replies": posts.answers(kind).count(), "score": opening.score if opening else 0}
    if last:
        facts["active_at"] = max(last, began)
    Thread.objects.filter(pk=thread_id).update(**facts)
    recount_readings(thread_id)


def republish(*threads: int) -> None:
    discovery.republish("thread", [str(pk) for pk in threads])


def pass_on(threads) -> None:
    """What waits to be looked at waits for those who look after the board where it is now."""
    for board in Board.objects.filter(threads__in=threads).distinct():
        here = threads.filter(board=board)
        for kind, rows in (
            ("post", Post.objects.filter(thread__in=here)),
            ("suggestion", Suggestion.objects.filter(post__thread__in=here)),
        ):
            moderation.pass_on(kind=kind, refs=rows.values_list(Cast("pk", CharField())), scope=board.scope)


@transaction.atomic
def settle(threads) -> None:
    """What their boards decide, said anew: when accepted answers age, and who looks after what waits."""
    date_answers(threads)
    pass_on(threads)


def tell_all(thread_id: int) -> None:
    """What answers of a thread prove, where it is or was something."""
    for post in Post.objects.filter(Q(score__gte=evidence.WELL_VOTED) | Q(accepted_in__isnull=False), thread=thread_id):
        evidence.tell(post)


# --- In sight and out of it -------------------------------------------------------------------------------------------
@transaction.atomic
def set_state(*, post: Post, state: str, now: datetime | None = None) -> dict:
    """Show, hold or hide one post; with the opening post goes its thread. An answer nobody reads is not accepted."""
    thread, post = lock_post(post)
    before: dict[str, Any] = {"state": post.state}
    if post.state == state:
        return before
    Post.objects.filter(pk=post.pk).update(state=state)
    if post.part == Part.OPENING:
        Thread.objects.filter(pk=thread.pk).update(state=state)
    if thread.accepted_id == post.pk and state != State.SHOWN:
        before["acceptance"] = facts_of(thread)
        Thread.objects.filter(pk=thread.pk).update(**NOT_ACCEPTED)
    _settle(post, thread.pk)
    if post.state in (State.HELD, State.WORKSHOP) and state == State.SHOWN:
        _tell_late(post)
    return before


def _tell_late(post: Post) -> None:
    """Whoever follows, is named or is answered hears of it once it can be read; a second time tells nobody twice."""
    if post.part == Part.REPLY:
        enqueue("features.forum.tasks.tell_of_reply", post.pk, key=f"forum-reply-shown:{post.pk}")
    elif post.part == Part.OPENING:
        enqueue("features.forum.tasks.tell_of_thread", post.thread_id, key=f"forum-thread-shown:{post.thread_id}")
    post = Post.objects.select_related("thread", "author", "parent__author").get(pk=post.pk)
    if post.thread.state != State.SHOWN:
        return
    tell_named(post, wording.render(post.text)[1])
    answered = post.parent and post.parent.author
    if answered and answered.pk != post.author_id and answered.is_active:
        notifications.notify(answered, "post_comment", post.pk, post.get_absolute_url())


def _settle(post: Post, thread_id: int) -> None:
    if post.parent_id:
        shown = Post.objects.filter(parent=post.parent_id, part=Part.COMMENT, state=State.SHOWN).count()
        Post.objects.filter(pk=post.parent_id).update(comments=shown)
        return
    count(thread_id)
    if post.part == Part.OPENING:
        tell_all(thread_id)
    else:
        evidence.tell(Post.objects.get(pk=post.pk))
    republish(thread_id)


@transaction.atomic
def restore_state(*, post: Post, before: Mapping[str, Any], now: datetime | None = None) -> None:
    set_state(post=post, state=before["state"], now=now)
    known = before.get("acceptance")
    if known is None and "accepted" in before:  # as it was written down before answers could age
        known = {"post": post.pk, "at": before["accepted"] or timezone.now().isoformat(), "by": before["accepted_by"]}
    if known and give_back(post.thread_id, known):
        evidence.tell(Post.objects.get(pk=post.pk))
        republish(post.thread_id)


# --- One thread -------------------------------------------------------------------------------------------------------
@transaction.atomic
def set_thread(*, thread: Thread, **facts: Any) -> dict:
    """Close, lock, pin, slow down or move: columns of the row. Answers what they were, and what they became."""
    before = _facts(lock_all(thread.pk)[thread.pk], facts)
    Thread.objects.filter(pk=thread.pk).update(**facts)
    if "board" in facts:
        settle(Thread.objects.filter(pk=thread.pk))
        republish(thread.pk)
    return before | {"became": _facts(Thread.objects.get(pk=thread.pk), facts)}


def _facts(row: Thread, names) -> dict[str, Any]:
    found = {name: getattr(row, f"{name}_id" if name == "board" else name) for name in names}
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in found.items()}


@transaction.atomic
def restore_thread(*, thread: Thread, before: Mapping[str, Any]) -> None:
    """Undo, where nobody has changed it since. Raises ForumRefused."""
    facts = dict(before)
    became = facts.pop("became", {})
    now = _facts(lock_all(thread.pk)[thread.pk], facts)
    if became and now not in (became, {name: facts[name] for name in facts}):
        raise ForumRefused("changed", _("It was changed since. To take this back would undo that as well."))
    if "board" in facts:
        facts["board"] = Board.objects.get(pk=facts["board"])
    if facts.get("pinned_at"):
        facts["pinned_at"] = datetime.fromisoformat(facts["pinned_at"])
    set_thread(thread=thread, **facts)

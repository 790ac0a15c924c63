"""Changing what was written: each wording is kept, and moderators can take one away from readers."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.limits import hit
from core.text import one_line
from features.accounts.access import Ability
from features.accounts.models import User
from features.accounts.services import audit
from features.forum import wording
from features.forum.access import helps_in_workshop, moderates
from features.forum.models import Closing, Post, Revision, State, Suggestion, Thread
from features.forum.services.curating import set_state
from features.forum.services.guards import check_links, must_wait, queue_first
from features.forum.services.refusals import ForumRefused, check_ability, check_seen, check_title
from features.forum.services.telling import tell_of_change
from features.forum.services.writing import index, lock_post, tell_named
from features.forum.wording import clean
from features.moderation import services as moderation

# By its author: what is held until it is changed can be changed.
EDITABLE = frozenset({State.SHOWN, State.HELD, State.WORKSHOP})
IN_PEACE = 300  # seconds in which one's own slip is put right without a trace


@transaction.atomic
def edit(*, by: User, post: Post, text: str, title: str = "", reason: str = "", now: datetime | None = None) -> Post:
    """Another wording by its author, or by a moderator of the board, who say why. Raises ForumRefused and RateLimited.
    An author's change within five minutes, before anybody answered to it, leaves no trace. What would have waited to be
    looked at had it been written so, waits now."""
    now = now or timezone.now()
    moderation.alone_with([f"post:{post.pk}"])  # before the thread, as whoever decides about it does
    thread, post = lock_post(post)
    _may_edit(by, post, thread, reason)
    hit("forum_post", by.pk)
    text, title = clean(text), check_title(title) if post.part == Post.Part.OPENING and title else ""
    before = thread.title if post.part == Post.Part.OPENING else ""
    title = title or before
    if (text, title) == (post.text, before):
        return post
    if not moderates(by, thread.board):
        check_links(by, text, post.text)
    waits = by.pk == post.author_id and must_wait(post, text)
    named = reword(
        by=by, post=post, thread=thread, text=text, title=title, reason=reason, now=now,
        is_anonymous=post.is_anonymous if by.pk == post.author_id else thread.hides(by.pk),
        leaves_trace=not _in_peace(by, post, thread, now),
    )  # fmt: skip
    if thread.state == State.WORKSHOP:
        # Nobody who is named hears of it yet, and no search finds it.
        Thread.objects.filter(pk=thread.pk).update(active_at=now)
        tell_of_change(by, post, thread)
        return post
    if by.pk != post.author_id:
        audit(by, "post.edited", f"post:{post.pk}", ["text"])
        _log(by, post, reason, now)
    else:
        if waits:
            set_state(post=post, state=State.HELD, now=now)
            queue_first(post, now)
        moderation.author_edited(key=f"post:{post.pk}", now=now)
        post.refresh_from_db(fields=["state"])
    if post.state == State.SHOWN:
        tell_named(post, named)
    index(thread)
    return post


def reword(*, by, post, thread, text, title, reason, now, is_anonymous, leaves_trace=True) -> list[User]:
    """Inside the caller's transaction, which holds the thread. Answers whom it names."""
    before = thread.title if post.part == Post.Part.OPENING else ""
    if leaves_trace:
        if not post.revisions.exists():
            Revision.objects.create(
                post=post, title=before, text=post.text, editor_id=post.author_id, made_at=post.created_at,
                is_anonymous=post.is_anonymous,
            )  # fmt: skip
        Revision.objects.create(
            post=post, title=title, text=text, reason=one_line(reason)[:200], editor=by, made_at=now,
            is_anonymous=is_anonymous,
        )  # fmt: skip
        post.edited_at = now
    post.text = text
    post.html, named = wording.render(text)
    check_seen(post.html)
    post.save(update_fields=["text", "html", "edited_at"])
    if title != before:
        thread.title = title
        thread.slug = thread.make_slug()
        thread.save(update_fields=["title", "slug"])
    return named


def may_edit(person, post: Post, thread: Thread) -> bool:
    if moderates(person, thread.board):
        return True
    if post.state == thread.state == State.WORKSHOP and post.part == Post.Part.OPENING:
        return post.author_id == person.pk or helps_in_workshop(person, thread.board)
    return post.author_id == person.pk and post.state in EDITABLE and thread.closing != Closing.LOCKED


def _log(by, post, reason, now) -> None:
    """A moderator's change is an act like any other: in the thread, in the log, and told to the author."""
    found = moderation.thing(f"post:{post.pk}")
    if found:
        former = post.revisions.order_by("-pk")[1:2].values_list("pk", flat=True).first()
        entry = moderation.record(
            by=by, name="edit", thing=found, reason="tidying", words=one_line(reason)[:200],
            before={"revision": former}, now=now,
        )  # fmt: skip
        moderation.tell_author(entry)


@transaction.atomic
def edit_back(*, by: User, post: Post, revision: int | None, now: datetime | None = None) -> None:
    """Undo of a moderator's change: what it said before, where nobody has changed it since."""
    thread, post = lock_post(post)
    former = post.revisions.filter(pk=revision).first() if revision else None
    if former is None or former.hidden_at:  # taken away meanwhile, or erased
        raise ForumRefused("gone", _("The wording of before is no longer there."))
    newer = list(post.revisions.filter(pk__gt=former.pk)[:2])
    if len(newer) != 1 or newer[0].text != post.text:
        raise ForumRefused("changed", _("It was changed since. To take this back would undo that as well."))
    now = now or timezone.now()
    html, _named = wording.render(former.text)
    is_anonymous = thread.hides(by.pk)
    Revision.objects.create(
        post=post, title=former.title, text=former.text, editor=by, made_at=now, is_anonymous=is_anonymous
    )
    Post.objects.filter(pk=post.pk).update(text=former.text, html=html, edited_at=now)
    if former.title:
        thread.title = former.title
        thread.slug = thread.make_slug()
        thread.save(update_fields=["title", "slug"])
    index(thread)


def _may_edit(by, post, thread, reason) -> None:
    if not may_edit(by, post, thread):
        code = "locked" if post.author_id == by.pk else "not_yours"
        raise ForumRefused(code, _("This can no longer be changed by you. Write a comment below it instead."))
    if post.author_id != by.pk and not reason.strip():
        raise ForumRefused("reason", _("Say why you change what somebody else wrote: they will read it."))
    check_ability(by, Ability.POST, thread.board.scope)


def _in_peace(by, post, thread, now) -> bool:
    if by.pk != post.author_id or post.edited_at or (now - post.created_at).total_seconds() > IN_PEACE:
        return False
    return not (thread.replies if post.part == Post.Part.OPENING else post.comments)


@transaction.atomic
def hide_revision(*, by: User, revision: Revision, reason: str, now: datetime | None = None) -> None:
    """Take a former wording away from readers; moderators still see it. What the post says now is hidden with it."""
    _moderates(by, revision.post)
    _says_why(reason)
    if revision.pk == revision.post.revisions.order_by("-pk").values_list("pk", flat=True).first():
        raise ForumRefused("current", _("This is what the post says now. Edit the post, or hide it."))
    Revision.objects.filter(pk=revision.pk, hidden_at=None).update(
        hidden_at=now or timezone.now(), hidden_by=by, hidden_reason=one_line(reason)[:200]
    )
    audit(by, "revision.hidden", f"post:{revision.post_id}", [f"revision:{revision.pk}"])


@transaction.atomic
def show_revision(*, by: User, revision: Revision) -> None:
    _moderates(by, revision.post)
    if not revision.hidden_by_id or not (revision.text or revision.title):
        raise ForumRefused("erased", _("This wording is not shown again: words in it were taken out for good."))
    Revision.objects.filter(pk=revision.pk).update(hidden_at=None, hidden_by=None, hidden_reason="")
    audit(by, "revision.shown", f"post:{revision.post_id}", [f"revision:{revision.pk}"])


@transaction.atomic
def redact_history(*, by: User, post: Post, reason: str, now: datetime | None = None) -> int:
    """Erase all former wordings for good: for what should never have been written, such as somebody's address. Answers
    how many. That there were some, when and by whom, stays."""
    _moderates(by, post)
    _says_why(reason)
    last = post.revisions.order_by("-pk").values("pk")[:1]
    gone = post.revisions.exclude(pk__in=last).exclude(text="", title="")
    count = gone.update(
        text="", title="", hidden_at=now or timezone.now(), hidden_by=by, hidden_reason=one_line(reason)[:200]
    )
    post.suggestions.exclude(state=Suggestion.State.WAITING, before=post.text).delete()  # they hold former wordings
    audit(by, "post.redacted", f"post:{post.pk}", ["revisions"])
    return count


def _says_why(reason: str) -> None:
    if not one_line(reason):
        raise ForumRefused("reason", _("Say why: readers see that something was taken away, and this reason."))


def _moderates(by, post) -> None:
    if not moderates(by, post.thread.board):
        raise ForumRefused("not_a_moderator", _("Only moderators of this board do that."))

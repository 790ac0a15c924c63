"""Another wording of somebody else's post: suggested by a member, looked at by a moderator."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.limits import hit
from core.text import one_line
from features.accounts.access import Ability
from features.accounts.models import User
from features.forum.models import Closing, Post, State, Suggestion, Thread
from features.forum.services.editing import may_edit, reword
from features.forum.services.refusals import ForumRefused, check_ability, check_title
from features.forum.services.writing import index, lock_post, tell_named
from features.forum.wording import clean
from features.moderation import services as moderation
from features.moderation.models import Case
from features.notifications import services as notifications


def may_suggest(person, post: Post, thread: Thread) -> bool:
    is_open = post.state == thread.state == State.SHOWN and thread.closing != Closing.LOCKED
    return person.is_authenticated and is_open and post.part != Post.Part.COMMENT and not may_edit(person, post, thread)


@transaction.atomic
def suggest(
    *, by: User, post: Post, text: str, title: str = "", reason: str = "", now: datetime | None = None
) -> Suggestion:
    """Suggest another wording; a second one takes the place of the first. Raises ForumRefused and RateLimited."""
    now = now or timezone.now()
    thread, post = lock_post(post)
    if not may_suggest(by, post, thread):
        raise ForumRefused("not_here", _("Nothing can be suggested here. Write a comment below it instead."))
    check_ability(by, Ability.POST, thread.board.scope)
    hit("forum_post", by.pk)
    before = thread.title if post.part == Post.Part.OPENING else ""
    text, title = clean(text), check_title(title) if before and title else before
    if (text, title) == (post.text, before):
        raise ForumRefused("the_same", _("It says so already. Change something first."))
    if not reason.strip():
        raise ForumRefused("reason", _("Say why: a moderator and the author read it."))
    facts = {"text": text, "title": title, "reason": one_line(reason)[:200], "before": post.text, "made_at": now}
    facts["is_anonymous"] = thread.hides(by.pk)
    made, _new = Suggestion.objects.update_or_create(
        post=post, author=by, state=Suggestion.State.WAITING, defaults=facts | {"before_title": before}
    )
    found = moderation.thing(f"suggestion:{made.pk}")
    assert found
    moderation.open_case(found, Case.Cause.EDIT, 1, now)
    return made


def fits(suggestion: Suggestion) -> bool:
    """Whether it still is one to what the post says."""
    post, is_opening = suggestion.post, suggestion.post.part == Post.Part.OPENING
    is_same = suggestion.before == post.text and (not is_opening or suggestion.before_title == post.thread.title)
    return is_same and suggestion.state == Suggestion.State.WAITING and post.state == State.SHOWN


@transaction.atomic
def take(*, suggestion: Suggestion, now: datetime | None = None) -> dict:
    """It becomes what the post says, as a wording by whoever suggested it. Answers what undoing it needs."""
    now = now or timezone.now()
    thread, post = lock_post(suggestion.post)
    suggestion.post = post
    if not fits(suggestion):
        raise ForumRefused("changed", _("The post has changed since. The suggestion no longer fits."))
    named = reword(
        by=suggestion.author, post=post, thread=thread, text=suggestion.text, title=suggestion.title,
        reason=suggestion.reason, now=now, is_anonymous=suggestion.is_anonymous,
    )  # fmt: skip
    _now(suggestion, Suggestion.State.TAKEN)
    tell_named(post, named)
    index(thread)
    if post.author.is_active:
        notifications.notify(post.author, "suggestion_taken", suggestion.pk, post.get_absolute_url())
    return {"revision": post.revisions.order_by("-pk")[1:2].values_list("pk", flat=True).first()}


@transaction.atomic
def decline(*, suggestion: Suggestion) -> dict:
    _now(suggestion, Suggestion.State.DECLINED)
    return {}


def _now(suggestion: Suggestion, state: str) -> None:
    if not Suggestion.objects.filter(pk=suggestion.pk, state=Suggestion.State.WAITING).update(state=state):
        raise ForumRefused("decided", _("Somebody decided this a moment ago."))


@transaction.atomic
def wait_again(*, suggestion: Suggestion) -> None:
    """Undo of either. One that was made meanwhile has its place."""
    others = Suggestion.objects.filter(post=suggestion.post_id, author=suggestion.author_id, state="waiting")
    if others.exclude(pk=suggestion.pk).exists():
        raise ForumRefused("another", _("They have suggested another wording meanwhile. Look at that one."))
    Suggestion.objects.filter(pk=suggestion.pk).update(state=Suggestion.State.WAITING)

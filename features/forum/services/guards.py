"""What new members meet: nothing, if they write as people do."""

import re
from datetime import datetime, timedelta

from django.core import signing
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.limits import hit
from core.templatetags.ui import words
from core.text import render_markdown
from features.accounts.access import Ability
from features.accounts.models import User
from features.forum.models import Post, State, Thread
from features.forum.services.refusals import ForumRefused
from features.moderation import services as moderation
from features.moderation.models import Case

SALT = "forum.began"
LINK = re.compile(r'href="(?:[a-z][a-z0-9+.-]*:|//)', re.IGNORECASE)  # names of members lead nowhere else
TYPING = 3.0  # seconds: nobody reads a page and writes an answer in less
LINKS = 2  # in one post, until somebody has found a post of theirs good
YOUNG = timedelta(days=1)
DAY = 24 * 3600


def began() -> str:
    """For a form: when it was given out."""
    return signing.TimestampSigner(salt=SALT).sign("form")


def typing_time(token: str | None, now: datetime) -> float | None:
    """Seconds since the form was given out, none at all for a forged one. What came without a form is not measured:
    whoever leaves the field out meets the limits on links and pace, and the queue, all the same."""
    if not token:
        return None
    try:
        signing.TimestampSigner(salt=SALT).unsign(token, max_age=30 * DAY)
    except signing.SignatureExpired:
        return float(DAY)
    except signing.BadSignature:
        return 0.0
    seconds = signing.b62_decode(token.rsplit(":", 2)[1])
    return max(0.0, now.timestamp() - seconds)


def leads_elsewhere(text: str) -> int:
    """How many links to other places it has."""
    return len(LINK.findall(render_markdown(text)))


def check_links(author: User, text: str, before: str = "") -> int:
    """How many links to other places it has: more than two only from who has earned it. What stands there already is
    no reason to refuse a change. Raises ForumRefused."""
    links = leads_elsewhere(text)
    if links > LINKS and links > leads_elsewhere(before) and not moderation.may(author, Ability.LINK):
        said = ngettext("%(n)d link", "%(n)d links", LINKS) % {"n": LINKS}
        raise ForumRefused(
            "links", _("Give at most %(links)s until somebody has voted up a post of yours.") % {"links": said}
        )
    return links


def state_for(author: User, text: str, kind: str, now: datetime, typed: float | None) -> tuple[str, bool]:
    """In what state something new begins, and whether it is its author's first. Raises ForumRefused and RateLimited.

    A first post that was typed faster than anybody types, or that leads elsewhere, waits until it is looked at."""
    if now - author.joined_at < YOUNG:
        hit(f"forum_first_{kind}", author.pk)
    links = check_links(author, text)
    is_first = not Post.objects.filter(author=author, state=State.SHOWN).exists()
    is_quick = typed is not None and typed < TYPING
    return (State.HELD if is_first and (links or is_quick) else State.SHOWN), is_first


def must_wait(post: Post, text: str) -> bool:
    """Whether a change makes of somebody's first post what would have waited had it been written so at first."""
    if post.state != State.SHOWN or leads_elsewhere(text) <= leads_elsewhere(post.text):
        return False
    return not Post.objects.filter(author=post.author_id, state=State.SHOWN).exclude(pk=post.pk).exists()


def check_pace(author: User, thread: Thread, now: datetime) -> None:
    """A thread that a moderator slowed down. Raises ForumRefused."""
    if not thread.slow_seconds or moderation.moderates(author, thread.board.scope):
        return
    last = Post.objects.filter(thread=thread, author=author).order_by("-pk").first()
    free_at = last.created_at + timedelta(seconds=thread.slow_seconds) if last else now
    if free_at > now:
        when = words(free_at, "time", now)
        raise ForumRefused("slow", _("This thread was slowed down. You can write again at %(when)s.") % {"when": when})


def queue_first(post: Post, now: datetime) -> None:
    """Somebody's first post is looked at, shown or not."""
    found = moderation.thing(f"post:{post.pk}")
    if found:
        moderation.open_case(found, Case.Cause.FIRST, 1, now)

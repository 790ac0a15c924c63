"""What was asked about a thing of another feature: a section of its page, and the way back to it from a thread."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from core.recordings import clock, kept_of
from features.forum import services
from features.forum.findable import answers_words
from features.forum.models import Board, Closing, Post, State
from features.forum.pages.rows import with_vote

FEW = 5


@dataclass(frozen=True, slots=True)
class Question:
    url: str
    title: str
    by: str
    answers: str
    is_solved: bool
    minute: str  # of the session, where it was asked while that took place
    recorded: str  # when the recording answers it, for whoever may say so
    to_place: str
    vote: dict  # as `forum/_post.html#vote` takes it


def session_panel(session, viewer, now) -> dict | None:
    """Best voted first, of equals the newest: that is the order in which a host takes them up. Afterwards they say when
    the recording answers them."""
    if not session.published_at:
        return None
    key = f"session:{session.pk}"
    kept = kept_of([key], viewer).get(key) if session.has_started(now) else None
    is_host = session.is_hosted_by(viewer)
    asked = Post.objects.filter(part=Post.Part.OPENING, thread__about=key, thread__state=State.SHOWN)
    asked = with_vote(asked.select_related("thread", "author"), viewer.pk).order_by("-thread__score", "-thread_id")
    found = list(asked[: FEW + 1])
    if not found and not Board.objects.filter(is_open=True).exists():
        return None
    return {
        "questions": [_question(post, session, viewer, kept if is_host else None) for post in found[:FEW]],
        "all": f"{reverse('forum')}?{urlencode({'about': key})}" if len(found) > FEW else "",
        "ask": f"{reverse('thread_new')}?{urlencode({'about': key})}",
        "is_host": is_host,
        "is_over": session.ends_at <= now or session.cancelled_at is not None,
    }


def _question(post, session, viewer, kept) -> Question:
    thread = post.thread
    minute = ""
    if session.starts_at and session.starts_at <= thread.created_at <= session.ends_at:
        minutes = int((thread.created_at - session.starts_at).total_seconds() // 60) + 1
        minute = _("asked in minute %(n)d") % {"n": minutes}
    return Question(
        url=thread.get_absolute_url(),
        title=thread.title,
        by=_("Somebody") if post.is_anonymous else post.author.name,
        answers=answers_words(thread),
        is_solved=thread.is_solved,
        minute=minute,
        recorded=clock(thread.recorded_second) if kept and thread.recorded_second is not None else "",
        to_place=reverse("thread_recording", args=[thread.pk, thread.slug]) if kept and kept.recording else "",
        vote={
            "pk": post.pk,
            "mine": post.mine or 0,
            "score": post.score,
            "may_vote": post.author_id != viewer.pk and thread.closing != Closing.LOCKED,
        },
    )


def about_of(viewer, thread) -> dict | None:
    """What a thread is asked about, for who sees that: one more look than other threads take."""
    thing = services.about(viewer, thread.about) if thread.about else None
    return {"title": thing.title, "url": thing.url} if thing else None


def begun(viewer, key: str) -> dict:
    """What the form for a new thread begins with, where it is to be about this: the thing, its board, its skills."""
    thing = services.about(viewer, key) if key else None
    if thing is None:
        return {}
    skills = services.skills_of(thing)
    board = services.board_for(skills)
    return {
        "about": key,
        "thing": thing,
        "skills": ", ".join(skill.name for skill in skills),
        **({"board": board.slug} if board else {}),
    }

"""What search engines read of a thread: the same rows as the page."""

from django.utils.translation import gettext as _

from core.seo import absolute
from core.text import without_marks
from features.forum.models import State


def of_thread(thread, opening, replies) -> dict:
    """schema.org/QAPage for a question that has an answer, else DiscussionForumPosting, from the same rows."""
    shown = [post for post in replies if post.state == State.SHOWN and not (thread.is_question and post.is_aside)][:10]
    data = {
        "name": thread.title,
        "text": _plain(opening),
        "author": _author(opening),
        "datePublished": opening.created_at.isoformat(),
        "url": absolute(thread.get_absolute_url()),
        "upvoteCount": max(0, thread.score),
    }
    if not (thread.is_question and shown):
        comments = [_comment("Comment", post) for post in shown]
        return {
            "@type": "DiscussionForumPosting",
            "headline": thread.title,
            "commentCount": thread.replies,
            **data,
            **({"comment": comments} if comments else {}),
        }
    accepted = [_comment("Answer", post) for post in shown if post.pk == thread.accepted_id]
    suggested = [_comment("Answer", post) for post in shown if post.pk != thread.accepted_id]
    question = {"@type": "Question", "answerCount": thread.replies, **data}
    if accepted:
        question["acceptedAnswer"] = accepted[0]
    if suggested:
        question["suggestedAnswer"] = suggested
    return {"@type": "QAPage", "mainEntity": question}


def _comment(kind, post) -> dict:
    return {
        "@type": kind,
        "text": _plain(post),
        "author": _author(post),
        "datePublished": post.created_at.isoformat(),
        "url": absolute(post.get_absolute_url()),
        "upvoteCount": max(0, post.score),
    }


def _author(post) -> dict:
    if post.is_anonymous:
        return {"@type": "Person", "name": _("Somebody")}
    said = {"@type": "Person", "name": post.author.name}
    return said | {"url": absolute(post.author.get_absolute_url())} if post.author.is_active else said


def _plain(post) -> str:
    return " ".join(without_marks(post.html).split())[:1000]

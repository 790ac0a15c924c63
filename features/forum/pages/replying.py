"""The form for an answer below a thread, drawn once for each kind of thread and reader."""

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from core.gaps import Mould
from core.middleware import has_session
from core.templatetags.ui import local, words
from core.text import number
from features.forum import wording
from features.forum.forms import ReplyForm
from features.forum.models import Post

REPLY = Mould("forum/_reply.html", ("pk", "slug", "address", "text", "draft_at", "csrf_token", "began"))


def reply_form(request, opening: Post, token: str = "", began: str = "") -> str:
    """Empty, with the draft of before, or with what is quoted; for strangers the way in."""
    thread = opening.thread
    text, draft_at = _begun(request, thread, opening)
    may_reply = thread.takes_answers
    is_member = has_session(request) and request.user.is_authenticated

    def context(marks):
        return {
            "thread": {
                "pk": marks["pk"],
                "slug": marks["slug"],
                "get_absolute_url": marks["address"],
                "is_question": thread.is_question,
                "closing": thread.closing,
                "state": thread.state,
            },
            "may_reply": may_reply,
            "form": ReplyForm(initial={"text": marks["text"]}, is_question=thread.is_question),
            "draft_at": marks["draft_at"] if draft_at else "",
            "has_session": is_member,
            "user": {"is_authenticated": is_member},
            "csrf_token": marks["csrf_token"],
            "began": marks["began"],
        }

    return REPLY.fill(
        (is_member, may_reply, thread.is_question, thread.closing, thread.state, bool(draft_at)),
        context,
        (thread.pk, thread.slug, thread.get_absolute_url(), text, draft_at, token, began),
    )


def _begun(request, thread, opening) -> tuple[str, str]:
    """What the form begins with, and when the draft was saved."""
    quote = request.GET.get("quote", "")
    draft = getattr(opening, "draft", None) if not getattr(request, "support_view", None) else None  # theirs alone
    text, at = (draft["text"], words(local(parse_datetime(draft["at"])), "time")) if draft else ("", "")
    if request.user.is_authenticated and number(quote) is not None:
        post = thread.posts.shown().select_related("author").filter(pk=quote).first()
        if post:
            name = _("Somebody") if post.is_anonymous else post.author.name
            text = f"{text}\n\n{wording.quoted(post.text, name)}".lstrip()
    return text, at

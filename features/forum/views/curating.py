"""How a post looks after a moderator did something to it."""

from django.shortcuts import render

from features.forum import pages
from features.forum.forms import ReplyForm
from features.forum.models import Post

OF_CLOSING = ("close", "reopen", "lock", "unlock")


def as_it_stands(request, ref, act):
    """The post, as htmx swaps it in, and beside it what of its thread the act has changed; None where its page has to
    be read anew."""
    post = Post.objects.filter(pk=ref).first()
    if post is None:
        return None
    context = pages.changed(request.user, post)
    if act in OF_CLOSING:
        thread = context["thread"]
        context["may_reply"] = thread.takes_answers
        context["form"] = ReplyForm(is_question=thread.is_question)
    return render(request, "forum/_acted.html", context)

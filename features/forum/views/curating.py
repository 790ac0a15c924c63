"""How a post looks after a moderator did something to it."""

from django.shortcuts import render

from features.forum import pages
from features.forum.models import Post


def as_it_stands(request, ref):
    """The post alone, as htmx swaps it in; None where its page has to be read anew."""
    post = Post.objects.filter(pk=ref).first()
    if post is None:
        return None
    context = pages.one(request.user, post)
    template = "forum/_remark_item.html" if post.part == Post.Part.COMMENT else "forum/_post.html"
    return render(request, template, context | {"remark": context["post"]})

"""Another wording of a post, and the wordings of before."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.htmx import see_other
from features.forum import services
from features.forum.access import moderates, visible_post
from features.forum.forms import EditForm
from features.forum.history import history
from features.forum.models import Post, State


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def post_edit(request, pk):
    post = visible_post(request.user, pk)
    suggests = services.may_suggest(request.user, post, post.thread)
    if not suggests and not services.may_edit(request.user, post, post.thread):
        raise Http404
    is_opening, is_own = post.part == Post.Part.OPENING, post.author_id == request.user.pk
    form = EditForm(
        request.POST or None,
        initial={"text": post.text, "title": post.thread.title},
        has_title=is_opening,
        needs_reason=not is_own,
    )
    if request.method == "POST" and form.is_valid():
        try:
            changed = (services.suggest if suggests else services.edit)(by=request.user, post=post, **form.cleaned_data)
        except services.ForumRefused as refused:
            form.add_error(None, refused.words)
        else:
            waits = suggests or changed.state == State.HELD
            messages.success(request, _("A moderator looks at it.") if waits else _("It says so now."))
            return see_other("post", post.pk)
    context = {"form": form, "post": post, "thread": post.thread, "is_own": is_own, "suggests": suggests}
    return render(request, "forum/edit.html", context, status=422 if form.errors else 200)


@require_safe
def post_history(request, pk):
    """Each wording with what it changed. What a moderator took away is there for moderators alone."""
    post = visible_post(request.user, pk)
    is_moderator = moderates(request.user, post.thread.board)
    context = {"post": post, "thread": post.thread, "wordings": history(post, request.user, is_moderator)}
    return render(request, "forum/history.html", context)

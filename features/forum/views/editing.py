"""Another wording of a post, and the wordings of before."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.htmx import is_htmx, render_page, see_other
from features.forum import pages, services
from features.forum.access import moderates, visible_post
from features.forum.forms import EditForm, WordingForm
from features.forum.history import history
from features.forum.models import Post, State
from features.moderation import services as moderation


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
            act = None
            if not is_own and not suggests:
                act = moderation.newest_act(by=request.user, name="edit", kind="post", ref=post.pk)
            is_this = act and act.done_at == changed.edited_at  # helping with a question in the workshop is no act
            undo = reverse("moderation_undo", args=[act.pk]) if is_this else ""
            words = _("A moderator looks at it.") if waits else _("It says so now.")
            messages.success(request, words, extra_tags=undo)
            return see_other("post", post.pk)
    context = {"form": form, "post": post, "thread": post.thread, "is_own": is_own, "suggests": suggests}
    return render(request, "forum/edit.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def post_removal(request, pk):
    """Take back what one wrote: asked first, then done. An answer goes in place for htmx."""
    post = visible_post(request.user, pk)
    if post.author_id != request.user.pk:
        raise Http404
    refused = services.why_not_take_back(post, post.thread)
    if request.method == "POST":
        try:
            services.take_back(by=request.user, post=post)
        except services.ForumRefused as why:
            refused = why
        else:
            messages.success(request, _("It is taken back."))
            if post.part == Post.Part.REPLY and is_htmx(request):
                return render(request, "forum/_acted.html", pages.changed(request.user, post))
            return see_other("post", post.pk)
    context = {
        "post": post,
        "thread": post.thread,
        "refused": refused,
        "may_edit": services.may_edit(request.user, post, post.thread),
    }
    is_late = request.method == "POST"
    answer = render_page(request, "forum/take_back.html", context, partial="take-back", status=422 if is_late else 200)
    if is_late:
        answer["HX-Retarget"], answer["HX-Reswap"] = f"#act-post-{post.pk}", "innerHTML"
    return answer


@require_safe
def post_history(request, pk):
    """Each wording with what it changed. What a moderator took away is there for moderators alone."""
    post = visible_post(request.user, pk)
    is_moderator = moderates(request.user, post.thread.board)
    return _history(request, post, is_moderator)


def _history(request, post, is_moderator, form=None):
    context = {
        "post": post,
        "thread": post.thread,
        "wordings": history(post, request.user, is_moderator),
        "is_moderator": is_moderator,
        "form": form,
    }
    return render(request, "forum/history.html", context, status=422 if form else 200)


@require_POST
@login_required
def post_wordings(request, pk):
    """A moderator hides one former wording, shows it again, or erases all of them for good."""
    post = visible_post(request.user, pk)
    if not moderates(request.user, post.thread.board):
        raise Http404
    form = WordingForm(request.POST)
    if not form.is_valid():
        return _history(request, post, True, form)
    act, reason, by = form.cleaned_data["act"], form.cleaned_data["reason"], request.user
    try:
        if act == "erase":
            services.redact_history(by=by, post=post, reason=reason)
            said = _("The former wordings are erased for good.")
        else:
            revision = get_object_or_404(post.revisions, pk=form.cleaned_data["wording"])
            if act == "hide":
                services.hide_revision(by=by, revision=revision, reason=reason)
            else:
                services.show_revision(by=by, revision=revision)
            said = _("Readers no longer see it.") if act == "hide" else _("Readers see it again.")
    except services.ForumRefused as refused:
        form.add_error(None, refused.words)
        return _history(request, post, True, form)
    messages.success(request, said)
    return see_other("post_history", post.pk)

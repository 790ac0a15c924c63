from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core.htmx import is_htmx, see_other
from core.limits import hit
from core.text import render_markdown
from features.forum import pages, services
from features.forum.access import visible_post, visible_thread
from features.forum.forms import RemarkForm, ReplyForm, ThreadForm
from features.forum.models import LONGEST, Board


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new_thread(request):
    wanted = {name: request.GET[name] for name in ("board", "kind", "title", "skills") if name in request.GET}
    form = ThreadForm(request.POST or None, initial=wanted)
    is_preview = "preview" in request.POST
    if request.method == "POST" and not is_preview and form.is_valid():
        try:
            thread = services.ask(author=request.user, **form.cleaned_data)
        except services.ForumRefused as refused:
            form.add_error(None, refused.words)
        else:
            messages.success(request, _("It is there for everybody to read."))
            return see_other(thread)
    context = {"form": form, "boards": Board.objects.filter(is_open=True)}
    if is_preview:
        context |= {"form": ThreadForm(initial=request.POST.dict()), "preview": _rendered(request)}
    return render(request, "forum/new_thread.html", context, status=422 if not is_preview and form.errors else 200)


@require_POST
@login_required
def replies(request, pk, slug):
    """An answer: in place for htmx, else the way to where it stands."""
    thread = visible_thread(request.user, pk)
    form = ReplyForm(request.POST)
    post = None
    if "preview" in request.POST:
        context = {"thread": thread, "may_reply": True, "form": ReplyForm(initial=request.POST.dict())}
        return render(request, "forum/reply.html", context | {"preview": _rendered(request)})
    if form.is_valid():
        try:
            post = services.reply(author=request.user, thread=thread, text=form.cleaned_data["text"])
        except services.ForumRefused as refused:
            form.add_error(None, refused.words)
    if post and not is_htmx(request):
        return see_other("post", post.pk)
    context = {"thread": thread, "board": thread.board, "may_reply": True, "form": ReplyForm() if post else form}
    if post:
        context |= pages.one(request.user, post)
    template = "forum/_reply.html" if is_htmx(request) else "forum/reply.html"
    return render(request, template, context, status=200 if post else 422)


@require_http_methods(["GET", "HEAD", "POST"])
def comments(request, pk):
    """All comments of a post; one more, in place for htmx."""
    post = visible_post(request.user, pk)
    if post.part == "comment":
        return redirect(post)
    if request.method != "POST":
        return render(request, "forum/comments.html", pages.comments_page(request, post))
    return _remark(request, post)


@login_required
def _remark(request, post):
    form = RemarkForm(request.POST, auto_id=False)
    comment = None
    if form.is_valid():
        try:
            comment = services.remark(author=request.user, post=post, text=form.cleaned_data["text"])
        except services.ForumRefused as refused:
            form.add_error(None, refused.words)
    if is_htmx(request):
        context = pages.one(request.user, post) | {"remark_form": RemarkForm(auto_id=False) if comment else form}
        return render(request, "forum/_post.html#remarks", context, status=200 if comment else 422)
    if comment:
        return see_other("post", comment.pk)
    context = pages.comments_page(request, post) | {"remark_form": form}
    return render(request, "forum/comments.html", context, status=422)


@require_POST
@login_required
def preview(request):
    """What was typed so far as it will look. Nothing is kept."""
    return HttpResponse(_rendered(request))


def _rendered(request) -> str:
    hit("forum_typing", request.user.pk)
    return render_markdown(request.POST.get("text", "")[:LONGEST]) or _("Nothing to show yet.")

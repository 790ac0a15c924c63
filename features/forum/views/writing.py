from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core.htmx import is_htmx, see_other
from core.limits import hit
from features.forum import lists, pages, services, wording
from features.forum.access import visible_post, visible_thread
from features.forum.forms import RemarkForm, ReplyForm, ThreadForm
from features.forum.models import LONGEST, Board, State
from features.forum.pictures import with_picture
from features.forum.similar import CLOSE, NOTHING, similar


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new_thread(request):
    draft = services.draft_of(request.user, "new") if request.method != "POST" else None
    kept = draft.words if draft else {}
    about = request.POST.get("about") or request.GET.get("about", "")
    begun = pages.begun(request.user, about or kept.get("about", ""))
    is_new = services.is_new(request.user)
    # Whoever comes from another thing asks about that one now; otherwise a draft says best what it is.
    initial = (kept | begun if about else begun | kept) | {"about": begun.get("about", "")}
    initial |= {name: request.GET[name] for name in ("board", "kind", "title", "skills") if name in request.GET}
    form = ThreadForm(request.POST or None, request.FILES or None, initial=initial, is_new=is_new)
    is_preview, found = "preview" in request.POST, None
    if request.method == "POST" and not is_preview and form.is_valid():
        if not request.POST.get("seen"):
            found = similar(form.cleaned_data["title"], request.user, least=CLOSE)
        thread = None if found and found.may_answer else _ask(request, form)
        if thread:
            _say_where_it_is(request, thread.state)
            return see_other(thread)
    context = {"form": form, "boards": Board.objects.filter(is_open=True), "draft": draft, "similar": found}
    context["thing"] = begun.get("thing")
    context["is_asked_again"] = bool(found and found.may_answer)
    if not context["boards"]:
        context["nothing"] = lists.no_board(request.user)
    if is_preview:
        context |= {"form": ThreadForm(initial=request.POST.dict(), is_new=is_new), "preview": _rendered(request)}
    return render(request, "forum/new_thread.html", context, status=422 if not is_preview and form.errors else 200)


def _ask(request, form):
    try:
        with transaction.atomic():
            form.cleaned_data["text"] = with_picture(form.cleaned_data["text"], form, request.user)
            return (
                None
                if form.errors
                else services.ask(author=request.user, typed=_typed(request), once=True, **form.cleaned_data)
            )
    except services.ForumRefused as refused:
        form.add_error(None, refused.words)
        return None


@require_http_methods(["GET", "HEAD"])
@login_required
def similar_threads(request):
    """What is there already, while the title is being typed."""
    title = request.GET.get("title", "")[:150]
    hit("forum_typing", request.user.pk)
    found = similar(title, request.user) if len(title) > 5 else NOTHING
    return render(request, "forum/_similar.html", {"similar": found})


@require_POST
@login_required
def replies(request, pk, slug):
    """An answer: in place for htmx, else the way to where it stands."""
    thread = visible_thread(request.user, pk)
    blank = partial(ReplyForm, is_question=thread.is_question)
    form = blank(request.POST, request.FILES)
    if "preview" in request.POST:
        context = {"thread": thread, "may_reply": True, "form": blank(initial=request.POST.dict())}
        return render(request, "forum/reply.html", context | {"preview": _rendered(request)})
    post = _reply(request, form, thread) if form.is_valid() else None
    if post and post.state != State.SHOWN:
        _say_where_it_is(request, post.state)
    if post and not is_htmx(request):
        return see_other("post", post.pk)
    context = {"thread": thread, "board": thread.board, "may_reply": True, "form": blank() if post else form}
    template = "forum/_reply.html" if is_htmx(request) else "forum/reply.html"
    if post:
        context |= pages.changed(request.user, post)
        template = "forum/_replied.html"
    return render(request, template, context, status=200 if post else 422)


def _reply(request, form, thread):
    try:
        with transaction.atomic():
            text = with_picture(form.cleaned_data["text"], form, request.user)
            return (
                None
                if form.errors
                else services.reply(author=request.user, thread=thread, text=text, typed=_typed(request), once=True)
            )
    except services.ForumRefused as refused:
        form.add_error(None, refused.words)
        return None


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
            comment = services.remark(
                author=request.user, post=post, text=form.cleaned_data["text"], typed=_typed(request), once=True
            )
        except services.ForumRefused as refused:
            form.add_error(None, refused.words)
    if is_htmx(request):
        context = pages.one(request.user, post) | {"remark_form": RemarkForm(auto_id=False) if comment else form}
        return render(request, "forum/_post.html#remarks", context, status=200 if comment else 422)
    if comment:
        return see_other("post", comment.pk)
    form.auto_id = "id_%s"  # here it stands alone
    context = pages.comments_page(request, post) | {"remark_form": form}
    return render(request, "forum/comments.html", context, status=422)


@require_POST
@login_required
def preview(request):
    """What was typed so far as it will look. Nothing is kept."""
    return HttpResponse(_rendered(request))


def _typed(request) -> float | None:
    """How long writing took, as far as the form can tell."""
    return services.typing_time(request.POST.get("began"), timezone.now())


def _say_where_it_is(request, state):
    if state == State.SHOWN:
        messages.success(request, _("It is there for everybody to read."))
    elif state == State.WORKSHOP:
        messages.success(request, _("Volunteers see it now. We write as soon as one of them says something."))
    else:
        messages.info(request, _("A moderator looks at first posts like this one. We write as soon as others see it."))


def _rendered(request) -> str:
    hit("forum_typing", request.user.pk)
    html, _named = wording.render(request.POST.get("text", "")[:LONGEST])
    return html or _("Nothing to show yet.")

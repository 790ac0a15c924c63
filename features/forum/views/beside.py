"""What a member does beside writing: drafts, how far they read, what they follow, duplicates, invitations."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core.htmx import is_htmx, see_other
from core.templatetags.ui import local, words
from features.forum import services
from features.forum.access import visible_thread
from features.forum.forms import DuplicateAnswerForm, DuplicateForm, FollowingForm, InvitationForm, ReadingForm
from features.forum.models import Duplicate, State
from features.forum.similar import similar, who_may_know
from features.notifications import services as notifications


@require_POST
@login_required
def thread_draft(request, pk, slug):
    """Keep, or throw away, what was typed for an answer."""
    thread = visible_thread(request.user, pk)
    return _draft(request, f"thread:{thread.pk}", thread)


@require_POST
@login_required
def new_draft(request):
    return _draft(request, "new", "thread_new")


def _draft(request, place, back):
    if request.POST.get("act") == "discard":
        services.discard_draft(person=request.user, place=place)
        return see_other(back)
    row = services.save_draft(person=request.user, place=place, words=request.POST)
    said = _("Saved %s") % words(local(row.saved_at), "time") if row else _("Nothing to keep yet.")
    if is_htmx(request):
        return HttpResponse(said)
    messages.success(request, said)
    return see_other(back)


@require_POST
@login_required
def thread_reading(request, pk, slug):
    """All up to a post was seen. htmx says so when the page has come."""
    thread = visible_thread(request.user, pk)
    form = ReadingForm(request.POST)
    if form.is_valid():
        services.mark_read(person=request.user, thread=thread, post=form.cleaned_data["post"])
    return HttpResponse(status=204) if is_htmx(request) else see_other(thread)


@require_POST
@login_required
def thread_following(request, pk, slug):
    """How much to hear of answers here: by mail, in inbox and digest, or nothing."""
    thread = visible_thread(request.user, pk)
    form = FollowingForm(request.POST)
    if form.is_valid():
        notifications.follow(person=request.user, key=f"thread:{thread.pk}", level=form.cleaned_data["level"])
        messages.success(request, _("Saved."))
    return see_other(thread)


@require_POST
@login_required
def thread_confirmation(request, pk, slug):
    """The accepted answer is still true."""
    thread = visible_thread(request.user, pk)
    try:
        services.confirm(by=request.user, thread=thread)
    except services.ForumRefused as refused:
        messages.error(request, refused.words)
    else:
        messages.success(request, _("Thank you. It says when it was confirmed."))
    return see_other(thread)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def thread_duplicates(request, pk, slug):
    """Say that another thread answers this question; what looks like it is offered."""
    thread = visible_thread(request.user, pk)
    if not thread.is_question or thread.state != State.SHOWN:
        raise Http404
    form = DuplicateForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.propose_duplicate(by=request.user, thread=thread, **form.cleaned_data)
        except services.ForumRefused as refused:
            form.add_error(None, refused.words)
        else:
            messages.success(request, _("Whoever asked will say whether that solves it."))
            return see_other(thread)
    found = similar(thread.title, request.user, leave_out=thread.pk).threads
    context = {"thread": thread, "form": form, "found": found}
    return render(request, "forum/duplicates.html", context, status=422 if form.errors else 200)


@require_POST
@login_required
def duplicate_answer(request, pk):
    row = get_object_or_404(Duplicate.objects.select_related("thread"), pk=pk)
    thread = visible_thread(request.user, row.thread_id)
    form = DuplicateAnswerForm(request.POST)
    if form.is_valid():
        act, because = form.cleaned_data["act"], form.cleaned_data["because"]
        try:
            services.answer_duplicate(by=request.user, duplicate=row, solved=act == "solved", because=because)
        except services.ForumRefused as refused:
            messages.error(request, refused.words)
    return see_other(thread)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def thread_invitations(request, pk, slug):
    """Ask one person to answer; those who solved the like are offered."""
    thread = visible_thread(request.user, pk)
    if not thread.is_question or thread.state != State.SHOWN:
        raise Http404
    form = InvitationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.invite(by=request.user, thread=thread, **form.cleaned_data)
        except services.ForumRefused as refused:
            form.add_error(None, refused.words)
        else:
            messages.success(request, _("%s is asked to answer.") % form.cleaned_data["person"].name)
            return see_other("thread_invitations", thread.pk, thread.slug)
    invited = [row.person for row in thread.invitations.select_related("person").order_by("pk")[:20]]
    # Who asked without a name is offered like others who know: somebody missing would be told apart.
    asker = [] if thread.hides(thread.author_id) else [thread.author_id]
    known = who_may_know(thread, [request.user.pk, *asker, *(person.pk for person in invited)])
    context = {"thread": thread, "form": form, "invited": invited, "known": known}
    return render(request, "forum/invitations.html", context, status=422 if form.errors else 200)

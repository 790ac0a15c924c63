"""Votes and acceptance: a swap of the one place that changes, or the way back to the post."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.views.decorators.http import require_POST

from core.htmx import is_htmx, see_other
from features.forum import pages, services
from features.forum.access import shown_post
from features.forum.forms import AcceptanceForm, VoteForm
from features.forum.models import Post


@require_POST
@login_required
def vote(request, pk):
    post = shown_post(pk)
    form = VoteForm(request.POST)
    if form.is_valid():
        try:
            services.vote(person=request.user, post=post, value=form.cleaned_data["value"])
        except services.ForumRefused as refused:
            messages.error(request, refused.words)
    if is_htmx(request):
        return render(request, "forum/_post.html#vote", pages.one(request.user, post))
    return see_other("post", post.pk)


@require_POST
@login_required
def acceptance(request, pk):
    post = shown_post(pk)
    former = post.thread.accepted_id
    form = AcceptanceForm(request.POST)
    if form.is_valid():
        act = services.accept if form.cleaned_data["act"] == "accept" else services.take_back_acceptance
        try:
            act(by=request.user, post=post)
        except services.ForumRefused as refused:
            messages.error(request, refused.words)
    if not is_htmx(request):
        return see_other("post", post.pk)
    others = Post.objects.filter(pk=former).exclude(pk=post.pk) if former else []
    context = pages.changed(request.user, post) | {"also": [pages.one(request.user, other)["post"] for other in others]}
    return render(request, "forum/_accepted.html", context)

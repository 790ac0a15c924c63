"""Never match these two: whom somebody wants nothing to do with."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.htmx import see_other
from core.pagination import keyset
from features.accounts.access import role_required
from features.accounts.models import Role, User
from features.mentoring import services
from features.mentoring.cohort_forms import ApartForm, ReasonOfStaffForm
from features.mentoring.models import Block, EndedApart


@require_safe
@login_required
def apart(request):
    rows = Block.objects.own().filter(person=request.user).select_related("blocked")
    page = keyset(rows, request, order=("-blocked_at", "-id"), size=20)
    return render(request, "mentoring/apart.html", {"page": page})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def apart_from(request, handle):
    """What it means, before it is done; and the way back."""
    other = get_object_or_404(User.objects.active(), handle=handle)
    if other == request.user:
        raise Http404
    if request.method == "POST":
        if request.POST.get("act") == "undo":
            services.end_apart(person=request.user, other=other)
            messages.success(request, _("You can find and ask each other again."))
        else:
            services.keep_apart(person=request.user, other=other)
            messages.success(request, _("Done. They are not told."))
        return see_other("apart")
    is_apart = Block.objects.own().filter(person=request.user, blocked=other).exists()
    return render(request, "mentoring/apart_from.html", {"other": other, "is_apart": is_apart})


STAFF = (Role.ORGANISER, Role.MODERATOR)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*STAFF)
def manage_apart(request):
    """All who are kept apart, by themselves or by staff; the form keeps two more apart."""
    form = ApartForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            services.keep_two_apart(by=request.user, people=form.people, reason=form.cleaned_data["reason"])
        except services.MentoringRefused as refused:
            form.add_error(None, refused.words)
        else:
            messages.success(request, _("They are kept apart. What was open between them has ended."))
            return see_other("manage_apart")
    rows = Block.objects.select_related("person", "blocked", "decided_by")
    page = keyset(rows, request, order=("-blocked_at", "-id"), size=30)
    ended = EndedApart.objects.select_related("person", "blocked", "ended_by").order_by("-pk")[:20]
    context = {"page": page, "form": form, "ended": ended}
    return render(request, "mentoring/manage/apart.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*STAFF)
def manage_apart_ending(request, pk):
    """Why it no longer holds."""
    found = get_object_or_404(Block.objects.decided().select_related("person", "blocked", "decided_by"), pk=pk)
    form = ReasonOfStaffForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        services.end_two_apart(block=found, by=request.user, **form.cleaned_data)
        messages.success(request, _("They can find and ask each other again."))
        return see_other("manage_apart")
    context = {"apart": found, "form": form}
    return render(request, "mentoring/manage/apart_ending.html", context, status=422 if form.errors else 200)

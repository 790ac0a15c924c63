"""Mentors for everybody: the list, a page of each, and how the order comes about."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.htmx import render_page, see_other
from core.limits import client_address, hit
from core.middleware import has_session
from features.mentoring import mentor_pages, services
from features.mentoring.filters import MentorFilter
from features.mentoring.matching_forms import MentorPageForm
from features.mentoring.models import MentorPage


@require_safe
def mentors(request):
    now = timezone.now()
    if request.GET.get("q") and not has_session(request):
        hit("search", client_address(request))
    filters = MentorFilter(request.GET, now=now, person=request.user)
    return render_page(request, "mentoring/mentors.html", mentor_pages.browse(request, filters, now), partial="results")


@require_safe
def mentor(request, handle):
    page = mentor_pages.shown_page(handle)
    if page.person.handle != handle:
        return redirect(page, permanent=True)
    return render(request, "mentoring/mentor.html", mentor_pages.one(page, request.user, timezone.now()))


@require_safe
def ranking(request):
    return render(request, "mentoring/ranking.html", mentor_pages.ranking(request.user, timezone.now()))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def settings(request):
    """What a mentor says of themselves."""
    if refused := services.why_not_mentor(request.user):
        status = 422 if request.method == "POST" else 200
        return render(request, "mentoring/not_yet.html", {"refused": refused}, status=status)
    page = MentorPage.objects.filter(person=request.user).first() or MentorPage(person=request.user)
    topics = list(page.topics.all()) if not page._state.adding else []
    form = MentorPageForm(request.POST or None, instance=page, initial={"topics": topics})
    if request.method == "POST" and form.is_valid():
        services.save_mentor_page(page=form.instance, topics=form.cleaned_data["topics"])
        messages.success(request, _("Your page says so now. Lists follow within a minute."))
        return see_other(page)
    context = {"form": form, "page": page, "advice": mentor_pages.advice(page, timezone.now())}
    return render(request, "mentoring/settings.html", context, status=422 if form.errors else 200)

"""Mentors for one member: the goal, the list with its reasons, and what they do not want to see."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.htmx import see_other
from core.templatetags.ui import undoing
from features.mentoring import mentor_pages, services
from features.mentoring.matching_forms import DismissalForm, GoalForm


@require_safe
@login_required
def suggestions(request):
    context = mentor_pages.suggestions_page(request.user, timezone.now())
    if not context["found"].goals:
        return redirect("mentor_goal")
    return render(request, "mentoring/suggestions.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def goal(request):
    form = GoalForm(request.POST or None, initial=mentor_pages.goal_as_asked(request.user))
    if request.method == "POST" and form.is_valid():
        services.set_goal(person=request.user, **mentor_pages.goal_of(form))
        return see_other("mentor_suggestions")
    return render(request, "mentoring/goal.html", {"form": form}, status=422 if form.errors else 200)


@require_POST
@login_required
def dismissal(request, handle):
    page = mentor_pages.shown_page(handle)
    form = DismissalForm(request.POST)
    if not form.is_valid():
        return render(
            request, "mentoring/mentor.html", mentor_pages.one(page, request.user, timezone.now()), status=422
        )
    how, name = form.cleaned_data["how"], {"name": page.person.name}
    if how == "back":
        services.bring_back(mentee=request.user, mentor=page.person)
        messages.success(request, _("%(name)s may be suggested to you again.") % name)
        return see_other(page)
    services.dismiss(mentee=request.user, mentor=page.person, for_good=how == "never")
    said = _("%(name)s is not suggested again.") if how == "never" else _("%(name)s is left out for 30 days.")
    messages.success(request, said % name, extra_tags=undoing("mentor_dismissal", handle, how="back"))
    return see_other("mentor_suggestions")

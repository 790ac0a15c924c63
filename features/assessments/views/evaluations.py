"""Talks about work: choosing a time, and calling it off."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.htmx import see_other
from features.assessments import evaluation_pages, services
from features.assessments.access import own_evaluation, visible_task
from features.assessments.models import Task
from features.assessments.work_forms import CallingOffForm, TimeForm


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def times(request, pk, slug):
    """When whoever set the task is free; the POST books one of the times."""
    task = visible_task(request.user, pk)
    if task.kind != Task.Kind.LIVE:
        raise Http404
    if slug != task.slug:
        return redirect("task_times", task.pk, task.slug, permanent=True)
    form = TimeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            work = services.book_evaluation(task=task, person=request.user, **form.cleaned_data)
        except services.AssessmentRefused as refused:
            form.add_error("starts_at", refused.words)
        else:
            messages.success(request, _("It is booked. Both of you get a letter with the calendar entry."))
            return see_other(work)
    context = evaluation_pages.times_page(task, request.user, timezone.now(), "all" in request.GET) | {"form": form}
    return render(request, "assessments/times.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def calling_off(request, public_id):
    found = own_evaluation(request.user, public_id)
    form = CallingOffForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.call_off(evaluation=found, by=request.user, **form.cleaned_data)
        except services.AssessmentRefused as refused:
            form.add_error(None, refused.words)
        else:
            messages.success(request, _("It is called off, and the other one is told why."))
            is_examiner = found.examiner_id == request.user.pk
            return see_other("reading_queue") if is_examiner else see_other(found.submission)
    context = {"form": form, "evaluation": found, "submission": found.submission}
    return render(request, "assessments/calling_off.html", context, status=422 if form.errors else 200)

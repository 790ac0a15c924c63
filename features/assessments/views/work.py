"""Tasks, and handing in work: for who does it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.htmx import see_other
from core.pagination import keyset
from core.templatetags.ui import undoing
from features.accounts import services as accounts
from features.assessments import services, work_pages
from features.assessments.access import own_submission, readable_file, visible_submission, visible_task
from features.assessments.models import Task
from features.assessments.work_forms import AnswerForm, AppealForm, ReadingForm, SubmissionForm


@require_safe
def tasks(request):
    """What one can hand in, the newest first."""
    page = keyset(Task.objects.filter(is_open=True).select_related("skill", "author"), request, order=("-id",))
    return render(request, "assessments/tasks.html", {"page": page})


@require_http_methods(["GET", "HEAD", "POST"])
def task(request, pk, slug):
    """What is asked and by which rubric; the form to hand it in."""
    found = visible_task(request.user, pk)
    if slug != found.slug:
        return redirect(found, permanent=True)
    if request.method == "POST":
        return _submit(request, found)
    form = SubmissionForm(initial={"done_on": timezone.localdate()})
    kept = accounts.put_back(request.user, _key(found), form)
    context = work_pages.task_page(found, request.user, form) | {"keep_as": _key(found), "kept": kept}
    return render(request, "assessments/task.html", context)


def _key(found) -> str:
    return f"task-{found.pk}"


@login_required
def _submit(request, found):
    form = SubmissionForm(request.POST, request.FILES)
    if form.is_valid():
        data = form.cleaned_data | {"files": [(file.name, file.read()) for file in form.cleaned_data["files"]]}
        try:
            work = services.submit(task=found, person=request.user, **data)
        except services.AssessmentRefused as refused:
            form.add_error(None, refused.words)
        else:
            accounts.forget_unfinished(person=request.user, key=_key(found))
            messages.success(request, _("It is handed in. You are told when it is judged."))
            return see_other(work)
    context = work_pages.task_page(found, request.user, form) | {"keep_as": _key(found)}
    return render(request, "assessments/task.html", context, status=422)


@require_safe
@login_required
def submission(request, public_id):
    """One's own work with what was said of it; for its readers the work alone, until they have judged it."""
    found = visible_submission(request.user, public_id)
    return render(request, "assessments/submission.html", work_pages.submission_page(found, request.user))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def self_review(request, public_id):
    found = own_submission(request.user, public_id)
    form = ReadingForm(request.POST or None, rubric=found.rubric, with_words=False)
    if request.method == "POST" and form.is_valid():
        try:
            services.judge_self(submission=found, scores=form.said["scores"])
        except services.AssessmentRefused as refused:
            form.add_error(None, refused.words)
        else:
            return see_other(found)
    context = {"form": form, "submission": found, "title": _("How do you see it?")}
    return render(request, "assessments/reading.html", context, status=422 if form.errors else 200)


@require_POST
@login_required
def withdrawal(request, public_id):
    found, is_back = own_submission(request.user, public_id), request.POST.get("act") == "restore"
    try:
        if is_back:
            services.hand_in_again(submission=found)
            messages.success(request, _("It is handed in, as before."))
        else:
            services.take_back(submission=found)
            undo = undoing("submission_withdrawal", public_id, act="restore")
            messages.success(request, _("Nobody reads it any more."), extra_tags=undo)
    except services.AssessmentRefused as refused:
        messages.error(request, refused.words)
    return see_other("submission", public_id)


@require_POST
@login_required
def answer(request, public_id, pk):
    """Useful, unclear, unfair."""
    found = own_submission(request.user, public_id)
    form = AnswerForm(request.POST)
    reading = found.readings.filter(pk=pk, submitted_at__isnull=False).first()
    if reading and form.is_valid():
        services.answer_feedback(reading=reading, answer=form.cleaned_data["answer"])
        messages.success(request, _("Who wrote it sees what you said."))
    return see_other("submission", public_id)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def appeal(request, public_id):
    found = own_submission(request.user, public_id)
    form = AppealForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.appeal(submission=found, text=form.cleaned_data["text"])
        except services.AssessmentRefused as refused:
            form.add_error(None, refused.words)
        else:
            messages.success(request, _("Another expert looks again. Until then the judgement stands."))
            return see_other(found)
    context = {"form": form, "submission": found}
    return render(request, "assessments/appeal.html", context, status=422 if form.errors else 200)


@require_safe
@login_required
def file(request, public_id):
    """To be saved and never to be shown by the browser, whatever is in it."""
    found = readable_file(request.user, public_id)
    return HttpResponse(
        bytes(found.content),
        content_type="application/octet-stream",
        headers={"Content-Disposition": content_disposition_header(as_attachment=True, filename=found.name)},
    )

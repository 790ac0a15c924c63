"""For who reads work, and for who sets tasks."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.htmx import see_other
from features.accounts.access import role_required
from features.assessments import services, work_pages
from features.assessments.access import AUTHORS, authored_task, own_judgement, own_reading, visible_task
from features.assessments.models import Example, Task
from features.assessments.work_forms import ExampleForm, ReadingForm, TaskForm, rubric_text


@require_safe
@role_required(*AUTHORS)
def queue(request):
    """What waits for one's word, what one holds, and what became of what one said."""
    return render(request, "assessments/queue.html", work_pages.queue_page(request.user))


@require_POST
@role_required(*AUTHORS)
def next_reading(request):
    """The oldest that waits, for eight hours."""
    try:
        found = services.take_next(reader=request.user)
    except services.AssessmentRefused as refused:
        messages.error(request, refused.words)
        return see_other("task_examples", refused.task.pk)
    if found is None:
        messages.info(request, _("Nothing waits that you may read."))
        return see_other("reading_queue")
    return see_other("reading", found.pk)


@require_POST
@login_required
def peer_reading(request, pk, slug):
    """Work of another with the same task."""
    task = visible_task(request.user, pk)
    try:
        found = services.take_peer(task=task, reader=request.user)
    except services.AssessmentRefused as refused:
        messages.error(request, refused.words)
        return see_other(task)
    if found is None:
        messages.info(request, _("Nothing waits for you here at the moment."))
        return see_other(task)
    return see_other("reading", found.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def reading(request, pk):
    """The work, and the judgement to write."""
    found = own_reading(request.user, pk)
    work = found.submission
    if "insert" in request.POST:
        form = ReadingForm(rubric=work.rubric, initial=work_pages.with_snippet(request.user, request.POST))
        context = {"form": form, "submission": work, "reading": found, **work_pages.reading_page(found)}
        return render(request, "assessments/reading.html", context)
    form = ReadingForm(request.POST or None, rubric=work.rubric)
    if request.method == "POST" and form.is_valid():
        try:
            services.judge(reading=found, **form.said)
        except services.AssessmentRefused as refused:
            form.add_error(None, refused.words)
        else:
            if form.cleaned_data.get("keep"):
                for words in [*form.said["comments"].values(), form.said["overall"]]:
                    services.keep_snippet(owner=request.user, text=words)
            messages.success(request, _("Thank you. The author reads it now."))
            return see_other("task" if found.role == "peer" else "reading_queue", *work_pages.back_of(found))
    context = {"form": form, "submission": work, "reading": found, **work_pages.reading_page(found)}
    return render(request, "assessments/reading.html", context, status=422 if form.errors else 200)


@require_POST
@role_required(*AUTHORS)
def alike(request, pk):
    """The judgement that one gave, for the works that are the same."""
    try:
        n = services.judge_alike(reading=own_judgement(request.user, pk))
    except services.AssessmentRefused as refused:
        messages.error(request, refused.words)
    else:
        words = ngettext("%(n)d more work has your judgement.", "%(n)d more works have your judgement.", n)
        messages.success(request, words % {"n": n})
    return see_other("reading_queue")


@require_POST
@login_required
def return_(request, pk):
    found = own_reading(request.user, pk)
    try:
        services.give_back(reading=found)
    except services.AssessmentRefused as refused:
        messages.error(request, refused.words)
        return see_other(found.submission)
    return see_other("task" if found.role == "peer" else "reading_queue", *work_pages.back_of(found))


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*AUTHORS)
def new_task(request):
    return _task(request, Task(author=request.user))


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*AUTHORS)
def task_words(request, pk):
    return _task(request, authored_task(request.user, pk))


def _task(request, task):
    initial = {"skill": [task.skill], "rubric": rubric_text(task.rubric.criteria)} if task.pk else {}
    form = TaskForm(request.POST or None, instance=task, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            saved = services.save_task(
                task=form.save(commit=False), criteria=form.cleaned_data["rubric"], by=request.user
            )
        except services.AssessmentRefused as refused:
            form.add_error("skill" if refused.code == "other_skill" else "rubric", refused.words)
        else:
            messages.success(request, _("The task is there."))
            return see_other(saved)
    return render(
        request, "assessments/task_form.html", {"form": form, "task": task}, status=422 if form.errors else 200
    )


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*AUTHORS)
def examples(request, pk):
    """The examples of a task: its author adds them; others judge them, to see as its author sees."""
    task = visible_task(request.user, pk)
    if task.author_id != request.user.pk:
        if request.method == "POST":
            raise Http404
        return render(request, "assessments/examples.html", work_pages.examples_page(task, request.user))
    form = ExampleForm(request.POST or None)
    scores = ReadingForm(request.POST or None, rubric=task.rubric, with_words=False)
    if request.method == "POST" and form.is_valid() and scores.is_valid():
        services.add_example(task=task, by=request.user, scores=scores.said["scores"], **form.cleaned_data)
        return see_other("task_examples", task.pk)
    context = work_pages.examples_page(task, request.user) | {"form": form, "scores": scores}
    status = 422 if request.method == "POST" else 200
    return render(request, "assessments/examples.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*AUTHORS)
def example(request, pk):
    found = get_object_or_404(Example.objects.current().select_related("task__rubric"), pk=pk)
    form = ReadingForm(request.POST or None, rubric=found.task.rubric, with_words=False)
    if request.method == "POST" and form.is_valid():
        try:
            trial = services.try_example(example=found, reader=request.user, scores=form.said["scores"])
        except services.AssessmentRefused as refused:
            messages.error(request, refused.words)
        else:
            said = {"n": round(100 * trial.agreement), "why": found.why}
            messages.info(request, _("You agree with staff to %(n)d per cent. %(why)s") % said)
        return see_other("task_examples", found.task_id)
    context = {"form": form, "example": found, "title": _("How would you judge it?")}
    return render(request, "assessments/reading.html", context, status=422 if form.errors else 200)

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Prefetch
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.htmx import see_other
from core.templatetags.ui import undoing
from features.accounts import services as accounts
from features.accounts.services import FileRefused
from features.library import services
from features.library.access import own_file, own_lesson, own_section, own_work, removed_lesson
from features.library.forms import LessonForm, MoveForm, TitleForm
from features.library.models import Lesson, LessonContent
from features.library.views.writing import rendered


@require_safe
@login_required
def contents(request, pk):
    """Sections and lessons in their order. An article has one lesson, and its editor is that."""
    work = own_work(request.user, pk)
    if not work.is_course:
        return redirect("lesson_edit", work.lessons.get().pk)
    return _contents(request, work)


def _contents(request, work, status=200, **forms):
    context = {
        "work": work,
        "sections": work.sections.prefetch_related(Prefetch("lessons", Lesson.objects.there())),
        "removed": work.lessons.filter(removed_at__isnull=False).order_by("-removed_at"),
        "may_publish": services.may_publish(request.user),
        "section_form": TitleForm(auto_id="section_%s"),
        **forms,
    }
    return render(request, "library/contents.html", context, status=status)


@require_POST
@login_required
def new_section(request, pk):
    work = own_work(request.user, pk)
    form = TitleForm(request.POST, auto_id="section_%s")
    if work.is_course and form.is_valid():
        services.add_section(work=work, title=form.cleaned_data["title"])
        return see_other("work_contents", work.pk)
    return _contents(request, work, 422, section_form=form)


@require_POST
@login_required
def section(request, pk):
    """Rename a section, move it, or take it away when it is empty."""
    section = own_section(request.user, pk)
    form = TitleForm(request.POST)
    act = MoveForm(request.POST)
    try:
        if act.is_valid():
            _move(section, act.cleaned_data["act"])
        elif form.is_valid():
            services.rename_section(section=section, title=form.cleaned_data["title"])
        else:
            messages.error(request, _("Give the section a title."))
    except services.LibraryRefused as refused:
        messages.error(request, refused.words)
    return see_other("work_contents", section.work_id)


def _move(thing, act):
    if act != "remove":
        services.move(thing=thing, step=-1 if act == "up" else 1)
    else:
        services.remove_section(section=thing)


@require_POST
@login_required
def new_lesson(request, pk):
    section = own_section(request.user, pk)
    form = TitleForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Give the lesson a title."))
        return see_other("work_contents", section.work_id)
    try:
        lesson = services.add_lesson(section=section, title=form.cleaned_data["title"])
    except services.LibraryRefused as refused:
        messages.error(request, refused.words)
        return see_other("work_contents", section.work_id)
    return see_other("lesson_edit", lesson.pk)


@require_POST
@login_required
def place(request, pk):
    """Move a lesson, take it away, or bring it back."""
    form = MoveForm(request.POST)
    act = form.cleaned_data["act"] if form.is_valid() else ""
    lesson = removed_lesson(request.user, pk) if act == "restore" else own_lesson(request.user, pk)
    try:
        if act == "restore":
            services.bring_back_lesson(lesson=lesson, is_draft=request.POST.get("was") != "shown")
            messages.success(request, _("“%(title)s” is back.") % {"title": lesson.title})
        elif act == "remove":
            undo = undoing("lesson_place", pk, act="restore", was="" if lesson.is_draft else "shown")
            services.remove_lesson(lesson=lesson)
            said = _("“%(title)s” is taken away. You can bring it back for 14 days.") % {"title": lesson.title}
            messages.success(request, said, extra_tags=undo)
        elif act:
            services.move(thing=lesson, step=-1 if act == "up" else 1)
    except services.LibraryRefused as refused:
        messages.error(request, refused.words)
    return see_other("work_contents", lesson.work_id)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def edit_lesson(request, pk):
    lesson = own_lesson(request.user, pk)
    told = LessonContent.objects.get(lesson=lesson)
    key, is_preview = f"lesson-{pk}", "preview" in request.POST
    data = request.POST if request.method == "POST" and not is_preview else None
    typed = request.POST.dict() if is_preview else {"text": told.text, "video_url": told.video_url}
    form = LessonForm(data, request.FILES or None, instance=lesson, initial=typed)
    if data is not None and form.is_valid() and _save(form, lesson):
        accounts.forget_unfinished(person=request.user, key=key)
        messages.success(request, _("Saved."))
        return see_other("lesson_edit", lesson.pk) if form.cleaned_data["upload"] else see_other(lesson)
    kept = accounts.put_back(request.user, key, form) if request.method != "POST" else None
    context = {"keep_as": key, "kept": kept}
    context |= {"form": form, "lesson": lesson, "work": lesson.work, "files": lesson.files.select_related("file")}
    context["may_publish"] = services.may_publish(request.user)
    if is_preview:
        context["preview"] = rendered(request, "text")
    return render(request, "library/edit_lesson.html", context, status=422 if form.errors else 200)


def _save(form, lesson) -> bool:
    columns, text, video_url = form.wording()
    try:
        services.save_lesson(lesson=lesson, data=columns, text=text, video_url=video_url)
        if upload := form.cleaned_data["upload"]:
            services.add_file(lesson=lesson, upload=upload)
    except services.LibraryRefused as refused:
        form.add_error(refused.field or None, refused.words)
    except FileRefused as refused:
        form.add_error("upload", str(refused))
    return form.is_valid()


@require_POST
@login_required
def file(request, pk, name):
    """Take a file away from its lesson."""
    lesson = own_lesson(request.user, pk)
    services.remove_file(row=own_file(request.user, lesson, name))
    messages.success(request, _("The file is gone."))
    return see_other("lesson_edit", lesson.pk)

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.htmx import see_other
from core.limits import hit
from core.templatetags.ui import undoing
from core.text import render_markdown
from features.library import services
from features.library.access import own_work, removed_work
from features.library.forms import WorkForm
from features.library.models import LONGEST, Work


@require_safe
@login_required
def own(request):
    """What I write: drafts, what is public, what I threw away."""
    mine = Work.objects.written_by(request.user).order_by("-updated_at", "-pk")
    context = {
        "drafts": mine.filter(published_at=None)[:50],
        "public": mine.filter(published_at__isnull=False)[:100],
        "removed": Work.objects.filter(author=request.user, removed_at__isnull=False).order_by("-removed_at")[:20],
        "may_publish": services.may_publish(request.user),
    }
    return render(request, "library/writing.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new_work(request):
    return _edit(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def edit_work(request, pk):
    return _edit(request, own_work(request.user, pk))


def _edit(request, work):
    is_preview = "preview" in request.POST
    data = request.POST if request.method == "POST" and not is_preview else None
    typed = request.POST.dict() if is_preview else None
    form = WorkForm(data, instance=work, author=request.user, initial=typed)
    if data is not None and form.is_valid():
        columns, skills = form.wording()
        try:
            saved = services.save_work(author=request.user, data=columns, skills=skills, work=work)
        except services.LibraryRefused as refused:
            form.add_error(refused.field if refused.field in form.fields else None, refused.words)
        else:
            messages.success(request, _("Saved."))
            return see_other("work_contents", saved.pk)
    context = {"form": form, "work": work, "may_publish": services.may_publish(request.user)}
    if is_preview:
        context["preview"] = rendered(request, "about")
    return render(request, "library/edit_work.html", context, status=422 if form.errors else 200)


@require_POST
@login_required
def publication(request, pk):
    """On the list, or off it."""
    work = own_work(request.user, pk)
    try:
        if request.POST.get("act") == "withdraw":
            services.take_off_the_list(work=work)
            undo = undoing("work_publication", pk, act="publish")
            messages.success(request, _("It is off the list. Who has begun or bought it keeps it."), extra_tags=undo)
        else:
            services.publish(work=work, by=request.user)
            messages.success(request, _("It is public. Share its address."))
    except services.LibraryRefused as refused:
        messages.error(request, refused.words)
        return see_other("work_edit" if refused.field else "work_contents", work.pk)
    work.refresh_from_db()
    return see_other(work)


@require_POST
@login_required
def removal(request, pk):
    """Throw a draft away, or bring it back."""
    if request.POST.get("act") == "restore":
        services.bring_back(work=removed_work(request.user, pk))
        messages.success(request, _("It is back among your drafts."))
        return see_other("writing")
    try:
        services.throw_away(work=own_work(request.user, pk), by=request.user)
        undo = undoing("work_removal", pk, act="restore")
        messages.success(request, _("Thrown away. You can bring it back for 14 days."), extra_tags=undo)
    except services.LibraryRefused as refused:
        messages.error(request, refused.words)
    return see_other("writing")


@require_POST
@login_required
def preview(request):
    """What was typed so far as it will look. Nothing is kept."""
    return HttpResponse(rendered(request, "text" if "text" in request.POST else "about"))


def rendered(request, name) -> str:
    hit("work_typing", request.user.pk)
    return render_markdown(request.POST.get(name, "")[:LONGEST]) or _("Nothing to show yet.")

"""A résumé in and out, as JSON Resume."""

import json

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.htmx import see_other
from core.limits import hit
from features.profiles import resume, services
from features.profiles.forms import ResumeForm
from features.skills.models import Block, ResumeDraft


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def hand_in(request):
    """Hand a résumé in; or what was handed in before and waits."""
    form = ResumeForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        hit("upload", request.user.pk)
        try:
            services.hand_in(person=request.user, text=form.cleaned_data["text"])
        except resume.ResumeRefused as refused:
            form.add_error("text", str(refused))
        else:
            return see_other("profile_import")
    draft = ResumeDraft.objects.filter(person=request.user).first()
    context = {"form": form, "draft": draft, "rows": services.rows(draft) if draft else []}
    return render(request, "profiles/edit/import.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def take_over(request):
    draft = get_object_or_404(ResumeDraft, person=request.user)
    taken, refused = services.take_over(draft=draft, keys=request.POST.getlist("row"))
    if taken:
        said = ngettext("%(n)d row is on your profile now.", "%(n)d rows are on your profile now.", taken)
        messages.success(request, said % {"n": taken})
    for problem in dict.fromkeys(refused):
        messages.warning(request, problem)
    return see_other("profile_import" if ResumeDraft.objects.filter(person=request.user).exists() else "profile_edit")


@login_required
@require_POST
def discard(request):
    services.discard(person=request.user)
    messages.success(request, _("The résumé is thrown away. Your profile is as it was."))
    return see_other("profile_import")


@require_safe
@login_required
def download(request):
    """Everything on one's own profile."""
    content = resume.write(services.portrait(request.user, Block.values))
    response = HttpResponse(json.dumps(content, ensure_ascii=False, indent=2), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="{request.user.handle}.resume.json"'
    return response

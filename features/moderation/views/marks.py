"""Marks that staff have checked: asked for by members, granted, declined and taken back by staff."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.htmx import see_other
from core.pagination import keyset
from features.accounts.access import role_required
from features.moderation import services
from features.moderation.access import mark_for_staff, own_request
from features.moderation.forms import GrantMarkForm, MarkForm, ReasonForm
from features.moderation.models import RoleMark


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def own(request):
    form = MarkForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        try:
            services.ask_for_mark(
                person=request.user, kind=asked["kind"], name=asked["name"], link=asked["link"], text=asked["words"]
            )
        except services.MarkRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Asked for. Somebody checks it, and we write."))
            return see_other("role_marks")
    mine = RoleMark.objects.filter(person=request.user).select_related("granted_by").order_by("-asked_at", "-pk")[:50]
    return render(request, "moderation/marks.html", {"form": form, "marks": mine}, status=422 if form.errors else 200)


@require_POST
@login_required
def withdrawal(request, pk):
    services.take_back_request(mark=own_request(request.user, pk))
    messages.success(request, _("Taken back."))
    return see_other("role_marks")


@require_safe
@role_required(*services.GRANTERS)
def queue(request):
    """What is asked for, longest waiting first; or, on the second tab, all that was decided, newest first."""
    is_log = "log" in request.GET
    people = RoleMark.objects.select_related("person", "granted_by", "declined_by", "revoked_by")
    waiting = keyset(people.asked_for(), request, order=("asked_at", "id"), size=25) if not is_log else None
    log = people.exclude(granted_at=None, declined_at=None) if is_log else None
    page = waiting or keyset(log, request, order=("-asked_at", "-id"), size=25)
    return render(request, "moderation/manage/marks.html", {"page": page, "is_log": is_log})


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*services.GRANTERS)
def one(request, pk):
    mark, act = mark_for_staff(pk), request.POST.get("act", "")
    granting = GrantMarkForm(request.POST if act == "grant" else None, auto_id="grant_%s")
    refusing = ReasonForm(request.POST if act in ("decline", "revoke") else None, auto_id="reason_%s")
    form = granting if act == "grant" else refusing
    if request.method == "POST" and form.is_valid():
        try:
            _act(request.user, mark, act, form.cleaned_data)
        except services.MarkRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Done. {name} is told.").format(name=mark.person.name))
            return see_other("manage_mark", pk)
    context = {"mark": mark, "is_in_force": mark.is_in_force(), "granting": granting, "refusing": refusing}
    context["is_asked_for"] = not mark.granted_at and not mark.declined_at
    failed = request.method == "POST"
    return render(request, "moderation/manage/mark.html", context, status=422 if failed else 200)


def _act(by, mark, act, given):
    if act == "grant":
        services.grant_mark(by=by, mark=mark, **given)
    elif act == "decline":
        services.decline_mark(by=by, mark=mark, reason=given["reason"])
    else:
        services.revoke_mark(by=by, mark=mark, reason=given["reason"])

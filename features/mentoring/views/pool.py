"""Requests to no mentor in particular."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.htmx import see_other
from features.accounts.access import role_required
from features.accounts.models import Role
from features.mentoring import access, pool_pages, services
from features.mentoring.relationship_forms import PooledForm


@require_safe
@role_required(Role.EXPERT)
def pool(request):
    """What waits for whoever can help, the longest first."""
    return render(request, "mentoring/pool.html", pool_pages.pool_page(request, timezone.now()))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def pooled_new(request):
    form = PooledForm(request.POST if request.method == "POST" else None, initial=pool_pages.as_wished(request.user))
    refusal = services.why_not_ask_anybody(request.user)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made = services.ask_anybody(person=request.user, about=data.pop("skills"), **data)
        except services.MentoringRefused as refused:
            refusal = refused
        else:
            messages.success(request, _("It waits for a mentor now. You hear as soon as somebody takes it."))
            return see_other(made)
    is_bad = form.errors or (request.method == "POST" and refusal)
    context = {"form": form, "refusal": refusal}
    return render(request, "mentoring/pooled_new.html", context, status=422 if is_bad else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def pooled(request, public_id):
    """For whoever asked; and for mentors, of whom one reads it at a time."""
    now = timezone.now()
    found = access.pooled_request(request.user, public_id, now)
    if request.method != "POST":
        return render(request, "mentoring/pooled.html", pool_pages.pooled_page(found, request.user, now))
    acts = {"withdraw": _withdraw} if found.mentee_id == request.user.pk else MENTORS
    act = request.POST.get("act", "")
    if act not in acts:
        raise Http404
    try:
        return acts[act](request, found)
    except services.MentoringRefused as refused:
        context = pool_pages.pooled_page(found, request.user, now) | {"refusal": refused}
        return render(request, "mentoring/pooled.html", context, status=422)


def _withdraw(request, found):
    services.take_back_pooled(pooled=found)
    messages.success(request, _("Taken back."))
    return see_other(found)


def _lock(request, found):
    services.lock_pooled(pooled=found, mentor=request.user)
    messages.success(request, _("It is yours for half an hour from now on."))
    return see_other(found)


def _give_back(request, found):
    services.give_back_pooled(pooled=found, mentor=request.user)
    messages.success(request, _("Others can read it now."))
    return see_other("request_pool")


def _accept(request, found):
    engagement = services.accept_pooled(pooled=found, mentor=request.user)
    messages.success(request, _("You mentor them now. They hear at once."))
    return see_other(engagement)


MENTORS = {"lock": _lock, "give_back": _give_back, "accept": _accept}

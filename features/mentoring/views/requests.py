"""Asking a mentor, and deciding."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.htmx import see_other
from core.templatetags.ui import undoing
from features.accounts import services as accounts
from features.mentoring import access, relationship_pages, services
from features.mentoring.relationship_forms import AnswerForm, DeclineForm, QuestionForm, RequestForm


@require_safe
@login_required
def mentoring(request):
    """One list by deadline: what waits for me, what I wait for."""
    return render(request, "mentoring/mentoring.html", relationship_pages.queue_page(request, timezone.now()))


@require_POST
@login_required
def coming_back(request):
    """A mentor who fell silent is there again."""
    services.come_back(mentor=request.user)
    messages.success(request, _("Welcome back. You are suggested and asked again."))
    return see_other("mentoring")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def request_new(request, handle):
    mentor = access.shown_mentor(handle)
    known = {name: request.GET[name] for name in ("goal", "skills", "background", "expectation") if name in request.GET}
    form, key = RequestForm(request.POST if request.method == "POST" else None, initial=known), f"request-{mentor.pk}"
    refusal = services.why_not_ask(mentor, request.user, timezone.now())
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made = services.send_request(person=request.user, mentor=mentor, about=data.pop("skills"), **data)
        except services.MentoringRefused as refused:
            refusal = refused
        else:
            accounts.forget_unfinished(person=request.user, key=key)
            messages.success(request, _("Sent. You hear within 48 hours, from them or from us."))
            return see_other(made)
    kept = accounts.put_back(request.user, key, form) if not form.is_bound and not known else None
    context = {"form": form, "refusal": refusal, "keep_as": key, "kept": kept}
    context |= relationship_pages.ask_page(mentor, request.user)
    is_bad = form.errors or (request.method == "POST" and refusal)
    return render(request, "mentoring/request_form.html", context, status=422 if is_bad else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def request(request, public_id):
    """A request, for its two people. A POST does the one thing that its button says."""
    found = access.own_request(request.user, public_id)
    is_mentor = request.user.pk == found.mentor_id
    if request.method != "POST":
        if is_mentor:
            services.view_request(request=found)
            found.refresh_from_db(fields=["state", "viewed_at"])
        return _page(request, found)
    act = request.POST.get("act", "")
    acts = {"accept": _accept, "question": _question, "decline": _decline} if is_mentor else {}
    acts |= {} if is_mentor else {"answer": _answer, "withdraw": _withdraw, "reopen": _reopen}
    if act not in acts:
        raise Http404
    return acts[act](request, found)


def _accept(request, found):
    try:
        engagement = services.accept_request(request=found)
    except services.MentoringRefused as refused:
        return _page(request, found, status=422, refusal=refused)
    messages.success(request, _("You mentor them now. They hear at once."))
    return see_other(engagement)


def _question(request, found):
    return _by_form(request, found, QuestionForm(request.POST), "question_form", services.ask_for_more, _("Asked."))


def _decline(request, found):
    said = _("Declined. They hear why, and who else fits.")
    return _by_form(request, found, DeclineForm(request.POST), "decline_form", services.decline_request, said)


def _answer(request, found):
    said = _("Your answer is with the mentor.")
    return _by_form(request, found, AnswerForm(request.POST), "answer_form", services.answer_request, said)


def _withdraw(request, found):
    try:
        services.withdraw_request(request=found)
    except services.MentoringRefused as refused:
        return _page(request, found, status=422, refusal=refused)
    undo = undoing("mentorship_request", found.public_id, act="reopen")
    messages.success(request, _("Taken back."), extra_tags=undo)
    return see_other(found)


def _reopen(request, found):
    try:
        services.reopen_request(request=found)
    except services.MentoringRefused as refused:
        return _page(request, found, status=422, refusal=refused)
    messages.success(request, _("It waits for an answer, as before."))
    return see_other(found)


def _by_form(request, found, form, name, verb, said):
    if form.is_valid():
        try:
            verb(request=found, **form.cleaned_data)
        except services.MentoringRefused as refused:
            return _page(request, found, status=422, refusal=refused)
        messages.success(request, said)
        return see_other(found)
    return _page(request, found, status=422, **{name: form})


def _page(request, found, *, status=200, **context):
    forms = {
        "question_form": QuestionForm(prefix=None, auto_id="question_%s"),
        "decline_form": DeclineForm(auto_id="decline_%s"),
        "answer_form": AnswerForm(),
    }
    shown = relationship_pages.request_page(found, request.user, timezone.now())
    return render(request, "mentoring/request.html", forms | shown | context, status=status)

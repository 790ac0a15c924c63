"""Becoming an expert: the applicant's page, and the queue of those who decide."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.htmx import see_other
from core.pagination import keyset
from core.templatetags.ui import undoing
from features.accounts.access import has_any_role, role_required
from features.moderation import services
from features.moderation.access import application_for_staff
from features.moderation.filters import ApplicationFilter, has_filters
from features.moderation.forms import AnswerForm, ApplicationForm, DecisionForm
from features.moderation.models import ExpertApplication, Step
from features.moderation.tables import ApplicationsTable

State = ExpertApplication.State


# --- The applicant ----------------------------------------------------------------------------------------------------
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def application(request):
    """One page for all that happens: write, send, be asked, answer, withdraw, read the decision."""
    mine = services.current(request.user)
    act = request.POST.get("act", "") if request.method == "POST" else ""
    if act == "withdraw":
        return _withdraw(request, mine)
    if mine and mine.state in (State.RECEIVED, State.ASKED):
        return _being_read(request, mine, AnswerForm(request.POST if act else None))
    draft = mine if mine and mine.state == State.DRAFT else None
    # Whoever was declined changes what they wrote, and does not write it all again.
    begun = draft or (mine if mine and mine.state in (State.DECLINED, State.WITHDRAWN) else None)
    refused = services.why_not_apply(request.user)
    form = ApplicationForm(request.POST if act else None, instance=begun, is_draft=act == "keep")
    if act and form.is_valid():
        try:
            return _keep(request, form, is_sent=act == "send")
        except services.ApplicationRefused as error:
            form.add_error(None, str(error))
    last = mine if mine and mine is not draft else None
    context = {"form": form, "draft": draft, "refused": refused, "last": last, "steps": _steps(last)}
    return render(request, "moderation/expert.html", context, status=422 if form.errors else 200)


def _keep(request, form, *, is_sent):
    draft = services.save_draft(person=request.user, skills=form.cleaned_data["skills"], **form.written())
    if is_sent:
        services.send(application=draft)
        messages.success(request, _("Your application is sent. We write as soon as somebody has read it."))
    else:
        messages.success(request, _("Your draft is kept. Nobody else sees it."))
    return see_other("expert_application")


def _being_read(request, mine, form):
    if form.is_bound and form.is_valid():
        try:
            services.answer(application=mine, text=form.cleaned_data["words"])
        except services.ApplicationRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Your answer is sent."))
            return see_other("expert_application")
    context = {"application": mine, "answer_form": form, "steps": _steps(mine)}
    return render(request, "moderation/expert.html", context, status=422 if form.errors else 200)


def _withdraw(request, mine):
    if mine and mine.state == State.DRAFT:
        written = {name: getattr(mine, name) for name in ("plan", "evidence", "links")}
        names = ", ".join(mine.skills.order_by("name").values_list("name", flat=True))
        services.withdraw(application=mine)
        undo = undoing("expert_application", act="keep", skills=names, **written)
        messages.success(request, _("The draft is gone."), extra_tags=undo)
    elif mine:
        services.withdraw(application=mine)
        messages.success(request, _("Taken back. You can begin again whenever you like."))
    return see_other("expert_application")


def _steps(application):
    return application.steps.exclude(kind=Step.Kind.RECEIVED) if application else []


# --- Whoever decides --------------------------------------------------------------------------------------------------
@require_safe
@role_required(*services.REVIEWERS)
def queue(request):
    sent = ExpertApplication.objects.filter(received_at__isnull=False).select_related("person", "claimed_by")
    found = ApplicationFilter(request.GET, queryset=sent.prefetch_related("skills"))
    is_all = any(request.GET.get(name) for name in found.filters)
    rows = found.qs if is_all else found.qs.waiting()
    # Who waits longest comes first; among all of them the newest.
    order = ("-received_at", "-id") if is_all else ("received_at", "id")
    page = keyset(rows, request, order=order, size=25)
    context = {"filter": found, "page": page, "is_filtered": is_all}
    nobody = _("No application is like that.") if is_all else _("No application is waiting.")
    context["table"] = ApplicationsTable(page.items, empty_text=nobody)
    context["has_filters"] = has_filters(found)
    return render(request, "moderation/manage/experts.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*services.REVIEWERS)
def decide(request, pk):
    """The application beside what else is known of the person; every button of the form is one verb."""
    found = application_for_staff(pk)
    form = DecisionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            said = _act(request, found, form.cleaned_data)
        except services.ApplicationRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, said)
            return see_other("manage_expert", pk)
    earlier = ExpertApplication.objects.filter(person=found.person, received_at__isnull=False).exclude(pk=pk)
    reader = services.reader(found)
    context = {
        "application": found,
        "person": found.person,
        "skills": found.skills.all(),
        "steps": found.steps.select_related("by"),
        "earlier": earlier.order_by("-received_at")[:5],
        "marks": services.marks_of(found.person),
        "facts": services.facts_about(found.person),
        "reader": reader,
        "is_mine": reader == request.user,
        "claim_ends": found.claimed_at + services.CLAIM if reader else None,
        "is_staff_page": has_any_role(request.user, *services.STAFF),
        "is_open": found.state in (State.RECEIVED, State.ASKED),
        "is_own": found.person_id == request.user.pk,
        "form": form,
    }
    return render(request, "moderation/manage/expert.html", context, status=422 if form.errors else 200)


def _act(request, found, given):
    who, what = {"by": request.user, "application": found}, request.POST.get("act", "")
    if what == "claim":
        services.claim(**who)
        return _("It is yours for an hour: nobody else decides meanwhile.")
    if what == "release":
        services.release(**who)
        return _("It is back in the queue.")
    if what == "ask":
        services.ask(**who, text=given["words"])
        return _("Your question is sent.")
    if what == "approve":
        services.approve(**who, text=given["words"])
        return _("{name} is an expert now, and is told.").format(name=found.person.name)
    if what == "decline":
        services.decline(**who, text=given["words"], wait_days=given["wait_days"])
        return _("Declined. {name} is told why.").format(name=found.person.name)
    raise services.ApplicationRefused("unknown", _("Choose one of the buttons."))

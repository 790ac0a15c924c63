"""What members see of moderation: reporting, what was done to their words, their abilities, and the public log."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.htmx import see_other
from core.pagination import keyset
from features.moderation import services
from features.moderation.access import decision_on_own, entry_for, thing_to_report
from features.moderation.forms import FlagForm, ObjectionDecisionForm, ObjectionForm


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def report(request, kind, ref):
    thing = thing_to_report(request.user, kind, ref)
    form = FlagForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.flag(person=request.user, key=thing.key, **form.cleaned_data)
        except services.ModerationRefused as refused:
            form.add_error(None, refused.words)
        else:
            messages.success(request, _("Thank you. A moderator looks at it; who reported it is told to nobody else."))
            return see_other(thing.url)
    label = services.subjects[kind].label
    context = {"thing": thing, "label": label, "form": form}
    return render(request, "moderation/report.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def entry(request, pk):
    """What was done, for whose words it was and for moderators; and the author's one objection."""
    found = entry_for(request.user, pk)
    form = ObjectionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.appeal_act(person=request.user, entry=found, words=form.cleaned_data["words"])
        except services.ModerationRefused as refused:
            form.add_error(None, refused.words)
        else:
            messages.success(request, _("Sent. Somebody else than whoever acted reads it, and we write to you."))
            return see_other("moderation_entry", pk)
    appeal, thing = getattr(found, "appeal", None), services.thing(found.key)
    context = {
        "entry": found,
        "said": services.said_of(found.act, found.kind),
        "thing": services.as_seen_by(request.user, thing) if thing else None,
        "appeal": appeal,
        "why_not_back": services.why_not_back(appeal) if appeal else "",
        "may_appeal": services.may_appeal(request.user, found),
        "may_decide": bool(appeal and not appeal.decided_at and services.may_decide(request.user, appeal)),
        "may_undo": services.may_undo(request.user, found),
        "steps": services.steps_told_to(request.user, found),
        "is_moderator": services.moderates(request.user, found.scope),
        "form": form,
        "deciding": ObjectionDecisionForm(auto_id="appeal_%s"),
    }
    return render(request, "moderation/entry.html", context, status=422 if form.errors else 200)


@require_safe
@login_required
def decision(request, kind, ref):
    """From one's own thing to why it is as it is, and to the objection."""
    return see_other("moderation_entry", decision_on_own(request.user, kind, ref).pk)


@require_safe
def log(request):
    """What moderators did, for everybody, without what leads to a person."""
    page = keyset(services.log_for_all(), request, order=("-done_at", "-id"), size=50)
    return render(request, "moderation/log.html", {"page": page, "told": services.tell(page.items)})


@require_safe
@login_required
def abilities(request):
    return render(request, "moderation/abilities.html", {"abilities": services.progress(request.user)})

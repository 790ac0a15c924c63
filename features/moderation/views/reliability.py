"""The one record of kept and missed promises: the rules for everybody, the record for its owner, appeals for staff."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.htmx import see_other
from core.pagination import keyset
from features.accounts.access import role_required
from features.moderation import services
from features.moderation.forms import AppealForm, IncidentDecisionForm
from features.moderation.models import Incident


@require_safe
def rules(request):
    """For everybody: what is counted, what it means, how it ends."""
    return render(request, "moderation/reliability.html")


@require_safe
@login_required
def own(request):
    now = timezone.now()
    rows = Incident.objects.filter(person=request.user).select_related("appeal")
    page = keyset(rows, request, order=("-happened_at", "-id"), size=20)
    said = services.told(page.items, request.user)
    context = {
        "page": page,
        "incidents": [(row, row.counts(now), *said[row.pk]) for row in page.items],
        "record": services.records([request.user.pk], now)[request.user.pk],
        "pauses": [(pause, services.page_of(pause)) for pause in services.pauses_of(request.user, now)],
    }
    return render(request, "moderation/own_reliability.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def incident(request, pk):
    """One of them, and the owner's one objection."""
    found = get_object_or_404(Incident.objects.select_related("appeal"), pk=pk, person=request.user)
    form = AppealForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.appeal_incident(incident=found, words=form.cleaned_data["words"])
        except services.SanctionRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Sent. Until it is decided, no pause rests on it."))
            return see_other("incident", pk)
    context = _about(found, request.user) | {"form": form}
    return render(request, "moderation/incident.html", context, status=422 if form.errors else 200)


def _about(found, viewer):
    words, url = services.told([found], viewer)[found.pk]
    return {
        "incident": found,
        "counts": found.counts(timezone.now()),
        "about": words,
        "url": url,
        "appeal": getattr(found, "appeal", None),
    }


@require_safe
@role_required(*services.STAFF)
def queue(request):
    page = keyset(services.open_incident_appeals(request.user), request, order=("filed_at", "id"), size=25)
    return render(request, "moderation/manage/incidents.html", {"page": page})


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*services.STAFF)
def decide(request, pk):
    rows = Incident.objects.filter(appeal__isnull=False).select_related("person", "other", "appeal__decided_by")
    found = get_object_or_404(rows, pk=pk)
    form = IncidentDecisionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.decide_incident_appeal(by=request.user, appeal=found.appeal, **form.cleaned_data)
        except services.SanctionRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Decided. {name} is told.").format(name=found.person.name))
            return see_other("manage_missed_appointments")
    context = _about(found, found.person) | {
        "form": form,
        "may_decide": services.may_decide_incident(request.user, found),
    }
    return render(request, "moderation/manage/incident.html", context, status=422 if form.errors else 200)

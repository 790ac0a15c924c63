"""Sanctions: given and lifted by staff, read and objected to by whom they are about."""

from django.contrib import messages
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.htmx import see_other
from core.pagination import keyset
from features.accounts.access import role_required
from features.moderation import services
from features.moderation.access import person_for_staff, sanction_by_link, sanction_for_staff
from features.moderation.forms import AppealDecisionForm, AppealForm, ReasonForm, SanctionForm
from features.moderation.models import Appeal


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def sanction(request, token):
    """For the person it is about, logged in or not: what, why, until when; and their one objection."""
    found = sanction_by_link(token)
    form = AppealForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.appeal(sanction=found, text=form.cleaned_data["words"])
        except services.SanctionRefused as refused:
            form.add_error(None, str(refused))
        else:
            return see_other("sanction", token)
    context = {
        "sanction": found,
        "is_in_force": found.is_in_force(),
        "appeal": Appeal.objects.filter(sanction=found).first(),
        "form": form,
    }
    return render(request, "moderation/sanction.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*services.STAFF)
def new(request, pk):
    person = person_for_staff(pk)
    form = SanctionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            given = services.impose(by=request.user, person=person, **form.cleaned_data)
        except services.SanctionRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("It holds from now on, and {name} is told.").format(name=person.name))
            return see_other("manage_sanction", given.pk)
    context = {"person": person, "form": form, "may_judge": services.may_judge(request.user, person)}
    return render(request, "moderation/manage/new_sanction.html", context, status=422 if form.errors else 200)


@require_safe
@role_required(*services.STAFF)
def one(request, pk):
    return _page(request, sanction_for_staff(pk))


def _page(request, found, lifting=None, deciding=None):
    appeal = Appeal.objects.select_related("decided_by").filter(sanction=found).first()
    may_judge = services.may_judge(request.user, found.person)
    context = {
        "sanction": found,
        "is_in_force": found.is_in_force(),
        "appeal": appeal,
        "may_judge": may_judge,
        "may_decide": may_judge and found.given_by_id != request.user.pk,
        "lifting": lifting or ReasonForm(auto_id="lift_%s"),
        "deciding": deciding or AppealDecisionForm(auto_id="appeal_%s"),
    }
    status = 422 if lifting or deciding else 200
    return render(request, "moderation/manage/sanction.html", context, status=status)


@require_POST
@role_required(*services.STAFF)
def lifting(request, pk):
    found = sanction_for_staff(pk)
    form = ReasonForm(request.POST, auto_id="lift_%s")
    if form.is_valid():
        try:
            services.lift(by=request.user, sanction=found, reason=form.cleaned_data["reason"])
        except services.SanctionRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Lifted. {name} is told.").format(name=found.person.name))
            return see_other("manage_sanction", pk)
    return _page(request, found, lifting=form)


@require_POST
@role_required(*services.STAFF)
def appeal(request, pk):
    """Decide on what the person had to say."""
    found = sanction_for_staff(pk)
    form = AppealDecisionForm(request.POST, auto_id="appeal_%s")
    filed = Appeal.objects.select_related("sanction__person").filter(sanction=found).first()
    if filed is None:
        form.add_error(None, _("Nobody has objected to this."))
    elif form.is_valid():
        try:
            services.decide_appeal(by=request.user, appeal=filed, **form.cleaned_data)
        except services.SanctionRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Decided. {name} is told.").format(name=found.person.name))
            return see_other("manage_sanction", pk)
    return _page(request, found, deciding=form)


@require_safe
@role_required(*services.STAFF)
def appeals(request):
    page = keyset(services.open_appeals(request.user), request, order=("filed_at", "id"), size=25)
    return render(request, "moderation/manage/appeals.html", {"page": page})

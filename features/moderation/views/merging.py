"""Two accounts of one person become one: which, what moves, what is against it, and then the act."""

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.htmx import see_other
from features.accounts.access import known, role_required
from features.accounts.models import Role
from features.moderation import services
from features.moderation.access import person_for_staff
from features.moderation.merge_forms import MergeChoiceForm, MergeForm
from features.moderation.merge_pages import preview


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.ORGANISER)
@reauthentication_required
def merge(request, pk):
    person = person_for_staff(pk)
    choice = MergeChoiceForm(request.POST if request.method == "POST" else request.GET or None)
    if not choice.is_valid():
        context = {"person": person, "choice": choice}
        return render(request, "moderation/manage/merge.html", context, status=422 if choice.errors else 200)
    staying, merged = choice.pair(person)
    form = MergeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        asked = {name: form.cleaned_data[name] for name in ("reason", "takes_addresses")}
        try:
            services.merge_accounts(by=known(request.user), staying=staying, merged=merged, **asked)
        except services.MergeRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("@{handle} is part of this account now.").format(handle=merged.handle))
            return see_other("manage_person", staying.pk)
    outlook = services.foresee_merge(by=known(request.user), staying=staying, merged=merged)
    context = {"person": person, "choice": choice, "form": form, "staying": staying, "merged": merged}
    context |= preview(outlook)
    return render(request, "moderation/manage/merge.html", context, status=422 if form.errors else 200)

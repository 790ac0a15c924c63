"""The organiser's pages: is the site well, who may do what, what was done."""

from datetime import datetime, time, timedelta

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.pagination import keyset
from features.accounts import services
from features.accounts.access import role_required
from features.accounts.forms import GrantForm
from features.accounts.health import findings
from features.accounts.models import AuditEntry, Role, RoleGrant, User
from features.accounts.tables import AuditTable, RolesTable

PAGE = 25


@require_safe
@role_required(Role.ORGANISER)
def manage(request):
    found = findings()
    return render(request, "accounts/manage/health.html", {"findings": found, "is_well": all(f.is_fine for f in found)})


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.ORGANISER)
def roles(request):
    form = GrantForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        act = {"role": given["role"], "scope": given["scope"], "until": _end_of(given["until_on"])}
        try:
            services.grant_role(actor=request.user, person=form.person, **act)
        except services.RoleRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("{name} has the role now.").format(name=form.person.name))
            return redirect("manage_roles")
    grants = RoleGrant.objects.in_force().select_related("person", "granted_by")
    page = keyset(grants, request, order=("-granted_at", "-id"), size=PAGE)
    context = {"form": form, "page": page, "table": RolesTable(page.items)}
    return render(request, "accounts/manage/roles.html", context, status=422 if form.errors else 200)


@require_safe
@role_required(Role.ORGANISER)
def audit(request):
    page = keyset(AuditEntry.objects.all(), request, order=("-happened_at", "-id"), size=PAGE)
    table = AuditTable(page.items, _names(page.items))
    return render(request, "accounts/manage/audit.html", {"page": page, "table": table})


def _end_of(day) -> datetime | None:
    """A role's last day is a whole day in the zone of the organiser who said so."""
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time())) if day else None


def _names(entries) -> dict[int, str]:
    targets = {e.target.removeprefix("person:") for e in entries if e.target.startswith("person:")}
    ids = {e.actor_id for e in entries if e.actor_id} | {int(number) for number in targets if number.isdecimal()}
    return dict(User.objects.filter(pk__in=ids).values_list("pk", "name"))

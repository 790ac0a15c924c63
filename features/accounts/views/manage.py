"""The organiser's pages: is the site well, who may do what, what was done."""

from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.pagination import keyset
from features.accounts import services
from features.accounts.access import role_required
from features.accounts.filters import AuditFilter
from features.accounts.health import findings
from features.accounts.models import AuditEntry, Role, RoleGrant
from features.accounts.tables import AuditTable, RolesTable

PAGE = 25


@require_safe
@role_required(Role.ORGANISER)
def manage(request):
    found = sorted(findings(), key=lambda finding: finding.is_fine)
    return render(request, "accounts/manage/health.html", {"findings": found, "is_well": all(f.is_fine for f in found)})


@require_safe
@role_required(Role.ORGANISER)
def roles(request):
    grants = RoleGrant.objects.in_force().select_related("person", "granted_by")
    page = keyset(grants, request, order=("-granted_at", "-id"), size=PAGE)
    return render(request, "accounts/manage/roles.html", {"page": page, "table": RolesTable(page.items)})


@require_safe
@role_required(Role.ORGANISER)
def audit(request):
    found = AuditFilter(request.GET, queryset=AuditEntry.objects.all())
    page = keyset(found.qs, request, order=("-happened_at", "-id"), size=PAGE)
    is_narrowed = any(found.data.get(name) for name in found.filters)
    words = _("Nothing like that. Take a filter away.") if is_narrowed else _("Nothing has been written down yet.")
    context = {
        "filter": found,
        "has_filters": any(found.data.get(name) for name in found.filters if name != "q"),
        "page": page,
        "table": AuditTable(services.written_down(page.items), empty_text=words),
    }
    return render(request, "accounts/manage/audit.html", context)

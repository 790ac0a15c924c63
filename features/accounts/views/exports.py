"""The organiser takes whole tables out: asked for with a press, made by the worker, fetched with the password."""

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.htmx import see_other
from features.accounts import services
from features.accounts.access import role_required
from features.accounts.bulk_exports import bulk_exports, in_order
from features.accounts.models import DataExport, Role
from features.accounts.views.privacy import as_file


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.ORGANISER)
@reauthentication_required
def exports(request):
    """What there is to take out, and what of it is ready; a press has one made."""
    if request.method == "POST":
        kind = request.POST.get("kind")
        if kind not in bulk_exports:
            raise Http404
        services.ask_for_export(person=request.user, kind=kind, anew="anew" in request.POST)
        messages.success(request, _("It is being made. A letter says when it is there, mostly within a minute."))
        return see_other("manage_exports")
    there = DataExport.objects.filter(person=request.user).open(timezone.now()).defer("archive")
    by_kind = {export.kind: export for export in there}
    rows = [(kind, bulk, by_kind.get(kind)) for kind, bulk in in_order()]
    return render(request, "accounts/manage/exports.html", {"rows": rows})


@require_safe
@role_required(Role.ORGANISER)
@reauthentication_required
def archive(request, name):
    ready = DataExport.objects.filter(person=request.user, public_id=name, ends_at__gt=timezone.now())
    found = get_object_or_404(ready, kind__in=bulk_exports)
    return as_file(found, found.kind)

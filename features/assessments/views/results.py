"""Results as those see them who answer for the site: what was reached, how, and whether it counts."""

from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from core.pagination import keyset
from features.accounts.access import has_any_role, role_required
from features.assessments import result_pages
from features.assessments.access import may_read, result_of_kind
from features.moderation.services import EVERYWHERE


@require_safe
@role_required(*EVERYWHERE)
def results(request):
    """The newest first; by name of a person or of an assessment with ?q=, those of work with ?kind=submission."""
    kind = "submission" if request.GET.get("kind") == "submission" else "attempt"
    q = request.GET.get("q", "").strip()[:80]
    page = keyset(result_pages.found(kind, q), request, order=("-id",))
    context = {"kind": kind, "q": q, "page": page, "lines": result_pages.lines(kind, page.items)}
    return render(request, "assessments/manage/results.html", context)


@require_safe
@role_required(*EVERYWHERE)
def result(request, kind, public_id):
    row = result_of_kind(kind, public_id)
    return render(request, "assessments/manage/result.html", result_pages.of_one(kind, row, request.user))


@require_safe
@login_required
def result_record(request, kind, public_id):
    """The one address of a result: each is led to their own page of it."""
    row = result_of_kind(kind, public_id)
    if row.person_id == request.user.pk:
        return redirect(row)
    if has_any_role(request.user, *EVERYWHERE):
        return redirect("manage_result", kind, public_id)
    if kind == "submission" and may_read(request.user, row):
        return redirect(row)
    raise Http404

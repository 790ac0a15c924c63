from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.htmx import see_other
from core.qr import qr_svg
from core.seo import onto_linkedin
from features.library import pages, services
from features.library.access import certificate_of, may_revoke
from features.library.forms import RevocationForm


@require_safe
def certificate(request, code):
    """Anybody checks it, without an account."""
    found = certificate_of(code)
    data = pages.certificate_data(found)
    is_own = found.enrolment.person_id == request.user.pk and not found.revoked_at
    context = {
        "certificate": found,
        "linkedin": is_own
        and onto_linkedin(name=found.title, number=found.number, url=data["url"], issued_at=found.issued_at),
        "data": data,
        "work": found.enrolment.work,
        "qr": qr_svg(data["url"]),
        "may_revoke": may_revoke(request.user, found),
    }
    return render(request, "library/certificate.html", context)


@require_safe
def as_json(request, code):
    response = JsonResponse(pages.certificate_data(certificate_of(code)))
    response["X-Robots-Tag"] = "noindex"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def revocation(request, code):
    found = certificate_of(code)
    if not may_revoke(request.user, found):
        raise Http404
    form = RevocationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.revoke_certificate(certificate=found, by=request.user, reason=form.cleaned_data["reason"])
        messages.success(request, _("It no longer holds, and its page says so."))
        return see_other(found)
    context = {"form": form, "certificate": found}
    return render(request, "library/revocation.html", context, status=422 if form.errors else 200)

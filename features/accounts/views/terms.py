"""What one agrees to by being here: the texts, being asked again, and the organiser's page to change them."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.htmx import see_other
from features.accounts import access, services
from features.accounts.access import role_required
from features.accounts.forms import TermsForm
from features.accounts.models import Consent, Role, Terms, site_day


@require_safe
def text(request, kind):
    """The version in force; with `?version=` any other, as people agreed to that one."""
    versions = list(Terms.objects.filter(kind=kind).order_by("-version"))
    in_force = next((terms for terms in versions if terms.in_force_on <= site_day()), None)
    shown = in_force
    if wanted := request.GET.get("version"):
        shown = next((terms for terms in versions if str(terms.version) == wanted), None)
        if shown is None:
            raise Http404
    others = [terms for terms in versions if terms != shown]
    context = {"title": Terms.Kind(kind).label, "terms": shown, "in_force": in_force, "others": others}
    return render(request, "accounts/terms.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def consent(request):
    """What changed, and whether one agrees. Agreed is to what was shown, not to what came into force meanwhile."""
    owed = services.owed_terms(request.user)
    next_url = services.safe_next(request, request.POST.get("next") or request.GET.get("next"), "/")
    if request.method == "POST":
        shown = request.POST.getlist("version")
        services.agree(person=request.user, terms=[t for t in owed if str(t.pk) in shown], how=Consent.How.ASKED)
        request.session.pop(access.ASKED, None)
        messages.success(request, _("Thank you, it is noted."))
        return see_other(next_url)
    if not owed:
        return redirect(next_url)
    return render(request, "accounts/consent.html", {"owed": owed, "next_url": next_url})


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.ORGANISER)
def manage(request):
    """All versions, and the next one of either text, which begins with the words of the last."""
    versions = list(Terms.objects.order_by("-kind", "-version").defer("html"))
    kind = request.POST.get("kind") or request.GET.get("kind", "")
    kind = kind if kind in Terms.Kind.values else Terms.Kind.TERMS
    newest = next((terms for terms in versions if terms.kind == kind), None)
    form = TermsForm(request.POST or None, newest=newest)
    if request.method == "POST" and form.is_valid():
        try:
            terms = services.publish_terms(by=request.user, kind=kind, **form.cleaned_data)
        except services.TermsRefused as refused:
            form.add_error(refused.field, str(refused))
        else:
            messages.success(request, _("Published: %(terms)s.") % {"terms": terms})
            return see_other("manage_terms")
    context = {"form": form, "kind": kind, "kinds": Terms.Kind.choices, "versions": versions, "newest": newest}
    return render(request, "accounts/manage/terms.html", context, status=422 if form.errors else 200)

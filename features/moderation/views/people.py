"""People, for those who decide about them: moderators and organisers. E-mail addresses are hidden from both; an
organiser sees one by an act of its own, which is written to the audit log."""

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.core import signing
from django.db import transaction
from django.db.models import Prefetch
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.htmx import see_other
from core.pagination import keyset
from features.accounts import services as accounts
from features.accounts.access import has_role, role_required
from features.accounts.models import AuditEntry, Role, RoleGrant, User
from features.moderation import services
from features.moderation.access import person_for_staff
from features.moderation.filters import PeopleFilter, has_filters
from features.moderation.forms import RevocationForm, RoleForm
from features.moderation.models import AccountMerge, ExpertApplication, RoleMark, Sanction
from features.moderation.tables import PeopleTable

PAGE = 25
SHOWN_FOR = 300  # seconds that an address stays on the page
ADDRESS = "moderation.address"


@require_safe
@role_required(*services.STAFF)
def people(request):
    everybody = User.objects.prefetch_related(
        Prefetch("role_grants", RoleGrant.objects.in_force().order_by("granted_at"), to_attr="roles_now"),
        Prefetch("sanctions", Sanction.objects.in_force().order_by("starts_at"), to_attr="sanctions_now"),
    )
    found = PeopleFilter(request.GET, queryset=everybody)
    page = keyset(found.qs, request, order=("-joined_at", "-id"), size=PAGE)
    context = {"filter": found, "page": page, "table": PeopleTable(page.items), "has_filters": has_filters(found)}
    return render(request, "moderation/manage/people.html", context)


@require_safe
@role_required(*services.STAFF)
def person(request, pk):
    return render(request, "moderation/manage/person.html", _about(request, person_for_staff(pk)))


def _about(request, person, form=None):
    is_organiser = has_role(request.user, Role.ORGANISER)
    grants = RoleGrant.objects.filter(person=person).select_related("granted_by", "revoked_by").order_by("-granted_at")
    context = {
        "person": person,
        "is_organiser": is_organiser,
        "may_judge": services.may_judge(request.user, person),
        "grants": grants,
        "sanctions": Sanction.objects.filter(person=person).select_related("given_by", "appeal").order_by("-starts_at"),
        "applications": ExpertApplication.objects.filter(person=person).exclude(state="draft").order_by("-received_at"),
        "marks": RoleMark.objects.filter(person=person).order_by("-asked_at"),
        "facts": services.facts_about(person),
    }
    if is_organiser:
        entries = AuditEntry.objects.filter(target=f"person:{person.pk}")
        page = keyset(entries, request, order=("-happened_at", "-id"), size=10)
        context |= {
            "form": form or RoleForm(),
            "address": _address(request, person),
            "no_support_view": services.why_no_support_view(request.user, person),
            "support_views": services.support_views_of(person)[:5],
            "merges": services.merges_of(person)[:5],
            "merged_into": AccountMerge.objects.filter(merged=person).select_related("staying").first(),
            "sign_ins": UserSession.objects.filter(user=person).order_by("-last_seen_at")[:5],
            "page": page,
            "entries": accounts.written_down(page.items),
        }
    return context


@require_POST
@role_required(Role.ORGANISER)
def address(request, pk):
    """Show an e-mail address: an act, written down before anything is seen."""
    person = person_for_staff(pk)
    with transaction.atomic():
        accounts.audit(request.user, "address.shown", f"person:{person.pk}", ["email"])
    seen = signing.dumps([request.user.pk, person.pk], salt=ADDRESS)
    return see_other(f"{reverse('manage_person', args=[pk])}?{urlencode({'address': seen})}")


def _address(request, person):
    """Of somebody whose address this organiser asked for a few minutes ago."""
    try:
        seen = signing.loads(request.GET.get("address", ""), salt=ADDRESS, max_age=SHOWN_FOR)
    except signing.BadSignature:
        return ""
    return person.email if seen == [request.user.pk, person.pk] else ""


@require_POST
@role_required(Role.ORGANISER)
def roles(request, pk):
    person = person_for_staff(pk)
    form = RoleForm(request.POST)
    if form.is_valid():
        try:
            accounts.grant_role(actor=request.user, person=person, **form.cleaned_data)
        except accounts.RoleRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("{name} has the role now.").format(name=person.name))
            return see_other("manage_person", pk)
    return render(request, "moderation/manage/person.html", _about(request, person, form), status=422)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.ORGANISER)
def revocation(request, pk):
    """Take a role back, for a reason that stays with its history."""
    grant = get_object_or_404(RoleGrant.objects.select_related("person"), pk=pk)
    form = RevocationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            accounts.revoke_role(actor=request.user, grant=grant, reason=form.cleaned_data["reason"])
        except accounts.RoleRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("{name} no longer has the role.").format(name=grant.person.name))
            return see_other("manage_person", grant.person_id)
    context = {"form": form, "grant": grant, "role": grant.get_role_display().partition(":")[0]}
    return render(request, "moderation/manage/revocation.html", context, status=422 if form.errors else 200)

"""Badges: for their holders, and for strangers who verify one."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core.htmx import see_other
from core.qr import qr_svg
from core.seo import absolute, onto_linkedin
from core.templatetags.ui import undoing
from features.assessments import awards, open_badges, pages, services
from features.assessments.models import Badge
from features.skills import services as skills


def _badge(code) -> Badge:
    return get_object_or_404(Badge.objects.select_related("skill", "person"), code=code, person__is_active=True)


@require_safe
def badge(request, code):
    """What is claimed, by whom, since when, and whether it still holds."""
    found = _badge(code)
    now, address = timezone.now(), absolute(found.get_absolute_url())
    is_own = request.user.is_authenticated and found.person_id == request.user.pk
    dates = {"issued_at": found.issued_at, "ends_at": found.expires_at}
    context = {
        "badge": found,
        "state": found.state(now),
        "marks": pages.marks(found.level, found.low, found.high),
        "address": address,
        "qr": qr_svg(address),
        "is_own": is_own,
        "linkedin": onto_linkedin(name=found.skill.name, number=found.code, url=address, **dates),
    }
    return render(request, "assessments/badge.html", context)


@require_safe
def badge_json(request, code):
    return JsonResponse(open_badges.credential(_badge(code)), json_dumps_params={"ensure_ascii": False, "indent": 1})


@require_safe
def badge_jwt(request, code):
    """The credential, signed: what goes into a wallet."""
    signed = open_badges.sign(open_badges.credential(_badge(code)))
    return HttpResponse(signed, content_type="application/vc+jwt")


@require_safe
def issuer(request):
    return JsonResponse({"@context": open_badges.CONTEXT, **open_badges.issuer()})


@require_safe
def keys(request):
    return JsonResponse({"keys": [open_badges.public_key()]})


@require_safe
def status(request):
    """The list of what was revoked, signed. It is the same for an hour, so that whoever keeps it need not ask again."""
    revoked = Badge.objects.exclude(revoked_at=None).values_list("pk", flat=True)
    last = Badge.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    document = open_badges.status_list(revoked, last, timezone.now().replace(minute=0, second=0, microsecond=0))
    return HttpResponse(open_badges.sign(document), content_type="application/vc+jwt")


@require_POST
@login_required
def issue(request, slug):
    """A badge for the skill, as it is on record today."""
    skill = skills.by_slug(slug)
    if not skill:
        raise Http404
    try:
        found = services.issue_badge(person=request.user, skill=skill)
    except services.AssessmentRefused as refused:
        messages.error(request, refused.words)
        return see_other("progress_skill", skill.slug)
    messages.success(request, _("Anybody with its address can verify it."))
    return see_other(found)


@require_POST
@login_required
def withdraw(request, code):
    found = get_object_or_404(Badge, code=code, person=request.user)
    if request.POST.get("act") == "restore":
        try:
            services.put_badge_back(badge=found)
            messages.success(request, _("It holds, as before."))
        except services.AssessmentRefused as refused:
            messages.error(request, refused.words)
    else:
        services.revoke_badge(badge=found, reason=services.TAKEN_BACK)
        undo = undoing("badge_withdrawal", code, act="restore")
        messages.success(request, _("It does not hold any more, and its page says so."), extra_tags=undo)
    return see_other(found)


@require_safe
def achievements(request):
    """All there are, with the criterion and how rare each is."""
    return render(request, "assessments/achievements.html", {"gallery": awards.gallery(request.user)})

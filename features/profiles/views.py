from django.db.models import Exists, OuterRef, Q
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from core.pagination import keyset
from features.accounts import services as accounts
from features.accounts.models import Role, RoleGrant, User
from features.profiles import pages
from features.sessions.cards import cards
from features.sessions.models import SkillSession


@require_safe
def home(request):
    """For a stranger: what this place is and what is on. For a member: the next commitment and whose turn it is."""
    now = timezone.now()
    if request.user.is_authenticated:
        return render(request, "profiles/home_member.html", pages.member_home(request.user, now))
    return render(request, "profiles/home.html", pages.stranger_home(now))


def visible_people(viewer):
    """Experts and hosts have a public page; other members are seen by members."""
    people = User.objects.filter(is_active=True)
    if viewer.is_authenticated:
        return people
    hosted = SkillSession.objects.published().filter(host=OuterRef("pk"))
    expert = RoleGrant.objects.filter(person=OuterRef("pk"), role=Role.EXPERT, revoked_at=None)
    expert = expert.filter(Q(until=None) | Q(until__gt=timezone.now()))
    return people.filter(Exists(hosted) | Exists(expert))


@require_safe
def person(request, handle):
    known = accounts.find_person(handle.lower())
    person = get_object_or_404(visible_people(request.user), pk=known.pk if known else 0)
    if person.handle != handle:
        return redirect(person, permanent=True)
    now = timezone.now()
    hosted = SkillSession.objects.published().filter(host=person).select_related("host")
    coming = hosted.filter(cancelled_at=None, starts_at__gt=now).order_by("starts_at", "pk")[:20]
    page = keyset(hosted.filter(ends_at__lte=now, cancelled_at=None), request, order=("-starts_at", "-id"), size=10)
    context = {
        "person": person,
        "coming": cards(coming, now),
        "past": cards(page.items, now),
        "page": page,
        "languages": pages.language_names(person.languages),
        "is_thin": not coming and not page.items,
    }
    return render(request, "profiles/person.html", context)

from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from core.page_cache import shows
from core.pagination import keyset
from features.mentoring import services as mentoring
from features.profiles import pages
from features.profiles.access import public_people, seen
from features.profiles.missing import missing
from features.profiles.services import portrait
from features.sessions.cards import cards
from features.sessions.models import SkillSession
from features.skills.access import visible_blocks
from features.skills.models import Block


@require_safe
@shows()
def person(request, handle):
    """Somebody's page, as the viewer may see it."""
    person = seen(handle, request.user)
    if person is None:
        raise Http404
    if person.handle != handle:
        return redirect(person, permanent=True)
    now = timezone.now()
    hosted = SkillSession.objects.published().hosted_by(person).filter(cancelled_at=None).select_related("host")
    coming = hosted.filter(starts_at__gt=now).order_by("starts_at", "pk")[:20]
    over = SkillSession.objects.held(now).hosted_by(person).select_related("host")
    page = keyset(over, request, order=("-starts_at", "-id"), size=10)
    blocks = visible_blocks(person, request.user)
    shown = portrait(person, blocks)
    is_own = person == request.user
    context = {
        "person": person,
        "shown": shown,
        "is_own": is_own,
        "missing": missing(shown) if is_own else [],
        "coming": cards(coming, now),
        "past": cards(page.items, now, notes=pages.came_words(page.items)),
        "page": page,
        "facts": pages.facts(person, now, is_open=Block.SKILLS in blocks),
        "standings": pages.standings(shown),
        "is_thin": not (coming or page.items or shown.is_telling),
        "languages": pages.language_names(person.languages),
        "panel": mentoring.said_of(person, now),
    }
    if public_people().filter(pk=person.pk).exists():
        context["json_ld"] = pages.profile_json_ld(shown, context["facts"])
    return render(request, "profiles/person.html", context)

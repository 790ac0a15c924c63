from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from core.page_cache import shows
from core.pagination import keyset
from core.seo import absolute
from features.profiles import skill_parts as parts
from features.profiles.access import seen
from features.profiles.pages import came_words
from features.sessions.cards import cards
from features.skills import services as skills
from features.skills.access import visible_blocks
from features.skills.models import Block, Level, Skill, SkillEvidence


@require_safe
@shows()
def skill(request, slug):
    """What a skill is, what else it is called, what is on and was good, who has it: an area counts what lies below."""
    skill = Skill.objects.select_related("parent").prefetch_related("names").filter(slug=slug).first()
    if not skill:
        return _moved(slug)
    now = timezone.now()
    page = keyset(parts.upcoming(skill, now).select_related("host"), request, order=("starts_at", "id"))
    people = list(parts.proven(skill).order_by("-level", "person_id")[: parts.MOST_PEOPLE + 1])
    past, works = parts.well_reviewed(skill, now), parts.written(skill)
    measures = parts.measures(skill)
    context = {
        "skill": skill,
        "synonyms": skill.synonyms(),
        "cards": cards(page.items, now),
        "page": page,
        "hosts": parts.hosts(skill, now),
        "mentors": parts.mentors(skill, now),
        "past": past,
        "measures": measures,
        "works": works[: parts.MOST_WORKS],
        "has_more_works": len(works) > parts.MOST_WORKS,
        "people": people[: parts.MOST_PEOPLE],
        "has_more_people": len(people) > parts.MOST_PEOPLE,
        "around": parts.around(skill),
        "numbers": parts.numbers(skill, now),
        "is_worth_finding": bool(page.items or people or past or works or measures),
        "canonical_url": absolute(skill.get_absolute_url()),
    }
    return render(request, "profiles/skill.html", context)


@require_safe
@shows()
def people(request, slug):
    """All who have shown that they have the skill, page after page."""
    skill = skills.by_slug(slug)
    if not skill:
        raise Http404
    page = keyset(parts.proven(skill), request, order=("-level", "person_id"))
    return render(request, "profiles/skill_people.html", {"skill": skill, "page": page})


@require_safe
@shows()
def held(request, slug):
    """What was held on it, and to how many people each time: the numbers of its page, opened."""
    skill = skills.by_slug(slug)
    if not skill:
        raise Http404
    now = timezone.now()
    page = keyset(parts.held(skill, now).select_related("host"), request, order=("-starts_at", "-id"))
    context = {"skill": skill, "cards": cards(page.items, now, notes=came_words(page.items)), "page": page}
    return render(request, "profiles/skill_held.html", context)


def _moved(slug):
    """A skill that was merged is found where it went."""
    skill = skills.by_slug(slug)
    if not skill:
        raise Http404
    return redirect(skill, permanent=True)


@require_safe
def causes(request, handle, slug):
    """A number opened to its causes: all of one's own; of somebody else's what they let the viewer see."""
    person, skill = seen(handle, request.user), skills.by_slug(slug)
    if not person or not skill or Block.SKILLS not in visible_blocks(person, request.user):
        raise Http404
    if (person.handle, skill.slug) != (handle, slug):
        return redirect("skill_causes", person.handle, skill.slug, permanent=True)
    found = skills.level_of(person, skill)
    is_own = person == request.user
    if not found.causes and not is_own:
        raise Http404
    standing = SkillEvidence.objects.standing().filter(person=person, skill=skill, kind__in=skills.sources)
    page = keyset(standing, request, order=("-happened_at", "-id"))
    context = {
        "person": person,
        "skill": skill,
        "found": found,
        "marks": marks(found),
        "word": Level(found.rounded).label,
        "causes": skills.tell_causes(page.items, found, request.user),
        "page": page,
        "is_own": is_own,
    }
    return render(request, "profiles/skill_causes.html", context)


def marks(found) -> dict:
    """Where a level and its range lie on a scale that is 100 wide, as SVG takes it whatever the language."""
    level, low, high = ((value - 1) * 25 for value in (found.level, found.low, found.high))
    anchor = "start" if level < 5 else "end" if level > 95 else "middle"
    return {"level": f"{level:.1f}", "low": f"{low:.1f}", "width": f"{high - low:.1f}", "anchor": anchor}


@require_safe
def reputation(request, handle):
    """What somebody did for others, point by point: the same number, opened to its causes."""
    person = seen(handle, request.user)
    if not person or Block.SKILLS not in visible_blocks(person, request.user):
        raise Http404
    if person.handle != handle:
        return redirect("reputation", person.handle, permanent=True)
    page = keyset(skills.tokens_of(person), request, order=("-happened_at", "-id"), size=30)
    is_own = person == request.user
    gone = skills.tokens_of(person, is_reversed=True).order_by("-revoked_at", "-pk")[:20] if is_own else []
    context = {
        "person": person,
        "total": skills.reputation_of(person),
        "tokens": skills.tell_tokens(page.items, request.user),
        "gone": skills.tell_tokens(list(gone), request.user),
        "worth": [(skills.sources[kind], points) for kind, points in skills.points_of_kinds().items()],
        "page": page,
        "is_own": is_own,
    }
    return render(request, "profiles/reputation.html", context)

from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.htmx import render_page
from core.text import one_line
from features.accounts.access import has_role
from features.accounts.models import Role
from features.skills import services
from features.skills.levels import HALF_LIFE
from features.skills.models import Level, Origin, Skill

LONGEST = 400


@require_safe
def browse(request):
    """The areas with what is curated in them, or what matches `q`."""
    typed = one_line(request.GET.get("q", ""))[:LONGEST]
    found = services.suggest(typed, limit=30) if typed else []
    areas = [] if found else list(Skill.objects.areas())
    is_from_esco = any(skill.origin == Origin.ESCO for skill in [*found, *areas])
    context = {"typed": typed, "found": found, "areas": areas, "is_from_esco": is_from_esco}
    if not areas and not found:
        context["may_bring"] = has_role(request.user, Role.ORGANISER)
    return render_page(request, "skills/browse.html", context, partial="results")


@require_safe
def suggestions(request):
    """Options under the picker: what the last of the names in the field may become, without those chosen already."""
    field = request.GET.get("field", "")
    *chosen, typed = request.GET.get(field, "")[:LONGEST].split(",")
    taken = {skill.pk for skill in services.resolve_all(chosen).values()}
    found = [skill for skill in services.suggest(typed) if skill.pk not in taken]
    context = {"field": field, "typed": typed.strip(), "found": found}
    response = render(request, "skills/_options.html", context)
    response["X-Robots-Tag"] = "noindex"
    return response


@require_safe
def levels(request):
    """The formula in plain words, with what every kind of cause is worth."""
    known = sorted(services.sources.values(), key=lambda source: source.rule.reach)
    context = {"known": known, "steps": Level.values, "years": HALF_LIFE.days // 365}
    return render(request, "skills/levels.html", context)

"""Skills and who has shown them, by the same rules as the pages."""

from datetime import datetime

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from ninja import Field, Query, Router, Schema

from core.api_parts import Anybody, Page, Paging, Scope, page
from core.seo import absolute
from core.templatetags.ui import stored_url
from features.profiles import resume, services, skill_parts
from features.profiles.access import seen
from features.skills import services as skills
from features.skills.access import visible_blocks
from features.skills.models import Block, Skill, SkillLevel

skill_router = Router(tags=["Skills"])
people_router = Router(tags=["People"])
routers = {"/skills/": skill_router, "/people/": people_router}

TOLD = ("handle", "name", "headline", "time_zone", "languages", "joined_at")
PEOPLE_READ = Scope("people:read", _("See people and their skills as members see them"))


class SkillPage(Schema):
    slug: str
    name: str
    description: str
    synonyms: list[str]
    part_of: list[str] = Field(description="Slugs, as in all lists of skills")
    contains: list[str]
    takes: list[str]
    needed_for: list[str]
    goes_with: list[str]
    similar: list[str]
    sessions_to_come: int
    sessions_held: int
    people: int = Field(description="How many have shown it publicly: level 3 or more with a range that begins at 2")
    url: str


class SkillLine(Schema):
    slug: str
    name: str
    description: str
    matched: str = Field(description="The synonym by which `q` led here, or empty")
    url: str


class SkillsWanted(Paging):
    q: str = Field("", max_length=100, description="What is typed so far: a name, a synonym, a slip of either")


class PersonSkill(Schema):
    skill: str = Field(description="Its slug")
    name: str
    level: float = Field(ge=1, le=5)
    low: float = Field(ge=1, le=5, description="The range narrows with every cause and widens with the years")
    high: float = Field(ge=1, le=5)
    step: int = Field(ge=1, le=5, description="The level on the scale, rounded")
    basis: str = Field(description="The kind of cause that most of it rests on, such as session_hosted")
    causes: int
    freshest_at: datetime
    url: str = Field(description="The page that opens the level to its causes")


class Person(Schema):
    handle: str
    name: str
    headline: str
    time_zone: str = Field(description="An IANA zone, or empty")
    languages: list[str] = Field(description="In which they can follow a session")
    photo: str | None = Field(description="The address of a WebP, 384 wide")
    joined_at: datetime
    url: str
    resume: dict = Field(description="What you may see of their profile, as JSON Resume 1.0.0")


@skill_router.get("", response=Page[SkillLine], auth=Anybody(PEOPLE_READ), summary="Skills", url_name="skills")
def list_skills(request, wanted: Query[SkillsWanted]):
    """By slug. With `q` those that it may mean, the likeliest first, on one page."""
    if wanted.q:
        found = skills.suggest(wanted.q, limit=wanted.page_size)
        return {"items": [_line(skill) for skill in found], "next": None}
    made = page(request, Skill.objects.all(), wanted, ("slug",))
    return made | {"items": [_line(skill) for skill in made["items"]]}


def _line(skill) -> dict:
    said = {name: getattr(skill, name) for name in ("slug", "name", "description")}
    return said | {"matched": getattr(skill, "matched", ""), "url": absolute(skill.get_absolute_url())}


@skill_router.get("{slug}/", response=SkillPage, auth=Anybody(PEOPLE_READ), summary="One skill")
def skill_page(request, slug: str):
    """A slug that a skill had before it was merged finds it too."""
    skill = skills.by_slug(slug)
    if not skill:
        raise Http404
    around = {group.key: [other.slug for other in group.skills] for group in skill_parts.around(skill)}
    numbers = skill_parts.numbers(skill, timezone.now())
    return {
        **{name: getattr(skill, name) for name in ("slug", "name", "description")},
        "synonyms": list(skill.names.filter(is_canonical=False).order_by("name").values_list("name", flat=True)),
        **{key: around.get(key, []) for key in skill_parts.KEYS},
        "sessions_to_come": numbers["coming"],
        "sessions_held": numbers["held"],
        "people": numbers["people"],
        "url": absolute(skill.get_absolute_url()),
    }


@people_router.get("{handle}/", response=Person, auth=Anybody(PEOPLE_READ), summary="One person")
def person(request, handle: str):
    """Blocks that you may not see are left out, as are those that are empty. A handle of before finds them too."""
    person = seen(handle, request.user)
    if not person:
        raise Http404
    shown = services.portrait(person, visible_blocks(person, request.user))
    return {
        **{
            name: getattr(person, name)
            for name in ("handle", "name", "headline", "time_zone", "languages", "joined_at")
        },
        "photo": absolute(stored_url(person.photo_id, 384)) if person.photo_id else None,
        "url": absolute(person.get_absolute_url()),
        "resume": resume.write(shown),
    }


@people_router.get(
    "{handle}/skills/", response=Page[PersonSkill], auth=Anybody(PEOPLE_READ), summary="What somebody has shown"
)
def skills_of(request, handle: str, paging: Query[Paging]):
    """The highest first. Who keeps their skills from you is not there."""
    person = seen(handle, request.user)
    if not person or Block.SKILLS not in visible_blocks(person, request.user):
        raise Http404
    kept = SkillLevel.objects.shown().filter(person=person).select_related("skill", "person")
    made = page(request, kept, paging, ("-level", "skill_id"))
    return made | {"items": [_level(row) for row in made["items"]]}


def _level(row):
    standing = skills.standing_of(row)
    return {
        "skill": row.skill.slug,
        "name": row.skill.name,
        **{name: getattr(standing, name) for name in ("level", "low", "high", "causes", "freshest_at")},
        "step": standing.rounded,
        "basis": standing.kind,
        "url": absolute(standing.url),
    }

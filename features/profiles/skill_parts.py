"""What a skill's page joins: what is on and was good, who has shown that they have it, and what lies around it."""

from dataclasses import dataclass

from django.db.models import Avg, Count, Exists, OuterRef, Q
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from features.accounts.models import User
from features.assessments.models import Bank, Task
from features.library.cards import cards as works_as_cards
from features.library.models import Work
from features.mentoring.models import MentorPage
from features.profiles.access import public_people
from features.sessions.cards import cards
from features.sessions.models import Registration, Review, SessionSkill, SkillSession
from features.skills.models import Block, BlockVisibility, Skill, SkillLevel, SkillRelation, Visibility

MOST_HOSTS, MOST_PEOPLE, MOST_PAST, MOST_WORKS, MOST_LINKS = 12, 6, 4, 4, 24
MOST_MEASURES = 3
GOOD, ENOUGH = 4, 3  # a mean of at least 4, of at least 3 reviews
KEYS = ("part_of", "contains", "takes", "needed_for", "goes_with", "similar")
BROADER, ESSENTIAL, RELATED = SkillRelation.Kind.BROADER, SkillRelation.Kind.ESSENTIAL, SkillRelation.Kind.RELATED


@dataclass(frozen=True)
class Around:
    """Skills that lie around one, under a heading; `key` is for programs."""

    key: str
    title: str
    skills: list[Skill]


def taught(skill):
    """Ids of the sessions about the skill or one below it."""
    skills = Skill.objects.at_or_below(skill.slug)
    return SessionSkill.objects.filter(skill__in=skills).values("session")


def upcoming(skill, now):
    return SkillSession.objects.upcoming(now).filter(pk__in=taught(skill))


def hosts(skill, now):
    return User.objects.filter(pk__in=upcoming(skill, now).values("host")).order_by("name", "pk")[:MOST_HOSTS]


def written(skill):
    """Articles and courses about the skill or one below it, the newest first, as rows."""
    skills = Skill.objects.at_or_below(skill.slug)
    about = Work.skills.through.objects.filter(work=OuterRef("pk"), skill__in=skills)
    works = Work.objects.listed().filter(Exists(about)).select_related("author")
    return works_as_cards(works.order_by("-published_at", "-id")[: MOST_WORKS + 1])


def mentors(skill, now):
    """Who mentors in the skill or one below it and has room, as lists of people."""
    skills = Skill.objects.at_or_below(skill.slug)
    pages = MentorPage.objects.with_room(now).filter(topics__in=skills).distinct()
    return pages.select_related("person").order_by("person__name", "pk")[:MOST_HOSTS]


def held(skill, now):
    return SkillSession.objects.held(now).filter(pk__in=taught(skill), host__is_active=True)


def well_reviewed(skill, now):
    """Sessions of the past that those who were there found good, the newest first, as cards with their rating."""
    reviews = Q(registrations__review__in=Review.objects.shown())
    mean = Avg("registrations__review__rating", filter=reviews)
    rated = held(skill, now).annotate(mean=mean, reviews=Count("registrations__review", filter=reviews))
    rated = rated.filter(mean__gte=GOOD, reviews__gte=ENOUGH)
    found = list(rated.select_related("host").order_by("-starts_at", "-id")[:MOST_PAST])
    said = {
        session.pk: _("%(mean)s from %(n)d reviews") % {"mean": number_format(session.mean, 1), "n": session.reviews}
        for session in found
    }
    return cards(found, now, notes=said)


def measures(skill) -> list:
    """Where one can have the skill measured: assessments first, then work that experts judge."""
    banks = Bank.objects.offered().filter(skill=skill).order_by("-stage", "pk")
    return [*banks[:MOST_MEASURES], *Task.objects.filter(skill=skill, is_open=True).order_by("pk")[:MOST_MEASURES]]


def proven(skill):
    """Levels of the skill that rest on evidence, of people whose page and skills are for everybody."""
    kept_back = BlockVisibility.objects.filter(person=OuterRef("person"), block=Block.SKILLS)
    levels = SkillLevel.objects.evidenced().filter(skill=skill, person__in=public_people())
    return levels.exclude(Exists(kept_back.exclude(visibility=Visibility.PUBLIC))).select_related("person", "skill")


def numbers(skill, now) -> dict:
    """What there is to count, each with what it counts: nothing is shown of nothing."""
    return {
        "coming": upcoming(skill, now).count(),
        "held": held(skill, now).count(),
        "came": Registration.objects.present().filter(session__in=held(skill, now)).count(),
        "people": proven(skill).count(),
    }


def around(skill) -> list[Around]:
    """What it belongs to, what belongs to it, what it takes and what goes with it, each in a bounded list."""
    out = list(skill.relations.select_related("other").order_by("other__name", "pk")[: 4 * MOST_LINKS])
    back = list(skill.related_from.select_related("skill").order_by("skill__name", "pk")[: 4 * MOST_LINKS])
    below = list(skill.children.order_by("name", "pk")[: 2 * MOST_LINKS])

    def to(kind):
        return [row.other for row in out if row.kind == kind]

    def of(kind):
        return [row.skill for row in back if row.kind == kind]

    parents = [skill.parent] if skill.parent else []
    groups = [
        Around("part_of", _("Part of"), _once(parents + to(BROADER))),
        Around("contains", _("In this area"), _once(below + of(BROADER), 2 * MOST_LINKS)),
        Around("takes", _("Takes"), _once(to(ESSENTIAL))),
        Around("needed_for", _("Needed for"), _once(of(ESSENTIAL))),
        Around("goes_with", _("Goes with"), _once(to(RELATED) + of(RELATED))),
    ]
    told = {skill.pk, *(other.pk for group in groups for other in group.skills)}
    groups.append(Around("similar", _("Often together, or beside it"), _similar(skill, told)))
    return [group for group in groups if group.skills]


def _similar(skill, told):
    """What sessions about it are about as well, the most frequent first; then its neighbours in the tree."""
    sessions = SkillSession.objects.published().filter(session_skills__skill=skill)
    rows = SessionSkill.objects.filter(session__in=sessions).exclude(skill__in=told)
    together = rows.values("skill").annotate(n=Count("pk")).order_by("-n", "skill")[:8]
    ids = [row["skill"] for row in together]
    found = Skill.objects.in_bulk(ids)
    beside = list(Skill.objects.filter(parent=skill.parent_id).exclude(pk__in=told).order_by("name")[:8])
    return _once([found[pk] for pk in ids] + (beside if skill.parent_id else []), 8)


def _once(skills, most=MOST_LINKS):
    return list({skill.pk: skill for skill in skills}.values())[:most]

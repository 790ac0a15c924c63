"""What members by the thousand say they can do, and the levels that their evidence comes to."""

from itertools import groupby
from operator import attrgetter

from django.utils import timezone

from features.skills.levels import Cause, estimate
from features.skills.models import PersonSkill, Profile, Skill, SkillEvidence, SkillLevel
from features.skills.services import load_starter
from features.skills.services.levels import COUNTED, _put, rules

ABOUT = (  # noqa: SIM905
    "I have done this for years, mostly with people who had not asked for it.|What I like best is the first hour with "
    "somebody new.|I keep notes of everything that went wrong and read them aloud.|I would rather show one thing well "
    "than five.|Ask me about the day nothing worked.|I teach in the evening, after a day of doing it."
).split("|")


def claims(scale) -> str:
    """Two skills a member, as often as skills are wanted: a few by many, most by few. One in four says more."""
    load_starter()
    skills = list(
        Skill.objects.filter(is_group=False, parent__isnull=False).order_by("pk").values_list("pk", flat=True)
    )
    scale.chance.shuffle(skills)
    pick = scale.zipf(skills)
    said = (
        {"person_id": person, "skill_id": skill, "level": scale.chance.randint(1, 5), "position": place}
        for person in scale.made["people"]
        for place, skill in enumerate(dict.fromkeys((pick(), pick())))
    )
    count = scale.copy(PersonSkill, said)
    scale.copy(
        Profile,
        (
            {"person_id": person, "about": scale.chance.choice(ABOUT), "place": "Lisbon"}
            for person in scale.made["people"][::4]
        ),
    )
    scale.made["skills"] = skills
    return f"{count:,} skills that members say they have"


def levels(scale) -> str:
    """What `services.levels.refresh` would leave, a table at a time."""
    now = timezone.now()
    pairs = attrgetter("person_id", "skill_id")
    people = scale.made["people"]
    evidence = SkillEvidence.objects.standing().filter(person__gte=people[0], person__lte=people[-1])
    rows = groupby(evidence.order_by("person_id", "skill_id", "pk").iterator(chunk_size=5000), key=pairs)
    known = rules()

    def counted():
        for (person, skill), causes in rows:
            level = SkillLevel()
            _put(level, estimate([Cause(row.kind, row.strength, row.happened_at) for row in causes], now, known), now)
            yield {name: getattr(level, name) for name in (*COUNTED, "computed_at")} | {
                "person_id": person,
                "skill_id": skill,
            }

    return f"{scale.copy(SkillLevel, list(counted())):,} levels"

"""Rows as a market: what the profile, the calendar and the mentor's page say, as numbers."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.conf import settings
from django.db.models import Case, Count, Exists, F, OuterRef, When

from core import languages
from core.arrays import array_of, one_of
from features.accounts.models import User
from features.calendar.models import WeeklyHours
from features.mentoring.facts import bookable_hours, busy_pairs, closed_pairs
from features.mentoring.matching.kernel import ANY
from features.mentoring.matching.market import EVERY_LANGUAGE, Builder, Can, Want, rarity
from features.mentoring.matching.week import monday
from features.mentoring.models import Dismissal, MatchWish, MentorPage
from features.skills.models import Goal, PersonSkill, Skill, SkillLevel, SkillRelation, SpokenLanguage
from features.skills.services import DECLARED

BITS = {code: 1 << place for place, code in enumerate(languages.CODES)}
RELATED, PART, WHOLE, TAKES = 0.4, 0.5, 0.4, 0.3  # what another skill counts for the one that is wanted
SAID, UNSAID = 0.5, 0.3  # how far a claim is believed, and a topic without one
USUAL = 3.0  # the level of a mentor who has said none
SHOWS = 3.0  # from which level a skill on record counts although it is no topic
LISTED, LOOKING = MentorPage.objects.values("pk"), Goal.objects.values("person")


@dataclass(frozen=True)
class Frame:
    """What a run freezes besides people."""

    first: date
    rarity: dict[int, float] = field(default_factory=dict)

    def as_params(self) -> dict:
        return {"first": self.first.isoformat(), "rarity": {str(skill): worth for skill, worth in self.rarity.items()}}

    @classmethod
    def of(cls, params: dict) -> "Frame":
        return cls(
            date.fromisoformat(params["first"]), {int(skill): worth for skill, worth in params["rarity"].items()}
        )


def new_frame(now: datetime) -> Frame:
    pages = MentorPage.objects.with_room(now)
    through = MentorPage.topics.through.objects.filter(mentorpage__in=pages)
    offered = dict(through.values("skill").annotate(n=Count("pk")).values_list("skill", "n"))
    return Frame(monday(now), rarity(offered, pages.count()))


def neighbours() -> dict[int, list[tuple[int, float]]]:
    """What counts for a skill besides itself, the nearest first."""
    found: dict[int, dict[int, float]] = defaultdict(dict)

    def add(skill, other, worth):
        found[skill][other] = max(worth, found[skill].get(other, 0))

    kinds = SkillRelation.Kind
    for skill, other, kind in SkillRelation.objects.values_list("skill", "other", "kind"):
        if kind == kinds.RELATED:
            add(skill, other, RELATED)
            add(other, skill, RELATED)
        elif kind == kinds.ESSENTIAL:
            add(skill, other, TAKES)
        else:
            add(skill, other, WHOLE)
            add(other, skill, PART)
    for skill, parent in Skill.objects.filter(parent__isnull=False, is_group=False).values_list("pk", "parent"):
        add(parent, skill, PART)
    return {skill: sorted(others.items(), key=lambda pair: (-pair[1], pair[0])) for skill, others in found.items()}


def load(
    frame: Frame,
    now: datetime,
    *,
    mentees: Collection[int] | None = None,
    mentors: Collection[int] | None = None,
    near=None,
) -> Builder:
    """A market of these people (all, where None) that waits for its `finish`."""  # fmt: skip
    builder = Builder(frame.first, frame.rarity, neighbours() if near is None else near)
    _add_mentors(builder, now, mentors)
    if mentees is None or mentees:
        add_mentees((builder,), now, mentees)
    return builder


def teaching(skills: Collection[int], near, now) -> list[int]:
    """Mentors with room who could count for these wishes."""
    wanted = {other for skill in skills for other, _ in near.get(skill, ())} | set(skills)
    pages = MentorPage.objects.with_room(now)
    topic = MentorPage.topics.through.objects.filter(mentorpage=OuterRef("pk"), skill__in=wanted)
    shown = SkillLevel.objects.filter(person=OuterRef("pk"), skill__in=wanted, level__gte=SHOWS, causes__gt=0)
    found = pages.filter(Exists(topic) | Exists(shown.exclude(basis=DECLARED)))
    return list(found.order_by("pk").values_list("pk", flat=True))


def wanting(skills: Collection[int], near) -> list[int]:
    """Whose wishes these skills count for, also of those who have left: to ask who has would read everybody."""
    wished = set(skills) | {skill for skill, others in near.items() if any(other in skills for other, _ in others)}
    return sorted(set(Goal.objects.filter(skill__in=wished).values_list("person", flat=True)))


def skills_of(mentor_ids: Collection[int]) -> set[int]:
    """What these mentors are listed under."""
    topics = MentorPage.topics.through.objects.filter(mentorpage__in=mentor_ids).values_list("skill", flat=True)
    levels = SkillLevel.objects.shown().filter(person__in=mentor_ids, level__gte=SHOWS).exclude(basis=DECLARED)
    return set(topics) | set(levels.values_list("skill", flat=True))


# --- Mentors ----------------------------------------------------------------------------------------------------------
def _add_mentors(builder: Builder, now: datetime, ids) -> None:
    pages = _among(MentorPage.objects.shown(now), "pk", ids).order_by("pk")
    topics = _grouped(ids, _among(MentorPage.topics.through.objects, "mentorpage", ids), "mentorpage", "skill")
    levels = _grouped(
        ids, _of(SkillLevel.objects.shown().exclude(basis=DECLARED), ids, LISTED),
        "person", "skill", "level", "low", "high",
    )  # fmt: skip
    said = _grouped(ids, _of(PersonSkill.objects, ids, LISTED), "person", "skill", "level")
    hours = hours_of(ids)
    # Columns and no rows of the model: there may be hundreds of thousands.
    with_room = _among(MentorPage.objects.with_room(now), "pk", ids)  # of few, or the database looks at all of them
    free = Case(When(pk__in=with_room, then=F("capacity") - F("places_taken")), default=0)
    columns = (
        "pk", "languages", "person__languages", "person__time_zone", "capacity", "price_from", "answers_in",
        "level_from", "level_to", "history",
    )  # fmt: skip
    found = pages.annotate(free=free).values_list(*columns, "free")
    for pk, tongues, spoken, zone, capacity, price, answers_in, low, high, history, room in _rows(found, ids):
        builder.mentor(
            pk,
            _cans({skill for (skill,) in topics.get(pk, ())}, levels.get(pk, ()), dict(said.get(pk, ()))),
            languages=_bits(tongues or spoken),
            mask=_mask(builder, hours.get(pk), zone),
            room=room,
            capacity=capacity,
            price=price or 0,
            hours=answers_in.total_seconds() / 3600 if answers_in is not None else -1.0,
            history=history,
            low=low,
            high=high,
        )


def _cans(topics: set[int], levels: Iterable, said: dict[int, int]) -> list[Can]:
    """A level on record is believed the more the narrower its range is; what is only said, half."""
    proved = {skill: (level, 0.7 + 0.3 * (1 - (high - low) / 4)) for skill, level, low, high in levels}
    found = []
    for skill in sorted(topics | {skill for skill, (level, _) in proved.items() if level >= SHOWS}):
        believed = (float(said[skill]), SAID) if skill in said else (USUAL, UNSAID)
        # Evidence lifts, and does not pull below what somebody says: a first attended hour proves no ignorance.
        level, trust = proved.get(skill, believed)
        if skill in said and skill in proved:
            level = max(level, min(believed[0], level + 1))
        found.append(Can(skill, round(level, 2), round(trust, 3), skill in topics))
    return found


# --- Mentees ----------------------------------------------------------------------------------------------------------
def wants_of(ids: Collection[int] | None) -> dict[int, list[Want]]:
    """What each of these people looks for, the dearest first, and how far they are."""
    goals = _grouped(
        ids, _among(Goal.objects.order_by("person", "position", "pk"), "person", ids), "person", "skill", "level"
    )
    levels = _grouped(ids, _of(SkillLevel.objects.shown(), ids, LOOKING), "person", "skill", "level")
    said = _grouped(ids, _of(PersonSkill.objects, ids, LOOKING), "person", "skill", "level")
    found = {}
    for pk, wanted in goals.items():
        has = {skill: float(level) for skill, level in said.get(pk, ())} | dict(levels.get(pk, ()))
        found[pk] = [
            Want(skill, 1 / (1 + 0.5 * place), has.get(skill, 1.0), float(target))
            for place, (skill, target) in enumerate(wanted)
        ]
    return found


def add_mentees(builders: Sequence[Builder], now: datetime, ids, wants=None) -> None:
    """Read once, for markets of different mentors; `wants` is the answer of `wants_of`, where it is known."""
    wants = wants_of(ids) if wants is None else wants
    fluent = SpokenLanguage.objects.filter(fluency__gte=SpokenLanguage.Fluency.CONVERSATIONAL)
    spoken = _grouped(
        ids, _among(fluent, "person", ids),
        "person", "code",
    )  # fmt: skip
    wishes = {
        pk: (minutes, budget)
        for pk, minutes, budget in _among(MatchWish.objects, "pk", ids).values_list("pk", "minutes", "budget")
    }
    hours, out = hours_of(ids, of_mentors=False), excluded(ids, now)
    people = _among(User.objects.active(now), "pk", ids).order_by("pk")
    for pk, zone, tongues in _rows(people.values_list("pk", "time_zone", "languages"), ids):
        if pk not in wants:
            continue
        minutes, budget = wishes.get(pk, (60, None))
        codes = [code for (code,) in spoken.get(pk, ())] or tongues
        for builder in builders:
            builder.mentee(
                pk,
                wants[pk],
                languages=_bits(codes),
                mask=_mask(builder, hours.get(pk), zone),
                minutes=minutes,
                budget=ANY if budget is None else budget,
                out=sorted(out.get(pk, ())),
            )


def excluded(ids: Collection[int] | None, now: datetime) -> dict[int, set[int]]:
    """Mentors that must not be suggested, by mentee."""
    found: dict[int, set[int]] = defaultdict(set)
    dismissed = _among(Dismissal.objects.in_force(now), "mentee", ids)
    for mentee, mentor in dismissed.values_list("mentee", "mentor"):
        found[mentee].add(mentor)
    for asked in (*closed_pairs.values(), *busy_pairs.values()):
        for mentee, mentor in asked(ids):
            found[mentee].add(mentor)
    return found


# --- Parts of both ----------------------------------------------------------------------------------------------------
def _among(queryset, name, ids):
    """One array instead of a thousand parameters, which the ORM would look at one by one."""
    return queryset.all() if ids is None else queryset.filter(one_of(name, array_of(ids)))


def _of(queryset, ids, everybody):
    """What is these people's; of all, what is theirs of whom `everybody` names."""
    return queryset.filter(person__in=everybody) if ids is None else _among(queryset, "person", ids)


def _rows(rows, ids):
    """Of everybody piece by piece; of few people at once, which takes one trip to the database instead of three."""
    return rows.iterator(chunk_size=5000) if ids is None else rows


def _grouped(ids, queryset, owner, *fields) -> dict[int, list[tuple]]:
    found: dict[int, list[tuple]] = defaultdict(list)
    for pk, *values in _rows(queryset.values_list(owner, *fields), ids):
        found[pk].append(tuple(values))
    return found


def hours_of(ids, *, of_mentors=True) -> dict[int, tuple[str, tuple]]:
    """(zone or "", week): what can be booked of a mentor, else the hours that somebody keeps free."""
    rows = _of(WeeklyHours.objects.order_by("weekday", "starts"), ids, LISTED if of_mentors else LOOKING)
    found: dict[int, tuple[str, tuple]] = {
        pk: ("", tuple(week)) for pk, week in _grouped(ids, rows, "person", "weekday", "starts", "ends").items()
    }
    if of_mentors and bookable_hours:
        asked = list(MentorPage.objects.values_list("pk", flat=True)) if ids is None else list(ids)
        for answer in bookable_hours.values():
            found |= {pk: (hours.zone, hours.week) for pk, hours in answer(asked).items()}
    return found


def _mask(builder: Builder, hours, zone: str) -> int:
    if not hours:
        return 0
    own, week = hours
    return builder.mask(own or zone or settings.DEFAULT_TIME_ZONE, week)


def _bits(codes: Iterable[str]) -> int:
    return sum({BITS[code] for code in codes if code in BITS}) or EVERY_LANGUAGE

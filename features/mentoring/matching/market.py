"""People as the arrays that the kernel reads: mentors first, then mentees, then `finish()`."""

import math
from array import array
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from functools import lru_cache
from typing import Any, NamedTuple

from features.mentoring.matching import week
from features.mentoring.matching.kernel import ANY, Market

STEP = 1.5  # a mentor is best a little above what is to be reached
EVERY_LANGUAGE = -1  # all bits


class Can(NamedTuple):
    """What a mentor is able to show: `trust` is 1 for what is on record, less for what is only said."""

    skill: int
    level: float
    trust: float
    is_topic: bool


class Want(NamedTuple):
    """A goal; `now` is the level that its owner has, `target` the one to reach."""

    skill: int
    weight: float
    now: float
    target: float = 1.0


@dataclass
class Builder:
    first: date  # the Monday with which masks begin
    rarity: Mapping[int, float] = field(default_factory=dict)  # by skill; frozen for a run, so that scores compare
    near: Mapping[int, list[tuple[int, float]]] = field(default_factory=dict)  # what counts for a skill, at most half

    def __post_init__(self):
        self.mentors, self.mentees = array("q"), array("q")
        self.place: dict[int, int] = {}  # of a mentor
        self._masks = array("Q", [0] * week.WEEKS * week.WORDS)
        self._mask_ids: dict[Any, int] = {}
        self.skills: dict[int, int] = {}  # number by skill
        self._rows = {name: array(_type(name)) for name in Market._fields}
        for name in ("want_start", "out_start", "can_start"):
            self._rows[name].append(0)

    def mask(self, zone: str, hours: tuple[tuple[int, time, time], ...]) -> int:
        """The number of a week in a zone; who lives alike has the same."""
        if not hours:
            return week.UNKNOWN
        if (zone, hours) not in self._mask_ids:
            self._mask_ids[zone, hours] = len(self._masks) // (week.WEEKS * week.WORDS)
            self._masks.extend(_words(zone, hours, self.first))
        return self._mask_ids[zone, hours]

    def weeks(self, mask: int) -> list[int]:
        """A mask as one number for each week."""
        first = mask * week.WEEKS * week.WORDS
        return [
            sum(self._masks[first + n * week.WORDS + word] << (64 * word) for word in range(week.WORDS))
            for n in range(week.WEEKS)
        ]

    def mentor(
        self, pk, cans: Iterable[Can], *, languages=EVERY_LANGUAGE, mask=0, room=1, capacity=1, price=0, hours=-1.0,
        history=0.75, low=1, high=5,
    ) -> None:  # fmt: skip
        rows = self._rows
        self.place[pk] = len(self.mentors)
        self.mentors.append(pk)
        for name, value in (
            ("languages", languages), ("mask", mask), ("room", room), ("capacity", max(1, capacity)), ("price", price),
            ("hours", hours), ("history", history), ("from", low), ("to", high),
        ):  # fmt: skip
            rows["or_" + name].append(value)
        for can in cans:
            rows["can_skill"].append(self._skill(can.skill))
            rows["can_level"].append(can.level)
            rows["can_trust"].append(can.trust)
            rows["can_topic"].append(can.is_topic)
        rows["can_start"].append(len(rows["can_skill"]))

    def mentee(
        self, pk, wants: Iterable[Want], *, languages=EVERY_LANGUAGE, mask=0, minutes=60, budget=ANY, out=()
    ) -> None:
        rows = self._rows
        self.mentees.append(pk)
        for name, value in (
            ("languages", languages), ("mask", mask), ("minutes", minutes), ("budget", budget),
            ("self", self.place.get(pk, -1)),
        ):  # fmt: skip
            rows["ee_" + name].append(value)
        for want in wants:
            rows["want_skill"].append(self._skill(want.skill))
            rows["want_weight"].append(want.weight * self.rarity.get(want.skill, 1.0))
            rows["want_now"].append(want.now)
            rows["want_need"].append(max(want.now, want.target - STEP))
        rows["want_start"].append(len(rows["want_skill"]))
        rows["out_mentor"].extend(self.place[mentor] for mentor in out if mentor in self.place)
        rows["out_start"].append(len(rows["out_mentor"]))

    def _skill(self, pk: int) -> int:
        return self.skills.setdefault(pk, len(self.skills))

    def forget_mentees(self) -> None:
        """Keep the mentors, for other mentees."""
        self.mentees = array("q")
        for name in Market._fields:
            if name.startswith(("ee_", "want_", "out_")):
                self._rows[name] = array(_type(name), [0] if name in ("want_start", "out_start") else [])

    def leave_out(self, mentors: Iterable[int]) -> None:
        """These have no room, whatever was read of them."""
        for pk in mentors:
            if pk in self.place:
                self._rows["or_room"][self.place[pk]] = 0

    def again(self) -> Market:
        """The market after its mentees were exchanged. Skills that only they name are taught by nobody."""
        rows = self._rows
        self._spread_near()
        rows["post_start"].extend([rows["post_start"][-1]] * (len(self.skills) + 1 - len(rows["post_start"])))
        return Market(**{name: rows[name] for name in Market._fields})

    def finish(self, wrap: Callable[[array], Any] = lambda rows: rows) -> Market:
        rows = self._rows
        self._spread_near()
        self._index_by_skill()
        rows["masks"] = self._masks
        return Market(**{name: wrap(rows[name]) for name in Market._fields})

    def _spread_near(self):
        rows = self._rows
        if not rows["near_start"]:
            rows["near_start"].append(0)
        for pk, number in list(self.skills.items())[len(rows["near_start"]) - 1 :]:
            others = [(pk, 1.0), *self.near.get(pk, ())]
            for other, worth in others:
                if other in self.skills:
                    rows["near_skill"].append(number if other == pk else self.skills[other])
                    rows["near_worth"].append(worth)
            rows["near_start"].append(len(rows["near_skill"]))

    def _index_by_skill(self):
        rows, count = self._rows, len(self.skills)
        start = array("q", [0]) * (count + 1)
        for skill in rows["can_skill"]:
            start[skill + 1] += 1
        for skill in range(count):
            start[skill + 1] += start[skill]
        rows["post_start"] = start
        post_mentor, post_can = (array("i", [0]) * len(rows["can_skill"]) for _ in range(2))
        free = array("q", start)
        for mentor in range(len(self.mentors)):
            for can in range(rows["can_start"][mentor], rows["can_start"][mentor + 1]):
                skill = rows["can_skill"][can]
                post_mentor[free[skill]], post_can[free[skill]] = mentor, can
                free[skill] += 1
        rows["post_mentor"], rows["post_can"] = post_mentor, post_can


@lru_cache(maxsize=4096)
def _words(zone: str, hours: tuple[tuple[int, time, time], ...], first: date) -> tuple[int, ...]:
    """Kept, because markets of a few people are made often, and many people live alike."""
    return tuple(week.words(week.masks(zone, hours, first)))


def _type(name: str) -> str:
    if name in ("ee_languages", "or_languages", "want_start", "out_start", "can_start", "post_start", "near_start"):
        return "q"
    if name in (
        "want_weight",
        "want_now",
        "want_need",
        "or_hours",
        "or_history",
        "can_level",
        "can_trust",
        "near_worth",
    ):
        return "d"
    return "b" if name == "can_topic" else "i"


def rarity(offered: Mapping[int, int], mentors: int) -> dict[int, float]:
    """What a wish weighs more because few could meet it: 1 if everybody can."""
    return {skill: round(1.0 + math.log((1 + mentors) / (1 + count)), 4) for skill, count in offered.items()}

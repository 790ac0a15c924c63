"""Which question comes next, and when there are enough. Plain data in, plain data out.

- At the start of a test a part of the pool is drawn for it (`draw`), each item with a chance of its own (`shares`), so
  that none stands in more than a third of all tests, however well it measures, and nobody can collect the whole bank.
- Of what was drawn comes one of the five that tell the most, given all that is believed of the person
  (`choose`): the information is weighed by the posterior and not taken at its mean, which early on is mere belief.
- Areas have their shares: an area that has fallen behind by a whole question is next.
- Every fourth place is for an item that is still being tried, and does not count, if the bank has one.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random

from features.assessments.ability import Item, Summary, answered, informations, normal, summary
from features.assessments.ability import chance as probability

LEAST, RANDOM_OF = 5, 5
AIMED_AT = 0.25  # of all tests, that one item stands in: trying leaves some error, and a third is the promise
SMALLEST_DRAW = 30  # small banks give what they have
EVERY_FOURTH = 4
DECIDED = 0.95


@dataclass(frozen=True, slots=True)
class Candidate:
    version: int
    area: str
    item: Item
    share: float = 1.0  # of all tests, that may use it
    is_pilot: bool = False  # still being tried: not scored


@dataclass(frozen=True, slots=True)
class Rules:
    """When a test has enough: `error` reached, or the level decided, but never below LEAST or above `most` scored
    questions."""

    error: float
    most: int
    by_level: bool = True


def draw(pool: Sequence[Candidate], chance: Random, least: int = SMALLEST_DRAW) -> list[Candidate]:
    """The part of the pool that one test may use: each item with the chance that is its own, and never fewer than
    `least`. The pilot items all stay: they are to be seen evenly."""
    pilots = [candidate for candidate in pool if candidate.is_pilot]
    scored = [candidate for candidate in pool if not candidate.is_pilot]
    drawn = [candidate for candidate in scored if chance.random() < candidate.share]
    if len(drawn) < least:
        taken = {candidate.version for candidate in drawn}
        rest = [candidate for candidate in scored if candidate.version not in taken]
        drawn += chance.sample(rest, min(len(rest), least - len(drawn)))
    return drawn + pilots


def choose(
    weights: Sequence[float],
    candidates: Sequence[Candidate],
    asked: Sequence[Candidate],
    shares: Mapping[str, float],
    chance: Random,
) -> Candidate | None:
    """The next one, or None when nothing is left."""
    used = {candidate.version for candidate in asked}
    left = [candidate for candidate in candidates if candidate.version not in used]
    pilots = [candidate for candidate in left if candidate.is_pilot]
    scored = [candidate for candidate in left if not candidate.is_pilot]
    if pilots and (not scored or len(asked) % EVERY_FOURTH == EVERY_FOURTH - 1):
        return chance.choice(pilots)
    if not scored:
        return None
    behind = overdue([candidate.area for candidate in asked if not candidate.is_pilot], shares)
    pool = [candidate for candidate in scored if candidate.area == behind] or scored
    pool = sorted(pool, key=lambda candidate: -math.sumprod(weights, informations(candidate.item)))
    return chance.choice(pool[:RANDOM_OF])


def overdue(areas: Collection[str], shares: Mapping[str, float]) -> str:
    """The area that is most behind its share, if that is a whole question or more."""
    whole = math.fsum(shares.values())
    owed = {area: share / whole * (len(areas) + 1) - list(areas).count(area) for area, share in shares.items()}
    area = max(owed, key=lambda name: (owed[name], name), default="")
    return area if area and owed[area] >= 1 else ""


def at_random(candidates: Sequence[Candidate], asked: Sequence[Candidate], chance: Random) -> Candidate | None:
    """For tests whose items are not calibrated yet, and for quizzes: the area and difficulty that had the fewest, then
    by lot."""
    used = {candidate.version for candidate in asked}
    left = [candidate for candidate in candidates if candidate.version not in used]
    if not left:
        return None
    had = [(candidate.area, round(candidate.item.b)) for candidate in asked]
    areas = [area for area, _ in had]
    chance.shuffle(left)
    return min(left, key=lambda one: (areas.count(one.area), had.count((one.area, round(one.item.b)))))


def is_enough(found: Summary, scored: int, rules: Rules) -> bool:
    if scored >= rules.most:
        return True
    return scored >= LEAST and (found.error <= rules.error or (rules.by_level and found.certainty >= DECIDED))


def shares(
    pool: Sequence[Candidate],
    areas: Mapping[str, float],
    rules: Rules,
    *,
    tests: int = 300,
    rounds: int = 6,
    seed: int = 1,
) -> dict[int, float]:
    """{version: the chance with which it may be drawn}: found by trying (Sympson and Hetter): what stood in too many of
    the tried tests is drawn less often, and the next round tries again."""
    found = {candidate.version: 1.0 for candidate in pool}
    for number in range(rounds):
        chance = Random(seed + number)  # noqa: S311 - tried the same way every time
        tried = [replace(candidate, share=found[candidate.version]) for candidate in pool if not candidate.is_pilot]
        stood: dict[int, int] = {}
        for _ in range(tests):
            for one in sitting(tried, areas, rules, chance.gauss(0, 1), chance)[0]:
                stood[one.version] = stood.get(one.version, 0) + 1
        for version, times in stood.items():
            exposed = times / tests
            if exposed > AIMED_AT or found[version] < 1:
                found[version] = round(min(1.0, found[version] * AIMED_AT / exposed), 3)
    return found


def sitting(pool, areas, rules, theta: float, chance: Random) -> tuple[list[Candidate], Summary]:
    """A whole test by somebody whose ability is known."""
    weights, asked, drawn = normal(), [], draw(pool, chance)
    while not is_enough(found := summary(weights), len(asked), rules):
        one = choose(weights, drawn, asked, areas, chance)
        if one is None:
            break
        asked.append(one)
        weights = answered(weights, one.item, chance.random() < probability(one.item, theta))
    return asked, found

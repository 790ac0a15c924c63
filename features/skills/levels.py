"""How far the causes on record carry a person from 1 to 5 in one skill. Plain data in, plain data out.

The idea: from 1 to 5 is a distance. Each kind of cause can cover a part of it at most; every further kind covers its
part of *what is left*.

    carried(kind)  =  1 - Π (1 - strength)                     over the causes of one kind
    share(kind)    =  (reach - 1) / 4 · carried(kind)
    level          =  1 + 4 · (1 - Π (1 - share(kind)))        over the kinds

- *Repeats weigh less and less*: a second cause of a kind covers its strength of what the first one left, so fifty
  attended sessions come near the reach of attending and never past it.
- *Another kind weighs more than a repeat*, because it starts again at its full strength.
- *What a person says of themselves* is a kind like any other, with a short reach: a beginning, soon outweighed.
- *A level does not fade.* What was done was done. What fades is how sure we are that it still tells: each cause loses
  half of that in HALF_LIFE. So a person who comes back after years is not told that they are worse.

    sureness       =  Σ weight · (1 - Π (1 - strength · 2^(-age / HALF_LIFE)))
    range          =  the whole scale, closed in on the level by sureness / (1 + sureness), from below and from above

Without evidence the range is the whole scale: nothing on record is no proof of nothing. It is a rule and not a
measurement of error, and the pages say so.

*What was measured* (a test, work that experts rated) is another thing than what was done: it says a level and how far
that may be wrong. Measurements are put together as one would by hand: each weighs by its precision, older ones less by
what people change in the time between (DRIFT), and before all of them stands what is true of people at large (level 3,
give or take 1), which counts once.

    measured       =  (3/1² + Σ level/error²) / (1/1² + Σ 1/error²),     its doubt: the root of the divisor, inverted
    level          =  measured, or, where what was done here says more, a step from it in that direction, by its weight
                      against the doubt: what was done is known to within CONDUCT, and it never says less
    range          =  nine times in ten, and wider by DRIFT for the time since the newest measurement

Without a measurement every product is order-free, rises with each cause and stays below 1: so the level does not depend
on the order in which causes are told, never falls by one more, never leaves the scale. A cause that is withdrawn leaves
no trace, of whatever kind.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

LOWEST, HIGHEST = 1.0, 5.0
HALF_LIFE = timedelta(days=730)
POPULATION = (3.0, 1.0)  # what is true of people at large, before anything was measured: the level, and its spread
CONDUCT = 1.0  # how far what was done may be off as a measure of a level
DRIFT = 0.02  # by which the variance of a measured level grows in a month
MONTH = timedelta(days=30.44)
NINE_IN_TEN = 1.645
CERTAIN = 0.99  # no single cause says everything about its kind, so that the logarithms below stay finite


@dataclass(frozen=True)
class Rule:
    """What causes of one kind are worth: the level they `reach` at most if there is nothing else, and the `weight` with
    which they make us sure (1: the range shrinks to half of the scale)."""

    reach: float
    weight: float


@dataclass(frozen=True)
class Cause:
    kind: str
    strength: float  # above 0, at most 1: how much of its kind's reach this one cause covers
    happened_at: datetime
    measured: float | None = (
        None  # a level, where it was measured, by itself and without what is true of people at large
    )
    error: float | None = None  # how far that may be off: a standard error


@dataclass(frozen=True)
class Estimate:
    """`level` with its range; `causes` counts those that were used; `basis` is the kind on which most of it rests.
    A cause of kind k and strength s adds `rates[k] * grip(s)`, a measured one its `shares`: together exactly what the
    level is above 1."""

    level: float = LOWEST
    low: float = LOWEST
    high: float = HIGHEST
    causes: int = 0
    basis: str = ""
    freshest_at: datetime | None = None
    rates: Mapping[str, float] = field(default_factory=dict)
    shares: Mapping[Cause, float] = field(default_factory=dict)

    @property
    def rounded(self) -> int:
        return rounded(self.level)

    def added_by(self, cause: Cause) -> float:
        if cause.measured is not None:
            return self.shares.get(cause, 0.0)
        return self.rates.get(cause.kind, 0.0) * grip(cause.strength)


def estimate(causes: Iterable[Cause], now: datetime, rules: Mapping[str, Rule]) -> Estimate:
    """The level that standing `causes` carry to. A kind without a rule says nothing, as when its feature is gone."""
    known = [cause for cause in causes if cause.kind in rules]
    measured = [cause for cause in known if cause.measured is not None]
    done = _of_conduct([cause for cause in known if cause.measured is None], now, rules)
    return _with_measured(done, measured, now) if measured else done


def _of_conduct(causes: Iterable[Cause], now: datetime, rules: Mapping[str, Rule]) -> Estimate:
    kinds: dict[str, list[Cause]] = defaultdict(list)
    for cause in causes:
        kinds[cause.kind].append(cause)
    if not kinds:
        return Estimate()
    grips = {kind: math.fsum(grip(cause.strength) for cause in of_kind) for kind, of_kind in kinds.items()}
    # In logarithms the products are sums, and sums can be told apart again: what each kind adds.
    parts = {kind: -math.log1p(-(rules[kind].reach - 1) / 4 * -math.expm1(-total)) for kind, total in grips.items()}
    whole = math.fsum(parts.values())
    above = 4 * -math.expm1(-whole)
    sureness = math.fsum(rules[kind].weight * _fresh(of_kind, now) for kind, of_kind in kinds.items())
    closed = sureness / (1 + sureness)
    return Estimate(
        level=LOWEST + above,
        low=LOWEST + above * closed,
        high=HIGHEST - (4 - above) * closed,
        causes=sum(map(len, kinds.values())),
        basis=max(parts, key=lambda kind: (parts[kind], kind)),
        freshest_at=max(cause.happened_at for of_kind in kinds.values() for cause in of_kind),
        rates={kind: above * parts[kind] / whole / grips[kind] for kind in kinds},
    )


def _with_measured(done: Estimate, causes: list[Cause], now: datetime) -> Estimate:
    # Age counts from the newest one, so that time alone moves the range and not the level.
    newest = max(cause.happened_at for cause in causes)
    weights: dict[Cause, float] = defaultdict(float)
    for cause in causes:
        weights[cause] += 1 / (cause.error**2 + DRIFT * ((newest - cause.happened_at) / MONTH))
    at_large, spread = POPULATION
    precision = 1 / spread**2 + math.fsum(weights.values())
    level = (
        math.fsum([at_large / spread**2, *(weight * cause.measured for cause, weight in weights.items())]) / precision
    )
    level = min(HIGHEST, max(LOWEST, level))
    step = max(done.level - level, 0.0) / (1 + CONDUCT**2 * precision) if done.causes else 0.0
    whole = level - LOWEST
    doubt = NINE_IN_TEN * math.sqrt(1 / precision + DRIFT * (max(now - newest, timedelta()) / MONTH))
    total = math.fsum(weights.values())
    kinds: dict[str, float] = defaultdict(float)
    for cause, weight in weights.items():
        kinds[cause.kind] += weight
    return Estimate(
        level=level + step,
        low=max(LOWEST, level + step - doubt),
        high=min(HIGHEST, level + step + doubt),
        causes=done.causes + len(causes),
        basis=max(kinds, key=lambda kind: (kinds[kind], kind)),
        freshest_at=max(newest, done.freshest_at or newest),
        rates={kind: rate * step / (done.level - LOWEST) for kind, rate in done.rates.items()} if step else {},
        shares={cause: whole * weight / total / causes.count(cause) for cause, weight in weights.items()},
    )


def grip(strength: float) -> float:
    """A strength as a length that adds up: -ln(1 - strength)."""
    return -math.log1p(-min(strength, CERTAIN))


def _fresh(causes, now):
    """How much of its kind is covered by what still counts as fresh."""
    faded = (
        min(cause.strength, CERTAIN) * 2.0 ** (-max((now - cause.happened_at) / HALF_LIFE, 0.0)) for cause in causes
    )
    return -math.expm1(math.fsum(math.log1p(-strength) for strength in faded))


def rounded(level: float) -> int:
    """The step of the scale that a level is shown as: halves go up."""
    return math.floor(level + 0.5)

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

Every product is order-free, rises with each cause and stays below 1: so the level does not depend on the order in which
causes are told, never falls by one more, never leaves the scale, and a cause that is withdrawn leaves no trace.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

LOWEST, HIGHEST = 1.0, 5.0
HALF_LIFE = timedelta(days=730)
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


@dataclass(frozen=True)
class Estimate:
    """`level` with its range; `causes` counts those that were used; `basis` is the kind on which most of it rests.
    A cause of kind k and strength s adds `rates[k] * grip(s)`: together exactly what the level is above 1."""

    level: float = LOWEST
    low: float = LOWEST
    high: float = HIGHEST
    causes: int = 0
    basis: str = ""
    freshest_at: datetime | None = None
    rates: Mapping[str, float] = field(default_factory=dict)

    @property
    def rounded(self) -> int:
        return rounded(self.level)

    def added_by(self, cause: Cause) -> float:
        return self.rates.get(cause.kind, 0.0) * grip(cause.strength)


def estimate(causes: Iterable[Cause], now: datetime, rules: Mapping[str, Rule]) -> Estimate:
    """The level that standing `causes` carry to. A kind without a rule says nothing, as when its feature is gone."""
    kinds: dict[str, list[Cause]] = defaultdict(list)
    for cause in causes:
        if cause.kind in rules:
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

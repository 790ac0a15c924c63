"""What answers say of somebody's ability: a posterior on a grid, in plain Python. No rows, no clock.

Ability is measured on the usual scale of item response theory (people who take a test: mean 0, deviation 1); the site's
level is that plus 3, held between 1 and 5. An item answers right with probability

    P(θ) = c + (1 - c) / (1 + exp(-a (θ - b)))

with `a` how sharply it tells people apart, `b` how hard it is and `c` how often it is guessed. The grid has 89 points
from
-4.4 to 4.4, so that a posterior is 89 weights: it can be stored, carried on, and computed anew.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

GRID = tuple(round(-4.4 + 0.1 * n, 1) for n in range(89))
CENTRE = 3.0  # the level of somebody at 0
LOWEST, HIGHEST = 1.0, 5.0

Weights = list[float]


@dataclass(frozen=True, slots=True)
class Item:
    """The parameters that an answer is weighed with."""

    a: float
    b: float
    c: float = 0.0


@dataclass(frozen=True, slots=True)
class Summary:
    """A posterior in numbers, on the scale of ability. `bands` are the probabilities of the levels 1 to 5."""

    mean: float
    error: float
    low: float  # nine times in ten it lies between these
    high: float
    core_low: float  # one time in two between these
    core_high: float
    bands: tuple[float, ...]

    @property
    def band(self) -> int:
        """The level that is the likeliest, 1 to 5."""
        return 1 + max(range(5), key=lambda n: self.bands[n])

    @property
    def certainty(self) -> float:
        return max(self.bands)


def level(theta: float) -> float:
    """On the site's scale."""
    return min(HIGHEST, max(LOWEST, CENTRE + theta))


def band_of(theta: float) -> int:
    return min(5, max(1, math.floor(CENTRE + theta + 0.5)))


BANDS = tuple(band_of(theta) for theta in GRID)


def normal(mean: float = 0.0, error: float = 1.0) -> Weights:
    """What is believed before anything was answered."""
    return _normalised([math.exp(-0.5 * ((theta - mean) / error) ** 2) for theta in GRID])


@lru_cache(maxsize=8192)
def chances(item: Item) -> tuple[float, ...]:
    """P at every point of the grid."""
    return tuple(chance(item, theta) for theta in GRID)


def chance(item: Item, theta: float) -> float:
    return item.c + (1 - item.c) / (1 + math.exp(-item.a * (theta - item.b)))


@lru_cache(maxsize=8192)
def informations(item: Item) -> tuple[float, ...]:
    """Fisher's information at every point of the grid."""
    found = []
    for right in chances(item):
        slope = item.a * (right - item.c) / (1 - item.c)
        found.append(slope * slope * (1 - right) / right)
    return tuple(found)


def answered(weights: Sequence[float], item: Item, is_right: bool) -> Weights:
    """The posterior after one more answer."""
    if is_right:
        return _normalised([w * p for w, p in zip(weights, chances(item), strict=True)])
    return _normalised([w * (1 - p) for w, p in zip(weights, chances(item), strict=True)])


def of_answers(answers: Iterable[tuple[Item, bool]], weights: Weights | None = None) -> Weights:
    """The posterior of a whole test: it does not depend on the order."""
    weights = normal() if weights is None else weights
    for item, is_right in answers:
        weights = answered(weights, item, is_right)
    return weights


def told(weights: Sequence[float], mean: float, error: float) -> Weights:
    """The posterior after a judgement that says `mean`, give or take `error`: work that experts have read."""
    return _normalised(
        [w * math.exp(-0.5 * ((theta - mean) / error) ** 2) for w, theta in zip(weights, GRID, strict=True)]
    )


def carried(weights: Sequence[float], variance: float) -> Weights:
    """The posterior after some time has passed, in which people change: wider by `variance`."""
    if variance <= 0:
        return list(weights)
    reach = min(88, max(1, math.ceil(4 * math.sqrt(variance) / 0.1)))
    kernel = [math.exp(-0.5 * (0.1 * step) ** 2 / variance) for step in range(-reach, reach + 1)]
    total = math.fsum(kernel)
    padded = [0.0] * reach + list(weights) + [0.0] * reach
    return _normalised([math.sumprod(kernel, padded[n : n + 2 * reach + 1]) / total for n in range(len(GRID))])


def summary(weights: Sequence[float]) -> Summary:
    mean = math.sumprod(weights, GRID)
    variance = max(math.sumprod(weights, [theta * theta for theta in GRID]) - mean * mean, 0.0)
    bands = [0.0] * 5
    for band, weight in zip(BANDS, weights, strict=True):
        bands[band - 1] += weight
    return Summary(
        mean=mean,
        error=math.sqrt(variance + 0.01 / 12),  # a point of the grid stands for a tenth
        low=quantile(weights, 0.05),
        high=quantile(weights, 0.95),
        core_low=quantile(weights, 0.25),
        core_high=quantile(weights, 0.75),
        bands=tuple(bands),
    )


def quantile(weights: Sequence[float], share: float) -> float:
    """Below it lies `share` of the weight; a point's weight is spread over the tenth around it."""
    before = 0.0
    for theta, weight in zip(GRID, weights, strict=True):
        if weight > 0 and before + weight >= share:
            return theta - 0.05 + 0.1 * (share - before) / weight
        before += weight
    return GRID[-1]


def without_prior(mean: float, error: float) -> tuple[float, float]:
    """What the answers alone said, as (mean, error), when all that was believed before was `normal()`: the ledger puts
    several results together, and the prior must count once."""
    precision = max(1 / error**2 - 1, 0.05)
    return mean / error**2 / precision, 1 / math.sqrt(precision)


def _normalised(weights: Weights) -> Weights:
    total = math.fsum(weights)
    if total <= 0:  # answers that no ability explains: nothing was learnt
        return [1 / len(GRID)] * len(GRID)
    return [weight / total for weight in weights]

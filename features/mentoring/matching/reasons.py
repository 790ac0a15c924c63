"""What a score is made of, for people: the terms that carry it, and those that hold it down."""

import math
from dataclasses import dataclass

from features.mentoring.matching.kernel import FACTORS, FLOORS, POWERS

MOST = {
    name: -power * math.log(floor) for name, floor, power in zip(FACTORS, FLOORS, POWERS, strict=True)
}  # what each factor adds at its best
TELLING = 0.1  # of the whole, or a term is not worth a sentence
LACKING = 0.2  # of what the factor could add


@dataclass(frozen=True)
class Explained:
    """`carries` and `holds` name factors, the weightiest first; `shares` is each one's part of the score."""

    score: float
    shares: dict[str, float]
    carries: tuple[str, ...]
    holds: tuple[str, ...]


def explain(score: float, terms: list[float]) -> Explained:
    """In logarithms and above what nobody falls below, the score is the sum of its terms."""
    by_name = dict(zip(FACTORS, terms, strict=True))
    whole = sum(terms) or 1.0
    shares = {name: term / whole for name, term in by_name.items()}
    lost = {name: MOST[name] - term for name, term in by_name.items()}
    return Explained(
        score=score,
        shares=shares,
        carries=tuple(sorted((n for n in FACTORS if shares[n] >= TELLING), key=lambda n: -shares[n])),
        holds=tuple(
            sorted((n for n in FACTORS if lost[n] > 1e-9 and lost[n] >= LACKING * MOST[n]), key=lambda n: -lost[n])
        ),
    )


def without(score: float, terms: list[float], name: str) -> float:
    """The score if this factor stood at its floor."""
    return score * math.exp(-terms[FACTORS.index(name)])

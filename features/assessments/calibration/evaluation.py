"""How well a short adaptive test stands for a whole one, on answers of real people."""

import math

import numpy as np

from features.assessments import ability
from features.assessments.ability import Item
from features.assessments.calibration.irt import fit
from features.assessments.calibration.quality import correlation


def shorter(answers: np.ndarray, calibrated: int, asked: int = 12, seed: int = 5) -> float:
    """Correlation of an adaptive test of so many items with the whole test, on people whom calibration has not seen."""
    order = np.random.default_rng(seed).permutation(len(answers))
    known, rest = answers[order[:calibrated]], answers[order[calibrated:]]
    found = fit(known)
    items = [Item(float(a), float(b)) for a, b in zip(found.a, found.b, strict=True)]
    short, whole = [], []
    for row in rest:
        weights, left = ability.normal(), set(range(len(items)))
        for _ in range(asked):
            best = max(left, key=lambda n: math.sumprod(weights, ability.informations(items[n])))
            left.remove(best)
            weights = ability.answered(weights, items[best], bool(row[best]))
        short.append(ability.summary(weights).mean)
        given = ((item, bool(right)) for item, right in zip(items, row, strict=True))
        whole.append(ability.summary(ability.of_answers(given)).mean)
    return correlation(np.array(short), np.array(whole))

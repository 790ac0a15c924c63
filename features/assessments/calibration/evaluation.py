"""How well a short adaptive test stands for a whole one, on answers of people whom calibration has not seen."""

import numpy as np

from features.assessments import ability
from features.assessments.calibration.irt import fit
from features.assessments.calibration.quality import correlation

GRID = np.array(ability.GRID)


def shorter(
    answers: np.ndarray,
    calibrated: int,
    asked: int = 12,
    seed: int = 5,
    known: tuple[np.ndarray, np.ndarray] | None = None,
) -> float:
    """Correlation of an adaptive test of so many items with the whole test. With `known` (a, b) nothing is estimated:
    what that gives is the most that any calibration could."""
    order = np.random.default_rng(seed).permutation(len(answers))
    learnt, rest = answers[order[:calibrated]], answers[order[calibrated:]]
    if known is None:
        found = fit(learnt)
        known = found.a, found.b
    return correlation(adaptive(rest, *known, asked), whole(rest, *known))


def adaptive(answers: np.ndarray, a: np.ndarray, b: np.ndarray, asked: int) -> np.ndarray:
    """What each person's test comes to: always the item that tells the most, given all that is believed (the choice of
    `selection` without chance, areas and exposure), for everybody at once."""
    chances = _chances(a, b)
    informations = (a[:, None] ** 2) * chances * (1 - chances)
    weights = np.tile(np.array(ability.normal()), (len(answers), 1))
    used = np.zeros(answers.shape, dtype=bool)
    people = np.arange(len(answers))
    for _ in range(asked):
        best = np.where(used, -1.0, weights @ informations.T).argmax(axis=1)
        used[people, best] = True
        right = answers[people, best][:, None] > 0
        weights = weights * np.where(right, chances[best], 1 - chances[best])
        weights /= weights.sum(axis=1, keepdims=True)
    return weights @ GRID


def whole(answers: np.ndarray, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    chances = _chances(a, b)
    logs = answers @ np.log(chances) + (1 - answers) @ np.log1p(-chances) + np.log(ability.normal())
    weights = np.exp(logs - logs.max(axis=1, keepdims=True))
    return weights @ GRID / weights.sum(axis=1)


def _chances(a, b):
    return 1 / (1 + np.exp(-a[:, None] * (GRID[None, :] - b[:, None])))

"""Item parameters by maximum a posteriori, with the ability integrated out (EM). Arrays in, arrays out.

`answers` is people × items: 1 right, 0 wrong, NaN not asked. Ability is N(0, 1); log a ~ N(0.1, 0.4), b ~ N(what its
author said, 0.8) for a new item and N(0, 1.3) where nobody said anything. With few answers a stays at 1 (one
parameter), because it could not be told from chance. c is given and never free.
"""

from dataclasses import dataclass

import numpy as np

POINTS = np.linspace(-4.4, 4.4, 61)
WEIGHTS = np.exp(-0.5 * POINTS**2)
WEIGHTS /= WEIGHTS.sum()
LOG_A, LOG_A_ERROR = 0.1, 0.4
ENOUGH_FOR_ONE, ENOUGH_FOR_TWO = 30, 100


@dataclass
class Fit:
    a: np.ndarray
    b: np.ndarray
    error: np.ndarray  # of b
    model: list[str]
    people: np.ndarray  # per item
    ability: np.ndarray  # per person
    rounds: int


def fit(
    answers: np.ndarray,
    c: np.ndarray | None = None,
    b_mean: np.ndarray | None = None,
    b_error: np.ndarray | float = 1.3,
    most_rounds: int = 80,
    enough_for_two: int = ENOUGH_FOR_TWO,
) -> Fit:
    items = answers.shape[1]
    c = np.zeros(items) if c is None else c
    b_mean = np.zeros(items) if b_mean is None else b_mean
    b_error = np.broadcast_to(b_error, (items,))
    asked = ~np.isnan(answers)
    right = np.where(asked, answers, 0.0)
    wrong = np.where(asked, 1.0 - right, 0.0)
    count = asked.sum(axis=0)
    is_two = count >= enough_for_two
    log_a, b = np.where(is_two, LOG_A, 0.0), _start(right, count, b_mean, b_error)
    rounds = 0
    while rounds < most_rounds:
        rounds += 1
        chance = _chances(log_a, b, c)
        post = _posterior(right, wrong, chance)
        expected, seen = right.T @ post, asked.T.astype(float) @ post
        new_a, new_b, info = _maximise(log_a, b, c, expected, seen, is_two, b_mean, b_error)
        change = max(np.abs(new_a - log_a).max(), np.abs(new_b - b).max())
        log_a, b = new_a, new_b
        if change < 1e-3:
            break
    return Fit(
        a=np.exp(log_a),
        b=b,
        error=1 / np.sqrt(info),
        model=["2pl" if two else "1pl" for two in is_two],
        people=count,
        ability=_posterior(right, wrong, _chances(log_a, b, c)) @ POINTS,
        rounds=rounds,
    )


def _start(right, count, b_mean, b_error):
    share = (right.sum(axis=0) + 1) / (count + 2)
    seen = -1.2 * np.log(share / (1 - share))
    weight = count / (count + 10 / b_error**2)
    return weight * seen + (1 - weight) * b_mean


def _chances(log_a, b, c):
    return c[:, None] + (1 - c[:, None]) / (1 + np.exp(-np.exp(log_a)[:, None] * (POINTS[None, :] - b[:, None])))


def _posterior(right, wrong, chance):
    chance = np.clip(chance, 1e-9, 1 - 1e-9)
    logs = right @ np.log(chance) + wrong @ np.log1p(-chance) + np.log(WEIGHTS)
    logs -= logs.max(axis=1, keepdims=True)
    post = np.exp(logs)
    return post / post.sum(axis=1, keepdims=True)


def _maximise(log_a, b, c, expected, seen, is_two, b_mean, b_error, steps=6):
    """Fisher scoring for every item at once, on (log a, b)."""
    for _ in range(steps):
        a = np.exp(log_a)[:, None]
        free = 1 / (1 + np.exp(-a * (POINTS[None, :] - b[:, None])))
        chance = np.clip(c[:, None] + (1 - c[:, None]) * free, 1e-9, 1 - 1e-9)
        slope = (1 - c[:, None]) * free * (1 - free)
        by_a = slope * a * (POINTS[None, :] - b[:, None])
        by_b = -slope * a
        residual = (expected - seen * chance) / (chance * (1 - chance))
        weight = seen / (chance * (1 - chance))
        grad_a = (residual * by_a).sum(axis=1) - (log_a - LOG_A) / LOG_A_ERROR**2
        grad_b = (residual * by_b).sum(axis=1) - (b - b_mean) / b_error**2
        aa = (weight * by_a**2).sum(axis=1) + 1 / LOG_A_ERROR**2
        bb = (weight * by_b**2).sum(axis=1) + 1 / b_error**2
        ab = np.where(is_two, (weight * by_a * by_b).sum(axis=1), 0.0)
        grad_a = np.where(is_two, grad_a, 0.0)
        det = aa * bb - ab**2
        log_a = np.clip(log_a + np.clip((bb * grad_a - ab * grad_b) / det, -0.5, 0.5), -1.6, 1.4)
        b = np.clip(b + np.clip((aa * grad_b - ab * grad_a) / det, -0.7, 0.7), -4.4, 4.4)
    return log_a, b, det / aa

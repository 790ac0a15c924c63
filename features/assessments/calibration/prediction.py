"""The nightly reckoning over all answers: a logistic regression on what the stream knew before each, and how well
either foretells. Arrays in, numbers out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from features.assessments.prediction import Facts, Stream

RIDGE = 1.0
BINS = 20


@dataclass(frozen=True)
class Answer:
    person: str
    skill: str
    item: str
    is_right: bool
    at: float = 0.0


@dataclass(frozen=True)
class Told:
    answers: int
    streaming: float  # AUC of what was said before each answer
    streaming_error: float  # how far what was said lies from what came
    nightly: float
    nightly_error: float


def evaluate(answers: Sequence[Answer], folds: int = 5) -> Told:
    """`answers` in the order in which they were given. The stream says each before it has seen it. The nightly
    weights for a fifth of the people are those of the others, whose answers they were found on."""
    stream = Stream()
    known = [stream.learn(one.person, one.skill, one.item, one.is_right, one.at) for one in answers]
    right = np.array([one.is_right for one in answers], dtype=float)
    said = np.array([facts.chance for facts in known])
    table = features(known)
    people = {person: n % folds for n, person in enumerate(sorted({one.person for one in answers}))}
    fold = np.array([people[one.person] for one in answers])
    nightly = np.zeros(len(answers))
    for n in range(folds):
        weights = fit(table[fold != n], right[fold != n])
        nightly[fold == n] = expected(table[fold == n], weights)
    return Told(len(answers), auc(said, right), apart(said, right), auc(nightly, right), apart(nightly, right))


def features(known: Iterable[Facts]) -> np.ndarray:
    """Performance factors (rights and wrongs in the skill, each counting less) beside the logit of the stream."""
    rows = []
    for facts in known:
        seen = facts.rights + facts.wrongs
        rows.append(
            (
                1.0,
                facts.logit,
                facts.logit * abs(facts.logit) / 2,
                np.log1p(facts.rights),
                np.log1p(facts.wrongs),
                float(seen == 0),
                (facts.rights + 1) / (seen + 2),
                np.log(facts.item / (1 - facts.item)),
                facts.doubt,
                np.log1p(facts.idle) / 10,
            )
        )
    return np.array(rows)


def fit(table: np.ndarray, right: np.ndarray, rounds: int = 30) -> np.ndarray:
    """Weights by Newton's steps, with a ridge that keeps those of rare facts small."""
    weights = np.zeros(table.shape[1])
    weights[1] = 1.0  # to begin with, the stream is believed
    for _ in range(rounds):
        expect = expected(table, weights)
        slope = table.T @ (right - expect) - RIDGE * weights
        bend = (table * (expect * (1 - expect))[:, None]).T @ table + RIDGE * np.eye(len(weights))
        step = np.linalg.solve(bend, slope)
        weights = weights + step
        if np.abs(step).max() < 1e-6:
            break
    return weights


def expected(table, weights) -> np.ndarray:
    return 1 / (1 + np.exp(-np.clip(table @ weights, -30, 30)))


def auc(said: np.ndarray, right: np.ndarray) -> float:
    """How often a right answer was held to be likelier than a wrong one; ties count half."""
    _values, place, count = np.unique(said, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(count) - (count - 1) / 2)[place]
    rights = right.sum()
    wrongs = len(right) - rights
    return float((ranks[right > 0].sum() - rights * (rights + 1) / 2) / (rights * wrongs)) if rights * wrongs else 0.5


def apart(said: np.ndarray, right: np.ndarray) -> float:
    """Expected calibration error: over parts of as many answers each, how far what was said lies from what came."""
    parts = np.array_split(np.argsort(said, kind="stable"), BINS)
    return float(sum(abs(said[part].sum() - right[part].sum()) for part in parts) / len(said))

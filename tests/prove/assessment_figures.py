"""What assessments come to: on simulated data with fixed seeds, and on what real people answered."""

import csv
import math
import statistics
import time
from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np

from features.assessments import ability, grading, selection
from features.assessments.ability import Item
from features.assessments.calibration.evaluation import shorter
from features.assessments.calibration.irt import fit
from features.assessments.calibration.prediction import Answer, auc, evaluate
from features.assessments.calibration.quality import analyse
from features.assessments.selection import Candidate, Rules

DATA = Path(__file__).resolve().parents[3] / "shared/data/responses"
KEY = (1, 4, 5, 2, 3, 1, 2, 1, 3, 1, 2, 4, 2, 1, 5, 3, 4, 4, 1, 4, 3, 3, 4, 1, 3, 4, 1, 3, 1, 5, 4, 5)
OMITTED = 8
AREAS = {"a": 1, "b": 1, "c": 1, "d": 1}


# --- Simulated --------------------------------------------------------------------------------------------------------
def simulated(people, items, seed, sharp=0.1):
    """(answers, a, b, ability): a lognormal around `sharp`, b and ability normal."""
    rng = np.random.default_rng(seed)
    a, b = np.exp(rng.normal(sharp, 0.4, items)), rng.normal(0, 1, items)
    theta = rng.normal(0, 1, people)
    chance = 1 / (1 + np.exp(-a * (theta[:, None] - b)))
    return (rng.random((people, items)) < chance).astype(float), a, b, theta


def difficulty(people: int, repeats: int = 12, items: int = 40) -> float:
    """RMSE of b, over some simulated banks."""
    errors = []
    for seed in range(repeats):
        answers, _a, b, _theta = simulated(people, items, 1000 * people + seed)
        errors.append(float(np.mean((fit(answers).b - b) ** 2)))
    return math.sqrt(statistics.fmean(errors))


def a_pool(count: int, seed: int = 1) -> list[Candidate]:
    chance = Random(seed)
    return [
        Candidate(n, "abcd"[n % 4], Item(round(math.exp(chance.gauss(0.1, 0.4)), 2), round(chance.gauss(0, 1), 2)))
        for n in range(count)
    ]


def length(error: float, tests: int = 800) -> dict:
    """Of an adaptive test from a bank of 200, when it stops by precision alone, and how often one item stands in it."""
    pool, rules = a_pool(200), Rules(error, 60, by_level=False)
    share = selection.shares(pool, AREAS, rules)
    pool = [replace(one, share=share[one.version]) for one in pool]
    chance, stood, lengths, errors = Random(99), {}, [], []
    for _ in range(tests):
        theta = chance.gauss(0, 1)
        asked, found = selection.sitting(pool, AREAS, rules, theta, chance)
        lengths.append(len(asked))
        errors.append((found.mean - theta) ** 2)
        for one in asked:
            stood[one.version] = stood.get(one.version, 0) + 1
    return {
        "length": statistics.fmean(lengths), "rmse": math.sqrt(statistics.fmean(errors)),
        "exposure": max(stood.values()) / tests,
    }  # fmt: skip


def short_tests(sharp: float, banks: int = 6) -> tuple[float, float]:
    """12 adaptive items against all 45, calibrated on 150 people, and with the true parameters, which no calibration
    can outdo: the mean over some banks."""
    found = []
    for seed in range(7, 7 + banks):
        answers, a, b, _theta = simulated(1500, 45, seed, sharp)
        found.append((shorter(answers, 150), shorter(answers, 150, known=(a, b))))
    reached, limit = (statistics.fmean(values) for values in zip(*found, strict=True))
    return reached, limit


def practice_logs(people: int = 400, skills: int = 40, items: int = 12, visits: int = 14, seed: int = 1):
    """(answers, their true chances): people who come back some days to practise eight questions on a skill, and get
    better with each; some guess, some slip."""
    rng = np.random.default_rng(seed)
    skill_hard, item_hard = rng.normal(-0.6, 0.7, skills), rng.normal(0, 0.8, (skills, items))
    rows = []
    for person in range(people):
        theta, own, done, at = rng.normal(0, 0.8), rng.normal(0, 0.6, skills), np.zeros(skills), 0.0
        for skill in rng.integers(0, skills, visits):
            at += rng.exponential(3 * 86400)
            for item in rng.choice(items, 8, replace=False):
                logit = theta + own[skill] + 0.12 * done[skill] - skill_hard[skill] - item_hard[skill, item]
                chance = 0.1 + 0.85 / (1 + math.exp(-logit))
                is_right = bool(rng.random() < chance)
                rows.append((at, chance, Answer(str(person), str(skill), str(item), is_right, at)))
                done[skill], at = done[skill] + 1, at + 40
    rows.sort(key=lambda row: row[0])
    return [row[2] for row in rows], np.array([row[1] for row in rows])


def foretold() -> dict:
    """On simulated practice, beside the AUC of whoever knew the true chance of each answer."""
    answers, chances = practice_logs()
    limit = auc(chances, np.array([one.is_right for one in answers], dtype=float))
    return {"told": evaluate(answers), "limit": limit}


def next_question(count: int = 500) -> tuple[float, float]:
    """p95 in ms, by the clock and of the processor, of weighing answers and choosing the next of a bank of so many."""
    pool, took = a_pool(count), []
    for one in pool:
        ability.informations(one.item)
    for seed in range(12):
        chance, answers, asked = Random(seed), [], []
        for n in range(25):
            begun, busy = time.perf_counter(), time.thread_time()
            one = selection.choose(ability.of_answers(answers), pool, asked, AREAS, chance)
            ability.summary(ability.of_answers(answers))
            took.append((time.perf_counter() - begun, time.thread_time() - busy))
            asked.append(one)
            answers.append((one.item, n % 3 > 0))
    clock, processor = (1000 * sorted(times)[int(0.95 * len(took))] for times in zip(*took, strict=True))
    return clock, processor


def tracking(people: int = 250, months: int = 12, drift: float = 0.02, answers: int = 15, seed: int = 3) -> dict:
    """Ability that wanders, so many answers each month: error, coverage of the carried posterior's 95 per cent."""
    chance, errors, inside, n = Random(seed), [], 0, 0
    for _ in range(people):
        theta, weights = chance.gauss(0, 1), ability.normal()
        for _month in range(months):
            theta += chance.gauss(0, math.sqrt(drift))
            weights = ability.carried(weights, drift)
            for _ in range(answers):
                mean = math.sumprod(weights, ability.GRID)
                item = Item(math.exp(chance.gauss(0.1, 0.4)), mean + chance.gauss(0, 0.5))
                weights = ability.answered(weights, item, chance.random() < ability.chance(item, theta))
            errors.append((math.sumprod(weights, ability.GRID) - theta) ** 2)
            inside += ability.quantile(weights, 0.025) <= theta <= ability.quantile(weights, 0.975)
            n += 1
    return {"rmse": math.sqrt(statistics.fmean(errors)), "coverage": inside / n}


def severity(seed: int = 4, works: int = 150, readers: int = 10) -> float:
    """By what share taking severities out lowers the error, with two readers of each work."""
    chance = Random(seed)
    bias = {reader: chance.gauss(0, 0.35) for reader in range(readers)}
    middle = statistics.fmean(bias.values())
    truth = {work: 3 + chance.gauss(0, 0.8) for work in range(works)}
    rows = [
        (work, reader, truth[work] + bias[reader] - middle + chance.gauss(0, 0.55))
        for work in truth
        for reader in chance.sample(range(readers), 2)
    ]
    return _reduction(rows, truth)


def _reduction(rows, truth) -> float:
    found = grading.severities(rows)

    def error(values):
        of: dict = {}
        for work, value in values:
            of.setdefault(work, []).append(value)
        return math.sqrt(statistics.fmean((statistics.fmean(v) - truth[work]) ** 2 for work, v in of.items()))

    raw = error((work, value) for work, _reader, value in rows)
    mended = error((work, value - found[reader]) for work, reader, value in rows)
    return 1 - mended / raw


# --- Real -------------------------------------------------------------------------------------------------------------
def sat12() -> tuple[np.ndarray, np.ndarray]:
    """(right, chosen): 600 people, 32 items."""
    with (DATA / "sat12.csv").open() as file:
        chosen = np.array([[int(cell) for cell in row] for row in list(csv.reader(file))[1:]])
    return (chosen == np.array(KEY)).astype(float), np.where(chosen == OMITTED, -1, chosen - 1)


def doubtful_keys() -> list[dict]:
    right, chosen = sat12()
    found = analyse(right, chosen, [5] * 32, [key - 1 for key in KEY])
    return [{"item": item + 1, **facts} for item, kind, facts in found if kind == "key"]


def ratings() -> dict:
    """Real readers: how well one reader's word foretells another's on the same work, with severities and without."""
    with (DATA / "ratings.csv").open() as file:
        rows = [
            (row["idstud"], row["rater"], statistics.fmean(int(row[f"k{n}"]) for n in range(1, 6)))
            for row in csv.DictReader(file)
        ]
    raw, mended = [], []
    works = sorted({work for work, _reader, _value in rows})
    for fold in range(10):
        held = set(works[fold::10])
        found = grading.severities([row for row in rows if row[0] not in held])
        of: dict = {}
        for work, reader, value in rows:
            if work in held:
                of.setdefault(work, []).append((reader, value))
        for judged in of.values():
            for one, value in judged:
                for other, told in judged:
                    if one != other:
                        raw.append((value - told) ** 2)
                        mended.append((value - found.get(one, 0) - told + found.get(other, 0)) ** 2)
    rmse = [math.sqrt(statistics.fmean(values)) for values in (raw, mended)]
    return {"readings": len(rows), "raw": rmse[0], "mended": rmse[1], "reduction": 1 - rmse[1] / rmse[0]}


def sat12_foretold():
    """The test of 32 items as if it were a log: each person's answers one after the other, one skill."""
    right, _chosen = sat12()
    rows = [
        Answer(str(person), "sat12", str(item), bool(right[person, item]))
        for person in range(len(right))
        for item in range(right.shape[1])
    ]
    return evaluate(rows)

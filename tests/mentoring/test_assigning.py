"""Whole groups: the optimum against another solver, stable pairs against a checker that knows nothing of them."""

from random import Random

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from features.mentoring.matching import cohort, stable


def group(seed, mentees=14, mentors=6):
    chance = Random(seed)
    capacity = {100 + j: chance.choice([0, 1, 2, 3]) for j in range(mentors)}
    levels = [chance.randint(1, 999_999) for _ in range(chance.choice([5, 200]))]
    edges = [
        (i, 100 + j, chance.choice(levels)) for i in range(mentees) for j in range(mentors) if chance.random() < 0.4
    ]
    return edges, capacity


def optimum(edges, capacity):
    """(placed, sum) by scipy: a column for each place, a bonus for everybody who has one."""
    places = [mentor for mentor, room in capacity.items() for _ in range(room)]
    mentees = sorted({edge[0] for edge in edges})
    gain = np.zeros((len(mentees), len(places)))
    for mentee, mentor, score in edges:
        for place, owner in enumerate(places):
            if owner == mentor:
                gain[mentees.index(mentee), place] = score + 10**9
    rows, columns = linear_sum_assignment(gain, maximize=True)
    used = [gain[r, c] for r, c in zip(rows, columns, strict=True) if gain[r, c]]
    return len(used), round(sum(used) - 10**9 * len(used))


@pytest.mark.parametrize("solve", [cohort.plain, cohort.compiled])
def test_a_cohort_is_the_optimum_and_nobody_has_more_than_their_room(solve):
    for seed in range(40):
        edges, capacity = group(seed)
        pairs = solve([edge for edge in edges if capacity[edge[1]]], capacity)
        assert (len(pairs), sum(score for _, _, score in pairs)) == optimum(edges, capacity)
        assert all(sum(m == mentor for _, m, _ in pairs) <= room for mentor, room in capacity.items())
        assert len({mentee for mentee, _, _ in pairs}) == len(pairs)


def test_the_worst_off_is_lifted_for_at_most_a_hundredth_of_the_sum():
    lifted = 0
    for seed in range(40):
        edges, capacity = group(seed)
        found = cohort.assign(edges, capacity)
        first = cohort.plain([edge for edge in edges if capacity[edge[1]]], capacity)
        assert found.best_total == sum(score for _, _, score in first)
        assert len(found.pairs) == len(first)
        assert found.total >= 0.99 * found.best_total
        assert found.worst >= min((score for _, _, score in first), default=0)
        lifted += found.worst > min((score for _, _, score in first), default=0)
    assert lifted
    edges = [(1, 9, 1_000_000), (1, 8, 990_000), (2, 9, 980_000), (2, 8, 980_000), (3, 8, 5)]
    assert cohort.assign([(1, 9, 1000), (1, 8, 998), (2, 9, 10), (2, 8, 5)], {8: 1, 9: 1}).worst == 10
    assert len(cohort.assign(edges, {8: 1, 9: 1}).pairs) == 2


def test_pinned_pairs_come_first_and_take_a_place():
    edges = [(1, 9, 10), (2, 9, 900), (2, 8, 5)]
    found = cohort.assign(edges, {9: 1, 8: 1}, pins=[(1, 9)])
    assert found.pairs == ((1, 9, 10), (2, 8, 5))


def test_stable_pairs_have_nobody_who_would_both_rather_leave_with_ties_and_empty_lists():
    for seed in range(60):
        chance = Random(seed)
        mentees, mentors = {i: {} for i in range(12)}, {100 + j: {} for j in range(5)}
        for i in mentees:
            for j in mentors:
                if chance.random() < 0.5:
                    mentees[i][j] = chance.choice([1, 2, 3])
                    if chance.random() < 0.9:
                        mentors[j][i] = chance.choice([1, 2, 3])
        capacity = {j: chance.choice([0, 1, 2, 3]) for j in mentors}
        matched = stable.stable(mentees, mentors, capacity)
        assert not stable.blocking(matched, mentees, mentors, capacity)
        assert all(sum(m == j for m in matched.values()) <= capacity[j] for j in mentors)


def test_the_checker_sees_a_pair_that_would_leave():
    likes = {1: {9: 2, 8: 1}, 2: {9: 1, 8: 2}}
    back = {9: {1: 2, 2: 1}, 8: {1: 1, 2: 2}}
    assert stable.blocking({1: 8, 2: 9}, likes, back, {8: 1, 9: 1}) == [(1, 9), (2, 8)]

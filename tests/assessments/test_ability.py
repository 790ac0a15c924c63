"""The posterior, the choice of the next question, and when there are enough: pure, and held to the figures."""

import math
from random import Random

import pytest

from features.assessments import ability, selection
from features.assessments.ability import Item
from features.assessments.selection import Candidate, Rules

AREAS = {"a": 1, "b": 1}


def a_pool(n, seed=1):
    chance = Random(seed)
    return [
        Candidate(k, "ab"[k % 2], Item(round(math.exp(chance.gauss(0.1, 0.4)), 2), round(chance.gauss(0, 1), 2)))
        for k in range(n)
    ]


class TestPosterior:
    def test_before_any_answer_it_is_what_is_true_of_people_at_large(self):
        found = ability.summary(ability.normal())
        assert found.mean == pytest.approx(0, abs=1e-9)
        assert found.error == pytest.approx(1, abs=0.01)
        assert (found.low, found.high) == pytest.approx((-1.645, 1.645), abs=0.02)
        assert sum(found.bands) == pytest.approx(1)

    def test_right_answers_raise_it_wrong_ones_lower_it_and_both_narrow_it(self):
        item = Item(1.5, 0.0)
        right = ability.summary(ability.answered(ability.normal(), item, True))
        wrong = ability.summary(ability.answered(ability.normal(), item, False))
        assert wrong.mean < 0 < right.mean
        assert right.error < 1
        assert wrong.error < 1

    def test_it_does_not_depend_on_the_order_of_answers(self):
        answers = [(Item(1.2, b / 4, 0.2), b % 3 > 0) for b in range(-6, 7)]
        one, other = ability.of_answers(answers), ability.of_answers(answers[::-1])
        assert one == pytest.approx(other, abs=1e-12)

    def test_a_guessable_item_says_less_when_it_is_right(self):
        free, guessed = Item(1.5, 1.0), Item(1.5, 1.0, 0.25)
        assert (
            ability.summary(ability.answered(ability.normal(), guessed, True)).mean
            < ability.summary(ability.answered(ability.normal(), free, True)).mean
        )

    def test_time_widens_it_and_moves_nothing(self):
        now = ability.of_answers([(Item(2, 0.5), True)] * 4 + [(Item(2, 0.5), False)] * 4)
        later = ability.carried(now, 0.3)
        assert ability.summary(later).mean == pytest.approx(ability.summary(now).mean, abs=0.03)
        assert ability.summary(later).error == pytest.approx(math.hypot(ability.summary(now).error, 0.3**0.5), abs=0.03)

    def test_what_the_answers_alone_said_and_the_prior_make_the_result_again(self):
        mean, error = ability.without_prior(0.8, 0.35)
        precision = 1 + 1 / error**2
        assert (mean / error**2 / precision, precision**-0.5) == pytest.approx((0.8, 0.35))

    def test_nine_times_in_ten_the_truth_lies_in_the_wide_band(self):
        chance, inside = Random(5), 0
        for _ in range(150):
            theta = chance.gauss(0, 1)
            items = [Item(1.2, chance.gauss(0, 1)) for _ in range(15)]
            found = ability.summary(
                ability.of_answers((item, chance.random() < ability.chance(item, theta)) for item in items)
            )
            inside += found.low <= theta <= found.high
        assert 0.84 <= inside / 150 <= 0.97


class TestSelection:
    def test_what_is_asked_next_suits_the_person(self):
        pool = [Candidate(n, "a", Item(1.5, -3 + n * 0.1)) for n in range(61)]
        low = ability.normal(-1.5, 0.3)
        chosen = selection.choose(low, pool, [], {"a": 1}, Random(1))
        assert abs(chosen.item.b - -1.5) < 0.4

    def test_nothing_is_asked_twice_and_the_end_is_told(self):
        pool, asked = a_pool(6), []
        while one := selection.choose(ability.normal(), pool, asked, AREAS, Random(len(asked))):
            asked.append(one)
        assert sorted(one.version for one in asked) == list(range(6))

    def test_areas_get_their_share(self):
        asked, _found = selection.sitting(a_pool(80), {"a": 3, "b": 1}, Rules(0.05, 20, False), 0.0, Random(3))
        assert 13 <= sum(one.area == "a" for one in asked) <= 17

    def test_every_fourth_place_is_for_an_item_that_is_tried(self):
        pool = [*a_pool(30), *(Candidate(100 + n, "a", Item(0.9, 0), 1, True) for n in range(5))]
        asked = []
        for n in range(8):
            asked.append(selection.choose(ability.normal(), pool, asked, AREAS, Random(n)))
        assert [one.is_pilot for one in asked] == [False, False, False, True] * 2

    def test_a_draw_leaves_out_what_stands_in_too_many_tests(self):
        pool = [Candidate(n, "a", Item(1, 0), 0.2 if n < 100 else 1.0) for n in range(200)]
        drawn = selection.draw(pool, Random(2))
        assert sum(one.version < 100 for one in drawn) < 40
        assert sum(one.version >= 100 for one in drawn) == 100
        assert len(selection.draw(pool[:100], Random(2))) >= selection.SMALLEST_DRAW

    def test_it_ends_when_it_is_precise_or_decided_but_not_before_five(self):
        sure = ability.summary(ability.normal(0, 0.2))
        unsure = ability.summary(ability.normal(0.5, 0.6))
        assert not selection.is_enough(sure, 4, Rules(0.4, 20))
        assert selection.is_enough(sure, 5, Rules(0.4, 20))
        assert not selection.is_enough(unsure, 19, Rules(0.4, 20))
        assert selection.is_enough(unsure, 20, Rules(0.4, 20))

    def test_the_curves_of_a_bank_of_500_are_reckoned_once_however_often_one_is_chosen(self):
        """What is dear is done once; how long the rest takes is told by `bin/prove assessment`."""
        pool, asked, weights = a_pool(500), [], ability.normal()
        ability.informations.cache_clear()
        for n in range(30):
            one = selection.choose(weights, pool, asked, AREAS, Random(n))
            weights = ability.answered(weights, one.item, n % 2 == 0)
            asked.append(one)
        assert ability.informations.cache_info().misses == len({one.item for one in pool})

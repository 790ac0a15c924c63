"""Scores and lists: exact, alike in plain Python and compiled, and made of terms that sum to them."""

import math

import pytest

from features.mentoring.matching import fast, kernel, plain
from tests.mentoring import made


@pytest.fixture(scope="module")
def market():
    return made.market()[1]


@pytest.fixture(scope="module")
def listed(market):
    return {i: (mentors, scores) for i, mentors, scores in plain.lists(market, range(len(market.ee_mask)), 10)}


def test_a_list_is_what_scoring_every_pair_gives(market, listed):
    for i, (mentors, scores) in listed.items():
        pairs = [(plain.scored(market, i, j)[0], -j) for j in range(len(market.or_room))]
        best = sorted((pair for pair in pairs if pair[0] > 0), reverse=True)[:10]
        assert [(-j, score) for score, j in best] == list(zip(mentors, scores, strict=True))


def test_some_have_lists_and_some_mentors_are_in_none(listed):
    assert sum(bool(mentors) for mentors, _ in listed.values()) > 200
    assert len({j for mentors, _ in listed.values() for j in mentors}) < 80


def test_compiled_and_plain_are_alike(market, listed):
    compiled = made.market(wrap=fast.wrap)[1]
    mentors, scores, counts = fast.lists(compiled, range(len(market.ee_mask)), 10)
    for i, (plain_mentors, plain_scores) in listed.items():
        assert list(mentors[i, : counts[i]]) == plain_mentors
        assert list(scores[i, : counts[i]]) == plain_scores
    j = plain_mentors[0] if plain_mentors else 0
    column = fast.column(compiled, j, range(len(market.ee_mask)))
    assert list(column) == [plain.scored(market, i, j)[0] for i in range(len(market.ee_mask))]


def test_the_terms_sum_to_the_score(market, listed):
    for i, (mentors, scores) in listed.items():
        for j, score in zip(mentors, scores, strict=True):
            found, terms = plain.scored(market, i, j)
            assert found == score
            assert all(term >= -1e-12 for term in terms)
            assert math.exp(kernel.BASE + sum(terms)) == pytest.approx(score, abs=1e-6)


def test_no_pair_that_is_barred_is_listed(market, listed):
    seen = {kernel.barred(market, i, j) for i in listed for j in range(len(market.or_room))}
    assert seen == {0, 1, 2, 3, 4, 5, 6}
    assert all(kernel.barred(market, i, j) == 0 for i, (mentors, _) in listed.items() for j in mentors)

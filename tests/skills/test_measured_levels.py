"""Levels that were measured: put together by precision and age, with what is true of people at large counted once."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.skills.levels import Cause, Rule, estimate

NOW = datetime(2026, 11, 20, 18, 30, tzinfo=UTC)
RULES = {
    "attended": Rule(reach=2.4, weight=1),
    "taught": Rule(reach=4, weight=3),
    "assessed": Rule(5, 6),
    "rated": Rule(5, 6),
}
measured = st.builds(
    Cause,
    kind=st.sampled_from(["assessed", "rated"]),
    strength=st.just(0.7),
    happened_at=st.integers(0, 2000).map(lambda days: NOW - timedelta(days=days)),
    measured=st.floats(0.2, 5.8),
    error=st.floats(0.1, 1.5),
)
done = st.builds(
    Cause,
    kind=st.sampled_from(["attended", "taught"]),
    strength=st.floats(0.05, 0.9),
    happened_at=st.integers(0, 2000).map(lambda days: NOW - timedelta(days=days)),
)
ledgers = st.tuples(st.lists(measured, min_size=1, max_size=4), st.lists(done, max_size=4)).map(
    lambda two: two[0] + two[1]
)


def result(level, error=0.35, days=0, kind="assessed"):
    return Cause(kind, 0.7, NOW - timedelta(days=days), level, error)


class TestEveryLedger:
    @given(ledgers)
    def test_stays_on_the_scale_and_its_causes_add_up_to_it(self, ledger):
        found = estimate(ledger, NOW, RULES)
        assert 1 <= found.low <= found.level <= found.high <= 5
        assert sum(found.added_by(cause) for cause in ledger) == pytest.approx(found.level - 1, abs=1e-6)

    @given(ledgers, st.integers(0, 3000))
    def test_time_alone_moves_the_range_and_not_the_level(self, ledger, days):
        now, later = estimate(ledger, NOW, RULES), estimate(ledger, NOW + timedelta(days=days), RULES)
        assert later.level == pytest.approx(now.level)
        assert later.high - later.low >= now.high - now.low - 1e-9

    @given(ledgers, done)
    def test_what_was_done_never_makes_it_less(self, ledger, more):
        assert estimate([*ledger, more], NOW, RULES).level >= estimate(ledger, NOW, RULES).level - 1e-9

    @given(ledgers, measured)
    def test_what_is_revoked_leaves_no_trace(self, ledger, gone):
        assert estimate([c for c in [*ledger, gone] if c is not gone], NOW, RULES) == estimate(ledger, NOW, RULES)


class TestOne:
    def test_a_test_is_drawn_a_little_to_what_is_true_of_people_at_large(self):
        found = estimate([result(4.0, 0.5)], NOW, RULES)
        assert found.level == pytest.approx((3 + 4.0 / 0.25) / (1 + 1 / 0.25))
        assert found.basis == "assessed"

    def test_a_more_precise_one_weighs_more(self):
        found = estimate([result(2.0, 0.2), result(4.0, 0.6)], NOW, RULES)
        assert found.level < 2.5

    def test_a_newer_one_weighs_more_by_when_it_happened(self):
        assert estimate([result(2.0, days=700), result(4.0)], NOW, RULES).level > 3.2
        assert estimate([result(4.0, days=700), result(2.0)], NOW, RULES).level < 2.8

    def test_low_results_count_as_well_as_high_ones(self):
        teaching = [Cause("taught", 0.9, NOW)]
        above = estimate(teaching, NOW, RULES).level
        assert estimate([*teaching, result(1.5, 0.25)], NOW, RULES).level < above

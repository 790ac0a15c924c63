"""The level as a function of its causes: what must hold for any ledger."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.skills.levels import HALF_LIFE, Cause, Rule, estimate, rounded

NOW = datetime(2026, 11, 20, 18, 30, tzinfo=UTC)
RULES = {
    "self_declared": Rule(reach=2, weight=0.2),
    "attended": Rule(reach=2.4, weight=1),
    "taught": Rule(reach=4, weight=3),
    "assessed": Rule(reach=5, weight=6),
}
causes = st.builds(
    Cause,
    kind=st.sampled_from([*RULES, "of a feature that is gone"]),
    strength=st.floats(0.001, 1),
    happened_at=st.integers(-30, 5000).map(lambda days: NOW - timedelta(days=days)),
)
ledgers = st.lists(causes, max_size=12)
SLACK = 1e-9  # of floating point


def at(ledger, now=NOW):
    return estimate(ledger, now, RULES)


def of(kind, *strengths, days=0):
    return [Cause(kind, strength, NOW - timedelta(days=days)) for strength in strengths]


class TestEveryLedger:
    @given(ledgers)
    def test_stays_on_the_scale_and_in_its_own_range(self, ledger):
        found = at(ledger)
        assert 1 <= found.low <= found.level + SLACK
        assert found.level <= found.high + SLACK
        assert found.high <= 5
        assert 1 <= rounded(found.level) <= 5

    @given(ledgers, st.randoms(use_true_random=False))
    def test_does_not_depend_on_the_order(self, ledger, chance):
        mixed = list(ledger)
        chance.shuffle(mixed)
        first, second = at(ledger), at(mixed)
        assert (first.level, first.low, first.high) == pytest.approx((second.level, second.low, second.high), abs=SLACK)
        assert (first.causes, first.freshest_at) == (second.causes, second.freshest_at)

    @given(ledgers, causes)
    def test_never_falls_by_one_more_cause_and_is_never_less_sure_of_the_bottom(self, ledger, more):
        before, after = at(ledger), at([*ledger, more])
        assert after.level >= before.level - SLACK
        assert after.low >= before.low - SLACK

    @given(ledgers, causes)
    def test_a_cause_that_is_withdrawn_leaves_no_trace(self, ledger, gone):
        standing = [*ledger, gone]
        standing.remove(gone)
        assert at(standing).level == pytest.approx(at(ledger).level, abs=SLACK)

    @given(ledgers)
    def test_what_the_causes_add_is_together_what_the_level_is_above_one(self, ledger):
        found = at(ledger)
        assert sum(found.added_by(cause) for cause in ledger) == pytest.approx(found.level - 1, abs=1e-6)

    @given(ledgers, st.integers(0, 4000))
    def test_age_moves_the_range_and_not_the_level(self, ledger, days):
        now, later = at(ledger), at(ledger, NOW + timedelta(days=days))
        assert later.level == now.level
        assert later.low <= now.low + SLACK
        assert later.high >= now.high - SLACK

    @given(st.lists(causes.map(lambda cause: replace(cause, kind="attended")), max_size=200))
    @settings(max_examples=25)
    def test_one_kind_alone_stays_below_its_reach(self, ledger):
        assert at(ledger).level <= RULES["attended"].reach + SLACK


class TestWhatItSays:
    def test_fifty_attended_sessions_make_nobody_a_five_nor_a_three(self):
        assert rounded(at(of("attended", *[0.15] * 50)).level) == 2

    def test_another_kind_adds_more_than_a_repeat_of_the_same_strength(self):
        once = of("attended", 0.15)
        repeat, other = at(once + of("attended", 0.15)), at(once + of("taught", 0.15))
        assert other.level - at(once).level > 2 * (repeat.level - at(once).level)

    def test_the_tenth_of_a_kind_adds_less_than_the_second(self):
        def after(times):
            return at(of("taught", *[0.3] * times)).level

        assert after(10) - after(9) < (after(2) - after(1)) / 4

    @pytest.mark.parametrize("claim", [1, 2, 3, 4, 5])
    def test_what_one_says_of_oneself_comes_to_two_at_most_and_leaves_nearly_everything_open(self, claim):
        found = at(of("self_declared", claim / 5))
        assert 1 < found.level <= 2
        assert found.high - found.low > 3

    def test_teaching_for_a_season_is_more_than_working_knowledge(self):
        assert rounded(at(of("taught", *[0.3] * 8)).level) == 4

    def test_nothing_on_record_says_nothing(self):
        assert (at([]).level, at([]).low, at([]).high, at([]).basis) == (1, 1, 5, "")

    def test_after_a_half_life_we_are_less_sure_of_the_same_level(self):
        fresh, old = at(of("taught", 0.5)), at(of("taught", 0.5, days=HALF_LIFE.days))
        assert old.level == fresh.level
        assert old.high - old.low > fresh.high - fresh.low

    def test_it_rests_on_what_adds_most(self):
        assert at(of("self_declared", 0.2) + of("attended", 0.15, 0.15, 0.15)).basis == "attended"
        assert at(of("self_declared", 1) + of("attended", 0.15)).basis == "self_declared"

    @pytest.mark.parametrize(("level", "shown"), [(1, 1), (1.49, 1), (2.5, 3), (4.49, 4), (5, 5)])
    def test_halves_go_up(self, level, shown):
        assert rounded(level) == shown

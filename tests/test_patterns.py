"""The pattern checks themselves: verdicts, intervals, and the null model of clusters."""

import numpy as np
import pytest

from clustersim.experiments.patterns.judging import Finding, Pattern, as_rows
from clustersim.experiments.patterns.null import TOLERANCE_KM, rewired_by_distance
from clustersim.experiments.patterns.patterns import PATTERNS, check_patterns
from clustersim.experiments.patterns.support import (
    SUPPORT_PATTERNS,
    WORLDS,
    Worlds,
    check_support_patterns,
    gain_apart,
    leaders_with_new_partners,
    live,
    odds_ratio,
    ratio_of_sums,
    worlds_on,
)
from clustersim.luck import Luck
from clustersim.scenario import Scenario
from clustersim.simulation import Simulation


def finding(samples: list, low: float = 1.0, high: float = 3.0, **statistic) -> Finding:
    pattern = Pattern("X", "a number", low, high, "-", "nobody", lambda look: 0.0, **statistic)
    return Finding(pattern, tuple(np.atleast_1d(np.asarray(s, float)) for s in samples))


def test_a_pattern_holds_only_where_the_whole_interval_is_inside() -> None:
    assert finding([2.0, 2.1, 1.9, 2.0] * 8).verdict == "holds"
    assert finding([1.0, 1.4, 0.8, 1.1] * 3).verdict == "open"
    assert finding([9.0, 9.1]).verdict == "fails"
    assert finding([[], []]).verdict == "unseen"


def test_a_number_without_an_interval_is_unseen_and_said_to_be_unknown() -> None:
    odds = lambda values: float(values.sum() / (values == 1).sum()) if (values == 1).any() else float("nan")  # noqa: E731
    shaky = finding([1.0, 0.0], low=0.5, statistic=odds)  # a quarter of the resamples have no number
    assert shaky.value == 1.0
    assert np.isnan(shaky.interval).all()
    assert shaky.verdict == "unseen"
    (row,) = as_rows([shaky])
    assert row["95 % interval"] == "unknown"
    assert "nan" not in str(row)
    rarely = finding([1.0] * 6 + [0.0] * 6, low=0.5, statistic=odds)  # one in four thousand
    assert rarely.verdict == "holds"
    assert finding([2.0]).verdict == "unseen", "one seed has no interval"


def test_the_interval_over_seeds_covers_the_mean_as_often_as_it_says() -> None:
    rng = np.random.default_rng(4)
    covered = 0
    for _ in range(120):
        low, high = finding(list(rng.normal(2.0, 0.5, 30))).interval
        covered += low <= 2.0 <= high
    assert 0.86 <= covered / 120 <= 0.99


def test_samples_of_many_numbers_are_pooled_by_seed() -> None:
    pooled = finding([[1.0, 2.0], [], [6.0]])
    assert pooled.value == pytest.approx(3.0)
    assert pooled.seeds == 2


def test_every_pattern_is_measured_on_a_village() -> None:
    found = check_patterns(Scenario.load("village"), range(1, 3), workers=1)
    assert [f.pattern for f in found] == list(PATTERNS)
    assert {row["pattern"] for row in as_rows(found)} == {"E1", "E2", "E3", "E4", "E5", "E6", "E9"}


def test_patterns_of_support_are_measured_in_worlds_that_begin_alike() -> None:
    worlds = live(worlds_on("village"), 1)
    assert worlds.end.keys() == WORLDS.keys()
    assert worlds.end["vouchers"].month == worlds.spin_up + 24 < worlds.end["none"].month
    found = check_support_patterns("village", range(1, 3), workers=1)
    assert [f.pattern for f in found] == list(SUPPORT_PATTERNS)
    assert {row["pattern"] for row in as_rows(found)} == {"E4", "E7", "E8", "E10"}


def test_two_measures_that_do_the_same_for_the_same_money_are_no_gain_apart() -> None:
    same = np.array([0.2, 1.0, 0.2, 1.0])
    assert gain_apart(same) == 0.0
    # twice the gain, for four times the money: .05 a million against .1
    assert gain_apart(np.array([0.2, 4.0, 0.1, 1.0])) == pytest.approx(-0.05)
    assert np.isnan(gain_apart(np.array([0.2, 0.0, 0.1, 1.0])))


def test_odds_are_of_all_seeds_together() -> None:
    # 6 of 20 with it, 3 of 20 without: (6/14) / (3/17)
    assert odds_ratio(np.array([4.0, 1.0, 12.0, 2.0, 2.0, 8.0])) == pytest.approx((6 / 14) / (3 / 17))
    assert np.isnan(odds_ratio(np.array([4.0, 0.0, 12.0])))
    assert ratio_of_sums(np.array([1.0, 2.0, 3.0, 4.0])) == pytest.approx(4 / 6)


def test_new_partners_are_those_with_whom_the_leader_never_succeeded_before() -> None:
    simulation = Simulation(Scenario.load("village", {"run.spin_up": 0}), 1)
    simulation.run_for(1)
    state = simulation.state
    state.projects.clear()
    teams = [(0, 1, -1, -1), (0, 1, -1, -1), (2, 3, -1, -1), (2, 3, 4, -1), (5, -1, -1, -1)]
    state.projects.append(
        5, team=teams, size=[2, 2, 2, 3, 1], start_month=[1, 8, 2, 9, 8], ended_month=[7, 0, 8, 0, 0], outcome=[1, 0, 1, 0, 0]
    )
    worlds = Worlds({"none": state}, np.empty(0, int), 0, 0, {})
    uid = state.organisations.uid
    assert sorted(leaders_with_new_partners(worlds, "none", 1, 6)) == sorted(uid[[0, 2]])
    assert leaders_with_new_partners(worlds, "none", 7, 12).tolist() == [uid[2]]  # 4 is new to 2, and 1 is not to 0


def test_rewiring_keeps_lengths_and_facts_and_leaves_the_state_alone() -> None:
    simulation = Simulation(Scenario.load("baseline", {"population.organisations": 200}), 2)
    simulation.run_for(40)
    state = simulation.state
    before = state.hash()
    null = rewired_by_distance(state, Luck(1))
    assert state.hash() == before
    null.check()
    assert 0.9 * state.ties.degree.sum() < null.ties.degree.sum() <= state.ties.degree.sum()
    kept = 0
    for table in (state, null):
        o, t = table.organisations, table.ties
        rows, slots = np.nonzero(np.arange(t.partner_row.shape[1]) < t.degree[:, None])
        length = np.hypot(o.x_km[rows] - o.x_km[t.partner_row[rows, slots]], o.y_km[rows] - o.y_km[t.partner_row[rows, slots]])
        kept = abs(np.mean(length) - kept)
    assert kept <= TOLERANCE_KM
    assert (null.ties.partner_row[:, :1] != state.ties.partner_row[:, :1]).any()

"""The pattern checks themselves: verdicts, intervals, and the null model of clusters."""

import numpy as np
import pytest

from clustersim.experiments.judging import Finding, Pattern, as_rows
from clustersim.experiments.null import TOLERANCE_KM, rewired_by_distance
from clustersim.experiments.patterns import PATTERNS, check_patterns
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
    found = check_patterns(Scenario.load("village"), range(1, 3), threads=1)
    assert [f.pattern for f in found] == list(PATTERNS)
    assert {row["pattern"] for row in as_rows(found)} == {"E1", "E2", "E3", "E4", "E5", "E6", "E9"}


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

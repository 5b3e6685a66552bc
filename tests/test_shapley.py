"""Shares of a mix: the axioms that define Shapley values, and the average over all orders written out."""

import math
from itertools import permutations

import numpy as np
import pytest

from clustersim.experiments.comparisons.shapley import SHARES, parts_of, shapley_values, shares
from clustersim.experiments.statistics import interval

MIX = frozenset({"advice", "loans", "animation", "vouchers"})


def any_values(mix: frozenset[str] = MIX, seeds: int = 6, key: int = 1) -> dict[frozenset[str], np.ndarray]:
    rng = np.random.default_rng(key)
    return {part: rng.normal(100.0, 20.0, seeds) for part in parts_of(mix)}


def test_the_parts_of_a_mix_are_all_its_subsets_once():
    parts = parts_of(MIX)
    assert len(parts) == len(set(parts)) == 16
    assert (parts[0], parts[-1]) == (frozenset(), MIX)


def test_shares_sum_to_the_effect_of_the_whole_mix_in_every_seed():
    values = any_values()
    total = sum(shapley_values(values).values())
    assert total == pytest.approx(values[MIX] - values[frozenset()], rel=1e-12)


def test_a_share_is_the_marginal_effect_averaged_over_all_orders():
    values = any_values()
    found = shapley_values(values)
    for measure in MIX:
        marginals = []
        for order in permutations(sorted(MIX)):
            before = frozenset(order[: order.index(measure)])
            marginals.append(values[before | {measure}] - values[before])
        assert found[measure] == pytest.approx(np.mean(marginals, axis=0), abs=1e-10)


def test_measures_that_do_the_same_have_the_same_share():
    by_size = np.random.default_rng(2).normal(size=(5, 6)).cumsum(axis=0)
    found = shapley_values({part: by_size[len(part)] for part in parts_of(MIX)})
    for share in found.values():
        assert share == pytest.approx((by_size[4] - by_size[0]) / 4)


def test_a_measure_that_does_nothing_has_no_share():
    others = any_values(MIX - {"vouchers"})
    found = shapley_values({part: others[part - {"vouchers"}] for part in parts_of(MIX)})
    assert found["vouchers"].tolist() == [0.0] * 6
    alone = shapley_values(others)
    assert all(found[measure] == pytest.approx(alone[measure]) for measure in alone)


def test_shares_of_a_sum_of_outcomes_are_the_sums_of_their_shares():
    one, other = any_values(key=3), any_values(key=4)
    both = shapley_values({part: one[part] + other[part] for part in one})
    for measure in MIX:
        assert both[measure] == pytest.approx(shapley_values(one)[measure] + shapley_values(other)[measure])


def test_measures_that_do_not_meet_have_their_effects_and_two_that_need_each_other_halve_what_they_add():
    effects = {"advice": 3.0, "loans": -1.0, "animation": 0.5}

    def outcome(part: frozenset[str]) -> float:
        return sum(effects[measure] for measure in part) + 4.0 * ({"advice", "loans"} <= part)

    values = {part: np.array([outcome(part)]) for part in parts_of(frozenset(effects))}
    found = shapley_values(values)
    assert {measure: float(share[0]) for measure, share in found.items()} == pytest.approx({"advice": 5.0, "loans": 1.0, "animation": 0.5})


def test_a_single_measure_has_all_the_effect():
    values = {frozenset(): np.array([1.0, 2.0]), frozenset({"advice"}): np.array([4.0, 1.0])}
    assert shapley_values(values)["advice"].tolist() == [3.0, -1.0]


def test_a_part_that_was_not_run_is_named():
    values = any_values()
    del values[frozenset({"advice", "loans"})]
    with pytest.raises(ValueError, match=r"advice.*loans.*all 16 sets"):
        shapley_values(values)
    del values[frozenset()]
    with pytest.raises(ValueError, match="no measure at all"):
        shapley_values(values)


def test_the_table_has_means_and_intervals_over_the_seeds_in_which_every_part_has_a_number():
    values = any_values(seeds=20)
    values[frozenset({"loans"})][[2, 7]] = math.nan
    kept = np.delete(np.arange(20), [2, 7])
    table = shares("policy_mix", {"clusters": values, "jobs": any_values(seeds=20, key=5)})
    assert tuple(table.columns) == SHARES
    assert table["outcome"].tolist() == ["clusters"] * 4 + ["jobs"] * 4
    assert set(table["arm"]) == {"policy_mix"}
    clean = shapley_values({part: array[kept] for part, array in values.items()})
    for row in table[table["outcome"] == "clusters"].itertuples():
        assert row.share == pytest.approx(clean[row.measure].mean())
        assert (row.low, row.high) == pytest.approx(interval(clean[row.measure]))
    whole = (values[MIX] - values[frozenset()])[kept].mean()
    assert table.loc[table["outcome"] == "clusters", "share"].sum() == pytest.approx(whole)


def test_without_a_seed_that_has_all_parts_there_is_no_share():
    values = any_values(seeds=4)
    values[MIX][:] = math.nan
    table = shares("policy_mix", {"clusters": values})
    assert table[["share", "low", "high"]].isna().all(axis=None)

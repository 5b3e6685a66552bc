"""Tables of a comparison: levels, effects, emergence, money, ranking, regret and groups from frames of runs made by hand."""

import math
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from clustersim.experiments.comparisons import effects as effects_
from clustersim.experiments.comparisons import frontier as frontier_
from clustersim.experiments.comparisons import gains, standing
from clustersim.experiments.comparisons.effects import effects, emergence, levels
from clustersim.experiments.comparisons.frontier import frontier
from clustersim.experiments.comparisons.gains import groups
from clustersim.experiments.comparisons.pairing import differences, paired, paired_effect, seeds_needed, worlds
from clustersim.experiments.comparisons.standing import ranking, regret
from clustersim.experiments.comparisons.worth import COSTED, SPENT, money, plane
from clustersim.experiments.outcomes import outcome
from clustersim.experiments.statistics import interval, ratio_interval, simultaneous_intervals

SEEDS = 40
CLUSTERS = SimpleNamespace(name="clusters", better=1, per=1.0)
NEED = SimpleNamespace(name="need", better=-1, per=1.0)
OUTCOMES = (CLUSTERS, NEED)


def runs_of(arms: dict[str, dict[str, np.ndarray]], state: int = 0) -> pd.DataFrame:
    """Runs of seeds 1, 2, ... in one state of the world, columns by arm."""
    parts = []
    for arm, columns in arms.items():
        size = max(np.size(values) for values in columns.values())
        money_columns = {name: 0.0 for name in SPENT}
        parts.append(pd.DataFrame({"arm": arm, "state": state, "seed": np.arange(1, size + 1), **money_columns, **columns}))
    return pd.concat(parts, ignore_index=True)


@pytest.fixture
def runs() -> pd.DataFrame:
    """A control, a good and dear arm, a useless one that comes first in the alphabet but last in the runs."""
    rng = np.random.default_rng(1)
    luck, noise = rng.normal(size=(2, SEEDS)), rng.normal(size=(4, SEEDS))
    return runs_of({
        "nothing": {"clusters": 9 + 2 * luck[0], "need": 0.3 + 0.05 * luck[1]},
        "zeal": {
            "clusters": 12 + 2 * luck[0] + 0.5 * noise[0], "need": 0.2 + 0.05 * luck[1] + 0.01 * noise[1],
            "public_eur": 1e6 + 1e5 * noise[0], "private_eur": 3e5, "own_eur": 1e5,
        },
        "apathy": {"clusters": 9 + 2 * luck[0] + 0.5 * noise[2], "need": 0.3 + 0.05 * luck[1] + 0.01 * noise[3], "public_eur": 5e5},
    })  # fmt: skip


def row_of(table: pd.DataFrame, **keys) -> pd.Series:
    for name, value in keys.items():
        table = table[table[name] == value]
    assert len(table) == 1
    return table.iloc[0]


# --- pairs


def test_pairs_are_made_by_seed_and_state_whatever_the_order_of_runs(runs):
    shuffled = runs.sample(frac=1.0, random_state=3)
    found, again = (paired(worlds(frame, "need"), "zeal", "nothing") for frame in (runs, shuffled))
    assert np.array_equal(found, again)


def test_a_seed_is_the_mean_of_the_states_that_both_arms_have():
    first = runs_of({"none": {"x": np.array([1.0, 2.0, 3.0])}, "some": {"x": np.array([2.0, 4.0, 3.0])}})
    second = runs_of({"none": {"x": np.array([5.0, 6.0, math.nan])}, "some": {"x": np.array([9.0, math.nan, 7.0])}}, state=1)
    both = pd.concat([first, second], ignore_index=True)
    both = both[~((both["arm"] == "some") & (both["state"] == 0) & (both["seed"] == 3))]  # a run that failed
    treated, control = paired(worlds(both, "x"), "some", "none")
    assert treated[:2].tolist() == [5.5, 4.0]
    assert control[:2].tolist() == [3.0, 2.0]
    assert math.isnan(treated[2])
    assert math.isnan(control[2])
    assert differences(worlds(both, "x"), "none", "none")[:2].tolist() == [0.0, 0.0]


# --- levels, effects, emergence


def test_levels_are_means_over_seeds_with_intervals_arm_by_arm_in_the_order_of_the_runs(runs):
    table = levels(runs, OUTCOMES)
    assert tuple(table.columns) == effects_.LEVELS
    assert table["arm"].tolist() == ["nothing"] * 2 + ["zeal"] * 2 + ["apathy"] * 2
    assert table["outcome"].tolist() == ["clusters", "need"] * 3
    values = runs.loc[runs["arm"] == "zeal", "clusters"].to_numpy()
    row = row_of(table, arm="zeal", outcome="clusters")
    assert (row["n"], row["mean"]) == (SEEDS, pytest.approx(values.mean()))
    assert (row["low"], row["high"]) == interval(values)


def test_effects_are_paired_by_seed_and_turned_by_what_is_better(runs):
    table = effects(runs, OUTCOMES, "nothing")
    assert tuple(table.columns) == effects_.EFFECTS
    assert table["arm"].tolist() == ["zeal"] * 2 + ["apathy"] * 2
    by_arm = runs.set_index("arm")
    without, zeal, apathy = (by_arm.loc[arm, "need"].to_numpy() for arm in ("nothing", "zeal", "apathy"))
    together = tuple(simultaneous_intervals(np.column_stack([zeal - without, apathy - without]))[0])
    expected = paired_effect(zeal, without, -1, together)
    row = row_of(table, arm="zeal", outcome="need")
    for name in effects_.EFFECTS[2:]:
        assert row[name] == getattr(expected, name) or (math.isnan(row[name]) and math.isnan(getattr(expected, name)))
    assert row["difference"] < 0
    assert row["share_better"] == 1.0
    assert table["spans_zero"].tolist() == [False, False, True, True]
    assert table["spans_zero"].dtype == bool


def test_a_failed_run_is_missing_from_its_pairs_alone(runs):
    holed = runs[~((runs["arm"] == "zeal") & (runs["seed"] <= 3))]
    table = effects(holed, OUTCOMES, "nothing")
    assert table["n"].tolist() == [SEEDS - 3] * 2 + [SEEDS] * 2
    whole = effects(runs, OUTCOMES, "nothing")
    judged_together = ["spans_zero", "seeds_needed", "note"]
    table, whole = (found[found["arm"] == "apathy"].drop(columns=judged_together) for found in (table, whole))
    pd.testing.assert_frame_equal(table, whole)


def unsure_together() -> pd.DataFrame:
    """An arm that its own interval tells from none, and the interval of ten arms together does not."""
    noise = np.random.default_rng(12).normal(size=(10, SEEDS))
    noise[0] += 2.45 / np.sqrt(SEEDS) * noise[0].std(ddof=1) - noise[0].mean()
    arms = {f"arm{k}": {"clusters": 9.0 + gap, "public_eur": 1e5} for k, gap in enumerate(noise)}
    return runs_of({"none": {"clusters": np.full(SEEDS, 9.0)}, **arms})


def test_whether_an_effect_can_be_told_from_none_is_said_by_one_interval_in_all_tables():
    runs = unsure_together()
    effect = row_of(effects(runs, (CLUSTERS,), "none"), arm="arm0")
    ranked = row_of(ranking(runs, (CLUSTERS,), "none"), arm="arm0")
    assert effect["low"] > 0.0 > ranked["low_simultaneous"]
    assert effect["spans_zero"]
    assert effect["note"] == "spans zero"
    assert row_of(money(runs, (CLUSTERS,), "none"), arm="arm0")["status_clusters"] == "not distinguishable"
    needed = seeds_needed(SEEDS, effect["difference"], ranked["low_simultaneous"], ranked["high_simultaneous"])
    assert effect["seeds_needed"] == needed > SEEDS
    alone = runs[runs["arm"].isin(["none", "arm0"])]
    assert not row_of(effects(alone, (CLUSTERS,), "none"), arm="arm0")["spans_zero"]
    assert row_of(money(alone, (CLUSTERS,), "none"), arm="arm0")["status_clusters"] == "trade-off"


def test_of_one_arm_the_ranking_shows_the_interval_of_the_effect(runs):
    alone = runs[runs["arm"] != "apathy"]
    effect = row_of(effects(alone, (CLUSTERS,), "nothing"), arm="zeal")
    ranked = row_of(ranking(alone, (CLUSTERS,), "nothing"), arm="zeal")
    assert (ranked["low_simultaneous"], ranked["high_simultaneous"]) == (effect["low"], effect["high"])


def test_two_arms_of_other_names_that_do_nothing_differ_by_zero_exactly(runs):
    control = runs[runs["arm"] == "nothing"]
    null = pd.concat([control, control.assign(arm="a"), control.assign(arm="z")], ignore_index=True)
    table = effects(null, OUTCOMES, "nothing")
    assert (table[["difference", "low", "high"]] == 0.0).all(axis=None)
    assert set(table["note"]) == {"no difference"}
    ranked = ranking(null, OUTCOMES, "nothing")
    assert (ranked[["difference", "low_simultaneous", "high_simultaneous"]] == 0.0).all(axis=None)
    assert ranked["probability_best"].to_numpy() == pytest.approx(np.full(6, 1 / 3))


def test_emergence_tells_how_often_and_how_much_apart():
    values = np.array([0.0] * 12 + [2.0, 3.0, 4.0, 3.5, 2.5, 4.5, 3.0, 2.0])
    runs = runs_of({"none": {"clusters": np.zeros(20), "poles": np.ones(20)}, "some": {"clusters": values, "poles": np.ones(20)}})
    table = emergence(runs)
    assert tuple(table.columns) == effects_.EMERGENCE
    row = row_of(table, arm="some", outcome="clusters")
    wilson = stats.binomtest(8, 20).proportion_ci(method="wilson")
    assert (row["chance"], row["chance_low"], row["chance_high"]) == pytest.approx((0.4, wilson.low, wilson.high))
    assert row["size_given"] == pytest.approx(values[12:].mean())
    assert (row["size_low"], row["size_high"]) == interval(values[12:])
    never = row_of(table, arm="none", outcome="clusters")
    assert (never["chance"], never["chance_low"]) == (0.0, 0.0)
    assert 0.0 < never["chance_high"] < 0.2
    assert math.isnan(never["size_given"])
    assert row_of(table, arm="none", outcome="poles")["chance_high"] == 1.0


def test_with_several_states_a_seed_still_counts_once():
    part = runs_of({"none": {"clusters": np.array([0.0, 2.0, 0.0, 0.0])}})
    other = runs_of({"none": {"clusters": np.array([0.0, 4.0, 1.0, math.nan])}}, state=1)
    row = row_of(emergence(pd.concat([part, other]), ("clusters",)), arm="none")
    assert row["chance"] == pytest.approx((0 + 1 + 0.5 + 0) / 4)
    assert row["size_given"] == pytest.approx((3.0 + 1.0) / 2)


# --- ranking and regret


def test_the_ranking_holds_all_arms_and_its_chances_sum_to_one(runs):
    table = ranking(runs, OUTCOMES, "nothing")
    assert tuple(table.columns) == standing.RANKING
    assert table["arm"].tolist() == ["nothing", "zeal", "apathy"] * 2
    assert table.groupby("outcome")["probability_best"].sum().to_numpy() == pytest.approx([1.0, 1.0])
    assert row_of(table, arm="zeal", outcome="clusters")["probability_best"] > 0.99
    assert row_of(table, arm="zeal", outcome="need")["probability_best"] > 0.99  # less is better
    alone = effects(runs, OUTCOMES, "nothing")
    for row in alone.itertuples():
        together = row_of(table, arm=row.arm, outcome=row.outcome)
        assert together["difference"] == pytest.approx(row.difference)
        assert together["high_simultaneous"] - together["low_simultaneous"] > row.high - row.low


def test_an_arm_is_not_ranked_by_the_luck_of_the_seeds_it_lacks():
    rng = np.random.default_rng(6)
    luck = rng.normal(0.0, 50.0, SEEDS)
    better = luck + 2.0 + rng.normal(0.0, 0.1, SEEDS)
    runs = runs_of({"none": {"clusters": luck}, "better": {"clusters": better}, "good": {"clusters": luck + 1.0}})
    rich = runs["seed"].isin(np.argsort(luck)[-5:] + 1)
    table = ranking(runs[~((runs["arm"] == "better") & rich)], (CLUSTERS,), "none")
    assert row_of(table, arm="better")["probability_best"] > 0.99


def test_regret_is_against_the_best_arm_of_the_same_seed_and_state():
    first = runs_of({"none": {"need": np.array([1.0, 5.0])}, "some": {"need": np.array([2.0, 1.0])}})
    second = runs_of({"none": {"need": np.array([3.0, 3.0])}, "some": {"need": np.array([3.0, math.nan])}}, state=1)
    table = regret(pd.concat([first, second]), (NEED,))
    assert tuple(table.columns) == standing.REGRET
    none, some = row_of(table, arm="none"), row_of(table, arm="some")
    assert (none["mean"], none["p90"], none["max"]) == pytest.approx((4 / 3, np.quantile([0, 4, 0], 0.9), 4.0))
    assert (some["mean"], some["p90"], some["max"]) == pytest.approx((1 / 3, np.quantile([1, 0, 0], 0.9), 1.0))


def test_regret_needs_several_states_and_leaves_out_an_arm_without_numbers(runs):
    assert tuple(regret(runs, OUTCOMES).columns) == standing.REGRET
    assert regret(runs, OUTCOMES).empty
    several = pd.concat([runs, runs.assign(state=1)], ignore_index=True)
    several.loc[several["arm"] == "apathy", "clusters"] = math.nan
    table = regret(several, OUTCOMES)
    assert table[["arm", "outcome"]].to_numpy().tolist() == [
        ["nothing", "clusters"], ["zeal", "clusters"], ["nothing", "need"], ["zeal", "need"], ["apathy", "need"],
    ]  # fmt: skip
    assert row_of(table, arm="zeal", outcome="clusters")["mean"] < row_of(table, arm="nothing", outcome="clusters")["mean"]


# --- money


def test_money_is_what_was_spent_and_what_a_further_unit_costs(runs):
    table = money(runs, (CLUSTERS,), "nothing")
    assert table.columns.tolist() == [
        "arm", "public_eur", "private_eur", "own_eur", "public_committed_eur", "private_committed_eur", "leverage", "extra_public_eur",
        "extra_clusters", "cost_per_clusters_eur", "cost_per_clusters_low_eur", "cost_per_clusters_high_eur", "status_clusters",
    ]  # fmt: skip
    zeal = row_of(table, arm="zeal")
    by_arm = runs.set_index("arm")
    cost = by_arm.loc["zeal", "public_eur"].to_numpy()
    extra = by_arm.loc["zeal", "clusters"].to_numpy() - by_arm.loc["nothing", "clusters"].to_numpy()
    assert zeal["public_eur"] == zeal["extra_public_eur"] == pytest.approx(cost.mean())
    assert zeal["leverage"] == pytest.approx(4e5 / cost.mean())
    assert zeal["cost_per_clusters_eur"] == pytest.approx(cost.mean() / extra.mean())
    assert (zeal["cost_per_clusters_low_eur"], zeal["cost_per_clusters_high_eur"]) == ratio_interval(cost, extra)
    assert zeal["status_clusters"] == "trade-off"
    apathy = row_of(table, arm="apathy")
    assert apathy["status_clusters"] == "not distinguishable"
    assert np.isnan([apathy[f"cost_per_clusters_{end}eur"] for end in ("", "low_", "high_")]).all()


def test_what_is_still_to_be_paid_stands_beside_what_is_spent_and_changes_no_cost(runs):
    owing = runs.assign(public_committed_eur=np.where(runs["arm"] == "zeal", 1e3 * runs["seed"], 0.0), private_committed_eur=7.0)
    before, after = money(runs, (CLUSTERS,), "nothing"), money(owing, (CLUSTERS,), "nothing")
    zeal, apathy = (row_of(after, arm=arm) for arm in ("zeal", "apathy"))
    assert zeal["public_committed_eur"] == pytest.approx(1e3 * (SEEDS + 1) / 2)
    assert (apathy["public_committed_eur"], apathy["private_committed_eur"]) == (0.0, 7.0)
    others = before.columns.drop(["public_committed_eur", "private_committed_eur"])
    pd.testing.assert_frame_equal(before[others], after[others])


@pytest.mark.parametrize(
    ("extra_cost", "extra", "status", "priced"),
    [
        (1e5, 2.0, "trade-off", True),
        (-1e5, -2.0, "cheaper but less", True),  # money saved per cluster given up
        (-1e5, 2.0, "dominates", False),
        (0.0, 2.0, "dominates", False),
        (1e5, -2.0, "dominated", False),
        (0.0, -2.0, "dominated", False),
        (1e5, 0.0, "not distinguishable", False),
    ],
)
def test_an_arm_dominates_is_dominated_or_is_a_trade_off(extra_cost, extra, status, priced):
    noise = np.random.default_rng(7).normal(size=(2, SEEDS))
    noise -= noise.mean(axis=1, keepdims=True)
    control = {"clusters": np.full(SEEDS, 9.0), "need": np.full(SEEDS, 0.5), "public_eur": np.full(SEEDS, 3e5)}
    treated = {
        "clusters": 9.0 + extra + noise[0], "need": 0.5 - extra / 100 + noise[0] / 100,
        "public_eur": 3e5 + extra_cost * (1 + 0.1 * noise[1]),
    }  # fmt: skip
    row = row_of(money(runs_of({"none": control, "some": treated}), OUTCOMES, "none"), arm="some")
    for name in ("clusters", "need"):
        assert row[f"status_{name}"] == status
        assert math.isnan(row[f"cost_per_{name}_eur"]) != priced
    if priced:
        assert row["cost_per_clusters_low_eur"] < row["cost_per_clusters_eur"] < row["cost_per_clusters_high_eur"]
        assert row["cost_per_clusters_eur"] == pytest.approx(5e4)
        assert row["cost_per_need_eur"] == pytest.approx(5e6)  # per unit of need less


def test_without_public_money_there_is_no_leverage(runs):
    table = money(runs.assign(public_eur=0.0, private_eur=5.0), (CLUSTERS,), "nothing")
    assert table["leverage"].isna().all()


def test_the_plane_has_a_point_an_arm_and_seed(runs):
    holed = runs[~((runs["arm"] == "apathy") & (runs["seed"] == 2))]
    points = plane(holed, OUTCOMES, "nothing")
    assert points.columns.tolist() == ["arm", "seed", "extra_public_eur", "extra_clusters", "extra_need"]
    assert points.groupby("arm", sort=False).size().to_dict() == {"zeal": SEEDS, "apathy": SEEDS - 1}
    assert points["seed"].dtype.kind == "i"
    by_run = runs.set_index(["arm", "seed"])
    point = row_of(points, arm="zeal", seed=7)
    assert point["extra_clusters"] == by_run.loc[("zeal", 7), "clusters"] - by_run.loc[("nothing", 7), "clusters"]
    assert point["extra_public_eur"] == by_run.loc[("zeal", 7), "public_eur"]


def test_persons_are_costed_by_the_year_of_service_and_survivors_by_the_head(runs):
    assert COSTED == ("clusters", "persons_served", "survivors")
    served, survivors = outcome("persons_served"), outcome("survivors")
    assert (served.costed_in, served.per, survivors.per) == ("person-year of service", 12, 1)
    more = runs.assign(persons_served=1_000 * runs["clusters"], survivors=runs["clusters"])
    row = row_of(money(more, (served, survivors), "nothing"), arm="zeal")
    assert row["extra_persons_served"] == pytest.approx(1_000 * row["extra_survivors"])  # in the unit of the outcome
    for end in ("", "low_", "high_"):
        assert row[f"cost_per_persons_served_{end}eur"] == pytest.approx(12 / 1_000 * row[f"cost_per_survivors_{end}eur"])


def test_an_arm_that_is_worse_and_of_unsure_cost_is_neither_dominated_nor_cheaper():
    noise = np.random.default_rng(8).normal(size=(2, SEEDS))
    noise -= noise.mean(axis=1, keepdims=True)
    none = {"clusters": np.full(SEEDS, 9.0), "public_eur": np.full(SEEDS, 1e6)}
    some = {"clusters": 7.0 + noise[0], "public_eur": 1e6 + 100 + 1e5 * noise[1]}
    row = row_of(money(runs_of({"none": none, "some": some}), (CLUSTERS,), "none"), arm="some")
    assert row["status_clusters"] == "trade-off"
    assert math.isnan(row["cost_per_clusters_eur"])


def placed(means: dict[str, tuple[float, float]], spread: float) -> pd.DataFrame:
    """Runs of arms whose extra money and extra clusters have these means exactly, and spread over seeds."""
    noise = np.random.default_rng(10).normal(size=(len(means), 2, SEEDS))
    noise -= noise.mean(axis=2, keepdims=True)
    arms = {
        arm: {"public_eur": 10 + cost + spread * part[0], "clusters": 9 + extra + spread * part[1]}
        for part, (arm, (cost, extra)) in zip(noise, means.items(), strict=True)
    }
    return runs_of({"none": {"public_eur": np.full(SEEDS, 10.0), "clusters": np.full(SEEDS, 9.0)}, **arms})


MEANS = {"cheap": (1.0, 2.0), "poor": (2.0, 1.0), "middling": (2.0, 2.5), "dear": (3.0, 4.0), "best": (4.0, 4.5)}
MEANS["unknown"] = (4.0, math.nan)


def test_the_frontier_leaves_out_what_another_arm_or_a_mix_of_two_does_better():
    found = frontier(placed(MEANS, 0.01), (CLUSTERS,), "none")
    assert tuple(found.columns) == frontier_.FRONTIER
    assert found.set_index("arm")["standing"].to_dict() == {
        "none": "frontier", "cheap": "frontier", "poor": "dominated", "middling": "dominated by a mix", "dear": "frontier",
        "best": "frontier", "unknown": "",
    }  # fmt: skip
    assert "cheap" in row_of(found, arm="poor")["by"].split(", ")
    assert row_of(found, arm="middling")["by"] == "cheap, dear"
    assert found.set_index("arm")["sure"].to_dict() == {arm: arm != "unknown" for arm in ("none", *MEANS)}


def test_a_standing_that_may_be_chance_is_not_sure():
    found = frontier(placed(MEANS, 3.0), (CLUSTERS,), "none").set_index("arm")
    assert found["standing"].to_dict()["poor"] == "dominated"
    assert not found.loc[["poor", "middling", "dear", "best"], "sure"].any()
    assert found["sure"].dtype == bool


def test_an_arm_that_may_lie_on_the_line_between_two_others_is_not_surely_on_the_frontier():
    """On the line in truth: half of the time it is on the frontier by its means, hardly ever surely."""
    rng, sure, standings = np.random.default_rng(11), 0, []
    for _ in range(60):
        clusters = {"none": 0.0, "half": 5.0, "whole": 10.0}
        cost = {"none": 0.0, "half": 50.0, "whole": 100.0}
        runs = runs_of({
            arm: {"clusters": clusters[arm] + rng.normal(0.0, 0.5, 30), "public_eur": cost[arm] * rng.uniform(0.9, 1.1, 30)}
            for arm in clusters
        })  # fmt: skip
        found = row_of(frontier(runs, (CLUSTERS,), "none"), arm="half")
        standings.append(found["standing"])
        sure += found["sure"]
    assert 15 < standings.count("frontier") < 45
    assert set(standings) == {"frontier", "dominated by a mix"}
    assert sure <= 3


def test_what_is_unsure_of_costs_makes_a_place_above_a_line_unsure():
    rng = np.random.default_rng(14)
    noise = rng.normal(size=(3, SEEDS))
    noise -= noise.mean(axis=1, keepdims=True)
    for spread, sure in ((0.01, True), (40.0, False)):
        runs = runs_of({
            "none": {"clusters": np.zeros(SEEDS), "public_eur": np.zeros(SEEDS)},
            "half": {"clusters": 6.0 + 0.01 * noise[0], "public_eur": 50.0 + spread * noise[1]},
            "whole": {"clusters": 10.0 + 0.01 * noise[2], "public_eur": np.full(SEEDS, 100.0)},
        })  # fmt: skip
        found = row_of(frontier(runs, (CLUSTERS,), "none"), arm="half")
        assert (found["standing"], found["sure"]) == ("frontier", sure)


def test_twins_are_both_on_the_frontier_and_not_surely_apart():
    runs = placed({"one": (1.0, 2.0)}, 0.01)
    found = frontier(pd.concat([runs, runs[runs["arm"] == "one"].assign(arm="twin")]), (CLUSTERS,), "none").set_index("arm")
    assert found["standing"].tolist() == ["frontier"] * 3
    assert found["sure"].to_dict() == {"none": True, "one": False, "twin": False}


def test_an_arm_that_saves_money_and_brings_more_puts_the_control_off_the_frontier():
    runs = runs_of({"none": {"need": np.full(5, 0.5), "public_eur": 1.0}, "frugal": {"need": np.full(5, 0.4)}})
    found = frontier(runs, (NEED,), "none")
    assert found.set_index("arm")["standing"].to_dict() == {"none": "dominated", "frugal": "frontier"}
    assert row_of(found, arm="none")["by"] == "frugal"
    assert row_of(found, arm="frugal")["extra"] == pytest.approx(-0.1)
    assert found["sure"].all()


# --- groups


def cohort_of(seed: int, arm: str, staff_fte, survived=True, state: int = 0) -> pd.DataFrame:
    """Six organisations: 0 to 3 are social enterprises, 0 and 4 sit in dense places."""
    return pd.DataFrame({
        "arm": arm, "state": state, "seed": seed, "uid": np.arange(6) * 7, "kind": ["social_enterprise"] * 4 + ["private_actor"] * 2,
        "size_class": "under 3", "purpose": "housing", "place_type": np.array(["dense", "rural", "rural", "rural", "dense", "rural"]),
        "survived": survived, "clustered": False, "degree": 2, "staff_fte": np.asarray(staff_fte, float), "innovations": 0,
        "support_eur": 0.0,
    })  # fmt: skip


def test_groups_follow_the_same_organisations_and_average_within_seeds_first():
    rng = np.random.default_rng(9)
    gaps = rng.integers(-2, 3, (12, 6)).astype(float)
    parts = []
    for seed in range(12):
        before = rng.lognormal(1.0, 1.0, 6)
        parts.append(cohort_of(seed, "none", before))
        parts.append(cohort_of(seed, "some", before + gaps[seed]).sample(frac=1.0, random_state=seed))
    table = groups(pd.concat(parts, ignore_index=True), "none")
    assert tuple(table.columns) == gains.GROUPS
    assert set(table["division"]) == set(gains.DIVISIONS)
    assert set(table["outcome"]) == set(gains.FATES)
    row = row_of(table, division="kind", group="social_enterprise", outcome="staff_fte")
    by_seed = gaps[:, :4].mean(axis=1)
    assert row["organisations"] == 4.0
    assert row["difference"] == pytest.approx(by_seed.mean())
    four = by_seed, gaps[:, 4:].mean(axis=1)
    assert (row["low"], row["high"]) == pytest.approx(simultaneous_intervals(np.column_stack(four))[0])
    assert row["high"] - row["low"] > np.diff(interval(by_seed)).item(), "wider than one group alone would have it"
    assert (row["share_gaining"], row["share_losing"]) == pytest.approx(((gaps[:, :4] > 0).mean(), (gaps[:, :4] < 0).mean()))
    unchanged = table[table["outcome"] != "staff_fte"]
    assert (unchanged[["difference", "low", "high", "share_gaining", "share_losing"]] == 0.0).all(axis=None)


def test_a_seed_with_many_organisations_weighs_no_more_than_one_with_few():
    few = [cohort_of(1, arm, np.full(6, fte)).iloc[:1] for arm, fte in (("none", 1.0), ("some", 5.0))]
    many = [cohort_of(2, arm, np.full(6, fte)) for arm, fte in (("none", 1.0), ("some", 3.0))]
    table = groups(pd.concat(few + many, ignore_index=True), "none")
    row = row_of(table, division="kind", group="social_enterprise", outcome="staff_fte")
    assert row["difference"] == pytest.approx((4.0 + 2.0) / 2)
    assert row["organisations"] == pytest.approx((1 + 4) / 2)
    assert math.isnan(row["low"])
    private = row_of(table, division="kind", group="private_actor", outcome="staff_fte")
    assert private["difference"] == pytest.approx(2.0)  # seed 1 has none
    assert private["organisations"] == pytest.approx(1.0)


def test_survival_is_a_gain_and_numbers_that_are_not_known_are_left_out():
    survived = np.array([True, True, False, False, True, True])
    fte = np.array([1.0, math.nan, 1.0, 1.0, 1.0, 1.0])
    parts = [cohort_of(seed, arm, f, s) for seed in range(4) for arm, f, s in (("none", fte, survived), ("some", fte + 1, ~survived))]
    table = groups(pd.concat(parts, ignore_index=True), "none")
    row = row_of(table, division="place", group="rural", outcome="survived")
    assert (row["share_gaining"], row["share_losing"]) == (0.5, 0.5)
    assert row["difference"] == 0.0
    staff = row_of(table, division="place", group="rural", outcome="staff_fte")
    assert (staff["difference"], staff["share_gaining"], staff["organisations"]) == (1.0, 1.0, 4.0)


def test_a_seed_that_failed_in_one_arm_and_a_second_state_do_not_count_twice():
    gap = {0: 1.0, 1: 3.0}
    parts = [
        cohort_of(seed, arm, np.full(6, 1.0 + (arm == "some") * gap[state]), state=state)
        for state in gap for seed in range(5) for arm in ("none", "some") if not (arm == "some" and seed == 4)
    ]  # fmt: skip
    row = row_of(groups(pd.concat(parts, ignore_index=True), "none"), division="size", group="under 3", outcome="staff_fte")
    assert row["difference"] == pytest.approx(2.0)
    assert row["organisations"] == 6.0
    assert (row["low"], row["high"]) == pytest.approx((2.0, 2.0))


def test_groups_come_arm_by_arm():
    parts = [cohort_of(seed, arm, np.ones(6)) for arm in ("none", "z", "a") for seed in range(3)]
    table = groups(pd.concat(parts, ignore_index=True), "none")
    assert table["arm"].drop_duplicates().tolist() == ["z", "a"]
    assert table["division"].drop_duplicates().tolist() == list(gains.DIVISIONS)


def test_groups_of_declared_categories_come_in_their_order_and_only_where_somebody_is_in_them():
    parts = [cohort_of(seed, arm, np.ones(6)) for arm in ("none", "some") for seed in range(3)]
    cohort = pd.concat(parts, ignore_index=True)
    plain = groups(cohort, "none")
    for column, words in (("place_type", ["rural", "small town", "dense"]), ("arm", ["none", "some"])):
        cohort[column] = pd.Categorical(cohort[column], categories=words)
    table = groups(cohort, "none")
    assert table.loc[table["division"] == "place", "group"].drop_duplicates().tolist() == ["rural", "dense"]
    key = ["division", "group", "outcome"]
    pd.testing.assert_frame_equal(table.sort_values(key, ignore_index=True), plain.sort_values(key, ignore_index=True))

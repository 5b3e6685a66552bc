"""Comparing: arms on the same seeds, what is refused, equal budgets, states of the world, parts of a mix, and the folder."""

import json
import os
import re
import tomllib
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import typer
from typer.testing import CliRunner

from clustersim import Scenario
from clustersim.cli.asking import print_table
from clustersim.cli.comparing import _factors, _grouped, _signed
from clustersim.cli.comparing import compare as command
from clustersim.experiments.comparisons import comparing, equal_budget
from clustersim.experiments.comparisons.cautions import said_of_missed, said_of_target
from clustersim.experiments.comparisons.comparing import ComparisonError, compare
from clustersim.experiments.comparisons.comparison import TABLES, Comparison
from clustersim.experiments.comparisons.plan import plan
from clustersim.experiments.comparisons.scaling import AS_WRITTEN, Scale, calling_years, publicly_paid, scaled, spread
from clustersim.experiments.comparisons.uncertainty import states_of, uncertain
from clustersim.experiments.comparisons.worlds import World
from clustersim.experiments.outcomes import HEADLINES, OUTCOMES
from clustersim.experiments.records import record_of
from clustersim.experiments.statistics import FEW_SEEDS
from clustersim.measures.calls import claims_in
from clustersim.problems import ScenarioError
from clustersim.results import ResultsError
from clustersim.simulation import Simulation
from lively import ANIMATORS, COUNCIL, LIVELY, SEEDS
from measure_laws import live_lawfully

SHORTER = {"run.months": 24}
NAMES = [declared.name for declared in OUTCOMES]


def arm(name: str, *measures: Mapping[str, Any]) -> Scenario:
    """The lively territory with these measures, under a name."""
    said: dict[str, Any] = {"extends": "baseline"}
    changes = {path: value for part in (LIVELY, SHORTER, COUNCIL, *measures) for path, value in part.items()}
    return Scenario.from_dict(said, name, changes)


NONE, GRANTS, MIX = arm("none"), arm("grants", SEEDS), arm("mix", SEEDS, ANIMATORS)


@pytest.fixture(scope="module")
def compared() -> Comparison:
    """Two arms and a control, with everything in it."""
    uncertainties = {"processes.meeting.decay_km": (10.0, 30.0)}
    return compare([GRANTS, MIX], against=NONE, seeds=4, workers=1, decompose=True, uncertainties=uncertainties, states=1)


# ---- on the same seeds


def test_two_identical_arms_differ_by_exactly_nothing() -> None:
    found = compare([arm("twin", SEEDS), MIX], against=GRANTS, seeds=4, workers=1)
    effects = found.effects().set_index("arm")
    for column in ("difference", "low", "high"):
        assert (effects.loc["twin", column] == 0.0).all()
    assert (effects.loc["mix", "difference"] != 0.0).any(), "another arm does differ"
    twin, grants = (found.runs[found.runs["arm"] == name].drop(columns="arm").reset_index(drop=True) for name in ("twin", "grants"))
    pd.testing.assert_frame_equal(twin, grants)


def test_an_arm_without_money_differs_by_exactly_nothing() -> None:
    penniless = arm("penniless", SEEDS, {"measures.seeds.budget_eur_per_year": 0.0})
    found = compare([penniless], against=NONE, seeds=3, workers=1)
    assert (found.effects()["difference"] == 0.0).all()
    assert (found.money()["public_eur"] == 0.0).all()
    assert any("penniless" in warning for warning in found.warnings)


def test_every_row_is_the_run_of_that_arm_state_and_seed(compared: Comparison) -> None:
    assert compared.arms == ("none", "grants", "mix")
    assert len(compared.runs) == 3 * 2 * 4
    row = compared.runs.query("arm == 'mix' and state == 0 and seed == 4").iloc[0]
    record = record_of(MIX, 4)
    np.testing.assert_array_equal(row[NAMES].to_numpy(float), record.outcomes)
    assert row["public_eur"] == record.public_cents / 100 > 0
    other = record_of(MIX.with_changes(compared.facts["draws"][1]), 4)
    drawn = compared.runs.query("arm == 'mix' and state == 1 and seed == 4").iloc[0]
    np.testing.assert_array_equal(drawn[NAMES].to_numpy(float), other.outcomes)
    assert other.state_hash != record.state_hash
    months = compared.paths.query("arm == 'mix' and seed == 4")
    np.testing.assert_array_equal(months["mean_degree"], record.paths[:, list(compared.paths.columns[4:]).index("mean_degree")])
    assert months["month"].tolist() == list(range(1, 25))


def test_the_money_of_measures_adds_up_to_what_an_arm_spends(compared: Comparison) -> None:
    run = ["arm", "state", "seed"]
    paid = compared.measures.query("public").groupby(run)[["paid_eur", "repaid_eur"]].sum()
    spent = compared.runs.set_index(run)["public_eur"]
    np.testing.assert_allclose(paid["paid_eur"] - paid["repaid_eur"], spent[paid.index])
    assert set(compared.measures["kind"]) == {"seed_grant", "animation"}


def test_what_is_promised_and_not_yet_paid_is_told_apart_from_what_is_spent(compared: Comparison) -> None:
    run = ["arm", "state", "seed"]
    sums = compared.measures.query("public").groupby(run)[["awarded_eur", "paid_eur", "returned_eur"]].sum()
    owed = (sums["awarded_eur"] - sums["paid_eur"] - sums["returned_eur"]).rename("public_committed_eur")
    runs = compared.runs.set_index(run).sort_index()
    np.testing.assert_allclose(owed, runs["public_committed_eur"][owed.index])
    assert (owed > 0).all(), "grants of two years are promised in the second year of two"
    assert (runs["private_committed_eur"] == 0).all()
    assert (runs.loc["none", "public_committed_eur"] == 0).all()
    table = compared.money().set_index("arm")
    assert table.loc["grants", "public_committed_eur"] == pytest.approx(runs.loc["grants", "public_committed_eur"].mean())


def test_organisations_are_followed_in_all_arms(compared: Comparison) -> None:
    before = ["seed", "uid", "kind", "size_class", "purpose", "place_type"]
    arms = [compared.cohort[compared.cohort["arm"] == name].reset_index(drop=True) for name in compared.arms]
    for other in arms[1:]:
        pd.testing.assert_frame_equal(arms[0][before], other[before])
    assert set(compared.cohort["size_class"]) <= {"under 3", "3 to 9", "10 and more"}
    assert (arms[1]["support_eur"] > 0).any()
    assert not (arms[0]["support_eur"] > 0).any()


def test_all_tables_have_rows(compared: Comparison) -> None:
    tables = compared.tables()
    assert set(tables) == set(TABLES)
    assert set(tables["effects"]["arm"]) == {"grants", "mix"}
    assert set(compared.headlines()["outcome"]) == set(HEADLINES)


def test_shares_of_a_mix_add_up_to_its_effect(compared: Comparison) -> None:
    shares = compared.shares().query("arm == 'mix'").groupby("outcome")["share"].sum()
    written = compared.runs.query("state == 0").pivot(index="seed", columns="arm", values=NAMES)
    for name in NAMES:
        assert shares[name] == pytest.approx((written[name]["mix"] - written[name]["none"]).mean())
    assert set(compared.parts["arm"]) == {"mix"}
    assert set(map(tuple, map(json.loads, compared.parts["part"]))) == {(), ("animators",), ("seeds",), ("animators", "seeds")}
    alone = compared.parts[compared.parts["part"] == '["seeds"]'].set_index("seed")["innovations"]
    np.testing.assert_array_equal(alone, written["innovations"]["grants"], "the mix less its animators is the arm of grants alone")


def test_workers_do_not_change_a_comparison() -> None:
    found = [compare([GRANTS], against=NONE, seeds=3, workers=workers) for workers in (1, 2)]
    pd.testing.assert_frame_equal(found[0].runs, found[1].runs)
    pd.testing.assert_frame_equal(found[0].cohort, found[1].cohort)


def test_progress_counts_every_run_once() -> None:
    said = []
    compare([GRANTS], against=NONE, seeds=3, workers=1, progress=lambda done, total: said.append((done, total)))
    assert said == [(done, 6) for done in range(1, 7)]


# ---- what goes wrong


def test_a_failed_run_is_reported_and_only_its_pair_is_lost(monkeypatch) -> None:
    def fragile(scenario: Scenario, seed: int, keep: tuple[str, ...] = ()):
        if scenario.measures and seed == 2:
            raise ZeroDivisionError("a defect")
        return record_of(scenario, seed, keep)

    monkeypatch.setattr(comparing, "record_of", fragile)
    found = compare([GRANTS], against=NONE, seeds=5, workers=1)
    (failure,) = found.failures
    assert (failure["arm"], failure["seed"], failure["error"]) == ("grants", 2, "ZeroDivisionError: a defect")
    assert "in fragile" in failure["traceback"]
    assert set(found.effects()["n"]) == {4}
    assert len(found.runs) == 9
    assert "grants: 1 of 5 runs failed; compared on 4 seeds" in found.warnings
    assert any(warning.startswith("4 seeds are few") for warning in found.warnings)


def test_an_arm_whose_runs_all_fail_is_an_error_that_says_why(monkeypatch) -> None:
    def broken(scenario: Scenario, seed: int, keep: tuple[str, ...] = ()):
        if scenario.measures:
            raise ZeroDivisionError("a defect")
        return record_of(scenario, seed, keep)

    monkeypatch.setattr(comparing, "record_of", broken)
    done = []
    with pytest.raises(ComparisonError, match="every run failed") as caught:
        compare([GRANTS], against=NONE, seeds=2, workers=1, until_precise=1e-9, progress=lambda *said: done.append(said))
    assert len(done) == 4, "no seeds are added to find a defect"
    assert str(caught.value) == "grants: every run failed; seed 1: ZeroDivisionError: a defect"
    assert "in broken" in caught.value.__notes__[0], "where the defect is can still be found"


def test_arms_that_do_not_begin_alike_are_a_defect_that_is_found(monkeypatch) -> None:
    def leaking(scenario: Scenario, seed: int, keep: tuple[str, ...] = ()):
        return record_of(scenario.with_changes({"population.organisations": 121}) if scenario.measures else scenario, seed, keep)

    monkeypatch.setattr(comparing, "record_of", leaking)
    with pytest.raises(ComparisonError, match="grants and none do not begin alike"):
        compare([GRANTS], against=NONE, seeds=2, workers=1)


# ---- what is refused


def refused(*scenarios: Scenario | str, **asked: Any) -> str:
    """What is said of it."""
    with pytest.raises(ScenarioError) as caught:
        plan(scenarios, **{"against": NONE, **asked})
    return str(caught.value)


def test_arms_that_differ_in_more_than_their_measures_are_refused_with_every_path_and_a_remedy() -> None:
    other = arm("other", SEEDS, {"processes.meeting.decay_km": 21.0, "run.months": 12})
    said = refused(other)
    assert "other: processes.meeting.decay_km: found 21.0; allowed is " in said
    assert "other: run.months: found 12; allowed is 24, as in none" in said
    assert "--on" in said
    assert len(plan([other], against=NONE, allow_differences=True).arms) == 2
    assert any("effect of all that differs" in warning for warning in plan([other], against=NONE, allow_differences=True).warnings())
    assert len(plan([other], against=NONE.with_changes({"processes.meeting.decay_km": 21.0}), months=24).arms) == 2


def test_another_territory_is_refused_by_its_contents() -> None:
    said = refused("animation", against=Scenario.load("no_support", on="bretagne"))
    assert "contents of the list of territory" in said


def test_names_and_the_control_are_settled() -> None:
    assert "2 scenarios of that name" in refused(GRANTS, arm("grants", ANIMATORS))
    assert "nothing to compare it with" in refused(NONE)
    assert [a.name for a in plan([GRANTS, NONE, MIX], against=NONE).arms] == ["none", "grants", "mix"]
    assert [a.name for a in plan([GRANTS, NONE], against="none").arms] == ["none", "grants"]
    assert [a.name for a in plan(["animation", "seed_grants"], against="no_support").arms] == ["no_support", "animation", "seed_grants"]
    assert "no_suport" in refused("animation", against="no_suport")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"seeds": 1}, "found 1; allowed is two seeds or more"),
        ({"seeds": [1, 1]}, "two seeds or more, each once"),
        ({"seeds": [1, 2**70]}, "a whole number of 64 bits"),
        ({"equal_budget": -5.0}, "an amount above 0 EUR"),
        ({"until_precise": 0.0}, "a width above 0"),
        ({"until_precise": 1.0, "max_seeds": 3}, "30 or more"),
        ({"until_precise": 1.0, "precise_in": ("clusters", "grant")}, 'did you mean "grants"?'),
        ({"until_precise": 1.0, "precise_in": ("joy", "grants")}, 'found "joy"; allowed is one of clusters, clustered_share, poles'),
        ({"until_precise": 1.0, "precise_in": ("inovations", "")}, 'did you mean "innovations"?'),
        ({"precise_in": ("clusters", "grants")}, "only with until_precise"),
        ({"decompose": True}, "no arm with several measures"),
        ({"uncertainties": {"processes.meeting.decay": None}}, 'did you mean "processes.meeting.decay_km"?'),
        ({"uncertainties": {"processes.meeting.decay_km": (30.0, 10.0)}}, "found 30 to 10"),
        ({"uncertainties": {"processes.meeting.decay_km": (-1.0, 10.0)}}, "found -1.0"),
        ({"uncertainties": {"measures.seeds.amount_eur": None}}, "no such number"),
        ({"uncertainties": {"processes.meeting.decay_km": None}, "states": 0}, "1 or more"),
    ],
)
def test_what_cannot_be_asked_is_refused_before_a_run(asked: dict[str, Any], said: str) -> None:
    assert said in refused(GRANTS, **asked)


def test_a_mix_of_too_many_measures_is_not_decomposed() -> None:
    many = arm("many", {f"measures.m{k}": {"kind": "seed_grant", "funder": "council"} for k in range(7)})
    assert "7 measures, 128 parts to run; allowed is at most 6" in refused(many, decompose=True)


def test_a_mix_is_not_decomposed_against_a_control_that_has_measures() -> None:
    said = refused(MIX, against=GRANTS, decompose=True)
    assert "against: found grants, which has measures of its own (seeds); allowed is a control without measures" in said
    assert plan([MIX], against=NONE, decompose=True).mixes()


# ---- equal budgets


def test_equal_budgets_spend_equal_public_money(monkeypatch) -> None:
    monkeypatch.setattr(equal_budget, "PILOT", 2)
    many = {"measures.seeds.longest_age_months": 1_200, "measures.seeds.amount_eur": 1_000, "measures.seeds.renewable": True}
    thrifty = arm("thrifty", SEEDS, many, {"measures.seeds.budget_eur_per_year": 40_000})
    rich = arm("rich", SEEDS, many, {"measures.seeds.budget_eur_per_year": 52_000})
    found = compare([thrifty, rich], against=NONE, seeds=4, workers=1, equal_budget=True)
    spent = found.money().set_index("arm")["public_eur"]
    said = {row["arm"]: row for row in found.facts["equal_budget"]["arms"]}
    assert found.facts["equal_budget"]["target_eur"] == pytest.approx(spent["thrifty"])
    assert abs(spent["rich"] / spent["thrifty"] - 1) <= equal_budget.TOLERANCE
    assert said["rich"]["met"]
    assert said["rich"]["achieved_eur"] == pytest.approx(spent["rich"])
    assert said["thrifty"]["factor"] == 1.0
    assert said["rich"]["factor"] == pytest.approx(40 / 52, rel=0.06)
    assert "budget_eur_per_year = 40000.0" in found.scenarios["thrifty"]
    assert found.facts["arms"][2]["measures"]["seeds"]["budget_eur_per_year"] == round(52_000 * said["rich"]["factor"], 2)


def test_a_budget_that_moves_in_large_steps_is_reported_as_it_is() -> None:
    lumpy = arm("lumpy", SEEDS, {"measures.seeds.amount_eur": 150_000})
    found = compare([lumpy], against=NONE, seeds=2, workers=1, equal_budget=200_000.0)
    (said,) = [row for row in found.facts["equal_budget"]["arms"] if row["arm"] == "lumpy"]
    spent = found.money().set_index("arm").loc["lumpy", "public_eur"]
    assert not said["met"]
    assert said["gap"] == pytest.approx(spent / 200_000 - 1)
    assert abs(said["gap"]) > equal_budget.TOLERANCE
    assert any("lumpy does not spend the same" in warning for warning in found.warnings)


def test_where_one_factor_steps_over_the_target_two_factors_share_the_years(monkeypatch) -> None:
    monkeypatch.setattr(equal_budget, "FINEST", 0.05)
    three_years = {"run.months": 36}
    whole = {"amount_eur": 20_000, "duration_months": 1, "budget_eur_per_year": 40_000, "longest_age_months": 1_200, "end_month": 36}
    lumpy = arm("lumpy", SEEDS, {f"measures.seeds.{name}": value for name, value in whole.items()}, three_years)
    found = compare([lumpy], against=arm("none", three_years), seeds=2, workers=1, equal_budget=100_000.0)
    (said,) = [row for row in found.facts["equal_budget"]["arms"] if row["arm"] == "lumpy"]
    spent = found.money().set_index("arm").loc["lumpy", "public_eur"]
    assert said["met"] and abs(spent / 100_000 - 1) <= equal_budget.TOLERANCE
    assert said["achieved_eur"] == pytest.approx(spent)
    assert said["higher_years"] == [1, 2], "the middle year and another: two promises in each, one in the last year"
    assert said["factor"] < 1 <= said["higher_factor"] < 1.5
    assert not any("does not spend the same" in warning for warning in found.warnings)
    budget = found.facts["arms"][1]["measures"]["seeds"]["budget_eur_per_year"]
    assert budget == {"0": round(40_000 * said["higher_factor"], 2), "25": round(40_000 * said["factor"], 2)}
    as_run = Simulation(Scenario.from_dict(tomllib.loads(found.scenarios["lumpy"])), 1)
    assert live_lawfully(as_run, as_run.length) == []
    a = as_run.state.awards
    promised = [int(a.awarded_cents[(a.start_month - as_run.state.spin_up - 1) // 12 == year].sum()) for year in range(3)]
    assert promised == [4_000_000, 4_000_000, 2_000_000]


class WholePromises:
    """Worlds of which each spends, in each budget year of its public funders, as many whole promises as its budget buys."""

    def __init__(self, arms: list[Scenario]) -> None:
        self.arms, self.asked = arms, 0

    def run(self, worlds: object, seeds: object) -> None:
        """What worlds spend is known without."""

    def mean(self, world: World, seeds: object, of: object) -> float:
        self.asked += 1
        scenario = self.arms[world.arm].with_changes(dict(world.changes))
        spent = 0.0
        for measure in publicly_paid(scenario):
            for month in range(1, scenario.run.months + 1, 12):
                numbers = measure.at(month)
                open_now = claims_in(numbers, month, measure.call_months)
                spent += numbers.budget_eur_per_year // numbers.amount_eur * numbers.amount_eur * open_now
        return spent


GRANTS_OF_TEN_YEARS = Scenario.load("seed_grants", {"run.months": 120}, on="village")  # of 50 000 EUR each


@pytest.mark.parametrize("target", [1_097_638.0, 1_251_000.0, 1_630_000.0, 2_974_000.0, 3_777_777.0])
def test_any_target_is_reached_of_which_one_promise_is_a_small_part(target: float) -> None:
    arms = [GRANTS_OF_TEN_YEARS]
    worlds = WholePromises(arms)
    (found,) = equal_budget.equal_intensities(arms, worlds, range(1, 31), target)
    assert found.met and abs(found.gap) <= equal_budget.TOLERANCE
    assert found.achieved_eur == worlds.mean(World(0, scaled(arms[0], found.scale)), (), None)
    if found.scale.years:
        low, high = (worlds.mean(World(0, scaled(arms[0], Scale(factor))), (), None) for factor in (found.scale.factor, found.scale.higher))
        assert low < (1 - equal_budget.TOLERANCE) * target < (1 + equal_budget.TOLERANCE) * target < high, "one factor does not reach it"
        assert "so some years have a higher one" in found.note
    assert worlds.asked < 120


def test_a_target_that_whole_promises_step_over_in_every_year_is_missed_and_said_so() -> None:
    (found,) = equal_budget.equal_intensities([GRANTS_OF_TEN_YEARS], WholePromises([GRANTS_OF_TEN_YEARS]), range(1, 31), 333_000.0)
    assert (found.met, found.achieved_eur) == (False, 350_000.0), "the nearest that there is"
    assert "promises are whole" in found.note
    once = GRANTS_OF_TEN_YEARS.with_changes({"measures.seed_grants.call_months": [1]})
    (found,) = equal_budget.equal_intensities([once], WholePromises([once]), range(1, 31), 225_000.0)
    assert (found.met, found.scale.years) == (False, ()), "one call is in one year, so there are no years to share"
    assert found.achieved_eur in (200_000.0, 250_000.0)


def test_more_than_takers_take_is_missed_and_said_so() -> None:
    class Few(WholePromises):
        def mean(self, world: World, seeds: object, of: object) -> float:
            return min(super().mean(world, seeds, of), 400_000.0)

    (found,) = equal_budget.equal_intensities([GRANTS_OF_TEN_YEARS], Few([GRANTS_OF_TEN_YEARS]), range(1, 31), 1e6)
    assert (found.met, found.achieved_eur, found.scale.years) == (False, 400_000.0, ())
    assert found.note == "more budget is not spent: takers, or its funder's own budget, are the limit"


def test_years_are_spread_from_the_middle_and_one_more_takes_none_away() -> None:
    assert spread(range(1, 11)) == (6, 3, 9, 2, 5, 8, 10, 1, 4, 7)
    for count in range(1, 40):
        order = spread(range(count))
        assert sorted(order) == list(range(count))
        for chosen in range(2, count):
            gaps = np.diff(sorted({-1, *order[:chosen], count}))
            assert gaps.max() <= 2 + 2 * count / (chosen + 1), "no part of the years is left without"


def test_years_that_share_are_those_with_a_call_and_public_money_for_it() -> None:
    assert calling_years(GRANTS) == (1, 2)
    assert calling_years(NONE) == ()
    longer = arm("longer", SEEDS, {"run.months": 60})
    assert calling_years(longer.with_changes({"measures.seeds.call_months": [5, 30, 31]})) == (1, 3)
    assert calling_years(longer.with_changes({"measures.seeds.budget_eur_per_year": {"0": 5_000, "13": 0, "49": 5_000}})) == (1, 5)
    assert calling_years(longer.with_changes({"measures.seeds.start_month": 14, "measures.seeds.end_month": 30})) == (2, 3)
    assert calling_years(longer.with_changes({"funders.council.public": False})) == ()


def test_the_command_tells_both_factors_and_the_years() -> None:
    one = {"factor": 0.90902, "higher_factor": None, "higher_years": []}
    assert _factors(one) == "x 0.909"
    assert _factors({"factor": 0.4997, "higher_factor": 0.5001, "higher_years": [3, 6, 9]}) == "x 0.4997 (x 0.5001 in budget years 3, 6, 9)"
    assert _factors({"factor": 0.0, "higher_factor": 1.0, "higher_years": [2]}) == "x 0 (x 1 in budget year 2)"


def test_equal_budgets_next_to_nothing_are_a_caution() -> None:
    small = compare([GRANTS], against=NONE, seeds=2, workers=1, equal_budget=100.0)
    (said,) = [warning for warning in small.warnings if warning.startswith("budgets are made equal at 100 EUR")]
    assert "that grants spends as written" in said
    same = compare([GRANTS], against=NONE, seeds=2, workers=1, equal_budget=True)
    assert not any("made equal" in warning for warning in same.warnings)


def test_a_search_whose_first_seeds_spend_nothing_goes_on_with_all_seeds(monkeypatch) -> None:
    def late(scenario: Scenario, seed: int, keep: tuple[str, ...] = ()):
        found = record_of(scenario, seed, keep)
        return found if seed > 2 else replace(found, public_cents=0)

    monkeypatch.setattr(equal_budget, "PILOT", 2)
    monkeypatch.setattr(comparing, "record_of", late)
    found = compare([GRANTS], against=NONE, seeds=4, workers=1, equal_budget=60_000.0)
    (said,) = [row for row in found.facts["equal_budget"]["arms"] if row["arm"] == "grants"]
    assert said["achieved_eur"] > 0
    assert said["factor"] > 0


def test_equal_budgets_need_somebody_who_spends() -> None:
    with pytest.raises(ScenarioError, match="no arm that spends public money"):
        compare([arm("penniless", SEEDS, {"measures.seeds.budget_eur_per_year": 0.0})], against=NONE, seeds=2, workers=1, equal_budget=True)


def test_an_arm_without_public_spending_is_left_as_it_is_and_said_to_be_so() -> None:
    private = arm("private", SEEDS, {"funders.council.public": False})
    late = arm("late", SEEDS, {"measures.seeds.start_month": 24, "measures.seeds.end_month": 24})
    worlds = WholePromises([NONE, GRANTS_OF_TEN_YEARS, private, late])
    worlds.mean = lambda world, seeds, of: 5e5 if world.arm == 1 else 0.0
    found = equal_budget.equal_intensities(worlds.arms, worlds, range(1, 31))
    assert [intensity.equalised for intensity in found] == [False, True, False, False]
    assert [[note.kind for note in intensity.notes] for intensity in found] == [[], [], ["no_public_budget"], ["unspent"]]
    said = said_of_target(worlds.arms, found)
    assert [(caution.kind, caution.values) for caution in said] == [
        ("left_no_public_budget", {"arm": "private"}),
        ("left_unspent", {"arm": "late"}),
    ]


def test_a_measure_that_cannot_act_is_a_caution_that_knows_its_scenario() -> None:
    late = arm("late", SEEDS, {"measures.seeds.start_month": 90, "measures.seeds.end_month": 99})
    (said,) = plan([late], against=NONE).warnings()
    assert (said.kind, said.values) == ("late_start", {"arm": "late", "measure": "seeds", "month": 90, "months": 24})
    assert said.startswith("late: measures.seeds.start_month: 90 is beyond the horizon")


def test_what_private_funders_give_is_never_scaled() -> None:
    mix = Scenario.load("policy_mix", {"run.months": 60}, on="village")
    assert {path.split(".")[1] for path, _ in scaled(mix, Scale(0.1))} == {"coordinators", "vouchers", "meetings"}
    (found,) = equal_budget.equal_intensities([mix], WholePromises([mix]), range(1, 31), 600_000.0)
    assert "patient_loans: private money, left as it is" in found.note


def test_a_promise_dearer_than_the_target_leaves_nothing_and_that_is_said() -> None:
    (found,) = equal_budget.equal_intensities([GRANTS_OF_TEN_YEARS], WholePromises([GRANTS_OF_TEN_YEARS]), range(1, 31), 20_000.0)
    assert (found.met, found.achieved_eur) == (False, 0.0)
    assert [note.kind for note in found.notes][-1] == "nothing_left"


def test_a_missed_target_is_said_with_both_amounts_and_the_reason() -> None:
    (found,) = equal_budget.equal_intensities([GRANTS_OF_TEN_YEARS], WholePromises([GRANTS_OF_TEN_YEARS]), range(1, 31), 20_000.0)
    said = said_of_missed("grants", found)
    assert said.startswith("grants does not spend the same public money: 0 EUR of 20,000 EUR (")
    assert said.values["notes"] == [{"kind": note.kind, "values": note.values} for note in found.notes]


def test_scaling_keeps_the_months_of_a_budget_that_changes() -> None:
    growing = arm("growing", SEEDS, {"measures.seeds.budget_eur_per_year": {"0": 20_000, "13": 50_000}})
    half = growing.with_changes(dict(scaled(growing, Scale(0.5))))
    assert half.measures[0].values()["budget_eur_per_year"] == {"0": 10_000.0, "13": 25_000.0}
    assert scaled(growing, AS_WRITTEN) == ()


def test_scaling_some_years_more_changes_a_budget_where_these_years_begin_and_end() -> None:
    growing = arm("growing", SEEDS, {"run.months": 48}, {"measures.seeds.budget_eur_per_year": {"0": 20_000, "6": 40_000, "25": 50_000}})

    def budget(scenario: Scenario, *years: int) -> Any:
        return scenario.with_changes(dict(scaled(scenario, Scale(0.5, 1.0, years)))).measures[0].values()["budget_eur_per_year"]

    assert budget(growing, 2) == {"0": 10_000.0, "6": 20_000.0, "13": 40_000.0, "25": 25_000.0}
    assert budget(growing, 1, 4) == {"0": 20_000.0, "6": 40_000.0, "13": 20_000.0, "25": 25_000.0, "37": 50_000.0}
    plain = growing.with_changes({"measures.seeds.budget_eur_per_year": 30_000.01})
    assert budget(plain, 1) == {"0": 30_000.01, "13": 15_000.0}
    assert budget(plain, 4) == {"0": 15_000.0, "37": 30_000.01}, "nothing is said of what comes after the horizon"
    assert budget(plain, 1, 2, 3, 4) == 30_000.01


# ---- states of the world


def test_states_are_a_latin_hypercube_after_the_scenario_as_written() -> None:
    intervals = {"processes.meeting.decay_km": (10, 30), "population.organisations": (100, 109), "population.private_share": None}
    asked = uncertain(NONE, intervals)
    states = states_of(NONE, asked, 10)
    assert states[0] == ()
    drawn = pd.DataFrame([dict(changes) for changes in states[1:]])
    assert sorted(drawn["population.organisations"]) == list(range(100, 110))
    assert sorted(((drawn["processes.meeting.decay_km"] - 10) // 2).astype(int)) == list(range(10))
    assert states_of(NONE, asked, 10) == states, "the same question is asked of the same worlds"
    low, high = asked["population.private_share"]
    assert (low, high) == type(NONE.population).private_share.within


def test_regret_is_told_over_states(compared: Comparison) -> None:
    assert compared.facts["states"] == 2
    assert set(compared.regret()["arm"]) == set(compared.arms)
    assert set(compared.paths["state"]) == set(compared.cohort["state"]) == {0}


# ---- precision


def test_seeds_are_added_until_the_interval_is_narrow() -> None:
    first = compare([GRANTS], against=NONE, seeds=4, workers=1).effects().set_index("outcome").loc["cooperation"]
    width = (first["high"] - first["low"]) / 2
    found = compare([GRANTS], against=NONE, seeds=4, workers=1, until_precise=width, precise_in=("cooperation", "grants"), max_seeds=200)
    effect = found.effects().set_index("outcome").loc["cooperation"]
    assert found.facts["precision"]["reached"]
    assert effect["high"] - effect["low"] <= width
    assert len(found.seeds) == found.facts["precision"]["seeds"] == effect["n"] > 4
    assert found.seeds == tuple(range(1, len(found.seeds) + 1))


def test_with_several_arms_the_interval_that_is_shown_is_to_be_narrow() -> None:
    asked = {"against": NONE, "workers": 1, "precise_in": ("cooperation", "grants")}
    first = compare([GRANTS, MIX], seeds=30, until_precise=1e9, max_seeds=30, **asked)
    shown = first.headlines().set_index(["arm", "outcome"]).loc[("grants", "cooperation")]
    alone, together = shown["high"] - shown["low"], shown["high_simultaneous"] - shown["low_simultaneous"]
    assert alone < together
    assert (first.facts["precision"]["low"], first.facts["precision"]["high"]) == (shown["low_simultaneous"], shown["high_simultaneous"])
    found = compare([GRANTS, MIX], seeds=30, until_precise=(alone + together) / 2, max_seeds=30, **asked)
    assert not found.facts["precision"]["reached"], "by itself it would be narrow enough"


def test_where_seeds_do_not_suffice_that_is_said() -> None:
    found = compare([GRANTS], against=NONE, seeds=[3, 8], workers=1, until_precise=1e-9, precise_in=("cooperation", "grants"), max_seeds=5)
    assert not found.facts["precision"]["reached"]
    assert found.seeds == (3, 8, 9, 10, 11)
    assert any("(grants) rests on 5 seeds" in warning for warning in found.warnings)
    assert any(warning.startswith("5 seeds are few") for warning in found.warnings)


def test_few_seeds_or_equal_ones_are_never_precise() -> None:
    asked = {"workers": 1, "until_precise": 1e9, "precise_in": ("cooperation", "")}
    wide = compare([GRANTS], against=NONE, seeds=3, max_seeds=100, **asked)
    assert wide.facts["precision"]["reached"]
    assert wide.facts["precision"]["arm"] == "grants"
    assert len(wide.seeds) == FEW_SEEDS, "an interval of three seeds is not to be trusted, however narrow"
    assert "narrower than it should be" in wide.facts["precision"]["note"]
    penniless = arm("penniless", SEEDS, {"measures.seeds.budget_eur_per_year": 0.0})
    same = compare([penniless], against=NONE, seeds=3, max_seeds=34, **asked)
    assert not same.facts["precision"]["reached"]
    assert len(same.seeds) == 34
    assert any("(penniless) differs in none of 34 seeds" in warning for warning in same.warnings)


# ---- the folder


def test_what_is_written_is_read_again(compared: Comparison, tmp_path: Path) -> None:
    folder = compared.write(tmp_path)
    again = Comparison.read(folder)
    assert folder.parent.name == "grants-mix-against-none"
    assert again.facts == json.loads(json.dumps(compared.facts))
    assert again.scenarios == compared.scenarios
    for name in ("runs", "measures", "paths", "cohort", "parts"):
        pd.testing.assert_frame_equal(getattr(again, name), getattr(compared, name))
    for name, table in compared.tables().items():
        pd.testing.assert_frame_equal(getattr(again, name)(), table)
        assert pd.read_csv(folder / "tables" / f"{name}.csv").shape == table.shape
    with zipfile.ZipFile(folder / "tables.xlsx") as book:
        assert re.findall(r'<sheet name="(\w+)"', book.read("xl/workbook.xml").decode()) == list(compared.tables())
    assert set(again.examples) == set(compared.arms)
    assert again.examples["mix"]["ties"].equals(compared.examples["mix"]["ties"])
    assert Scenario.load(folder / "arms" / "mix.toml").identity() == MIX.identity()
    assert not list(tmp_path.rglob(".*")), "nothing half written is left"


def test_a_comparison_is_not_written_over_another_unless_told(compared: Comparison, tmp_path: Path) -> None:
    folder = compared.write(tmp_path)
    (folder / "report.html").write_text("a report")
    with pytest.raises(ResultsError, match="is there already"):
        compared.write(tmp_path)
    assert compared.write(tmp_path, overwrite=True) == folder
    assert (folder / "report.html").read_text() == "a report", "what others have put there stays"


def test_a_folder_that_was_changed_or_is_none_is_refused(compared: Comparison, tmp_path: Path) -> None:
    folder = compared.write(tmp_path)
    with open(folder / "tables" / "effects.csv", "a") as file:
        file.write("made up\n")
    with pytest.raises(ResultsError, match=r"effects\.csv is not as it was written"):
        Comparison.read(folder)
    assert Comparison.read(folder, verify=False).arms == compared.arms
    (folder / "runs.parquet").unlink()
    with pytest.raises(ResultsError, match=r"runs\.parquet is missing"):
        Comparison.read(folder)
    with pytest.raises(ResultsError, match="no comparison in"):
        Comparison.read(tmp_path)


def test_the_identity_tells_questions_apart() -> None:
    uncertainties = {"uncertainties": {"processes.meeting.decay_km": None}}
    questions = ({}, {"seeds": 31}, {"equal_budget": True}, {"until_precise": 1.0}, uncertainties)
    asked = [plan([GRANTS], against=NONE, **more).identity() for more in questions]
    assert len(set(asked)) == len(asked)
    assert plan([GRANTS], against=NONE).identity() == asked[0]
    assert plan([MIX], against=NONE).identity() != asked[0]


# ---- the command


@pytest.fixture
def runner(tmp_path: Path, monkeypatch):
    """The command in an empty folder."""
    monkeypatch.chdir(tmp_path)
    app = typer.Typer()
    app.command()(command)
    return lambda *words: CliRunner().invoke(app, [*words, "--workers", "1"])


SHORT = ("animation", "seed_grants", "--against", "no_support", "--on", "village", "--months", "13", "--seeds", "3")


def test_the_command_tells_the_change_and_where_the_rest_is(runner) -> None:
    done = runner(*SHORT)
    assert done.exit_code == 0, done.output
    for word in ("Change against no_support", "persons served", "95 % interval", "public", "3 seeds are few", "Written to results/"):
        assert word in done.output
    (folder,) = Path("results").glob("*/*")
    said = json.loads((folder / "comparison.json").read_text())["command"]
    assert said == "clustersim compare animation seed_grants --against no_support --seeds 3 --on village --months 13"
    again = runner(*SHORT)
    assert again.exit_code == 2
    assert "there already" in again.output
    assert runner(*SHORT, "--overwrite", "--quiet").output.strip() == os.fspath(folder)


def test_the_command_fits_a_hundred_columns_and_says_what_is_not_known(runner, monkeypatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    done = runner(*SHORT)
    assert max(len(line) for line in done.output.split("Money spent")[0].splitlines()) <= 100
    assert "persons served (person-months)" in done.output, "no cell of the table is broken"
    assert "intervals hold together for all scenarios" in done.output
    for word in ("better / same", "correlation", "runs saved", "seeds needed"):
        assert word in done.output
    pair = runner("animation", "--against", "no_support", "--on", "village", "--months", "2", "--seeds", "2", "--out", "a b")
    assert "none in any seed" in pair.output
    assert "nan" not in pair.output
    assert "0 to 0" not in pair.output
    assert "clustersim report 'a b/" in pair.output
    assert "holds zero" not in pair.output, "two seeds have no interval"
    assert "unknown" in pair.output


@pytest.mark.parametrize("width", [60, 80, 100])
def test_no_number_of_a_table_is_broken_in_two(width: int, monkeypatch, capsys) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    row = {
        "scenario": "emilia_romagna_with_coordinators", "outcome": "persons served (person-months)", "change": f"{_signed(-1234567.8)} ?",
        "95 % interval": f"{_signed(-2345678.9)} to {_signed(126621.4)}", "better / same": "100 / 100 %",
    }  # fmt: skip
    print_table("Change", [row])
    shown = capsys.readouterr().out
    assert max(map(len, shown.splitlines())) <= width
    for number in ("-1,234,568", "-2,345,679", "+126,621"):
        assert number in shown
    print_table("Money", [{"scenario": "a" * 40, "public": _grouped(12_345_678), "private": _grouped(0.0), "own": _grouped(98_765_432.1)}])
    shown = capsys.readouterr().out
    assert "12,345,678" in shown and "98,765,432" in shown


def test_the_command_says_on_which_seeds_and_states_runs_failed(runner, monkeypatch) -> None:
    def fragile(scenario: Scenario, seed: int, keep: tuple[str, ...] = ()):
        if scenario.measures and seed == 2:
            raise ZeroDivisionError("a defect")
        return record_of(scenario, seed, keep)

    monkeypatch.setattr(comparing, "record_of", fragile)
    done = runner(*SHORT, "--uncertain", "processes.meeting.decay_km=10:20", "--states", "1")
    assert "animation: 2 of 6 runs failed; compared on 2 seeds" in done.output
    assert "Failed: animation, state 1, seed 2: ZeroDivisionError: a defect" in done.output


def test_the_command_as_json_is_one_object(runner) -> None:
    done = runner(*SHORT, "--json", "--uncertain", "processes.meeting.decay_km=10:20", "--states", "1")
    said = json.loads(done.stdout)
    assert {row["outcome"] for row in said["effects"]} == set(HEADLINES)
    assert Path(said["path"]).is_dir()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("animatio", "--against", "no_support"), "animation"),
        (("village", "--against", "no_support"), "village: territory.places: found 12"),
        (("animation", "100000", "--against", "no_support", "--equal-budget"), "write --equal-budget-at 100000"),
        (("animation", "--against", "no_support", "--equal-budget-at", "0"), "an amount above 0 EUR"),
        (("animation", "--against", "no_support", "--uncertain", "x=1"), "write it as PATH or PATH=LOW:HIGH"),
        (("animation", "--against", "no_support", "--until-precise", "1", "--precise-in", "joy"), "allowed is one of clusters"),
        (("animation", "--against", "no_support", "--precise-in", "clusters"), "only with until_precise"),
        (("animation", "--against", "no_support", "--out", "/proc/results"), "cannot write to /proc/results"),
    ],
)
def test_what_the_command_cannot_do_it_says_in_plain_words(runner, words, said) -> None:
    done = runner(*words)
    assert done.exit_code == 2
    assert said in done.output
    assert "Traceback" not in done.output
    assert not Path("results").exists()


def test_ctrl_c_leaves_nothing(runner, monkeypatch) -> None:
    def interrupted(*_: Any, **__: Any):
        raise KeyboardInterrupt

    monkeypatch.setattr(comparing, "record_of", interrupted)
    done = runner(*SHORT)
    assert done.exit_code == 130
    assert "nothing was written" in done.output
    assert not Path("results").exists()

"""Mesa's batch_run over flat parameters gives what any other run of clustersim gives."""

import multiprocessing
from math import isnan

import numpy as np
import pytest
from mesa.batchrunner import batch_run

from clustersim import ClusterModel, run
from clustersim.experiments.outcomes import OUTCOMES
from clustersim.experiments.records import record_of
from clustersim.flat_model import FlatModel
from clustersim.problems import ScenarioError

VILLAGE = {"scenario": "village", "run__months": 14}
DECAY = "processes__meeting__decay_km"
DOTTED = {"run.months": 14, "processes.meeting.decay_km": 25.0}


@pytest.fixture
def batch():
    """Mesa's batch_run, which sets the start method of processes for everybody: here for this test alone."""
    before = multiprocessing.get_start_method(allow_none=True)
    yield lambda parameters, **how: batch_run(FlatModel, parameters, display_progress=False, **how)
    multiprocessing.set_start_method(before, force=True)


def outcomes_of(row) -> list[float]:
    return [row[f"outcome__{outcome.name}"] for outcome in OUTCOMES]


def test_a_flat_run_is_the_run_of_the_scenario_with_these_changes(village):
    model = FlatModel("village", 7, run__months=14, **{DECAY: 25})
    assert isinstance(model, ClusterModel)
    model.run_model()
    changed = village.with_changes(DOTTED)
    plain = run(changed, 7)
    assert (model.steps, model.running, model.state.hash()) == (14, False, plain.state_hash)
    collected = model.datacollector.get_model_vars_dataframe()
    assert len(collected) == 15  # month 0 too
    seen = collected[plain.series.columns]
    np.testing.assert_array_equal(seen[1:].to_numpy(), plain.series.to_numpy())
    np.testing.assert_array_equal(seen[:1].to_numpy(), plain.full_series.loc[[0]].to_numpy())
    np.testing.assert_array_equal(outcomes_of(collected.iloc[-1]), record_of(changed, 7).outcomes)


def test_a_batch_has_a_row_a_run_that_others_can_check(village, batch):
    rows = batch(VILLAGE | {DECAY: np.array([10.0, 25.0])}, rng=[1, 2])
    assert [(row["rng"], row[DECAY]) for row in rows] == [(1, 10.0), (1, 25.0), (2, 10.0), (2, 25.0)]
    assert [row["used_seed"] for row in rows] == [1, 1, 2, 2] and {row["Step"] for row in rows} == {14}
    plain = run(village.with_changes(DOTTED), 2)
    assert rows[3]["state_hash"] == plain.state_hash
    assert rows[3]["mean_degree"] == plain.series.iloc[-1]["mean_degree"]


@pytest.mark.slow
def test_a_batch_in_processes_has_the_same_rows(batch):
    parameters = VILLAGE | {DECAY: [10, 25]}
    alone, shared = (batch(parameters, rng=[1, 2], number_processes=processes) for processes in (1, 2))
    by_run = sorted(shared, key=lambda row: row["RunId"])
    assert [repr(row) for row in by_run] == [repr(row) for row in alone]


def test_a_batch_collects_as_often_as_it_is_told(batch):
    rows = batch(VILLAGE, rng=3, data_collection_period=6)
    assert [row["Step"] for row in rows] == [0, 6, 12]
    assert all(isnan(value) for row in rows for value in outcomes_of(row))  # outcomes are of the whole horizon
    assert {row["state_hash"] for row in rows} == {""}


def test_a_run_that_is_cut_short_has_no_outcomes(batch):
    (row,) = batch(VILLAGE, rng=3, max_steps=5)
    assert row["Step"] == 5 and all(isnan(value) for value in outcomes_of(row)) and row["state_hash"] == ""


def test_what_goes_on_after_the_horizon_keeps_the_outcomes_of_the_horizon():
    model = FlatModel("village", 3, run__months=2)
    model.run_for(4)
    table = model.datacollector.get_model_vars_dataframe()
    np.testing.assert_array_equal(outcomes_of(table.iloc[4]), outcomes_of(table.iloc[2]))
    assert table["state_hash"].astype(bool).tolist() == [False, False, True, False, False]


def test_without_seeds_each_row_says_which_it_had(batch):
    rows = batch(VILLAGE | {"run__months": 2}, rng=[None, None])
    seeds = [row["used_seed"] for row in rows]
    assert len(set(seeds)) == 2
    assert [run("village", seed, months=2).state_hash for seed in seeds] == [row["state_hash"] for row in rows]


def test_whole_numbers_and_words_may_come_from_numpy_and_scenarios_be_given_as_such(village):
    model = FlatModel(village, processes__meeting__most_encounters=np.int64(3), title="Mine")
    assert model.cluster_scenario.processes.meeting.most_encounters == 3 and model.cluster_scenario.title == "Mine"


def test_a_measure_is_changed_by_its_flat_name():
    model = FlatModel("animation", measures__coordinators__budget_eur_per_year=1_000)
    assert model.cluster_scenario.measures[0].values()["budget_eur_per_year"] == 1_000


def test_mistakes_are_named_as_they_were_spelt():
    with pytest.raises(ScenarioError) as caught:
        FlatModel("village", processes__meeting__decay=3, **{DECAY: -1})
    unknown, outside = sorted(map(str, caught.value.problems), key=len, reverse=True)
    assert unknown.startswith('(flat parameters): processes__meeting__decay: found an unknown name "decay"')
    assert unknown.endswith('(did you mean "decay_km"?)')
    assert outside == f"(flat parameters): {DECAY}: found -1; allowed is a number from 1 to 100 [km]"


def test_mesa_loses_a_whole_batch_when_one_run_fails(batch):
    """What the documentation warns of; when Mesa mends it, the warning can go."""
    lived = []

    class Counted(FlatModel):
        def step(self):
            super().step()
            lived.append(self.simulation.month)

    with pytest.raises(ScenarioError):
        batch_run(Counted, VILLAGE | {"run__months": 2, DECAY: [20, -1]}, rng=1, display_progress=False)
    assert lived == [1, 2]  # the first run was lived to its end, and nothing of it came back

"""Other people's tools draw what an experiment draws, and what they live is what clustersim lives."""

import pickle
import sys
from pathlib import Path

import numpy as np
import pytest
from SALib.sample import latin
from SALib.util import scale_samples
from scipy.stats import ks_2samp

from clustersim.experiments.adapters.ema import to_ema
from clustersim.experiments.adapters.ema_results import to_ema_results
from clustersim.experiments.adapters.flat_names import dotted, flat
from clustersim.experiments.adapters.salib import to_salib, with_points
from clustersim.experiments.outcomes import OUTCOMES
from clustersim.experiments.sweeps.experiment import Experiment
from clustersim.experiments.sweeps.keeping import kept_text
from clustersim.experiments.sweeps.living import SPENT, lived
from clustersim.problems import ScenarioError
from clustersim.results import ResultsError
from sweeping import DECAY, FAR, POISON, RATE, asked, swept

MOST, THRESHOLD, WAGE = "processes.meeting.most_encounters", "processes.partnering.threshold", "processes.serving.wage_cents"
SHARES = (np.arange(400) + 0.5) / 400
# one factor of every distribution, whole numbers among them, with the peak of a triangle inside and at either end
SPREADS = {
    DECAY: [10, 30],
    FAR: {"low": 0.01, "high": 0.9, "distribution": "log_uniform"},
    MOST: {"low": 1, "high": 9, "distribution": "triangular", "mode": 4},
    RATE: {"low": 0.1, "high": 2.0, "distribution": "triangular", "mode": 2.0},
    THRESHOLD: {"low": -1, "high": 2, "distribution": "normal", "mean": 0.2, "sd": 1},
    WAGE: {"low": 200_000, "high": 400_000, "distribution": "normal", "mean": 250_000, "sd": 60_000},
    "processes.federating.fewest_founders": [3, 6],
    "processes.innovating.small_months": {"low": 2, "high": 40, "distribution": "log_uniform"},
}
DRAWN = {"uncertainties": SPREADS, "design": {"kind": "latin_hypercube", "points": 4}}
FEW = {"uncertainties": {DECAY: [10, 30], MOST: [2, 5]}, "design": {"kind": "latin_hypercube", "points": 4}}


@pytest.fixture
def every_spread() -> Experiment:
    return asked(**DRAWN)


def refused(experiment: Experiment, sample, file: Path) -> str:
    with pytest.raises(ScenarioError) as caught:
        with_points(experiment, sample, file)
    assert not file.exists()
    return str(caught.value)


# ---- SALib


def test_salib_scales_a_share_to_the_value_that_the_experiment_has_there(every_spread, tmp_path):
    problem = to_salib(every_spread)
    assert problem["names"] == list(SPREADS) and problem["num_vars"] == len(SPREADS)
    scaled = scale_samples(np.tile(SHARES[:, None], (1, len(SPREADS))), problem)
    points = list(with_points(every_spread, scaled, tmp_path / "points.csv").points())
    for factor in every_spread.drawn:
        found = [dict(point.changes)[factor.path] for point in points]
        expected = [factor.at(share) for share in SHARES]
        assert found == pytest.approx(expected, rel=1e-9), factor.path
        assert {type(value) for value in found} == {type(value) for value in expected}


def test_what_salib_samples_is_spread_as_the_experiment_spreads_it(every_spread, tmp_path):
    sample = latin.sample(to_salib(every_spread), 2_000, seed=3)
    points = list(with_points(every_spread, sample, tmp_path / "points.csv").points())
    for factor in every_spread.drawn:
        found = [dict(point.changes)[factor.path] for point in points]
        expected = [factor.at(share) for share in (np.arange(2_000) + 0.5) / 2_000]
        assert ks_2samp(found, expected, method="asymp").statistic < 0.003, factor.path


def test_a_sample_is_lived_like_any_experiment_and_its_rows_stay_in_order(tmp_path):
    sample = [[25.0, 5.99], [12.5, 2.0], [30.0, 6.0]]
    listed = with_points(asked(**FEW, title="Kept").under(2, 40), sample, tmp_path / "points.csv")
    assert [dict(point.changes) for point in listed.points()] == [{DECAY: 25.0, MOST: 5}, {DECAY: 12.5, MOST: 2}, {DECAY: 30.0, MOST: 5}]
    assert listed.title == "Kept" and next(listed.points()).seeds == (40, 41)
    results, _ = swept(listed, tmp_path / "runs.store")
    assert results.outcome("clusters").mean(axis=1) == pytest.approx([25.0405, 12.5405, 30.0405])
    assert Experiment.from_text(listed.text).identity() == listed.identity()


def test_a_sample_of_an_experiment_that_a_store_has_kept_is_of_the_scenarios_of_then(tmp_path):
    own = tmp_path / "own.toml"
    own.write_text('extends = "village"\n', encoding="utf-8")
    then = Experiment.from_text(kept_text(asked(**FEW, scenarios=[str(own)])))
    asked_then = with_points(then, [[20, 3]], tmp_path / "points.csv").identity()
    own.write_text('extends = "village"\n[processes.meeting]\nfar_chance = 0.5\n', encoding="utf-8")
    listed = with_points(then, [[20, 3]], tmp_path / "points.csv")
    assert listed.identity() == asked_then
    assert Experiment.from_text(kept_text(listed)).identity() == asked_then


def test_crossed_factors_and_scenarios_stay_crossed_with_a_sample(tmp_path):
    crossed = {"uncertainties": FEW["uncertainties"] | {FAR: {"values": [0.1, 0.2]}}, "scenarios": ["village", "baseline"]}
    listed = with_points(asked(**(FEW | crossed)), [[20, 3], [10, 2]], tmp_path / "points.csv")
    assert [(point.scenario, dict(point.changes)[FAR], dict(point.changes)[DECAY]) for point in listed.points()][:4] == [
        (0, 0.1, 20.0), (0, 0.1, 10.0), (0, 0.2, 20.0), (0, 0.2, 10.0)
    ]  # fmt: skip
    assert len(listed) == 8


def test_a_sample_that_does_not_fit_is_refused_with_its_place(tmp_path):
    experiment, file = asked(**FEW), tmp_path / "points.csv"
    said = refused(experiment, [[0.5, 3], [20, 3], [20, 6.5]], file)
    assert f"sample, row 0, {DECAY}: found 0.5; allowed is a number from 10 to 30 (scale the sample" in said
    assert f"sample, row 2, {MOST}: found 6.5" in said and "row 1" not in said
    assert "not a number" in refused(experiment, [[float("nan"), 3]], file)
    assert "shape 2 x 1; allowed is rows of 2 values" in refused(experiment, [[20], [10]], file)
    assert "80 more places" in refused(experiment, np.zeros((50, 2)), file)
    assert "draws nothing" in refused(asked(levers={DECAY: {"values": [10, 20]}}), [[1]], file)


def test_points_of_another_sample_are_not_written_over(tmp_path):
    experiment, file = asked(**FEW), tmp_path / "points.csv"
    first = with_points(experiment, [[20, 3]], file)
    assert with_points(experiment, [[20, 3]], file).identity() == first.identity()
    with pytest.raises(FileExistsError, match="holds something else; name another file"):
        with_points(experiment, [[21, 3]], file)
    assert Experiment.from_text(first.text).identity() == first.identity()
    with pytest.raises(FileNotFoundError, match="there is no folder"):
        with_points(experiment, [[20, 3]], tmp_path / "nowhere" / "points.csv")
    assert [path.name for path in tmp_path.iterdir()] == ["points.csv"]


def test_what_salib_cannot_draw_is_refused():
    spread = {"low": -2, "high": -1, "distribution": "triangular", "mode": -1.5}
    with pytest.raises(ScenarioError, match="a triangular distribution that ends at -1"):
        to_salib(asked(uncertainties={THRESHOLD: spread}, design=FEW["design"]))


# ---- the EMA Workbench


def test_ema_draws_at_a_share_what_the_experiment_draws_there(every_spread):
    model = to_ema(every_spread)
    assert [parameter.name for parameter in model.uncertainties] == [flat(path) for path in SPREADS]
    for factor, parameter in zip(every_spread.drawn, model.uncertainties, strict=True):
        expected = [factor.at(share) for share in SHARES]
        assert parameter.dist.ppf(SHARES) == pytest.approx(expected, rel=1e-9), factor.path
        assert (parameter.lower_bound, parameter.upper_bound) == pytest.approx((factor.spread.low, factor.spread.high))
        middle = np.unique(expected)[1:-1]
        if isinstance(expected[0], int):  # the chance of at most so much is the share of draws that are
            assert parameter.dist.cdf(middle) == pytest.approx([np.mean(np.array(expected) <= value) for value in middle], abs=0.003)


def test_what_ema_lives_is_what_clustersim_lives_under_the_same_seeds():
    from ema_workbench import SequentialEvaluator

    chosen = {"uncertainties": FEW["uncertainties"] | {RATE: {"values": [0.25]}}, "levers": {FAR: {"values": [0.1, 0.2]}}}
    experiment = asked(**(FEW | chosen | {"scenarios": ["seed_grants", "no_support"], "on": "village", "months": 3}))
    model = pickle.loads(pickle.dumps(to_ema(experiment, seeds=[5, 8])))  # as EMA's other evaluators send it to processes
    with SequentialEvaluator(model) as evaluator:
        experiments, outcomes = evaluator.perform_experiments(scenarios=2, policies=2, uncertainty_sampling_kwargs={"rng": 1})
    assert len(experiments) == 4 and set(outcomes) == {"clusters", "cooperation", *SPENT}
    for row in experiments.itertuples():
        values = {DECAY: row.processes__meeting__decay_km, MOST: row.processes__meeting__most_encounters, RATE: 0.25}
        scenario = next(known for known in experiment.scenarios if known.name == row.scenario_name)
        changed = scenario.with_changes(values | {FAR: row.processes__meeting__far_chance})
        expected = np.mean([lived(changed, seed).numbers["cooperation"] for seed in (5, 8)])
        assert outcomes["cooperation"][row.Index] == expected


def test_ema_knows_what_is_better_and_what_somebody_decides():
    grants = {"measures.seed_grants.selection": {"values": ["merit", "lottery"]}}
    experiment = asked(
        scenarios=["seed_grants"], on="village", uncertainties=FEW["uncertainties"], levers=grants, design=FEW["design"],
        outcomes=["lagging_need_share", "clusters"],
    )  # fmt: skip
    model = to_ema(experiment)
    kinds = {outcome.name: outcome.kind for outcome in model.outcomes}
    assert kinds == {"lagging_need_share": -1, "clusters": 1} | dict.fromkeys(SPENT, 0)
    assert [lever.name for lever in model.levers] == ["measures__seed_grants__selection"]
    assert [category.value for category in model.levers[0].categories] == ["merit", "lottery"]


def test_ema_gets_nothing_to_choose_from_an_experiment_that_varies_nothing():
    with pytest.raises(ScenarioError, match="nothing that EMA could choose"):
        to_ema(asked())
    with pytest.raises(ValueError, match="no seeds"):
        to_ema(asked(**FEW), seeds=[])


def test_without_the_ema_workbench_it_is_said_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "ema_workbench", None)
    with pytest.raises(ModuleNotFoundError, match=r'pip install "clustersim\[ema\]"'):
        to_ema(asked(**FEW))


def test_prim_finds_on_a_finished_sweep_where_an_outcome_is_high(tmp_path):
    from ema_workbench.analysis.prim import Prim

    wide = {"uncertainties": {DECAY: [10, 30], MOST: [2, 5]}, "design": {"kind": "sobol", "points": 64}}
    results, _ = swept(asked(**wide), tmp_path / "runs.store")  # the outcome is about the decay
    experiments, outcomes = to_ema_results(results)
    assert outcomes["clusters"] == pytest.approx(experiments[flat(DECAY)].to_numpy() + 0.002)
    numbers = experiments.drop(columns=["scenario", "policy", "model"])
    box = Prim(numbers, outcomes["clusters"] > 25).find_box()
    best = int(box.peeling_trajectory["density"].idxmax())
    assert box.peeling_trajectory["density"][best] == 1.0
    low, high = box.box_lims[best][flat(DECAY)]
    assert 24.5 < low < 26 and high > 29
    assert tuple(box.box_lims[best][flat(MOST)]) == (2, 5)


def test_the_tables_for_ema_say_which_uncertainties_and_which_levers_a_row_has(tmp_path):
    said = {"scenarios": ["seed_grants", "no_support"], "on": "village", "levers": {FAR: {"values": [0.1, 0.2]}}}
    results, _ = swept(asked(**(FEW | said)), tmp_path / "runs.store")
    experiments, outcomes = to_ema_results(results)
    assert len(experiments) == 16 == len(outcomes["cooperation"])
    assert experiments.groupby("policy", observed=True)[["scenario_name", flat(FAR)]].nunique().eq(1).all(axis=None)
    assert experiments.groupby("scenario", observed=True)[[flat(DECAY), flat(MOST)]].nunique().eq(1).all(axis=None)
    assert (experiments["policy"].nunique(), experiments["scenario"].nunique()) == (4, 4)
    assert experiments["scenario_name"].dtype == "category" and experiments[flat(MOST)].dtype.kind == "i"


def test_missing_runs_are_refused_for_ema_unless_that_is_asked_for(tmp_path):
    grid = {"levers": {DECAY: {"values": [10, 20]}}, "seeds": 1, "first_seed": POISON}
    results, _ = swept(asked(**grid), tmp_path / "runs.store")
    with pytest.raises(ResultsError, match="2 of the 2 runs"):
        to_ema_results(results)
    experiments, outcomes = to_ema_results(results, partial=True)
    assert len(experiments) == 0 == len(outcomes["clusters"])
    some, _ = swept(asked(**(grid | {"seeds": 3})), tmp_path / "runs.store")  # one of three fails
    _, outcomes = to_ema_results(some, partial=True)
    assert outcomes["clusters"] == pytest.approx([10.0145, 20.0145])


# ---- names


def test_a_flat_name_is_the_path_again():
    paths = [*SPREADS, *(f"outcome.{outcome.name}" for outcome in OUTCOMES)]
    assert [dotted(flat(path)) for path in paths] == paths
    assert all(flat(path).isidentifier() for path in paths)

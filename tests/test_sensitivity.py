"""Sensitivity against models whose answer is known in closed form, and its floor, its gaps and its store."""

import json
import math
import re
import warnings
import zipfile
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from clustersim.experiments.sensitivity.analysing import analyse, layout_of
from clustersim.experiments.sensitivity.answering import Combination, answer
from clustersim.experiments.sensitivity.cautions import cautions
from clustersim.experiments.sensitivity.chance import chance
from clustersim.experiments.sensitivity.correlations import correlate
from clustersim.experiments.sensitivity.indices import indices
from clustersim.experiments.sensitivity.layout import Layout, LayoutError
from clustersim.experiments.sensitivity.names import short_names
from clustersim.experiments.sensitivity.quantities import Quantity, quantities
from clustersim.experiments.sensitivity.screening import screen
from clustersim.experiments.sensitivity.sensitivity import Sensitivity
from clustersim.experiments.sensitivity.tables import COLUMNS
from clustersim.experiments.sweeps.designs import LUCK
from clustersim.experiments.sweeps.experiment import Experiment
from clustersim.results import ResultsError
from synthetic_sensitivity import SyntheticSensitivity, morris, saltelli

ABC = ("a", "b", "c")


@pytest.fixture(autouse=True)
def _nothing_is_warned_of():
    """No division by zero, no constant values handed to a library that cannot do with them."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def ishigami(unit: np.ndarray) -> np.ndarray:
    """With a = 7 and b = .1 (Ishigami & Homma 1990)."""
    x = math.pi * (2 * unit - 1)
    return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def of_kind(kind: str, unit: np.ndarray, names: tuple[str, ...] = ABC, **said) -> Layout:
    return Layout(kind, unit, names, **said)


# ---- Sobol indices


@pytest.mark.parametrize("second_order", [False, True])
def test_sobol_indices_of_ishigami_are_those_of_its_closed_form(second_order):
    unit = saltelli(3, 1024, second_order=second_order)
    found = indices(of_kind("saltelli", unit, second_order=second_order), ishigami(unit))
    assert found.first == pytest.approx([0.3139, 0.4424, 0.0], abs=0.02)
    assert found.total == pytest.approx([0.5576, 0.4424, 0.2437], abs=0.02)
    for ends, truth in ((found.first_ends, (0.3139, 0.4424, 0.0)), (found.total_ends, (0.5576, 0.4424, 0.2437))):
        assert (ends[:, 0] <= truth).all() and (truth <= ends[:, 1]).all()
    together = {(pair.one, pair.other): pair for pair in found.pairs}
    if second_order:
        assert together["a", "c"].index == pytest.approx(0.2437, abs=0.03)
        assert together["a", "b"].low < 0 < together["a", "b"].high
    assert len(found.pairs) == 3 * second_order


def test_sobol_indices_of_the_g_function_are_those_of_its_closed_form():
    weights = np.array([0.0, 1.0, 9.0])
    unit = saltelli(3, 1024)
    y = ((np.abs(4 * unit - 2) + weights) / (1 + weights)).prod(axis=1)
    parts = 1 / (3 * (1 + weights) ** 2)
    whole = (1 + parts).prod() - 1
    found = indices(of_kind("saltelli", unit), y)
    assert found.first == pytest.approx(parts / whole, abs=0.02)
    assert found.total == pytest.approx(parts * (1 + parts).prod() / (1 + parts) / whole, abs=0.02)


def test_intervals_of_sobol_indices_cover_what_they_say():
    truth = np.array([0.3139, 0.4424, 0.0, 0.5576, 0.4424, 0.2437])
    held = np.zeros(6)
    for draw in range(40):
        base = np.random.default_rng(draw).random((64, 6))
        one, other = base[:, :3], base[:, 3:]
        rows = np.stack([one, *(np.where(np.arange(3) == k, other, one) for k in range(3)), other], axis=1).reshape(-1, 3)
        found = indices(of_kind("saltelli", rows), ishigami(rows))
        ends = np.concatenate((found.first_ends, found.total_ends))
        held += (ends[:, 0] <= truth) & (truth <= ends[:, 1])
    assert (held / 40 >= 0.8).all() and held.mean() / 40 >= 0.9


def test_the_same_values_have_the_same_intervals_each_time():
    unit = saltelli(3, 64)
    once, again = (indices(of_kind("saltelli", unit), ishigami(unit)) for _ in range(2))
    assert np.array_equal(once.total_ends, again.total_ends) and np.array_equal(once.first_ends, again.first_ends)


def test_base_rows_that_lack_a_point_are_left_out():
    unit = saltelli(3, 64)
    y = ishigami(unit)
    whole = indices(of_kind("saltelli", unit[5:]), y[5:])
    y[2] = np.nan
    assert np.array_equal(indices(of_kind("saltelli", unit), y).total, whole.total)


def test_one_factor_has_all_of_the_variance():
    unit = saltelli(1, 256)
    found = indices(of_kind("saltelli", unit, ("a",)), unit[:, 0] ** 2)
    assert found.first[0] == pytest.approx(1, abs=0.03) and found.total[0] == pytest.approx(1, abs=0.03)


def test_where_both_base_samples_are_flat_nothing_is_told():
    unit = saltelli(3, 8)
    y = np.zeros(len(unit))
    y[1] = 1.0  # neither A nor B, so that there is no variance to share
    assert indices(of_kind("saltelli", unit), y) is None


# ---- Morris


def test_morris_effects_of_a_linear_model_are_its_coefficients():
    unit = morris(3, 10)
    found = screen(of_kind("morris", unit), unit @ np.array([2.0, -3.0, 0.0]))
    assert found.mu == pytest.approx([2, -3, 0], abs=1e-12)
    assert found.mu_star == pytest.approx([2, 3, 0], abs=1e-12)
    assert found.sigma == pytest.approx([0, 0, 0], abs=1e-12)
    assert found.low == pytest.approx(found.high)


def test_a_trajectory_that_lacks_a_point_is_left_out():
    unit = morris(3, 10)
    y = unit[:, 0] * unit[:, 1]
    rest = screen(of_kind("morris", unit[4:]), y[4:])
    y[1] = np.nan
    found = screen(of_kind("morris", unit), y)
    assert np.array_equal(found.mu_star, rest.mu_star) and np.array_equal(found.low, rest.low)


def test_one_whole_trajectory_is_not_enough():
    unit = morris(3, 2)
    y = unit.sum(axis=1)
    y[0] = np.nan
    assert screen(of_kind("morris", unit), y) is None


def noisy(trajectories: int, draw: int, strong: float) -> pd.DataFrame:
    """Screening where one factor does something, and the others answer luck in their own way and do nothing else."""
    names = ("strong", "idle", "other idle", LUCK)
    unit = morris(4, trajectories, seed=draw)
    luck = np.random.default_rng([7, draw])
    values = strong * unit[:, :1] + luck.normal(size=(len(unit), 8))
    return answer(of_kind("morris", unit, names), [Combination("x", {"cooperation": values})], [])["morris"].set_index("factor")


def test_what_only_luck_does_is_hardly_ever_told_apart_from_luck():
    told = [noisy(12, draw, 8.0)["told_apart"] for draw in range(1, 41)]
    idle = np.mean([[each["idle"], each["other idle"]] for each in told])
    assert idle <= 0.05
    assert np.mean([each["strong"] for each in told]) >= 0.95
    assert all(pd.isna(each[LUCK]) for each in told)


def test_luck_has_no_rank_and_comes_last():
    table = noisy(12, 1, 8.0)
    assert table["rank"].tolist()[:3] == [1, 2, 3] and pd.isna(table["rank"].iloc[3])
    assert table.index[0] == "strong" and table.index[3] == LUCK


def test_without_luck_in_the_design_nothing_is_told_apart_and_that_is_said():
    unit = morris(3, 12)
    layout = of_kind("morris", unit)
    tables = answer(layout, [Combination("x", {"cooperation": unit[:, :1] + np.zeros((1, 3))})], [])
    assert tables["morris"]["told_apart"].isna().all()
    assert "no factor of luck" in cautions(layout, tables)[0]


# ---- rank correlations


def test_a_partial_rank_correlation_sees_through_a_factor_that_goes_along():
    luck = np.random.default_rng(1)
    unit = luck.random((400, 3))
    unit[:, 1] = 0.8 * unit[:, 0] + 0.2 * unit[:, 1]
    found = correlate(of_kind("latin_hypercube", unit), unit[:, 0] + luck.normal(0, 0.1, 400))
    assert found.ends[0, 0] > 0.4
    assert found.ends[1, 0] < 0 < found.ends[1, 1] and found.ends[2, 0] < 0 < found.ends[2, 1]


def test_of_one_factor_it_is_spearmans():
    from scipy.stats import spearmanr

    luck = np.random.default_rng(1)
    unit = luck.random((50, 1))
    y = unit[:, 0] + luck.normal(0, 0.3, 50)
    found = correlate(of_kind("sobol", unit, ("a",)), y)
    assert found.correlation[0] == pytest.approx(spearmanr(unit[:, 0], y).statistic)


def test_its_intervals_hold_zero_as_often_as_they_say():
    held = 0
    for draw in range(100):
        luck = np.random.default_rng(draw)
        unit = luck.random((60, 3))
        low, high = correlate(of_kind("latin_hypercube", unit), unit[:, 0] + luck.normal(0, 0.3, 60)).ends[2]
        held += low < 0 < high
    assert 0.88 <= held / 100 <= 1


def test_a_straight_line_and_too_few_points_are_no_trouble():
    unit = np.random.default_rng(1).random((40, 3))
    assert correlate(of_kind("latin_hypercube", unit), unit[:, 0]).correlation[0] > 0.999
    assert correlate(of_kind("latin_hypercube", unit[:11]), unit[:11, 0]) is None


# ---- chance


@pytest.mark.parametrize("crossed", [True, False])
def test_the_share_of_chance_is_that_of_the_known_variances(crossed):
    names = ("a", "b") if crossed else ("a", LUCK)
    held, found = np.zeros(2), []
    for draw in range(60):
        luck = np.random.default_rng(draw)
        point, seed = luck.normal(size=(80, 1)), math.sqrt(0.5) * luck.normal(size=(1, 20))
        rest = luck.normal(size=(80, 20)) * math.sqrt(2.0 if crossed else 2.5)
        each = chance(of_kind("latin_hypercube", luck.random((80, 2)), names), point + seed * crossed + rest)
        found.append((each.point, each.common, each.own))
        held += [each.run.low <= 2.5 / 3.5 <= each.run.high, each.mean.low <= 0.125 / 1.125 <= each.mean.high]
    mean = np.mean(found, axis=0)
    assert mean == pytest.approx([1, 0.5, 2] if crossed else [1, np.nan, 2.5], abs=0.1, nan_ok=True)
    assert (held / 60 >= 0.8).all()


def test_without_luck_chance_has_no_share_and_without_parameters_all_of_it():
    unit = np.random.default_rng(1).random((50, 2))
    layout = of_kind("latin_hypercube", unit, ("a", "b"))
    assert chance(layout, np.repeat(unit[:, :1], 4, axis=1)).run.share == pytest.approx(0, abs=1e-12)
    only_seeds = np.repeat([[1.0, 2.0, 4.0, 7.0]], 50, axis=0)
    assert chance(layout, only_seeds).run.share == pytest.approx(1)


def test_one_seed_or_nothing_that_varies_tells_nothing_of_chance():
    layout = of_kind("latin_hypercube", np.random.default_rng(1).random((9, 2)), ("a", "b"))
    assert chance(layout, np.ones((9, 1))) is None
    assert chance(layout, np.ones((9, 5))) is None
    assert chance(layout, np.full((9, 5), np.nan)) is None


def test_points_that_lack_a_seed_are_left_out_of_the_share():
    luck = np.random.default_rng(1)
    layout, y = of_kind("latin_hypercube", luck.random((30, 2)), ("a", "b")), luck.normal(size=(30, 6))
    y[3, 2] = np.nan
    found = chance(layout, y)
    rest = chance(of_kind("latin_hypercube", layout.unit[1:], ("a", "b")), np.delete(y, 3, axis=0))
    assert found.points == 29 and (found.point, found.common, found.own) == pytest.approx((rest.point, rest.common, rest.own))


def test_a_sweep_that_has_only_begun_has_no_interval_of_the_share():
    luck = np.random.default_rng(1)
    unit = morris(3, trajectories=20)
    y = luck.normal(size=(len(unit), 6))
    y[6:] = np.nan  # the first trajectory, and half of the second
    found = chance(of_kind("morris", unit), y)
    assert found.points == 6 and math.isnan(found.run.low) and math.isnan(found.mean.high)


# ---- quantities


def test_clusters_and_poles_are_asked_for_their_chance_too():
    assert [q.said for q in quantities(("clusters", "cooperation"))] == ["clusters", "chance of clusters", "cooperation"]
    with pytest.raises(KeyError, match="no outcome 'odd'"):
        quantities(("odd",))


def test_a_point_counts_with_half_of_its_seeds_and_not_with_fewer():
    values = np.array([[0.0, 2.0, np.nan, np.nan], [1.0, np.nan, np.nan, np.nan], [0.0, 0.0, 0.0, 4.0]])
    mean, often = (Quantity("clusters", of).at_points(values) for of in ("mean", "chance"))
    assert mean == pytest.approx([1, np.nan, 1], nan_ok=True)
    assert often == pytest.approx([0.5, np.nan, 0.25], nan_ok=True)


def test_what_does_not_vary_and_what_has_no_number_is_said_and_not_divided_by():
    unit = saltelli(2, 16)
    layout = of_kind("saltelli", unit, ("a", LUCK))
    outcomes = {"clusters": np.zeros((64, 3)), "lagging_need_share": np.full((64, 3), np.nan)}
    tables = answer(layout, [Combination("x", outcomes)], [])
    assert "indices" not in tables and "chance" not in tables
    assert tables["quantities"]["varies"].tolist() == [False, False, False]
    said = cautions(layout, tables)
    assert said == [
        "clusters, chance of clusters: does not vary: it is 0 at every point, so no factor decides it within these intervals",
        "lagging need share: no point has a number: every run failed, or the outcome is defined in none",
    ]


def test_what_is_missing_is_counted_and_said():
    failures = tuple({"point": point, "seed": seed, "error": "odd"} for point, seed in ((9, 1), (9, 2), (9, 3), (30, 1)))
    found = SyntheticSensitivity(seeds=4, failures=failures, outcomes=("cooperation",)).analysed()
    row = found.tables()["quantities"].iloc[0]
    assert (row.points_without, row.points_short, row.blocks, row.blocks_left_out) == (1, 1, 20, 1)
    assert any("1 of 20 trajectories were left out" in said for said in found.warnings)
    assert any("1 of 160 points rest on a part of their seeds" in said for said in found.warnings)


def test_too_few_base_rows_are_warned_of():
    said = " ".join(SyntheticSensitivity("saltelli", size=16, outcomes=("cooperation",)).analysed().warnings)
    assert "too few base rows; double the base" in said


def test_each_combination_is_analysed_by_itself():
    found = SyntheticSensitivity(combinations=("one", "two"), outcomes=("innovations",)).analysed().tables()["morris"]
    one, two = (found[found["combination"] == name].set_index("factor")["mu_star"] for name in ("one", "two"))
    strongest = "processes.meeting.decay_km"
    assert two[strongest] / one[strongest] == pytest.approx(2, abs=0.3)


# ---- designs


def test_a_design_that_tells_nothing_is_refused_with_those_that_do():
    with pytest.raises(LayoutError, match=r"kind grid does not tell .* one of morris \(screening\), saltelli"):
        Layout("grid", np.zeros((1, 0)), ())
    with pytest.raises(LayoutError, match="whole blocks of 4 points"):
        Layout("morris", np.zeros((7, 3)), ABC)
    with pytest.raises(LayoutError, match=r"x: clusters is a table of 3 x 2, the design has 8 points"):
        answer(of_kind("morris", morris(3, 2)), [Combination("x", {"clusters": np.zeros((3, 2))})], [])


def test_short_names_tell_factors_apart():
    names = short_names(["processes.meeting.decay_km", "population.organisations", LUCK, "funders.meeting.decay_km"])
    assert names == {
        "processes.meeting.decay_km": "processes.meeting.decay_km",
        "population.organisations": "population: organisations",
        LUCK: LUCK,
        "funders.meeting.decay_km": "funders.meeting.decay_km",
    }
    assert short_names(["measures.animators.budget_eur"]) == {"measures.animators.budget_eur": "animators: budget_eur"}


# ---- a whole sweep


def swept(kind: str, **numbers) -> SimpleNamespace:
    """Ishigami in the place of the model, through the design of an experiment."""
    said = {"scenarios": ["village"], "seeds": 3, "months": 1, "outcomes": ["cooperation"], "design": {"kind": kind, **numbers}}
    paths = ("processes.meeting.decay_km", "processes.meeting.far_chance", "processes.meeting.most_encounters")
    experiment = Experiment.from_dict({**said, "uncertainties": {path: {} for path in paths}}, "asked")
    values = ishigami(experiment.design.unit)[:, None] + np.zeros((1, 3))
    return SimpleNamespace(
        experiment=experiment,
        missing=0,
        outcome=lambda name: values,
        failures=lambda: pd.DataFrame(columns=["point", "seed", "error", "attempts", "traceback"]),
    )


def test_ishigami_through_the_design_of_an_experiment():
    found = analyse(swept("saltelli", base=512), commands=("clustersim sweep asked.toml",))
    table = found.tables()["indices"].set_index("factor")
    paths = list(found.tables()["factors"]["factor"])
    for name, truth in (("first", [0.3139, 0.4424, 0.0, 0.0]), ("total", [0.5576, 0.4424, 0.2437, 0.0])):
        assert table.loc[paths, name].tolist() == pytest.approx(truth, abs=0.05)
        assert (table.loc[paths, f"{name}_low"] <= truth).all() and (truth <= table.loc[paths, f"{name}_high"]).all()
    assert paths[-1] == LUCK and table.loc[LUCK, "total"] == 0
    assert table.loc[paths[:3], "told_apart"].all()
    assert found.facts["design"] | {"numbers": {}} == {
        "kind": "saltelli", "method": "indices", "points": 3072, "blocks": 512, "factors": 3, "luck": True, "numbers": {},
    }  # fmt: skip


def test_the_methods_follow_the_design_and_a_grid_is_refused():
    assert analyse(swept("morris")).method == "morris"
    assert analyse(swept("latin_hypercube")).method == analyse(swept("sobol")).method == "correlations"
    crossed = Experiment.from_dict({"scenarios": ["village"], "levers": {"processes.meeting.decay_km": {"values": [10, 20]}}})
    with pytest.raises(LayoutError, match="kind grid"):
        layout_of(crossed)


# ---- the store


def test_an_analysis_is_read_as_it_was_written(tmp_path):
    made = SyntheticSensitivity("saltelli", size=16, seeds=3, second_order=True, outcomes=("clusters", "met_share")).analysed()
    read = Sensitivity.read(made.write(tmp_path / "sensitivity"))
    assert read.facts.items() >= made.facts.items() and read.warnings == made.warnings
    assert list(read.tables()) == list(made.tables())
    for name, table in made.tables().items():
        pd.testing.assert_frame_equal(read.tables()[name], table, check_dtype=False)
        assert list(table.attrs["columns"]) == list(table.columns) == list(COLUMNS[name])
        assert all(said["unit"] and said["meaning"] for said in table.attrs["columns"].values())
    with zipfile.ZipFile(tmp_path / "sensitivity" / "tables.xlsx") as workbook:
        said = workbook.read("xl/workbook.xml").decode()
    assert re.findall(r'<sheet name="(\w+)"', said) == [*made.tables(), "columns"]


def test_an_older_analysis_is_replaced_with_its_pages_and_notes_stay(tmp_path):
    folder = tmp_path / "sensitivity"
    SyntheticSensitivity(outcomes=("clusters", "poles"), size=4, seeds=3).analysed().write(folder)
    for name in ("report.html", "report.fr.html", "notes.txt"):
        (folder / name).write_text("old")
    SyntheticSensitivity("latin_hypercube", outcomes=("clusters",), size=30, seeds=3).analysed().write(folder)
    assert {path.name for path in folder.iterdir()} == {"manifest.json", "tables", "tables.xlsx", "notes.txt"}
    assert not (folder / "tables" / "morris.csv").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["sensitivity"]


def test_nothing_is_left_where_drawing_fails(tmp_path):
    def fail(folder):
        raise OSError("no space left")

    with pytest.raises(ResultsError, match=r"no space left\. Check free space"):
        SyntheticSensitivity(outcomes=("clusters",), size=4, seeds=3).analysed().write(tmp_path / "sensitivity", fail)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_of_something_else_is_neither_replaced_nor_read(tmp_path):
    made = SyntheticSensitivity(outcomes=("clusters",), size=4, seeds=3).analysed()
    (tmp_path / "manifest.json").write_text(json.dumps({"kind": "sweep"}))
    with pytest.raises(ResultsError, match="holds something else"):
        made.write(tmp_path)
    with pytest.raises(ResultsError, match="cannot be read"):
        Sensitivity.read(tmp_path)
    with pytest.raises(ResultsError, match=r"manifest\.json is missing"):
        Sensitivity.read(tmp_path / "nowhere")


def test_a_damaged_analysis_is_refused_by_the_name_of_the_file(tmp_path):
    folder = SyntheticSensitivity(outcomes=("clusters",), size=4, seeds=3).analysed().write(tmp_path / "sensitivity")
    (folder / "tables" / "morris.csv").write_text("nonsense")
    with pytest.raises(ResultsError, match=r"morris\.csv is not as it was written\. Run `clustersim sensitivity` again"):
        Sensitivity.read(folder)

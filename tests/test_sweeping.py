"""Sweeps: every run once, whoever works; what is interrupted goes on; what fails is kept; and what comes out of it."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from itertools import islice
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from clustersim import Scenario, run
from clustersim.experiments.execution.crew import ExecutionError
from clustersim.experiments.sensitivity.analysing import analyse
from clustersim.experiments.sensitivity.exported import Exported
from clustersim.experiments.store import Progress, Store
from clustersim.experiments.sweeps import asking, estimating, sweeping
from clustersim.experiments.sweeps.asking import CHUNK, Shard
from clustersim.experiments.sweeps.counting import how_far
from clustersim.experiments.sweeps.estimating import estimate
from clustersim.experiments.sweeps.exporting import export
from clustersim.experiments.sweeps.living import lived
from clustersim.experiments.sweeps.results import Results
from clustersim.experiments.sweeps.verifying import verify
from sweeping import DEADLY, DECAY, FAR, POISON, RATE, asked, imagined, ishigami, result_of, small, swept

COUNTED: list[int] = []
SHARE = "population.private_share"


def counted(scenario: Scenario, seed: int, keep: tuple[str, ...]):
    COUNTED.append(seed)
    return imagined(scenario, seed, keep)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "runs.store"


# ---- what a sweep does


def test_a_sweep_of_one_point_is_the_single_run(path: Path) -> None:
    results, going = swept(asked(levers={DECAY: {"values": [15]}}, seeds=2, outcomes=["cooperation"]), path, lived)
    assert going.standing.done == 2 and results.missing == 0
    alone = run(Scenario.load("village", {"run.months": 6, DECAY: 15.0}), seed=2)
    row = results.runs().iloc[1]
    assert row["state_hash"] == alone.state_hash and row[DECAY] == 15.0 and row["seed"] == 2
    assert row["cooperation"] == alone.series["mean_degree"].mean()
    months = results.series("mean_degree")
    np.testing.assert_array_equal(months[months["seed"] == 2]["mean_degree"], alone.series["mean_degree"].to_numpy(np.float32))


def test_what_is_there_is_not_run_again_whichever_experiment_asks_for_it(path: Path) -> None:
    COUNTED.clear()
    swept(small(), path, counted)
    assert len(COUNTED) == 12
    _, going = swept(small(), path, counted)
    assert len(COUNTED) == 12 and going.standing.there == 12 and going.standing.done == 0
    # another experiment that shares half of its points, and one with more seeds
    other = asked(levers={DECAY: {"values": [20, 30]}, FAR: {"values": [0.1, 0.2]}}, title="Another")
    assert swept(other, path, counted)[1].standing.there == 6 and len(COUNTED) == 18
    assert swept(small(seeds=5), path, counted)[1].standing.there == 12 and len(COUNTED) == 26


def test_points_that_are_the_same_are_run_once(path: Path) -> None:
    COUNTED.clear()
    (path.parent / "points.csv").write_text(f"{DECAY}\n10\n20\n10\n", encoding="utf-8")
    experiment = asked(design={"kind": "list", "file": str(path.parent / "points.csv")})
    results, going = swept(experiment, path, counted)
    assert len(COUNTED) == 6 and going.standing.there == 3 and going.standing.left == 0
    np.testing.assert_array_equal(results.outcome("clusters")[0], results.outcome("clusters")[2])
    assert len(results.runs()) == 9


@pytest.mark.parametrize("how", [{"workers": 2}, {"workers": 2, "kind": "threads"}])
def test_the_tables_are_the_same_whoever_works(tmp_path: Path, how: dict) -> None:
    one, _ = swept(small(), tmp_path / "one.store", lived)
    other, _ = swept(small(), tmp_path / "other.store", lived, **how)
    folders = [export(results, tmp_path / name) for name, results in (("a", one), ("b", other))]
    for name in ("runs.parquet", "runs.csv", "points.csv", "failures.csv", "experiment.toml"):
        assert (folders[0] / name).read_bytes() == (folders[1] / name).read_bytes(), name


def test_parts_that_are_run_apart_and_merged_make_the_whole(tmp_path: Path) -> None:
    whole, _ = swept(small(), tmp_path / "whole.store")
    counts = [swept(small(), tmp_path / f"{k}.store", shard=Shard(k, 3))[1].standing.done for k in (1, 2, 3)]
    assert sum(counts) == 12 and max(counts) - min(counts) <= 1
    with Store.open(tmp_path / "1.store") as store:
        for k in (2, 3):
            store.merge(tmp_path / f"{k}.store")
    merged = Results(small(), tmp_path / "1.store")
    pd.testing.assert_frame_equal(merged.runs(), whole.runs())


def test_progress_is_told_and_adds_up(path: Path) -> None:
    seen = []
    swept(small(seeds=4), path, progress=lambda standing: seen.append((standing.done, standing.left, standing.total)))
    assert seen[-1] == (16, 0, 16) and all(done + left == total for done, left, total in seen)


def test_ishigami_comes_out_of_the_whole_path_as_its_closed_form_says(path: Path, tmp_path: Path) -> None:
    """Experiment file, design, crew, store, tables, analysis: nothing on the way may lose a digit or an order."""
    factors = {name: [0.0, 1.0] for name in (FAR, "processes.meeting.closure_chance", "processes.meeting.space_encounters")}
    asked_for = asked(uncertainties=factors, seeds=1, outcomes=["clusters"], design={"kind": "saltelli", "base": 1_024})
    results, _ = swept(asked_for, path, ishigami, workers=2, kind="threads")
    folder = export(results, tmp_path)
    for answered in (results, Exported(folder)):
        table = analyse(answered).tables()["indices"]
        table = table[table["statistic"] == "mean"].set_index("factor")
        first = [table["first"][name] for name in factors]
        total = [table["total"][name] for name in factors]
        np.testing.assert_allclose(first, [0.3139, 0.4424, 0.0], atol=0.02)  # Ishigami & Homma 1990, a = 7, b = .1
        np.testing.assert_allclose(total, [0.5576, 0.4424, 0.2437], atol=0.03)
        for name, truth in (("first", [0.3139, 0.4424, 0.0]), ("total", [0.5576, 0.4424, 0.2437])):
            rows = table.loc[list(factors)]
            assert (rows[f"{name}_low"] <= truth).all() and (truth <= rows[f"{name}_high"]).all()
        assert table["total"]["luck"] == 0.0  # it has no luck


# ---- what goes wrong


def test_a_run_that_fails_is_kept_with_its_traceback_and_the_others_go_on(path: Path) -> None:
    experiment = small(first_seed=POISON - 1)
    results, going = swept(experiment, path)
    assert going.standing.failed == 4 and going.standing.done == 8 and results.missing == 4
    failures = results.failures()
    assert set(failures["seed"]) == {POISON} and set(failures["error"]) == {f"RuntimeError: seed {POISON} is poisoned"}
    assert failures["traceback"].str.contains("imagined").all()
    assert np.isnan(results.outcome("clusters")[:, 1]).all() and not np.isnan(results.outcome("clusters")[:, 0]).any()
    assert len(results.runs()) == 8 and (results.points()["runs"] == 2).all()


def test_what_has_failed_is_tried_again_only_when_that_is_asked_for(path: Path) -> None:
    experiment = small(first_seed=POISON - 1)
    swept(experiment, path)
    COUNTED.clear()
    again = swept(experiment, path, counted)[1].standing
    assert not COUNTED and (again.failed_before, again.there, again.left) == (4, 8, 0)
    assert swept(experiment, path, retry=True)[1].standing.failed == 4
    assert set(Results(experiment, path).failures()["attempts"]) == {2}
    mended = swept(experiment, path, lambda scenario, seed, keep: result_of(1.0, str(seed)), retry=True)[1].standing
    assert (mended.done, mended.there, mended.left) == (4, 8, 0)
    assert Results(experiment, path).failures().empty and Results(experiment, path).missing == 0


@pytest.mark.parametrize("chunk", [1, CHUNK])
def test_runs_that_are_asked_for_twice_count_twice_also_where_they_fail(path: Path, monkeypatch: pytest.MonkeyPatch, chunk: int) -> None:
    """Whether the copy of a run is looked up before its failure has been stored, or after."""
    monkeypatch.setattr(asking, "CHUNK", chunk)
    monkeypatch.setattr(sweeping, "_RUNS", 1)
    (path.parent / "points.csv").write_text(f"{DECAY}\n10\n20\n10\n30\n10\n", encoding="utf-8")
    experiment = asked(design={"kind": "list", "file": str(path.parent / "points.csv")}, first_seed=POISON - 1)  # a poisoned one a point

    def counts(going) -> tuple[int, ...]:
        standing = going.standing
        return standing.done, standing.there, standing.failed, standing.failed_before, standing.left

    COUNTED.clear()
    assert counts(swept(experiment, path, counted)[1]) == (6, 4, 5, 0, 0) and len(COUNTED) == 9
    assert counts(swept(experiment, path, counted)[1]) == (0, 10, 0, 5, 0) and len(COUNTED) == 9
    assert counts(swept(experiment, path, counted, retry=True)[1]) == (0, 10, 5, 0, 0) and len(COUNTED) == 12
    with Store.open(path, write=False) as store:
        assert {failure.attempts for failure in store.failures()} == {2}
        assert how_far(experiment, store) == Progress(15, 10, 5, 15)
    well = swept(experiment, path, lambda scenario, seed, keep: result_of(1.0, f"{scenario.identity()}-{seed}"), retry=True)[1]
    assert counts(well) == (3, 12, 0, 0, 0)
    assert Results(experiment, path).missing == 0


def test_a_run_that_kills_its_worker_is_a_failure_and_the_others_go_on(path: Path) -> None:
    results, going = swept(small(first_seed=DEADLY - 1), path, workers=2)
    assert going.standing.failed == 4 and going.standing.done == 8
    assert results.failures()["error"].str.contains("worker process died").all()


def test_a_run_whose_worker_died_is_tried_again_by_whoever_goes_on(path: Path) -> None:
    experiment = small(first_seed=DEADLY - 1)
    swept(experiment, path, workers=2)
    again = swept(experiment, path, lambda scenario, seed, keep: result_of(1.0, str(seed)))[1].standing
    assert (again.done, again.there, again.failed_before, again.left) == (4, 8, 0, 0)


def test_values_that_contradict_each_other_are_failures_of_their_points(path: Path) -> None:
    regions = {"territory.regions": {"values": [1, 9]}, "territory.districts": {"values": [3]}}
    results, going = swept(asked(scenarios=["baseline"], levers=regions), path)
    assert going.standing.failed == 3 and going.standing.done == 3
    assert results.failures()["error"].str.contains("at least one district a region").all()


def test_an_error_in_the_middle_loses_nothing_that_was_done(path: Path) -> None:
    def stops(standing) -> None:
        if standing.done == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        swept(small(), path, progress=stops)
    with Store.open(path, write=False) as store:
        assert store.facts()["runs"] == 5
    assert swept(small(), path)[1].standing.there == 5


def test_a_damaged_run_is_run_again_and_nothing_is_silently_wrong(path: Path) -> None:
    whole = swept(small(), path)[0].runs()
    raw = bytearray(path.read_bytes())
    place = raw.find(small().scenario_of(next(iter(small().points()))).identity().encode())
    assert place > 0
    raw[place + 40] ^= 0xFF
    path.write_bytes(raw)
    results, _ = swept(small(), path)
    pd.testing.assert_frame_equal(results.runs(), whole)


def test_a_second_driver_is_refused_while_one_is_at_work(path: Path) -> None:
    from clustersim.experiments.store import StoreError

    with Store.open(path), pytest.raises(StoreError, match="--store"):
        Store.open(path)


def test_workers_that_cannot_be_reached_are_named(path: Path) -> None:
    with pytest.raises(ExecutionError, match="127"):
        swept(small(), path, workers=None, scheduler="tcp://127.0.0.1:1")


# ---- what comes out


def test_tables_are_written_whole_with_units_and_read_by_others(tmp_path: Path, path: Path) -> None:
    results, _ = swept(small(), path)
    folder = export(results, tmp_path)
    (folder / "notes.txt").write_text("mine", encoding="utf-8")
    assert export(results, tmp_path) == folder and (folder / "notes.txt").exists()
    frame = pd.read_parquet(folder / "runs.parquet")
    assert list(frame.columns[:5]) == ["point", "scenario", DECAY, FAR, "seed"] and len(frame) == 12
    assert frame.equals(frame.sort_values(["point", "seed"], ignore_index=True))
    mean = duckdb.sql(f"SELECT avg(clusters) AS clusters FROM '{folder}/runs.parquet' WHERE \"{DECAY}\" = 20").fetchall()[0][0]
    assert mean == pytest.approx(20.002)
    import pyarrow.parquet as pq

    fields = {field.name: field.metadata for field in pq.read_schema(folder / "runs.parquet")}
    assert fields[DECAY][b"unit"] == b"km" and fields["clusters"][b"unit"] == b"count"
    sheets = pd.ExcelFile(folder / "runs.xlsx", engine="openpyxl").sheet_names if _has("openpyxl") else ["points", "runs"]
    assert sheets == ["points", "runs"]
    assert not [path.name for path in folder.parent.glob(".*") if path.suffix != ".lock"]


def test_columns_have_the_same_type_where_the_first_points_have_all_failed(path: Path, tmp_path: Path) -> None:
    shares = {"low": 0.1, "high": 0.4, "steps": CHUNK}
    levers = {"territory.regions": {"values": [9, 1]}, "territory.districts": {"values": [3]}, SHARE: shares}
    results, going = swept(asked(scenarios=["baseline"], seeds=1, levers=levers), path)
    assert going.standing.failed == going.standing.done == CHUNK
    table = pd.read_parquet(export(results, tmp_path / "tables") / "runs.parquet")
    assert table["territory.regions"].dtype == int and set(table["territory.regions"]) == {1}


def test_frames_know_their_units(path: Path) -> None:
    results, _ = swept(small(), path)
    for frame in (results.runs(), results.points()):
        assert frame.attrs["columns"][DECAY]["unit"] == "km" and set(frame.columns) <= set(frame.attrs["columns"])


def test_a_folder_that_cannot_be_written_is_said_so(tmp_path: Path, path: Path) -> None:
    from clustersim.results import ResultsError

    results, _ = swept(small(), path)
    (tmp_path / "taken").write_text("", encoding="utf-8")
    with pytest.raises(ResultsError, match="--out"):
        export(results, tmp_path / "taken")


def test_runs_that_are_lived_again_must_end_alike(path: Path) -> None:
    experiment = small()
    swept(experiment, path)
    with Store.open(path, write=False) as store:
        same = verify(experiment, store, 5, do=imagined, workers=1)
        other = verify(experiment, store, 50, do=lambda scenario, seed, keep: result_of(0.0), workers=1)
    assert (same.there, same.again, same.different) == (12, 5, ())
    assert other.again == 12 and len(other.different) == 12 and "in the store" in other.different[0]


def test_an_estimate_counts_times_and_writes_nothing(tmp_path: Path) -> None:
    found = estimate(small(), tmp_path / "runs.store", 2)
    assert (found.runs, found.there, found.tried) == (12, 0, True) and found.seconds > 0 and found.bytes > 0
    assert not list(tmp_path.iterdir())
    swept(small(), tmp_path / "runs.store")
    found = estimate(small(seeds=4), tmp_path / "runs.store", 2)
    assert (found.runs, found.there, found.tried) == (16, 12, False)
    assert found.seconds_a_run == pytest.approx(0.001) and found.seconds == pytest.approx(0.002)


@pytest.mark.parametrize("months", [6, 30, 240])
def test_an_estimate_says_how_large_a_store_becomes(tmp_path: Path, path: Path, months: int) -> None:
    luck = np.random.default_rng(1)

    def dull(scenario: Scenario, seed: int, keep: tuple[str, ...]):
        series = {f"observable_{k}": luck.integers(0, 50, months).astype(np.float32) for k in range(14)}
        return replace(result_of(1.0, f"{scenario.identity()}-{seed}"), series=series)

    few, many = small(seeds=5), small(seeds=150)
    swept(few, path, dull)
    found = estimate(many, path, 1)
    swept(many, path, dull)
    assert found.bytes == pytest.approx(path.stat().st_size, rel=0.25) and found.runs - found.there == 580
    assert not [file for file in tmp_path.iterdir() if not file.name.startswith("runs.store")]


def test_an_estimate_of_very_many_runs_looks_at_a_sample(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    half = small(seeds=30, first_seed=100)
    swept(half, path)
    monkeypatch.setattr(estimating, "_COUNTED", 100)
    assert estimate(half, path, 1).there == 120
    assert estimate(small(seeds=60, first_seed=100), path, 1).there == pytest.approx(120, abs=12)
    part = estimate(small(seeds=60, first_seed=100), path, 1, Shard(2, 3))
    assert part.runs == 80 and part.there == pytest.approx(40, abs=4)


def test_a_grid_of_millions_is_never_in_memory(path: Path) -> None:
    steps = {"steps": 100}
    vast = asked(levers={DECAY: steps, FAR: steps, RATE: steps})
    assert len(vast) == 1_000_000 and estimate(vast, path, 1).runs == 3_000_000
    last = dict(vast.point(999_999).changes)
    assert list(last.values()) == [each.values[-1] for each in vast.factors]
    assert [vast.point(k) for k in range(5)] == list(islice(vast.points(), 5))


# ---- killed


DRIVER = """
import sys
sys.path.insert(0, {tests!r})
from dataclasses import replace
from pathlib import Path
from sweeping import slow, small, swept
if __name__ == "__main__":
    swept(small(seeds=40), Path({path!r}), slow, workers=2)
"""


def test_a_killed_driver_loses_no_more_than_what_was_not_committed(path: Path, tmp_path: Path) -> None:
    script = tmp_path / "driver.py"
    script.write_text(DRIVER.format(tests=str(Path(__file__).parent), path=str(path)), encoding="utf-8")
    driver = subprocess.Popen([sys.executable, str(script)], start_new_session=True)
    known = 0
    while known == 0 and driver.poll() is None:
        time.sleep(0.05)
        if path.exists():
            try:
                with Store.open(path, write=False) as store:
                    known = store.facts()["runs"]
            except Exception:  # it is being made
                continue
    driver.send_signal(signal.SIGKILL)
    driver.wait()
    assert 0 < known < 160
    results, going = swept(small(seeds=40), path)
    assert going.standing.there >= known and going.standing.left == 0
    pd.testing.assert_frame_equal(results.runs(), swept(small(seeds=40), tmp_path / "other.store")[0].runs())
    assert os.path.exists(path)


def _has(package: str) -> bool:
    from importlib.util import find_spec

    return find_spec(package) is not None

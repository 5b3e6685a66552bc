"""What was asked then: a store and exported tables need none of the files that they were asked with, nor their lists."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from clustersim import Scenario, durable
from clustersim.cli import app
from clustersim.durable import put_in_place
from clustersim.experiments.sensitivity.analysing import analyse
from clustersim.experiments.sensitivity.exported import Exported
from clustersim.experiments.store import Store
from clustersim.experiments.store.locking import held
from clustersim.experiments.sweeps import exporting, keeping, placing
from clustersim.experiments.sweeps.asking import in_chunks
from clustersim.experiments.sweeps.experiment import Experiment
from clustersim.experiments.sweeps.exporting import export
from clustersim.experiments.sweeps.keeping import kept_text, unpacked
from clustersim.experiments.sweeps.own_lists import own_lists
from clustersim.experiments.sweeps.sweeping import Sweep
from clustersim.problems import ScenarioError
from clustersim.results import ResultsError
from sweeping import DECAY, FAR, POISON, imagined, small, swept

PLACES = "code,name,population,x_km,y_km\na,Aville,3000,0,0\nb,Bourg,900,6,0\nc,Camp,400,0,9\n"
ORGANISATIONS = "name,kind,place\nLa Fabrique,social_enterprise,a\nLe Panier,social_enterprise,b\nMartin,private_actor,a\n"
OWN = """
title = "Ours"
extends = "village"
[territory]
kind = "real"
places = "lists/places.csv"
[population]
organisations_file = "lists/organisations.csv"
"""
TRIAL = """
scenarios = ["own.toml", "village"]
seeds = 2
months = 2
outcomes = ["cooperation", "clusters"]
[constants]
run.spin_up = 0
[uncertainties]
processes.meeting.decay_km = { around = 0.5 }
processes.meeting.far_chance = [0.1, 0.3]
[design]
kind = "latin_hypercube"
points = 6
"""
LISTED = """
scenarios = ["own.toml"]
seeds = 2
months = 2
outcomes = ["cooperation"]
[constants]
run.spin_up = 0
[design]
kind = "list"
file = "lists/points.csv"
"""
runner = CliRunner()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with an experiment of the user's own lists, and one whose points are a list too."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / "places.csv").write_text(PLACES, encoding="utf-8")
    (tmp_path / "lists" / "organisations.csv").write_text(ORGANISATIONS, encoding="utf-8")
    (tmp_path / "lists" / "points.csv").write_text(f"{DECAY}\n10\n20\n", encoding="utf-8")
    (tmp_path / "own.toml").write_text(OWN, encoding="utf-8")
    (tmp_path / "trial.toml").write_text(TRIAL, encoding="utf-8")
    (tmp_path / "listed.toml").write_text(LISTED, encoding="utf-8")
    return tmp_path


@pytest.fixture(autouse=True)
def _runs_are_imagined_and_nothing_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(Sweep.__init__.__kwdefaults__, "do", imagined)
    monkeypatch.setattr("clustersim.report.sensitivity.figures.write", lambda folder: None)


def said(*words: str, code: int = 0) -> str:
    found = runner.invoke(app, list(words), env={"COLUMNS": "200"})
    assert found.exit_code == code, (found.exit_code, found.output, found.exception)
    return found.output


def gone(folder: Path) -> None:
    """Take away all files that were asked with."""
    shutil.rmtree(folder / "lists")
    for file in folder.glob("*.toml"):
        file.unlink()


# ---- the store


@pytest.mark.parametrize("name", ["trial", "listed"])
def test_what_is_kept_asks_for_the_same_runs_without_any_of_its_files(folder: Path, name: str) -> None:
    asked = Experiment.load(folder / f"{name}.toml")
    text, identity = kept_text(asked), asked.identity()
    runs = [wanted.identity for chunk in in_chunks(asked) for wanted in chunk]
    gone(folder)
    then = Experiment.from_text(text)
    assert then.identity() == identity
    assert [wanted.identity for chunk in in_chunks(then) for wanted in chunk] == runs
    assert then.scenarios[0].places().names == ("Aville", "Bourg", "Camp")
    assert kept_text(then) == text, "what comes from a store is kept as it was"
    assert len(unpacked(then)) == len(list(own_lists(then)))


def test_lists_that_lie_where_they_were_are_read_there_and_others_are_unpacked(folder: Path) -> None:
    text = kept_text(Experiment.load("listed.toml"))
    assert unpacked(Experiment.from_text(text)) == ()
    (folder / "lists" / "places.csv").write_text(PLACES.replace("900", "901"), encoding="utf-8")
    then = Experiment.from_text(text)
    assert unpacked(then) == (str(folder / "lists" / "places.csv"),)
    assert then.scenarios[0].places().population.tolist() == [3000, 900, 400]
    assert "901" in (folder / "lists" / "places.csv").read_text(encoding="utf-8"), "the user's file is left alone"


def test_a_list_too_large_to_be_kept_is_read_where_it_lies_and_known_by_its_digest(folder: Path, monkeypatch) -> None:
    monkeypatch.setattr(keeping, "_MODEST", 20)
    asked = Experiment.load("trial.toml")
    text = kept_text(asked)
    assert Experiment.from_text(text).identity() == asked.identity()
    (folder / "lists" / "places.csv").write_text(PLACES.replace("900", "901"), encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"places\.csv: found a list that has changed since.*put it back as it was"):
        Experiment.from_text(text)
    (folder / "lists" / "places.csv").unlink()
    with pytest.raises(ScenarioError, match=r"places\.csv: found no list that can be read any more"):
        Experiment.from_text(text)


def test_no_tables_are_written_of_an_experiment_whose_large_list_has_changed(folder: Path, monkeypatch) -> None:
    monkeypatch.setattr(keeping, "_MODEST", 20)
    said("sweep", "trial.toml", "--workers", "1")
    tables = sorted(folder.glob("results/trial/[!.]*"))
    (folder / "trial.toml").unlink()
    (folder / "lists" / "places.csv").write_text(PLACES.replace("900", "901"), encoding="utf-8")
    for words in (("export", "trial"), ("export", "trial", "--seeds", "1"), ("resume", "trial")):
        assert "a list that has changed since" in said(*words, code=2)
    assert "its files have gone or changed" in said("status")
    assert sorted(folder.glob("results/trial/[!.]*")) == tables


def test_what_was_asked_of_another_version_is_not_exported_as_something_else(folder: Path, monkeypatch) -> None:
    said("sweep", "trial.toml", "--workers", "1")
    (folder / "trial.toml").unlink()
    monkeypatch.setattr("clustersim.experiments.sweeps.experiment.RESULTS_VERSION", "next")
    monkeypatch.setattr("clustersim.results.RESULTS_VERSION", "next")
    assert "of results, this program is of version next" in said("export", "trial", code=2)
    assert len(list(folder.glob("results/trial/[!.]*"))) == 1


def test_files_that_others_may_not_look_at_keep_nobody_from_the_store(folder: Path, monkeypatch) -> None:
    tables = said("sweep", "trial.toml", "--workers", "1", "--quiet")
    stat, read = os.stat, Path.read_bytes

    def for_me(do, path, *arguments, **more):
        if str(path).startswith((str(folder / "lists"), str(folder / "own"), str(folder / "trial"))):
            raise PermissionError(13, "Permission denied", str(path))
        return do(path, *arguments, **more)

    monkeypatch.chdir(folder / "results")
    monkeypatch.setattr(os, "stat", lambda *given, **more: for_me(stat, *given, **more))  # as in another's folder of rights 0700
    monkeypatch.setattr(Path, "read_bytes", lambda path: for_me(read, path))
    assert "whole; its files have gone, or can no longer be read" in said("status", "--out", ".")
    assert Path(said("export", "trial", "--quiet", "--out", ".").splitlines()[-1]).name == Path(tables.strip()).name



def test_a_list_that_has_changed_since_it_was_read_is_not_kept_as_if_it_were_the_same(folder: Path) -> None:
    asked = Experiment.load("trial.toml")
    (folder / "lists" / "places.csv").write_text(PLACES.replace("900", "901"), encoding="utf-8")
    with pytest.raises(ResultsError, match=r"places\.csv has changed since it was read.*Put back"):
        kept_text(asked)


def test_months_and_seeds_can_be_others_than_those_that_are_kept(folder: Path) -> None:
    text = kept_text(Experiment.load("trial.toml"))
    other = Experiment.load("trial.toml", months=3, seeds=4, first_seed=7)
    gone(folder)
    then = Experiment.from_text(text, months=3, seeds=4, first_seed=7)
    assert then.identity() == other.identity() and then.scenarios[0].run.months == 3
    assert Experiment.from_text(kept_text(then)).identity() == other.identity()


def test_experiments_by_name_are_those_of_then_and_it_is_said_where_the_files_of_now_differ(folder: Path) -> None:
    said("sweep", "trial.toml", "--workers", "1")
    for command in ("export", "resume", "status"):
        assert "asked then" not in said(command, "trial"), "nothing has changed"
    (folder / "own.toml").write_text(OWN + "[run]\nspin_up = 1\n[processes.meeting]\nencounter_rate = 0.7\n", encoding="utf-8")
    for command, how in (("export", ()), ("resume", ("--workers", "1")), ("sensitivity", ("--outcome", "clusters"))):
        text = said(command, "trial", *how)
        assert "this is trial as it was asked then; its files ask for other runs now" in text, command
    assert "24 were there already" in said("resume", "trial")
    assert "whole; its files ask for other runs now" in said("status")
    gone(folder)
    assert "its files have gone, or can no longer be read" in said("export", "trial")
    assert "whole" in said("status", "trial")
    assert len(list(folder.glob("results/trial/[!.]*"))) == 1


def test_a_file_that_has_changed_is_told_by_what_name_the_runs_of_then_are_found(folder: Path) -> None:
    said("sweep", "trial.toml", "--workers", "1")
    (folder / "trial.toml").write_text(TRIAL.replace("0.3", "0.4"), encoding="utf-8")
    for command in ("export", "resume", "verify"):
        text = said(command, "trial.toml", code=2)
        assert "has changed since" in text and "by its name alone: trial" in text
    assert "its files ask for other runs now" in said("export", "trial")
    said("sweep", "trial.toml", "--workers", "1")
    assert "asked then" not in said("export", "trial"), "of several of a name the one that the file asks for now"
    old = next(kept for kept in _kept(folder) if '"processes.meeting.far_chance": [0.1, 0.3]' in json.dumps(_flat(kept)))
    assert old.identity in said("export", old.identity)


def test_a_bare_name_is_of_the_file_that_was_swept_wherever_one_stands(folder: Path, monkeypatch) -> None:
    """Of several of a name: what the file here asks for, or the file that was swept, or else the youngest."""
    store = ("--store", str(folder / "runs.store"), "--out", str(folder / "results"))
    work = ("--workers", "1", "--quiet")
    first = said("sweep", "trial.toml", *work, *store).strip()
    (folder / "trial.toml").write_text(TRIAL.replace("0.3", "0.4"), encoding="utf-8")
    younger = said("sweep", "trial.toml", *work, *store).strip()
    (folder / "trial.toml").write_text(TRIAL, encoding="utf-8")
    (folder / "elsewhere").mkdir()
    monkeypatch.chdir(folder / "elsewhere")
    commands = (("export",), ("resume", "--workers", "1"), ("retry", "--workers", "1"))
    for command, *how in commands:
        assert said(command, "trial", *how, "--quiet", *store).strip() == first, command
    assert said("sensitivity", "trial", "--quiet", *store).strip() == f"{first}/sensitivity"
    (folder / "elsewhere" / "own.toml").write_text(OWN.replace('"lists', '"../lists'), encoding="utf-8")
    (folder / "elsewhere" / "trial.toml").write_text(TRIAL.replace("0.3", "0.4"), encoding="utf-8")
    for command, *how in commands:
        assert said(command, "trial", *how, "--quiet", *store).strip() == younger, command
    for file in (folder / "trial.toml", folder / "elsewhere" / "trial.toml"):
        file.write_text(TRIAL.replace("0.3", "0.5"), encoding="utf-8")
    text = said("export", "trial", *store)
    assert younger in text and "as it was asked then; its files ask for other runs now" in text, "no file asks for what is known"
    (folder / "trial.toml").write_text(TRIAL.replace("0.3", "0.4"), encoding="utf-8")
    (folder / "elsewhere" / "trial.toml").write_text(TRIAL.replace("0.3", "0.6"), encoding="utf-8")
    text = said("export", "trial", *store)
    assert younger in text and f"trial.toml in this folder asks for other runs; this is the trial of {folder}." in text


def test_status_tells_experiments_of_one_name_apart(folder: Path) -> None:
    said("sweep", "trial.toml", "--workers", "1")
    (alone,) = _kept(folder)
    assert alone.identity not in said("status")
    said("sweep", "trial.toml", "--workers", "1", "--seeds", "3")
    text = said("status", "trial")
    assert all(kept.identity in text for kept in _kept(folder))


def _kept(folder: Path):
    with Store.open(folder / "results" / "runs.store", write=False) as store:
        return store.experiments()


def _flat(kept) -> dict:
    return {"processes.meeting.far_chance": json.loads(kept.text)["said"]["uncertainties"]["processes"]["meeting"]["far_chance"]}


def test_stores_of_earlier_versions_take_scenarios_from_the_files_of_now(folder: Path) -> None:
    said("sweep", "trial.toml", "--workers", "1")
    path = folder / "results" / "runs.store"
    (kept,) = _kept(folder)
    with Store.open(path) as store:  # as it was written before scenarios were kept
        text = {key: value for key, value in json.loads(kept.text).items() if key in ("name", "folder", "said")}
        store.keep_experiment(kept.identity, kept.name, json.dumps(text))
    (folder / "trial.toml").unlink()
    assert "24 were there already" in said("resume", "trial")
    with Store.open(path) as store:
        store.keep_experiment(kept.identity, kept.name, json.dumps(text))
    (folder / "own.toml").write_text(OWN + "[processes.meeting]\nencounter_rate = 0.7\n", encoding="utf-8")
    assert "its scenarios have changed since" in said("status")
    assert "does not know this experiment" in said("resume", "trial", code=2)


@pytest.mark.parametrize("poorer", ["results/runs.store", "other.store"])
def test_of_what_two_stores_keep_of_an_experiment_the_richer_stays_whichever_has_it(folder: Path, poorer: str) -> None:
    said("sweep", "trial.toml", "--workers", "1")
    shutil.copy("results/runs.store", "other.store")
    (kept,) = _kept(folder)
    with Store.open(folder / poorer) as store:
        text = {key: value for key, value in json.loads(kept.text).items() if key in ("name", "folder", "said", "instead")}
        store.keep_experiment(kept.identity, "longer name", json.dumps(text | {"folder": "a much longer path" * 1_000}))
    here = "longer name" if poorer == "results/runs.store" else kept.name
    for _ in range(2):
        assert "0 experiments came in" in said("merge", "other.store")
        assert _kept(folder) == [replace(kept, name=here)], "what is known here by a name is found by it after a merge"
    gone(folder)
    assert "24 were there already" in said("resume", here)


def test_what_was_asked_of_another_version_of_results_is_said_so(folder: Path, monkeypatch) -> None:
    said("sweep", "trial.toml", "--workers", "1")
    monkeypatch.setattr(keeping, "version_kept", lambda text: "other")
    assert "asked of version other of results" in said("status")


def test_unpacked_lists_do_not_travel_to_a_scheduler(folder: Path) -> None:
    said("sweep", "trial.toml", "--workers", "1")
    gone(folder)
    text = said("resume", "trial", "--scheduler", "tcp://127.0.0.1:9", code=2)
    assert str(folder / "lists" / "places.csv") in text and "this machine alone" in text


# ---- the tables


def test_exported_tables_are_read_and_analysed_without_the_files_that_they_came_from(folder: Path) -> None:
    tables = Path(said("sweep", "trial.toml", "--workers", "1", "--quiet").strip())
    before = analyse(Exported(tables)).tables()
    gone(folder)
    (folder / "results" / "runs.store").unlink()
    moved = tables.rename(folder / "moved")
    after = analyse(Exported(moved)).tables()
    for name, table in before.items():
        pd.testing.assert_frame_equal(after[name], table)
    said("sensitivity", str(moved))
    assert (folder / said("report", str(moved)).strip()).is_file()
    resolved = Scenario.load(moved / "scenarios" / "own.toml")
    assert resolved.places().names == ("Aville", "Bourg", "Camp") and len(resolved.own_organisations) == 3
    assert str(folder / "lists") not in "".join(path.read_text(encoding="utf-8") for path in moved.rglob("*.toml"))


def test_a_table_of_points_goes_along_too(folder: Path) -> None:
    tables = Path(said("sweep", "listed.toml", "--workers", "1", "--quiet").strip())
    gone(folder)
    import tomllib

    file = tables / tomllib.loads((tables / "experiment.toml").read_text(encoding="utf-8"))["design"]["file"]
    assert file.read_text(encoding="utf-8") == f"{DECAY}\n10\n20\n"


CONSTANT = """
title = "Ours, again"
scenarios = ["seed_grants", "animation"]
on = "own.toml"
seeds = 2
months = 2
outcomes = ["cooperation", "clusters"]
[constants]
run.spin_up = 0
processes.meeting.encounter_rate = 0.7
[uncertainties]
processes.meeting.decay_km = { around = 0.5 }
[design]
kind = "morris"
trajectories = 2
"""


@pytest.mark.parametrize("name", ["trial", "listed", "constant"])
def test_exported_tables_are_asked_for_again_by_the_experiment_among_them(folder: Path, name: str) -> None:
    (folder / "constant.toml").write_text(CONSTANT, encoding="utf-8")
    tables = Path(said("sweep", f"{name}.toml", "--workers", "1", "--quiet", "--seeds", "5-6", "--months", "3").strip())
    gone(folder)
    work = ("--workers", "1", "--quiet")
    assert said("sweep", str(tables / "experiment.toml"), *work).strip() == str(tables), "it keeps its name"
    moved = tables.rename(folder / "a copy")
    other = Path(said("sweep", str(moved / "experiment.toml"), *work, "--out", "other").strip())
    assert other == Path("other") / name / tables.name
    for table in ("runs.parquet", "runs.csv", "points.csv", "failures.csv", "runs.xlsx"):
        assert (other / table).read_bytes() == (moved / table).read_bytes(), table
    ours, theirs = (_runs_in(folder / place / "runs.store") for place in ("results", "other"))
    assert ours == theirs
    (moved / "manifest.json").unlink()
    assert said("sweep", str(moved / "experiment.toml"), *work, "--out", "other").strip() == f"other/experiment/{tables.name}"


@pytest.mark.parametrize("name", ["trial", "listed", "constant"])
def test_a_sweep_by_the_experiment_among_tables_leaves_known_where_it_came_from(folder: Path, name: str, monkeypatch) -> None:
    (folder / "constant.toml").write_text(CONSTANT, encoding="utf-8")
    work = ("--workers", "1", "--quiet")
    tables = Path(said("sweep", f"{name}.toml", *work).strip())
    asked, kept = (tables / "experiment.toml").read_bytes(), _all_kept(folder)
    shutil.copytree(tables, folder / "copy")
    for file in (tables / "experiment.toml", folder / "copy" / "experiment.toml"):
        assert said("sweep", str(file), *work).strip() == str(tables)
        assert (tables / "experiment.toml").read_bytes() == asked
        assert said("export", str(file), "--quiet").strip() == str(tables)
        assert (tables / "experiment.toml").read_bytes() == asked
    assert _all_kept(folder) == kept
    (folder / "elsewhere").mkdir()
    monkeypatch.chdir(folder / "elsewhere")
    found = said("export", name, "--quiet", "--store", "../results/runs.store")
    assert found.strip() == f"results/{name}/{tables.name}", "nothing to be noted: its file is where it was swept from"


def _all_kept(folder: Path) -> list:
    with Store.open(folder / "results" / "runs.store", write=False) as store:
        return store.experiments()


def _runs_in(path: Path) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT identity, state_hash FROM runs ORDER BY identity").fetchall()


def test_seeds_and_months_choose_among_sweeps_of_one_file(folder: Path) -> None:
    first = said("sweep", "trial.toml", "--workers", "1", "--quiet").strip()
    other = said("sweep", "trial.toml", "--workers", "1", "--quiet", "--seeds", "4-6", "--months", "1").strip()
    for name in ("trial.toml", "trial"):
        assert said("export", name, "--quiet").strip() == first
        assert said("export", name, "--quiet", "--seeds", "4-6", "--months", "1").strip() == other
        assert said("sensitivity", name, "--quiet", "--seeds", "4-6", "--months", "1").strip() == f"{other}/sensitivity"
        assert "has no run of trial" in said("export", name, "--seeds", "90-99", "--months", "1", code=2)
        assert "has no run of trial" in said("verify", name, "--seeds", "90-91", "--months", "1", code=2)
    manifest = json.loads((folder / other / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["command"] == "clustersim sweep trial.toml --seeds 4-6 --months 1"
    facts = json.loads((folder / other / "sensitivity" / "manifest.json").read_text(encoding="utf-8"))
    assert facts["commands"][0] == "clustersim sweep trial.toml --seeds 4-6 --months 1"
    assert "the tables in" in said("sensitivity", other, "--seeds", "4-6", code=2)
    (folder / "trial.toml").unlink()
    assert said("export", "trial", "--quiet", "--seeds", "4-6", "--months", "1").strip() == other


def test_tables_are_of_one_moment_while_a_sweep_goes_on(tmp_path: Path, monkeypatch) -> None:
    experiment, path = small(first_seed=POISON - 1), tmp_path / "runs.store"
    results, _ = swept(small(seeds=1, first_seed=POISON - 1), path)
    results = type(results)(experiment, path)
    write = exporting._write_runs

    def while_others_write(*arguments) -> int:
        rows = write(*arguments)
        swept(experiment, path)
        return rows

    monkeypatch.setattr(exporting, "_write_runs", while_others_write)
    monkeypatch.setattr("clustersim.experiments.store.store._MOST_AT_END_MS", 100)
    tables = export(results, tmp_path)
    manifest = json.loads((tables / "manifest.json").read_text(encoding="utf-8"))
    assert len(pd.read_parquet(tables / "runs.parquet")) == manifest["runs"] == 4
    assert pd.read_csv(tables / "points.csv")["runs"].tolist() == [1] * 4
    assert manifest["failed"] == 0 and pd.read_csv(tables / "failures.csv").empty
    assert results.missing == 4, "whoever asks later sees what came meanwhile"


def test_what_a_killed_export_left_goes_with_the_next_one_to_the_same_place(tmp_path: Path) -> None:
    results, _ = swept(small(), tmp_path / "runs.store")
    tables = export(results, tmp_path)
    other = tables.parent / ".another.part"
    other.mkdir()
    killed = subprocess.Popen([sys.executable, "-c", FILLING, str(tables)], stdout=subprocess.PIPE)
    assert killed.stdout.readline() == b"filling\n"
    with pytest.MonkeyPatch.context() as patch, pytest.raises(ResultsError, match="another process has been writing there"):
        patch.setattr(placing, "_LONGEST", 0.0)
        export(results, tmp_path)
    killed.kill()
    killed.communicate()
    part = tables.with_name(f".{tables.name}.part")
    assert (part / "runs.csv").exists()
    export(results, tmp_path)
    assert {path.name for path in tables.parent.glob(".*")} == {f".{tables.name}.lock", other.name}


FILLING = """
import sys, time
from pathlib import Path
from clustersim.experiments.sweeps.placing import new_folder
with new_folder(Path(sys.argv[1])) as part:
    (part / "runs.csv").touch()
    print("filling", flush=True)
    time.sleep(600)
"""


def test_whoever_exports_to_the_same_place_waits_and_brings_along_what_was_laid_there_meanwhile(tmp_path: Path) -> None:
    results, _ = swept(small(), tmp_path / "runs.store")
    tables, told = export(results, tmp_path), []
    at_work = held(tables.with_name(f".{tables.name}.lock"))

    def when_told(sentence: str) -> None:
        told.append(sentence)
        (tables / "notes.txt").write_text("mine", encoding="utf-8")
        at_work.close()

    export(results, tmp_path, notes=when_told)
    assert told == [f"another process is writing to {tables}; this one goes on when that has ended"]
    assert (tables / "notes.txt").read_text(encoding="utf-8") == "mine"


def test_an_analysis_waits_for_the_tables_that_it_is_put_among(tmp_path: Path) -> None:
    results, _ = swept(small(design={"kind": "latin_hypercube", "points": 4}, uncertainties={DECAY: [10, 20]}, levers={}), tmp_path / "s")
    tables, found = export(results, tmp_path), analyse(results)
    at_work = held(tables.with_name(f".{tables.name}.lock"))
    with pytest.MonkeyPatch.context() as patch, pytest.raises(ResultsError, match="another process has been writing there"):
        patch.setattr(placing, "_LONGEST", 0.0)
        found.write(tables / "sensitivity")
    at_work.close()
    assert found.write(tables / "sensitivity").is_dir()
    assert not [path.name for path in tables.rglob(".*")]


@pytest.mark.parametrize("way", ["plain", "up and down", "link", "link to the folder above"])
def test_whoever_comes_to_tables_by_another_way_waits_at_the_same_lock_and_says_so(folder: Path, monkeypatch, way: str) -> None:
    said("sweep", "trial.toml", "--workers", "1")
    tables = Path(said("export", "trial", "--quiet").strip()).resolve()
    (folder / "latest").symlink_to(tables)
    (folder / "other").symlink_to(tables.parent)
    there = {
        "plain": tables,
        "up and down": tables / "scenarios" / "..",
        "link": folder / "latest",
        "link to the folder above": folder / "other" / tables.name,
    }[way]
    monkeypatch.setattr(placing, "_LONGEST", 0.0)
    with closing(held(tables.with_name(f".{tables.name}.lock"))):
        waited = said("sensitivity", str(there), code=2)
    assert waited.count(f"Note: another process is writing to {tables}; this one goes on when that has ended") == 1
    assert "another process has been writing there" in waited and not (tables / "sensitivity").exists()
    said("sensitivity", str(there))
    assert (tables / "sensitivity" / "manifest.json").exists()


def test_tables_that_a_killed_export_had_set_aside_come_back_with_what_lay_beside_them(tmp_path: Path) -> None:
    results, _ = swept(small(), tmp_path / "runs.store")
    tables = export(results, tmp_path)
    (tables / "notes.txt").write_text("mine", encoding="utf-8")
    left = tables.with_name(f".{tables.name}.lock")
    shutil.copytree(tables, left.with_suffix(".part"))
    tables.rename(left.with_suffix(".old"))
    assert (export(results, tmp_path) / "notes.txt").read_text(encoding="utf-8") == "mine"
    assert [path.name for path in tables.parent.glob(".*")] == [left.name]


def test_an_analysis_of_other_runs_goes_when_tables_are_written_anew_and_that_is_said(folder: Path) -> None:
    said("sweep", "trial.toml", "--workers", "1", "--shard", "1/2")
    tables = Path(said("export", "trial", "--quiet").strip())
    said("sensitivity", "trial.toml")
    analysis = tables / "sensitivity"
    said("report", str(tables))
    assert "taken away" not in said("export", "trial") and (analysis / "report.html").exists(), "it is of these very runs"
    (analysis / "notes.txt").write_text("mine", encoding="utf-8")
    text = said("sweep", "trial.toml", "--workers", "1")
    assert f"the analysis in {analysis} was of other runs and has been taken away" in text
    assert [path.name for path in analysis.rglob("*") if path.is_file() and path.name != "manifest.json"] == ["notes.txt"]
    assert "sensitivity" in said("report", str(tables), code=2)
    said("sensitivity", str(tables))
    assert (analysis / "notes.txt").exists() and "taken away" not in said("export", "trial"), "tables and store are the same runs"
    (analysis / "notes.txt").unlink()
    said("sweep", "trial.toml", "--workers", "1", "--seeds", "3")
    assert (analysis / "manifest.json").exists(), "other seeds have tables of their own"


def test_an_analysis_of_other_runs_is_at_no_moment_beside_the_tables(folder: Path, monkeypatch) -> None:
    said("sweep", "trial.toml", "--workers", "1", "--shard", "1/2")
    tables = Path(said("export", "trial", "--quiet").strip())
    said("sensitivity", "trial.toml")
    said("report", str(tables))
    (tables / "sensitivity" / "notes.txt").write_text("mine", encoding="utf-8")

    def killed_after_it(*arguments) -> None:
        put_in_place(*arguments)
        raise KeyboardInterrupt

    monkeypatch.setattr(durable, "put_in_place", killed_after_it)
    said("sweep", "trial.toml", "--workers", "1", code=130)
    assert len(pd.read_csv(tables / "runs.csv")) == 24
    assert {path.name for path in (tables / "sensitivity").iterdir()} == {"manifest.json", "notes.txt"}
    monkeypatch.setattr(durable, "put_in_place", put_in_place)
    said("sensitivity", "trial")
    said("report", str(tables))
    monkeypatch.setattr(durable, "put_in_place", killed_after_it)
    said("sensitivity", "trial", code=130)
    assert not list(tables.glob("sensitivity/report*")), "nor is a page of an older analysis"


def test_an_analysis_of_other_runs_than_the_tables_around_it_is_said_so_with_what_to_do(folder: Path) -> None:
    said("sweep", "trial.toml", "--workers", "1", "--shard", "1/2")
    tables = Path(said("export", "trial", "--quiet").strip())
    said("sweep", "trial.toml", "--workers", "1", "--shard", "2/2")
    sentence = f"the analysis in {tables / 'sensitivity'} is of other runs than the tables around it"
    for command, named in (("sensitivity", "trial"), ("report", str(tables))):
        text = said(command, named)
        assert sentence in text and f"clustersim sensitivity {tables}" in text and "clustersim export" in text
    assert sentence not in said("sensitivity", str(tables)) + said("report", str(tables))
    assert "taken away" in said("export", "trial")
    assert sentence not in said("sensitivity", "trial") + said("report", str(tables))


def test_the_seeds_of_all_points_are_among_the_facts(tmp_path: Path) -> None:
    design = {"design": {"kind": "morris", "trajectories": 3}, "uncertainties": {DECAY: [10, 20], FAR: [0.1, 0.2]}, "levers": {}}
    results, _ = swept(small(first_seed=100, **design), tmp_path / "runs.store")
    facts = analyse(results).facts
    seeds = {seed for point in results.experiment.points() for seed in point.seeds}
    assert facts["seeds"] == [100, 101, 102]
    assert facts["all_seeds"] == {"sets": 6, "seeds": 3, "first": min(seeds), "last": max(seeds)} and max(seeds) == 117


def test_what_somebody_is_about_to_put_in_place_does_not_come_along(tmp_path: Path) -> None:
    target, part = tmp_path / "tables", tmp_path / ".tables.00000000.part"
    for name in ("note.txt", ".sensitivity.part/half.csv", ".sensitivity.lock", ".hidden"):
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (target / name).write_text("theirs", encoding="utf-8")
    part.mkdir()
    put_in_place(part, target)
    assert sorted(path.name for path in target.rglob("*")) == [".hidden", "note.txt"]

"""The commands of sweeps: what they print, what they write, and how they end."""

import io
import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from clustersim.cli import app, main
from clustersim.cli.progressing import in_bytes, in_time
from clustersim.experiments.execution.tasks import Do
from clustersim.experiments.store import Progress, Store
from clustersim.experiments.sweeps.experiment import Experiment
from clustersim.experiments.sweeps.sweeping import Sweep, sweep
from clustersim.problems import ScenarioError
from sweeping import imagined

EXPERIMENT = """
title = "A trial, of commands"
scenarios = ["village"]
seeds = 2
months = 3
outcomes = ["clusters", "cooperation"]
[constants]
run.spin_up = 0
[levers]
processes.meeting.decay_km = { values = [10, 20] }
"""
runner = CliRunner()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "trial.toml").write_text(EXPERIMENT, encoding="utf-8")
    return tmp_path


def said(*words: str, code: int = 0) -> str:
    found = runner.invoke(app, list(words))
    assert found.exit_code == code, (found.exit_code, found.output, found.exception)
    return found.output


def swept(*words: str, code: int = 0, do: Do | None = None) -> str:
    with pytest.MonkeyPatch.context() as patch:
        if do is not None:
            patch.setitem(Sweep.__init__.__kwdefaults__, "do", do)
        return said("sweep", "trial.toml", "--workers", "1", *words, code=code)


def test_a_sweep_says_how_it_went_and_where_everything_is(folder: Path) -> None:
    text = swept()
    assert "A trial, of commands: 4 runs done in" in text
    assert "Runs: results/runs.store" in text
    (tables,) = folder.glob("results/trial/[!.]*")
    assert f"Tables: {tables.relative_to(folder)}" in text
    assert json.loads((tables / "manifest.json").read_text(encoding="utf-8"))["command"] == "clustersim sweep trial.toml"
    assert "4 were there already" in swept()


def test_quiet_prints_the_path_alone_and_json_one_object(folder: Path) -> None:
    assert (folder / swept("--quiet").strip() / "runs.parquet").is_file()
    facts = json.loads(swept("--json"))
    assert (facts["there"], facts["done"], facts["left"]) == (4, 0, 0) and (folder / facts["path"]).is_dir()


def test_in_a_log_a_sweep_says_now_and_then_how_far_it_is(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clustersim.cli.progressing.LOGGED", 0.0)
    found = runner.invoke(app, ["sweep", "trial.toml", "--workers", "1"])
    lines = [line for line in found.stderr.splitlines() if line.startswith("trial: ")]
    assert len(lines) >= 4 and lines[-1].startswith("trial: 4 of 4 runs, ") and lines[-1].endswith(" left")
    assert "trial: " not in runner.invoke(app, ["sweep", "trial.toml", "--workers", "1", "--quiet"]).stderr


def test_a_dry_run_says_what_it_would_take_and_writes_nothing(folder: Path) -> None:
    text = swept("--dry-run")
    assert "2 points, 2 seeds each" in text and "4 runs, 0 of them in the store" in text and "Nothing was written" in text
    assert json.loads(swept("--dry-run", "--json"))["runs"] == 4
    assert [path.name for path in folder.iterdir()] == ["trial.toml"]


def test_seeds_months_and_parts_can_be_said_on_the_command_line(folder: Path) -> None:
    assert json.loads(swept("--seeds", "3", "--json"))["total"] == 6
    assert json.loads(swept("--seeds", "2-4", "--json"))["there"] == 4
    assert json.loads(swept("--months", "2", "--json"))["done"] == 4
    part = json.loads(swept("--shard", "2/3", "--store", "part.store", "--json"))
    assert (part["total"], part["path"], part["store"]) == (1, None, "part.store")


def test_parts_are_merged(folder: Path) -> None:
    for part in ("1/2", "2/2"):
        assert "When all are done" in swept("--shard", part, "--store", f"{part[0]}.store")
    assert "2.store" in said("merge", "2.store", "--store", "1.store")
    assert "whole" in said("status", "--store", "1.store")
    assert json.loads(swept("--store", "1.store", "--json"))["there"] == 4


def test_resume_goes_on_with_what_the_store_knows_and_with_nothing_else(folder: Path) -> None:
    assert "does not know this experiment" in said("resume", "trial", "--store", "none.store", code=2)
    assert "no such file" in said("resume", "trail", "--store", "none.store", code=2)
    assert "does not know this experiment" in swept("--resume", code=2)
    assert not (folder / "results").exists()
    swept()
    (folder / "trial.toml").unlink()
    assert "4 were there already" in said("resume", "trial", "--workers", "1")
    assert 'did you mean "trial"?' in said("resume", "trail", code=2)
    (folder / "trial.toml").write_text(EXPERIMENT.replace("seeds = 2", "seeds = 3"), encoding="utf-8")
    assert "asks for other runs" in swept("--resume", code=2)


def test_status_names_experiments_and_how_far_they_are(folder: Path) -> None:
    swept()
    facts = json.loads(said("status", "--json"))
    (row,) = facts["experiments"]
    assert (row["experiment"], row["runs"], row["done"], row["failed"], row["note"]) == ("trial", 4, 4, 0, "whole")
    assert facts["runs"] == 4 and facts["driver"] is None
    text = said("status", "trial.toml")
    assert "trial" in text and "whole" in text and "4 runs" in text
    assert "no such file" in said("status", "--store", "none.store", code=2)


def test_identities_that_status_tells_experiments_of_one_name_apart_by_are_whole(folder: Path) -> None:
    swept()
    swept("--seeds", "3")
    known = {row["identity"] for row in json.loads(said("status", "--json"))["experiments"]}
    shown = set(said("status").split())
    assert len(known) == 2 and known <= shown


def test_a_program_without_standard_output_still_says_what_is_wrong(tmp_path: Path) -> None:
    closed = "import sys; sys.stdout = None; sys.argv[0] = 'clustersim'; from clustersim.cli import main; main()"
    found = subprocess.run([sys.executable, "-c", closed, "status"], cwd=tmp_path, capture_output=True, text=True)
    assert (found.returncode, found.stderr.startswith("results")) == (2, True), found.stderr


def test_status_of_what_was_swept_looks_up_no_run(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    swept()
    monkeypatch.setattr("clustersim.experiments.sweeps.counting.in_chunks", _nobody_looks)
    assert "whole" in said("status")
    with Store.open(folder / "results" / "runs.store") as store:
        store.note_progress(Experiment.load("trial.toml").identity(), Progress(4, 1, 0, 3))
        (row,) = json.loads(said("status", "--json"))["experiments"]
    assert (row["runs"], row["done"], row["note"]) == (4, 1, "3 left, or not looked up yet (1)"), "of a sweep that is at work"


def _nobody_looks(*_: object) -> None:
    raise AssertionError("runs are looked up")


def test_what_status_counts_is_what_the_sweep_has_counted(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    swept("--seeds", "12-14", code=1, do=imagined)
    noted = json.loads(said("status", "--json"))["experiments"]
    (folder / "results" / "runs.store.closed").unlink()
    assert json.loads(said("status", "--json"))["experiments"] == noted
    assert (noted[0]["runs"], noted[0]["done"], noted[0]["failed"], noted[0]["note"]) == (6, 4, 2, "some failed")


def test_what_has_failed_now_or_earlier_is_the_exit_code_and_said(folder: Path) -> None:
    for words in (("2 failed",), ("2 failed earlier and were left alone", "4 were there already")):
        text = swept("--seeds", "12-14", code=1, do=imagined)
        assert all(each in text for each in (*words, "The tables lack what failed", "clustersim retry "))
    assert json.loads(swept("--seeds", "12-14", "--json", code=1))["failed_before"] == 2
    swept("--seeds", "12-14", "--quiet", code=1)
    said("resume", "trial", "--workers", "1", code=1)
    assert "2 runs done" in said("retry", "trial", "--workers", "1")
    swept("--seeds", "12-14")


def test_the_command_that_tries_again_leads_to_the_same_runs_wherever_they_are(folder: Path) -> None:
    swept("--quiet")  # of the same name, in the usual store
    text = swept("--seeds", "12-14", "--store", "other place/x.store", "--out", "other place", code=1, do=imagined)
    (command,) = (line.partition("again with: ")[2] for line in text.splitlines() if "again with: " in line)
    _, *words = shlex.split(command)
    assert "2 runs done" in said(*words, "--workers", "1")


def test_runs_that_are_damaged_before_the_tables_are_written_are_missed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = Sweep.run

    def run_and_forget(sweep: Sweep, **how: object) -> object:
        standing = run(sweep, **how)
        sweep.store._connection.execute("UPDATE runs SET seed = '77' WHERE identity = (SELECT min(identity) FROM runs)")
        return standing

    with monkeypatch.context() as patch:
        patch.setattr(Sweep, "run", run_and_forget)
        text = swept("--out", "there", code=1, do=imagined)
    assert "1 run of the store is not in the tables: there/runs.store has been damaged meanwhile" in text
    assert "clustersim sweep trial.toml --out there" in text
    text = swept("--out", "there", do=imagined)
    assert "The store was damaged" in text and "1 runs done" in text and "3 were there already" in text


def test_damage_is_said_by_whoever_meets_it_and_repaired_by_whoever_writes(folder: Path) -> None:
    swept(do=imagined)
    store = folder / "results" / "runs.store"
    for repairs in ("merge", "sweep"):
        with Store.open(store) as opened:
            opened._connection.execute("UPDATE runs SET seed = '77' WHERE identity = (SELECT min(identity) FROM runs)")
        store.with_name("runs.store.closed").unlink()
        for words in (("status",), ("export", "trial"), ("verify", "trial", "--workers", "1", "--sample", "1")):
            found = runner.invoke(app, list(words))
            assert "1 row is damaged and left out; resume repairs that" in found.stderr, (words, found.output)
        if repairs == "merge":
            shutil.copy(store, "other.store")
            assert "The store was damaged" in said("merge", "other.store")
            swept(do=imagined)
        else:
            with pytest.warns(UserWarning, match="The store was damaged"):
                sweep("trial.toml", store=store, workers=1)


def test_a_store_that_is_not_there_cannot_be_merged_and_none_is_made(folder: Path) -> None:
    swept("--store", "one.store", "--shard", "1/2")
    text = said("merge", "one.store", "nothere.store", code=2)
    assert "nothere.store: no such file; nothing was merged" in text and "--store" in text
    assert not (folder / "results" / "runs.store").exists()


def test_status_says_who_is_at_work(folder: Path) -> None:
    swept()
    with Store.open(folder / "results" / "runs.store"):
        assert "A sweep is at work: process" in said("status")
        assert "--store" in swept(code=2)


def test_export_writes_tables_and_says_what_is_missing(folder: Path) -> None:
    swept("--shard", "1/2")
    text = said("export", "trial.toml")
    assert "2 of 4 runs are not there" in text
    (table,) = folder.glob("results/trial/*/runs.csv")
    assert len(table.read_text(encoding="utf-8").splitlines()) == 3
    swept()
    assert "not there" not in said("export", "trial")


def test_a_scenario_that_has_changed_since_is_named_and_no_empty_tables_are_written(folder: Path) -> None:
    assert "no such file" in said("export", "trial", code=2)
    (folder / "own.toml").write_text('title = "Own"\nextends = "village"\n', encoding="utf-8")
    (folder / "trial.toml").write_text(EXPERIMENT.replace('"village"', '"own.toml"'), encoding="utf-8")
    swept()
    (folder / "own.toml").write_text('title = "Own"\nextends = "village"\npopulation.organisations = 61\n', encoding="utf-8")
    for command in ("export", "verify", "resume"):
        assert "has changed since" in said(command, "trial.toml", code=2)
    assert len(list(folder.glob("results/trial/[!.]*"))) == 1


def test_experiments_have_any_name(folder: Path) -> None:
    (folder / "trial.toml").rename(folder / "essai n° 2.1.toml")
    (folder / "essai n° 2.1").mkdir()
    said("sweep", "essai n° 2.1", "--workers", "1")
    (folder / "essai n° 2.1.toml").unlink()
    assert "essai n° 2.1" in said("export", "essai n° 2.1")


@pytest.mark.parametrize("name", ["..", "runs.store", "Runs.Store-wal", "n\udce9"])
def test_a_name_that_no_folder_of_tables_can_have_is_refused_before_anything_is_run(folder: Path, name: str) -> None:
    (folder / "trial.toml").rename(folder / f"{name}.toml")
    found = runner.invoke(app, ["sweep", f"{name}.toml", "--workers", "1"])
    assert found.exit_code == 2 and "a name that a folder can have" in found.stderr and "(rename the file)" in found.stderr
    assert not (folder / "results").exists()


@pytest.mark.parametrize("name", ["", ".", "a/b", "a\0b"])
def test_experiments_that_are_made_in_python_have_names_of_folders_too(name: str) -> None:
    with pytest.raises(ScenarioError, match="a name that a folder can have"):
        Experiment.from_dict({"scenarios": ["village"]}, name)


def test_where_the_folder_of_an_experiment_would_be_is_looked_at_before_anything_is_run(folder: Path) -> None:
    (folder / "results").mkdir()
    (folder / "results" / "trial").touch()
    assert "cannot write to results/trial: Not a directory" in swept(code=2)
    assert not (folder / "results" / "runs.store").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
def test_folders_and_notes_may_have_names_that_are_in_no_encoding(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(Sweep.__init__.__kwdefaults__, "do", imagined)
    monkeypatch.setattr("clustersim.report.sensitivity.figures.write", lambda folder: None)
    place = folder / "d\udce9pôt"
    place.mkdir()
    (folder / "trial.toml").unlink()
    (place / "trial.toml").write_text(SAMPLED, encoding="utf-8")
    there = ("--out", str(place / "results"))
    tables = Path(printed(monkeypatch, "sweep", str(place / "trial.toml"), "--workers", "1", "--quiet", *there).strip())
    assert json.loads((tables / "manifest.json").read_text(encoding="utf-8"))["command"].endswith("d\udce9pôt/trial.toml'")
    printed(monkeypatch, "sensitivity", "trial", *there)
    for note in (tables / "n\udce9te.txt", tables / "sensitivity" / "n\udce9te.txt"):
        note.write_text("mine", encoding="utf-8")
    assert "24" in printed(monkeypatch, "status", *there)
    assert printed(monkeypatch, "export", "trial", "--quiet", *there).strip() == str(tables)
    for words in (("sensitivity", str(tables)), ("report", str(tables)), ("merge", str(place / "results" / "runs.store"))):
        printed(monkeypatch, *words)
    assert (tables / "n\udce9te.txt").exists() and (tables / "sensitivity" / "n\udce9te.txt").exists()


SAMPLED = EXPERIMENT.partition("[levers]")[0] + """
[uncertainties]
processes.meeting.far_chance = [0.1, 0.3]
[design]
kind = "latin_hypercube"
points = 12
"""


def printed(monkeypatch: pytest.MonkeyPatch, *words: str) -> str:
    """What the program itself prints to a terminal in UTF-8, as the names of files that it means."""
    raw = io.BytesIO()
    with monkeypatch.context() as patch:
        patch.setattr(sys, "argv", ["clustersim", *words])
        patch.setattr(sys, "stdout", io.TextIOWrapper(raw, "utf-8", write_through=True))
        with pytest.raises(SystemExit) as ended:
            main()
        assert ended.value.code == 0, words
        return os.fsdecode(raw.getvalue())


def test_a_sweep_that_is_stopped_says_with_what_it_goes_on(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Sweep, "run", stopped)
    assert "Go on with: clustersim sweep trial.toml\n" in swept(code=130)
    text = swept("--seeds", "2", "--shard", "2/3", "--store", "own.store", "--out", "my tables", code=130)
    assert "clustersim sweep trial.toml --seeds 2 --shard 2/3 --store own.store --out 'my tables'\n" in text


def test_verify_lives_runs_again(folder: Path) -> None:
    swept()
    assert "3 of 3 runs lived again end in the same state (4 of 4 are in the store)" in said(
        "verify", "trial", "--sample", "3", "--workers", "1"
    )


def test_retry_has_nothing_to_do_where_nothing_failed(folder: Path) -> None:
    swept()
    assert "0 failed" not in said("retry", "trial", "--workers", "1")


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("--shard", "4/3"), "write it as K/N"),
        (("--shard", "third"), "write it as K/N"),
        (("--seeds", "4-2"), "write how many"),
        (("--seeds", "0"), "from 1"),
        (("--seeds", "many"), "write how many"),
        (("--months", "0"), "from 1"),
        (("--scheduler", "tcp://127.0.0.1:9"), "give one of them"),
    ],
)
def test_what_cannot_be_asked_is_said_in_words(folder: Path, words: tuple[str, ...], complaint: str) -> None:
    assert complaint in swept(*words, code=2)
    assert not (folder / "results").exists()


@pytest.mark.parametrize(
    "address", ["garbage", "", "tcp://", "tcp://host", "tcp://host:many", "tcp://host:0", "tcp://host:99999", "http://host:8786", "a b:1"]
)
def test_what_is_no_address_of_a_scheduler_is_refused_in_words_before_anything_is_written(folder: Path, address: str) -> None:
    text = said("sweep", "trial.toml", "--scheduler", address, code=2)
    assert "is no address of a Dask scheduler" in text and "tcp://host:8786" in text
    assert not (folder / "results").exists()


def test_nobody_at_an_address_is_said_so_in_words(folder: Path) -> None:
    text = said("sweep", "trial.toml", "--scheduler", "tcp://127.0.0.1:9", code=2)
    assert "no Dask scheduler can be reached at tcp://127.0.0.1:9 (Connection refused)" in text and "Traceback" not in text


def test_a_file_with_mistakes_ends_with_all_of_them(folder: Path) -> None:
    (folder / "trial.toml").write_text('scenarios = ["vilage"]\nseedz = 3\n', encoding="utf-8")
    text = swept(code=2)
    assert 'did you mean "village"?' in text and 'did you mean "seeds"?' in text
    assert "no such file" in said("sweep", "gone.toml", code=2)


def test_times_and_sizes_are_said_as_people_say_them() -> None:
    assert [in_time(seconds) for seconds in (0.25, 75, 7_500, 400_000)] == ["0.2 s", "1 min 15 s", "2 h 5 min", "4.6 days"]
    assert [in_bytes(count) for count in (12, 3_456, 7_890_000, 2.5e12)] == ["12 bytes", "3.46 kB", "7.89 MB", "2.5e+03 GB"]

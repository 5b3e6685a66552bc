"""The command line says what it does, in plain words, and leaves nothing half done."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from clustersim import results, run
from clustersim import simulation as simulation_module
from clustersim.cli import app

CONSOLE = str(Path(sys.executable).with_name("clustersim"))


def call(*arguments):
    return CliRunner().invoke(app, [str(a) for a in arguments])


@pytest.fixture
def bad_file(tmp_path):
    """A scenario file with three mistakes."""
    path = tmp_path / "bad.toml"
    path.write_text(
        'title = "Bad"\nquestion = "What is wrong?"\nextends = "village"\n[run]\nmonths = -3\n'
        '[processes.meeting]\ndecay_kilometre = 3\ndecay_km = "far"\n'
    )
    return path


def test_help_answers_without_loading_anything_heavy():
    code = (
        "import sys; from typer.testing import CliRunner; from clustersim.cli import app; "
        "heavy = ('numpy', 'numba', 'pandas', 'mesa', 'matplotlib', 'pydantic_core'); "
        "print(CliRunner().invoke(app, ['--help']).exit_code, [name for name in heavy if name in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said.strip() == "0 []"


def test_run_says_what_happened_and_where_it_is_written(tmp_path):
    done = call("run", "village", "--months", 3, "--out", tmp_path, "--no-figures")
    assert done.exit_code == 0, done.output
    path = done.stdout.strip().rpartition("Written to ")[2]
    stored = results.read(path)
    assert (stored.months, stored.seed) == (3, 1)
    assert len(done.stdout.split("Written to")[0]) > 100


def test_run_draws_figures_unless_told_not_to(tmp_path):
    with_figures = Path(call("run", "village", "--months", 3, "--out", tmp_path / "a", "--quiet").stdout.strip())
    without = Path(call("run", "village", "--months", 3, "--out", tmp_path / "b", "--quiet", "--no-figures").stdout.strip())
    assert list(with_figures.rglob("*.png")) + list(with_figures.rglob("*.svg"))
    assert not list(without.rglob("*.png")) + list(without.rglob("*.svg"))


def test_json_is_one_object_and_nothing_else(tmp_path, village):
    done = call("run", "village", "--seed", 9, "--months", 2, "--out", tmp_path, "--json", "--no-figures")
    facts = json.loads(done.stdout)
    assert facts["seed"] == 9
    assert facts["state_hash"] == run(village, 9, months=2).state_hash
    assert Path(facts["path"]).is_dir()
    assert len(facts) > 3
    assert done.stderr == ""


def test_quiet_prints_only_the_path(tmp_path):
    done = call("run", "village", "--months", 2, "--out", tmp_path, "--quiet", "--no-figures")
    assert done.stderr == ""
    (line,) = done.stdout.splitlines()
    assert (Path(line) / "manifest.json").is_file()


def test_set_changes_one_value_of_the_scenario(tmp_path):
    options = ("--months", 2, "--out", tmp_path, "--quiet", "--no-figures")
    changes = ("--set", "processes.meeting.encounter_rate=0.9", "--set", "run.spin_up=6")
    changed = results.read(call("run", "village", *options, *changes).stdout.strip())
    assert "encounter_rate = 0.9" in changed.scenario.toml
    assert changed.manifest["spin_up"] == 6
    plain = results.read(call("run", "village", *options).stdout.strip())
    assert changed.state_hash != plain.state_hash


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["vilage"], "village"),
        (["nowhere/at_all.toml"], "nowhere/at_all.toml"),
        (["village", "--set", "processes.meeting.decay_kmm=3"], "decay_km"),
        (["village", "--set", "processes.meeting.decay_km=far"], "decay_km"),
        (["village", "--set", "nonsense"], "path=value"),
        (["village", "--months", "0"], "run.months"),
        (["village", "--seed", 2**64], "--seed: seed 18446744073709551616 is not a whole number of 64 bits"),
        (["village", f"--seed={-(2**63) - 1}"], "--seed: seed -9223372036854775809 is not a whole number of 64 bits"),
    ],
)
def test_a_mistake_in_what_was_asked_is_said_in_plain_words(tmp_path, arguments, said):
    done = call("run", *arguments, "--out", tmp_path)
    assert done.exit_code == 2
    assert said in done.stderr
    assert "Traceback" not in done.output
    assert done.stdout == ""
    assert list(tmp_path.iterdir()) == []


def test_results_that_cannot_be_written_are_said_in_plain_words(tmp_path):
    in_the_way = tmp_path / "file"
    in_the_way.write_text("not a folder")
    done = call("run", "village", "--months", 1, "--out", in_the_way, "--no-figures")
    assert done.exit_code == 2
    assert "cannot write results" in done.stderr
    assert in_the_way.read_text() == "not a folder"


@pytest.mark.parametrize("when", ["simulating", "writing"])
def test_ctrl_c_leaves_nothing_half_written(tmp_path, monkeypatch, when):
    def stop(*_, **__):
        raise KeyboardInterrupt

    if when == "simulating":
        monkeypatch.setattr(simulation_module.Simulation, "step", stop)
    else:
        monkeypatch.setattr(results, "_manifest", stop)
    done = call("run", "village", "--months", 2, "--out", tmp_path / "out", "--no-figures")
    assert done.exit_code == 130
    assert done.stderr.strip().endswith("Stopped by Ctrl-C; nothing was written.")
    assert not [p for p in tmp_path.rglob("*") if p.is_file()]


def test_validate_names_every_mistake_at_once(bad_file):
    done = call("validate", "village", bad_file)
    assert done.exit_code == 2
    assert done.stdout.startswith("ok: ")
    assert all(name in done.stderr for name in ("run.months", "decay_kilometre", "decay_km"))
    assert len(done.stderr.splitlines()) == 3


def test_validate_accepts_every_shipped_scenario():
    files = sorted(Path(__file__).parent.parent.joinpath("scenarios").glob("*.toml"))
    assert files
    done = call("validate", *files)
    assert done.exit_code == 0, done.stderr
    assert [line.startswith("ok: ") for line in done.stdout.splitlines()] == [True] * len(files)


def test_describe_prints_the_month_in_order():
    done = call("describe")
    assert done.exit_code == 0
    steps = ["enacting", *(module.__name__.rpartition(".")[2] for module in simulation_module.MONTH)]
    places = [done.stdout.index(f"{number}. {name}: ") for number, name in enumerate(steps, 1)]
    assert places == sorted(places)
    assert "n' = max(0, n + rho (n0 - n) - resolved + n0 sigma z)" in done.stdout
    assert "return_rate = 0.03 [1/month] (0 to 1; assumed)" in done.stdout
    assert "persons in need this month, by purpose [persons]" in done.stdout
    assert "seed_grant: " in done.stdout


def test_describe_gives_the_same_to_programs():
    known = json.loads(call("describe", "--json").stdout)
    assert set(known) == {"month", "measures", "population", "tables", "flows", "observables"}
    needing = known["month"][1]
    assert needing["name"] == "needing"
    assert needing["parameters"][0]["default"] == "0.03"


def test_describe_shows_what_a_scenario_changes(tmp_path):
    path = tmp_path / "near.toml"
    path.write_text('title = "Near"\nquestion = "Only near by?"\nextends = "village"\n[processes.meeting]\ndecay_km = 3.25\n')
    done = call("describe", path)
    assert done.exit_code == 0, done.output
    (line,) = [line for line in done.stdout.splitlines() if "processes.meeting.decay_km" in line]
    assert line.endswith("-> 3.25")
    changed = json.loads(call("describe", path, "--json").stdout)
    assert changed["changes"][-1]["new"] == 3.25


def test_an_unknown_command_or_option_is_an_error():
    assert call("runn").exit_code == 2
    assert call("run", "village", "--sead", "3").exit_code == 2

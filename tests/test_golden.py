"""Golden runs: state hashes with the command that made each. `python tests/test_golden.py` writes them anew.

Stores of runs never do a run again that they know under the same results version. So a change that moves a golden run needs another
version, and the file is not written without it.
"""

import json
import shlex
from pathlib import Path

import pytest

from clustersim.results import RESULTS_VERSION
from clustersim.runs import Run, run
from clustersim.scenario import Scenario
from lively import ALL_KINDS, LIVELY, SUPPORT, assert_lively

FILE = Path(__file__).with_name("golden.json")
KEPT = json.loads(FILE.read_text()) if FILE.exists() else {"results_version": "", "runs": []}
GOLDEN = KEPT["runs"]
RUNS = (
    ("village", 1, None, {}),
    ("village", 2, None, SUPPORT),
    ("baseline", 1, 12, {}),
    ("bretagne", 1, 12, {"run.spin_up": 12}),
    ("emilia_romagna", 1, 6, {"run.spin_up": 12}),
    ("hauts_de_france", 1, 6, {"run.spin_up": 12}),
    ("baseline", 1, None, {**LIVELY, **ALL_KINDS}),
    ("baseline", 1, None, {**LIVELY, **SUPPORT}),
)


def _command(name: str, seed: int, months: int | None, changes: dict) -> str:
    parts = ["clustersim run", name, f"--seed {seed}"]
    if months is not None:
        parts.append(f"--months {months}")
    for path, value in changes.items():
        settings = {f"{path}.{key}": v for key, v in value.items()} if isinstance(value, dict) else {path: value}
        values = [f"{name}={str(v).lower() if isinstance(v, bool) else v}" for name, v in settings.items()]
        parts += [f"--set {shlex.quote(value)}" for value in values]
    return " ".join(parts)


def _run(name: str, seed: int, months: int | None, changes: dict) -> Run:
    return run(Scenario.load(name, changes), seed, months=months)


@pytest.mark.parametrize("number", range(len(RUNS)))
def test_a_golden_run_is_still_what_it_was(number: int) -> None:
    assert GOLDEN[number]["command"] == _command(*RUNS[number])
    assert GOLDEN[number]["state_hash"] == _run(*RUNS[number]).state_hash


@pytest.mark.parametrize("number", range(len(RUNS)))
def test_the_command_of_a_golden_run_asks_for_that_run(number: int) -> None:
    name, _, _, changes = RUNS[number]
    words = shlex.split(_command(*RUNS[number]))
    settings = dict(words[k + 1].split("=", 1) for k, word in enumerate(words) if word == "--set")
    assert Scenario.load(words[2], settings).identity() == Scenario.load(name, changes).identity()


def test_one_golden_run_is_lively() -> None:
    assert_lively(_run(*RUNS[-1]).state)


def test_the_golden_runs_are_of_the_results_version_of_the_program() -> None:
    assert KEPT["results_version"] == RESULTS_VERSION, "write the golden runs anew, and say in CHANGELOG what has changed"


def _write() -> None:
    runs = [{"command": _command(*r), "state_hash": _run(*r).state_hash} for r in RUNS]
    known = {run["command"]: run["state_hash"] for run in GOLDEN}
    moved = [run["command"] for run in runs if known.get(run["command"], run["state_hash"]) != run["state_hash"]]
    if moved and KEPT["results_version"] == RESULTS_VERSION:
        raise SystemExit("\n".join(["these runs have moved; raise RESULTS_VERSION in clustersim/results.py first:", *moved]))
    FILE.write_text(json.dumps({"results_version": RESULTS_VERSION, "runs": runs}, indent=1) + "\n")


if __name__ == "__main__":
    _write()

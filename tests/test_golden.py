"""Golden runs: state hashes with the command that made each. `python tests/test_golden.py` writes them anew."""

import json
from pathlib import Path

import pytest

from clustersim.runs import run
from clustersim.scenario import Scenario

FILE = Path(__file__).with_name("golden.json")
GOLDEN = json.loads(FILE.read_text()) if FILE.exists() else []
SUPPORT = {
    "funders.council": {"public": True, "level": "territory", "budget_eur_per_year": 400_000},
    "measures.seeds": {"kind": "seed_grant", "funder": "council", "budget_eur_per_year": 200_000},
    "measures.animators": {"kind": "animation", "funder": "council", "budget_eur_per_year": 150_000},
}
RUNS = (
    ("village", 1, None, {}),
    ("village", 2, None, SUPPORT),
    ("baseline", 1, 12, {}),
    ("bretagne", 1, 12, {"run.spin_up": 12}),
    ("emilia_romagna", 1, 6, {"run.spin_up": 12}),
    ("hauts_de_france", 1, 6, {"run.spin_up": 12}),
)


def _command(name: str, seed: int, months: int | None, changes: dict) -> str:
    parts = ["clustersim run", name, f"--seed {seed}"]
    if months is not None:
        parts.append(f"--months {months}")
    for path, value in changes.items():
        settings = {f"{path}.{key}": v for key, v in value.items()} if isinstance(value, dict) else {path: value}
        parts += [f"--set {name}={str(v).lower() if isinstance(v, bool) else v}" for name, v in settings.items()]
    return " ".join(parts)


def _hash(name: str, seed: int, months: int | None, changes: dict) -> str:
    return run(Scenario.load(name, changes), seed, months=months).state_hash


@pytest.mark.parametrize("number", range(len(RUNS)))
def test_a_golden_run_is_still_what_it_was(number: int) -> None:
    assert GOLDEN[number]["command"] == _command(*RUNS[number])
    assert GOLDEN[number]["state_hash"] == _hash(*RUNS[number])


if __name__ == "__main__":
    FILE.write_text(json.dumps([{"command": _command(*r), "state_hash": _hash(*r)} for r in RUNS], indent=1) + "\n")

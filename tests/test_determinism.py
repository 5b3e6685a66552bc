"""Same scenario, same seed: the same bits, whatever computes them."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from clustersim.kernels.blocks import Workers
from clustersim.runs import run
from clustersim.scenario import Scenario
from clustersim.simulation import Simulation

MONTHS = 30
SUPPORT = {
    "funders.council": {"public": True, "level": "territory", "budget_eur_per_year": 400_000},
    "measures.seeds": {"kind": "seed_grant", "funder": "council", "budget_eur_per_year": 200_000},
    "measures.animators": {"kind": "animation", "funder": "council", "budget_eur_per_year": 150_000},
}
SCRIPT = f"""
import json, numpy
from clustersim.scenario import Scenario
from clustersim.simulation import Simulation
simulation = Simulation(Scenario.load("village", json.loads({json.dumps(SUPPORT)!r})), 5)
hashes = []
for month in range(int(__import__("sys").argv[1])):
    simulation.step()
    hashes.append(simulation.state.hash())
print(json.dumps(hashes))
"""


def _hashes_in_another_process(months: int, **environment: str) -> list[str]:
    answer = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(months)], env={**os.environ, **environment}, capture_output=True, text=True, check=True
    )
    return json.loads(answer.stdout)


def _hashes(months: int, **changes: object) -> list[str]:
    simulation = Simulation(Scenario.load("village", {**SUPPORT, **changes}), 5)
    found = []
    for _ in range(months):
        simulation.step()
        found.append(simulation.state.hash())
    return found


def test_a_fresh_process_gives_the_same_bits() -> None:
    assert _hashes_in_another_process(MONTHS) == _hashes(MONTHS)


def test_without_compilation_the_bits_are_the_same() -> None:
    assert _hashes_in_another_process(MONTHS, NUMBA_DISABLE_JIT="1") == _hashes(MONTHS)


def test_on_a_generic_cpu_the_bits_are_the_same(tmp_path) -> None:
    assert _hashes_in_another_process(MONTHS, NUMBA_CPU_NAME="generic", NUMBA_CPU_FEATURES="") == _hashes(MONTHS)


def test_the_number_of_threads_does_not_matter() -> None:
    one = Simulation(Scenario.load("baseline", {"population.organisations": 300}), 3)
    two = Simulation(Scenario.load("baseline", {"population.organisations": 300}), 3)
    two.state.workers = Workers(2, worth_splitting=1)
    for _ in range(MONTHS):
        one.step()
        two.step()
        assert one.state.hash() == two.state.hash()
    two.state.workers.close()


def test_runs_side_by_side_in_threads_equal_single_runs() -> None:
    scenario = Scenario.load("village")
    alone = [run(scenario, seed).state_hash for seed in (1, 2, 3, 4)]
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(lambda seed: run(scenario, seed).state_hash, (1, 2, 3, 4))) == alone


def test_another_seed_gives_another_run() -> None:
    scenario = Scenario.load("village")
    assert run(scenario, 1).state_hash != run(scenario, 2).state_hash

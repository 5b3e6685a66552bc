"""Same scenario, same seed: the same bits, whatever computes them."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from clustersim.kernels.blocks import Workers
from clustersim.runs import run
from clustersim.simulation import Simulation
from lively import ALL_KINDS, LENGTH, LIVELY, assert_all_kinds_acted, hashes_of, lived, with_all_kinds

SEED = 5
SCRIPT = f"""
import json
from clustersim.scenario import Scenario
from clustersim.simulation import Simulation
simulation = Simulation(Scenario.load("baseline", json.loads({json.dumps({**LIVELY, **ALL_KINDS})!r})), {SEED})
hashes = []
for month in range({LENGTH}):
    simulation.step()
    hashes.append(simulation.state.hash())
print(json.dumps(hashes))
"""


@pytest.fixture(scope="module")
def here() -> list[str]:
    """The hash of each month of a lively run with a measure of every kind, in this process."""
    assert_all_kinds_acted(lived(with_all_kinds(), SEED))
    return hashes_of(with_all_kinds(), SEED)[0]


def _in_another_process(**environment: str) -> list[str]:
    answer = subprocess.run([sys.executable, "-c", SCRIPT], env={**os.environ, **environment}, capture_output=True, text=True, check=True)
    return json.loads(answer.stdout)


@pytest.fixture(scope="module")
def on_a_generic_cpu() -> list[str]:
    """The same in a process that compiles for any CPU. Asked for before `here`: meanwhile another process compiles for this one."""
    return _in_another_process(NUMBA_CPU_NAME="generic", NUMBA_CPU_FEATURES="")


def test_on_a_generic_cpu_the_bits_are_the_same(on_a_generic_cpu: list[str], here: list[str]) -> None:
    assert on_a_generic_cpu == here


def test_a_fresh_process_gives_the_same_bits(here: list[str]) -> None:
    assert _in_another_process() == here


def test_without_compilation_the_bits_are_the_same(here: list[str]) -> None:
    assert _in_another_process(NUMBA_DISABLE_JIT="1") == here


def test_the_number_of_threads_does_not_matter(here: list[str]) -> None:
    simulation = Simulation(with_all_kinds(), SEED)
    simulation.state.workers = Workers(2, worth_splitting=1)
    for expected in here:
        simulation.step()
        assert simulation.state.hash() == expected
    simulation.state.workers.close()


def test_runs_side_by_side_in_threads_equal_single_runs() -> None:
    scenario, seeds = with_all_kinds(), (1, 2, 3, 4)
    alone = [run(scenario, seed).state_hash for seed in seeds]
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(lambda seed: run(scenario, seed).state_hash, seeds)) == alone


def test_another_seed_gives_another_run() -> None:
    assert run(with_all_kinds(), 1).state_hash != run(with_all_kinds(), 2).state_hash

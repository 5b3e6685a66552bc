"""A crew on a Dask cluster: the same results as on this machine, and what happens when the far away comes to grief.

The cluster is a real one: a scheduler, and worker processes of their own that are watched and started again. A scheduler that is to die
is a process of its own.
"""

import os
import re
import signal
import subprocess
import sys
import time
from itertools import count

import pytest

pytest.importorskip("distributed")

import dask
from distributed import LocalCluster

from clustersim import Scenario
from clustersim.experiments import dask_pool, program
from clustersim.experiments.execution import IN_HAND, Crew, ExecutionError, Failure, Task
from clustersim.experiments.parcels import Pace
from clustersim.experiments.records import record_of
from lively import SUPPORT
from test_execution import DEADLY, POISON, _lambda_of, _lives, remembered, same

GONE = "tcp://127.0.0.1:9"  # the discard service, which nobody runs
LOCAL = {"host": "127.0.0.1", "dashboard_address": None, "processes": True, "threads_per_worker": 1, "silence_logs": "ERROR"}


@pytest.fixture(scope="module")
def cluster():
    """Two worker processes; a task may see two workers die before Dask gives up on it."""
    with dask.config.set({"distributed.scheduler.allowed-failures": 1}), LocalCluster(n_workers=2, **LOCAL) as cluster:
        yield cluster


@pytest.fixture(scope="module")
def address(cluster) -> str:
    return cluster.scheduler_address


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return Scenario.load("village", SUPPORT)


def whereabouts(scenario: Scenario, seed: int, keep: tuple[str, ...]) -> tuple[int, int]:
    time.sleep(0.02)
    return (seed, os.getpid())


def pretend(version: str | None) -> None:
    """Have the worker that runs this believe that it is of another version, or again of its own."""
    program.RESULTS_VERSION = program.__dict__.setdefault("_own", program.RESULTS_VERSION) if version is None else version
    program.__dict__.setdefault("_own", program.RESULTS_VERSION)
    program.program.cache_clear()


# ---- the same results


def test_a_cluster_gives_the_records_of_processes_threads_and_one_thread(scenario: Scenario, address: str) -> None:
    scenarios = [scenario.with_changes({"run.months": 3, "run.spin_up": 3}), scenario.with_changes({"run.months": 2, "run.spin_up": 3})]
    gone = (("measures.seeds.remove", True),)
    tasks = [Task(k, seed, changes) for seed in (1, 2, 3) for k in (0, 1) for changes in ((), gone)] + [Task(0, 1, keep=("ties",))]
    found = {}
    for who in ({"workers": 1}, {"workers": 2}, {"workers": 2, "kind": "threads"}, {"scheduler": address}, {"scheduler": address, "batch": 5}):
        with Crew(scenarios, record_of, **who) as crew:
            found[str(who)] = crew.all(tasks)
    alone = found.pop(str({"workers": 1}))
    assert len({record.state_hash for record in alone}) == len(tasks) - 1
    for others in found.values():
        assert all(same(one, other) for one, other in zip(alone, others, strict=True))
        assert others[-1].tables["ties"].equals(alone[-1].tables["ties"])


def test_results_come_in_the_order_of_the_tasks_and_a_failure_stops_nobody(scenario: Scenario, address: str) -> None:
    seeds, counted = [*range(1, 80), POISON], []
    with Crew([scenario], remembered, scheduler=address) as crew:
        results = crew.all((Task(0, seed, (("run.months", seed),)) for seed in seeds), counted.append)
    for seed, result in zip(seeds, results, strict=True):
        if seed == POISON:
            assert result.error == "RuntimeError: seed 13 is poisoned"
            assert "in remembered" in result.traceback
        else:
            assert result == (scenario.name, seed, seed)
    assert counted == list(range(1, len(seeds) + 1))


def test_a_result_that_cannot_travel_is_a_failure_and_those_beside_it_are_not(scenario: Scenario, address: str) -> None:
    with Crew([scenario], _odd_ones_cannot_travel, scheduler=address, batch=4) as crew:
        results = crew.all(Task(0, seed) for seed in range(8))
    assert [isinstance(result, Failure) for result in results] == [False, True] * 4
    assert "pickle" in results[1].error


def _odd_ones_cannot_travel(scenario: Scenario, seed: int, keep: tuple[str, ...]):
    return _lambda_of(scenario, seed, keep) if seed % 2 else seed


def test_only_a_few_batches_are_in_hand_at_a_time(scenario: Scenario, address: str) -> None:
    asked = []
    with Crew([scenario], whereabouts, scheduler=address, batch=3) as crew:
        results = crew.each(Task(0, seed) for seed in count() if asked.append(seed) is None)
        for _ in range(6):
            next(results)
        results.close()
    assert len(asked) <= 3 * (2 * IN_HAND + 6)


def test_tasks_travel_together_while_they_are_short_and_alone_when_they_are_long() -> None:
    pace = Pace(None)
    assert pace.size() == 1, "nothing is known yet"
    pace.note(1, 40.0)  # compiled first
    assert pace.size() == 1
    for _ in range(4):
        pace.note(4, 0.4)
    assert pace.size() == 10
    for _ in range(9):
        pace.note(10, 0.0)
    assert pace.size() == 50
    for _ in range(9):
        pace.note(50, 500.0)
    assert pace.size() == 1
    assert Pace(7).size() == 7


# ---- workers that come and go


def test_workers_that_join_get_work_and_those_that_leave_take_nothing_along(scenario: Scenario, cluster, address: str) -> None:
    seeds = range(400)
    with Crew([scenario], whereabouts, scheduler=address, batch=2) as crew:
        results = crew.each(Task(0, seed) for seed in seeds)
        found = dict(next(results) for _ in range(4))
        first = {pid for _, pid in found.values()}
        cluster.scale(3)
        found |= dict(results)
        joined = {pid for _, pid in found.values()} - first
        cluster.scale(2)
    assert [found[seed][0] for seed in seeds] == list(seeds)
    assert joined, "who came later worked too"


def test_what_a_killed_worker_had_in_hand_is_done_elsewhere(scenario: Scenario, address: str) -> None:
    seeds = range(200)
    with Crew([scenario], whereabouts, scheduler=address, batch=2) as crew:
        results = crew.each(Task(0, seed) for seed in seeds)
        number, (seed, victim) = next(results)
        os.kill(victim, signal.SIGKILL)
        found = {number: (seed, victim)} | dict(results)
    assert [found[seed][0] for seed in seeds] == list(seeds)
    assert not _lives(victim)


def test_a_task_that_kills_workers_takes_only_itself_along(scenario: Scenario, address: str) -> None:
    seeds = [1, 2, DEADLY, 3, 4, 5, 6, 7]
    with Crew([scenario], remembered, scheduler=address, batch=4) as crew:
        results = crew.all(Task(0, seed) for seed in seeds)
        assert crew.all([Task(0, 8)]) == [(scenario.name, 8, 24)], "the crew goes on working"
    assert [seed for seed, result in zip(seeds, results, strict=True) if isinstance(result, Failure)] == [DEADLY]
    assert "died twice" in results[2].error
    assert [result[1] for result in results if not isinstance(result, Failure)] == [1, 2, 3, 4, 5, 6, 7]

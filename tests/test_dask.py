"""A crew on a Dask cluster: the same results as on this machine, and what happens when the far away comes to grief.

The cluster is a real one: a scheduler, and worker processes of their own that are watched and started again. A scheduler that is to die
is a process of its own, and so is a driver. All of them start from a process that has Dask and the program loaded.
"""

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from itertools import count, takewhile
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from pathlib import Path

import dask
import pytest
from distributed import Client, LocalCluster
from distributed.security import Security
from distributed.utils import get_mp_context

import sweeping
from clustersim import Scenario
from clustersim.experiments.execution import dask_address, dask_pool, program
from clustersim.experiments.execution.crew import IN_HAND, Crew, ExecutionError, Failure, Task
from clustersim.experiments.execution.parcels import Pace
from clustersim.experiments.records import record_of
from clustersim.experiments.sweeps.exporting import export
from clustersim.experiments.sweeps.living import lived
from clustersim.results import RESULTS_VERSION
from lively import SUPPORT
from test_execution import DEADLY, POISON, _lambda_of, _lives, remembered, same

GONE = "tcp://127.0.0.1:9"  # the discard service, which nobody runs
LOCAL = {"host": "127.0.0.1", "dashboard_address": "127.0.0.1:0", "processes": True, "threads_per_worker": 1, "silence_logs": "ERROR"}


@pytest.fixture(scope="module", autouse=True)
def loaded():
    """Processes that start in a fraction of a second."""
    with dask.config.set({"distributed.worker.multiprocessing-method": "forkserver"}):
        context = get_mp_context()
        forkserver._forkserver._stop()  # another test may have started it, with less in it
        context.set_forkserver_preload(["distributed", "clustersim.experiments.execution.dask_seat", "clustersim.experiments.records"])
        yield context


@pytest.fixture(scope="module")
def cluster(loaded):
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


# ---- the same results


def test_a_cluster_gives_the_records_of_one_thread(scenario: Scenario, address: str) -> None:
    scenarios = [scenario.with_changes({"run.months": 3, "run.spin_up": 3}), scenario.with_changes({"run.months": 2, "run.spin_up": 3})]
    gone = (("measures.seeds.remove", True),)
    tasks = [Task(k, seed, changes) for seed in (1, 2, 3) for k in (0, 1) for changes in ((), gone)] + [Task(0, 1, keep=("ties",))]
    found = []
    for who in ({"workers": 1}, {"scheduler": address}, {"scheduler": address, "batch": 5}):
        with Crew(scenarios, record_of, **who) as crew:
            found.append(crew.all(tasks))
    alone = found[0]
    assert len({record.state_hash for record in alone}) == len(tasks) - 1
    for others in found[1:]:  # test_execution has the same of this machine's processes and threads
        assert all(same(one, other) for one, other in zip(alone, others, strict=True))
        assert others[-1].tables["ties"].equals(alone[-1].tables["ties"])


def test_a_cluster_sweeps_to_the_same_tables_as_one_process(tmp_path: Path, address: str) -> None:
    written = {}
    for name, how in (("one", {"workers": 1}), ("cluster", {"workers": None, "scheduler": address})):
        results, going = sweeping.swept(sweeping.small(), tmp_path / f"{name}.store", lived, **how)
        assert going.standing.done == 12
        folder = export(results, tmp_path / name)
        written[name] = [(folder / table).read_bytes() for table in ("runs.parquet", "runs.csv", "points.csv", "failures.csv")]
    assert written["one"] == written["cluster"]


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
    with Client(address, set_as_default=False) as client:
        first = set(client.run(os.getpid).values())
    joined: set[int] = set()
    found = {}
    with Crew([scenario], whereabouts, scheduler=address, batch=2) as crew:
        for number, (seed, pid) in crew.each(Task(0, seed) for seed in takewhile(lambda seed: not joined and seed < 5_000, count())):
            found[number] = seed
            if len(found) == 4:
                cluster.scale(3)
            if pid not in first and not joined:
                joined.add(pid)
                cluster.scale(2)
    while len(cluster.scheduler.workers) != 2:
        time.sleep(0.05)
    assert joined, "who came later worked too"
    assert sorted(found) == sorted(found.values()) == list(range(len(found)))


def test_what_a_killed_worker_had_in_hand_is_done_elsewhere(scenario: Scenario, address: str) -> None:
    seeds = range(60)
    with Crew([scenario], whereabouts, scheduler=address, batch=2) as crew:
        results = crew.each(Task(0, seed) for seed in seeds)
        number, (seed, victim) = next(results)
        os.kill(victim, signal.SIGKILL)
        found = {number: (seed, victim)} | dict(results)
    assert [found[seed][0] for seed in seeds] == list(seeds)
    assert not _lives(victim)


def test_a_task_that_kills_workers_takes_only_itself_along(scenario: Scenario, cluster, address: str, monkeypatch) -> None:
    monkeypatch.setattr(cluster.scheduler, "allowed_failures", 0)  # one death is enough: each takes a second or two to mend
    seeds = [1, 2, DEADLY, 3, 4, 5, 6, 7]
    with Crew([scenario], remembered, scheduler=address, batch=4) as crew:
        results = crew.all(Task(0, seed) for seed in seeds)
        assert crew.all([Task(0, 8)]) == [(scenario.name, 8, 24)], "the crew goes on working"
    assert [seed for seed, result in zip(seeds, results, strict=True) if isinstance(result, Failure)] == [DEADLY]
    assert "died twice" in results[2].error
    assert [result[1] for result in results if not isinstance(result, Failure)] == [1, 2, 3, 4, 5, 6, 7]


def test_one_worker_a_machine_compiles_before_the_others_start(scenario: Scenario, address: str) -> None:
    with Crew([scenario], remembered, scheduler=address, warm=note_warmed), Client(address, set_as_default=False) as client:
        assert sum(client.run(times_warmed).values()) == 1


warmed: list[int] = []


def note_warmed() -> None:
    warmed.append(os.getpid())


def times_warmed() -> int:
    return len(warmed)


# ---- workers that will not do


@pytest.fixture
def odd_worker(cluster):
    """One of the workers, to be changed by functions that run in it, and what puts it right again."""
    with Client(cluster.scheduler_address, set_as_default=False) as client:
        worker = next(iter(client.nthreads()))

        def changed(how) -> str:
            client.run(how, workers=[worker])
            return worker

        yield changed
        client.run(put_right, workers=[worker])


def of_another_version() -> None:
    program.RESULTS_VERSION = "other"
    program.program.cache_clear()


def without_the_program() -> None:
    program.hidden = sys.modules["clustersim.experiments.execution.program"]
    sys.modules["clustersim.experiments.execution.program"] = None


def put_right() -> None:
    sys.modules["clustersim.experiments.execution.program"] = program
    program.RESULTS_VERSION = RESULTS_VERSION
    program.program.cache_clear()


def test_a_worker_of_another_version_is_named_before_anything_is_done(scenario: Scenario, address: str, odd_worker) -> None:
    worker = odd_worker(of_another_version)
    said = f"worker {worker} has another program than the driver.*results version other where the driver has {RESULTS_VERSION}"
    with pytest.raises(ExecutionError, match=said), Crew([scenario], remembered, scheduler=address):
        pytest.fail("the crew must not start")


def test_a_worker_that_turns_out_to_be_of_another_version_gives_no_results(scenario: Scenario, address: str, odd_worker) -> None:
    with Crew([scenario], whereabouts, scheduler=address) as crew:
        worker = odd_worker(of_another_version)
        with pytest.raises(ExecutionError, match=f"worker {worker} has another program"):
            crew.all(Task(0, seed) for seed in range(100))


def test_a_worker_without_the_program_is_named(scenario: Scenario, address: str, odd_worker) -> None:
    worker = odd_worker(without_the_program)
    said = f"worker {worker} cannot load this program .*Install clustersim {program.program()['clustersim']}"
    with pytest.raises(ExecutionError, match=said), Crew([scenario], remembered, scheduler=address):
        pytest.fail("the crew must not start")


# ---- nobody there


def test_a_scheduler_that_nobody_runs_is_said_so_in_bounded_time(scenario: Scenario, monkeypatch) -> None:
    monkeypatch.setattr(dask_pool, "CONNECT_SECONDS", 0.5)
    for nobody, words in ((GONE, "no Dask scheduler can be reached at"), ("carrier-pigeon://loft:1", "is no address of a Dask scheduler")):
        crew = Crew([scenario], remembered, scheduler=nobody)
        with pytest.raises(ExecutionError, match=words) as caught, crew:
            pytest.fail("the crew must not start")
        assert nobody in str(caught.value)


@pytest.mark.parametrize("words", [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n"])
def test_somebody_who_is_no_scheduler_is_waited_for_as_long_as_is_said_and_not_believed(words: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        address = f"tcp://127.0.0.1:{other.getsockname()[1]}"
        threading.Thread(target=_say_to_all, args=(other, words), daemon=True).start()
        with pytest.raises(ExecutionError, match=r"has not greeted .* within 0\.5 seconds|does not greet as a Dask scheduler"):
            dask_address.check_answer(address, 0.5)


def _say_to_all(other: socket.socket, words: bytes) -> None:
    heard = []
    with suppress(OSError):
        while True:
            heard.append(other.accept()[0])
            heard[-1].sendall(words)


def test_a_crew_starts_where_a_loop_is_running_already(scenario: Scenario, address: str) -> None:
    async def in_a_notebook() -> list:
        with Crew([scenario], remembered, scheduler=address) as crew:
            return crew.all([Task(0, 8)])

    assert asyncio.run(in_a_notebook()) == [(scenario.name, 8, 24)]


@pytest.mark.skipif(shutil.which("openssl") is None, reason="a certificate is made with openssl")
def test_a_scheduler_that_asks_for_certificates_is_greeted_with_those_that_dask_is_configured_with(tmp_path: Path) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=cluster"]
    subprocess.run([*made, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    ours = {"cert": str(certificate), "key": str(key)}
    with dask.config.set({"distributed.comm.tls.ca-file": str(certificate), **{f"distributed.comm.tls.{who}": ours for who in _WHO}}):
        here = LOCAL | {"processes": False}
        with LocalCluster(n_workers=0, protocol="tls", security=Security(), **here) as cluster:
            assert cluster.scheduler_address.startswith("tls://")
            dask_address.check_answer(cluster.scheduler_address, 10.0)


_WHO = ("scheduler", "worker", "client")


@pytest.mark.parametrize(
    "address", ["tcp://127.0.0.1:8786", "127.0.0.1:1", "tls://[::1]:8786", "ucx://node-7:8786", "tcp://cluster.example.org:8786/"]
)
def test_what_may_be_an_address_passes(address: str) -> None:
    dask_address.check_address(address)


def test_a_scheduler_without_workers_is_waited_for_a_little(scenario: Scenario, monkeypatch) -> None:
    monkeypatch.setattr(dask_pool, "PATIENCE_SECONDS", 0.5)
    notes: list[str] = []
    with LocalCluster(n_workers=0, **LOCAL) as empty:
        crew = Crew([scenario], remembered, scheduler=empty.scheduler_address, notes=notes.append)
        with pytest.raises(ExecutionError, match=r"no workers for 0.5 seconds. Start some \(`dask worker tcp://127"), crew:
            pytest.fail("the crew must not start")
    assert len(notes) == 1
    assert "waiting up to 0.5 seconds" in notes[0]


def test_when_all_workers_are_gone_it_is_said_so_after_a_little(scenario: Scenario, monkeypatch) -> None:
    notes: list[str] = []
    with LocalCluster(n_workers=1, protocol="tcp", **LOCAL | {"processes": False}) as few:
        crew = Crew([scenario], whereabouts, scheduler=few.scheduler_address, notes=notes.append)
        with pytest.raises(ExecutionError, match=r"has had no workers for 0\.5 seconds"), crew:
            monkeypatch.setattr(dask_pool, "PATIENCE_SECONDS", 0.5)
            for number, _ in crew.each(Task(0, seed) for seed in count()):
                if number == 3:
                    few.scale(0)
    assert "no worker is left" in notes[-1]


def test_without_dask_a_scheduler_is_refused_with_the_remedy(scenario: Scenario, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    for module in ("dask_pool", "dask_seat"):
        monkeypatch.delitem(sys.modules, f"clustersim.experiments.execution.{module}", raising=False)
    crew = Crew([scenario], remembered, scheduler=GONE)
    with pytest.raises(ExecutionError, match=r'pip install "clustersim\[dask\]"'), crew:
        pytest.fail("the crew must not start")


@pytest.mark.parametrize(("asked", "said"), [({"workers": 2}, "2 workers and a scheduler"), ({"batch": 0}, "found 0 tasks a batch")])
def test_a_crew_that_cannot_be_is_refused(scenario: Scenario, asked: dict, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Crew([scenario], remembered, scheduler=GONE, **asked)


# ---- the end of a scheduler, and of a driver


@pytest.fixture
def mortal(loaded: ForkServerContext):
    """A scheduler with one worker in a process of its own, and its address."""
    ours, theirs = loaded.Pipe()
    process = loaded.Process(target=schedule, args=(theirs,))
    process.start()
    yield process, ours.recv()
    process.kill()
    process.join()


def schedule(line: Connection) -> None:
    local = {"host": "127.0.0.1", "protocol": "tcp", "dashboard_address": "127.0.0.1:0", "processes": False}
    with LocalCluster(n_workers=1, threads_per_worker=2, **local) as cluster:
        line.send(cluster.scheduler_address)
        time.sleep(600)


@pytest.mark.parametrize("blow", [signal.SIGKILL, signal.SIGSTOP])
def test_the_end_of_the_scheduler_ends_the_work_in_bounded_time(scenario: Scenario, mortal, monkeypatch, blow: signal.Signals) -> None:
    process, address = mortal
    found = []
    with pytest.raises(ExecutionError, match="cannot be reached any more"), Crew([scenario], whereabouts, scheduler=address) as crew:
        monkeypatch.setattr(dask_pool, "ANSWER_SECONDS", 1.0)
        monkeypatch.setattr(dask_pool, "CLOSE_SECONDS", 0.5)
        for _, (seed, _) in crew.each(Task(0, seed) for seed in count()):
            found.append(seed)
            if len(found) == 5:
                os.kill(process.pid, blow)
    assert len(set(found)) == len(found) >= 5


def drive(address: str, line: Connection) -> None:
    """Ask without end, and tell of what has come."""
    with Crew([Scenario.load("village")], whereabouts, scheduler=address) as crew:
        for number, _ in crew.each(Task(0, seed) for seed in count()):
            line.send(number)


@pytest.mark.parametrize("blow", [signal.SIGKILL, signal.SIGINT])
def test_a_driver_that_is_stopped_leaves_nothing_to_do(
    cluster, address: str, loaded: ForkServerContext, blow: signal.Signals
) -> None:
    held = set(cluster.scheduler.worker_plugins)
    ours, theirs = loaded.Pipe()
    driver = loaded.Process(target=drive, args=(address, theirs))
    driver.start()
    ours.recv()
    os.kill(driver.pid, blow)
    driver.join(30)
    assert driver.exitcode not in (0, None)
    until = time.monotonic() + 20
    while cluster.scheduler.tasks and time.monotonic() < until:
        time.sleep(0.05)
    assert not cluster.scheduler.tasks
    if blow is signal.SIGINT:
        assert set(cluster.scheduler.worker_plugins) == held, "what the workers held is taken back"

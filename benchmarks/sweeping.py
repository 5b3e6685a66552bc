"""What it costs to have many runs done by a crew, beyond the runs themselves. Run by hand:

    uv run python benchmarks/sweeping.py            # 100 everyday runs
    uv run python benchmarks/sweeping.py 1000
    uv run --extra dask python benchmarks/sweeping.py 100 --dask

Two ideals, since two cores of a shared machine slow each other: the time of one run alone, times the runs, over two (measured between
the others, as the median); and two plain processes that do the same runs with no crew at all, both at once. Times are of one process run
on this machine; compare ratios within a run, never absolute numbers between machines.
"""

import argparse
import multiprocessing
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from clustersim.experiments.execution.crew import Crew, Task
from clustersim.experiments.records import record_of, warm_kernels
from clustersim.scenario import Scenario

WORKERS = 2
NOTHINGS = 4_000  # tasks that do nothing
ALONE = 5  # runs alone before each of the others


def everyday() -> Scenario:
    """1 000 organisations in Brittany, 60 months of spin-up and 120 of scenario."""
    return Scenario.load("bretagne", {"population.organisations": 1_000})


def nothing(scenario: Scenario, seed: int, keep: tuple[str, ...]) -> int:
    return seed


def plain(scenario: Scenario, seeds: range, ready, go) -> None:
    """A process without a crew: starts, loads what it needs, waits for the other, runs."""
    record_of(scenario, 0)
    ready.release()
    go.wait()
    for seed in seeds:
        record_of(scenario, seed)


def seconds_of(what: Callable[[], object]) -> float:
    begun = time.perf_counter()
    what()
    return time.perf_counter() - begun


def alone(scenario: Scenario) -> list[float]:
    return [seconds_of(lambda seed=seed: record_of(scenario, seed)) for seed in range(1, ALONE + 1)]


def two_plain_processes(scenario: Scenario, runs: int) -> float:
    """Seconds that two processes need for half of the runs each, their start left out."""
    context = multiprocessing.get_context("forkserver")
    ready, go = context.Semaphore(0), context.Event()
    halves = (range(1, runs // 2 + 1), range(runs // 2 + 1, runs + 1))
    processes = [context.Process(target=plain, args=(scenario, half, ready, go)) for half in halves]
    for process in processes:
        process.start()
    for _ in processes:
        ready.acquire()
    go.set()
    return seconds_of(lambda: [process.join() for process in processes])


def with_crew(scenario: Scenario, runs: int, **who) -> tuple[float, float]:
    """Seconds from nothing to the last result, the start of the workers included, and until the first result."""
    begun, first = time.perf_counter(), 0.0
    with Crew([scenario], record_of, warm=warm_kernels, **who) as crew:
        for _ in crew.each(Task(0, seed) for seed in range(1, runs + 1)):
            first = first or time.perf_counter() - begun
    return time.perf_counter() - begun, first


def overhead(scenario: Scenario, **who) -> float:
    """Milliseconds a task that does nothing, workers started."""
    with Crew([scenario], nothing, **who) as crew:
        crew.all(Task(0, seed) for seed in range(100))
        return 1_000 * seconds_of(lambda: crew.all(Task(0, seed) for seed in range(NOTHINGS))) / NOTHINGS


@contextmanager
def cluster() -> Iterator[str]:
    from distributed import LocalCluster

    local = {"host": "127.0.0.1", "dashboard_address": "127.0.0.1:0", "silence_logs": "CRITICAL"}
    with LocalCluster(n_workers=WORKERS, threads_per_worker=1, processes=True, **local) as far:
        yield far.scheduler_address


def compare(runs: int, crews: dict[str, dict]) -> None:
    scenario = everyday()
    warm_kernels()
    record_of(scenario, 1)
    singles, plains = alone(scenario), []
    rows = []
    for name, who in crews.items():
        plains.append(two_plain_processes(scenario, runs))
        singles += alone(scenario)
        rows.append((name, *with_crew(scenario, runs, **who), plains[-1]))
        singles += alone(scenario)
    single = statistics.median(singles)
    ideal = single * runs / WORKERS
    spread = f"median of {len(singles)}, {min(singles):.3f} to {max(singles):.3f}"
    print(f"one everyday run alone: {single:.3f} s ({spread}); {runs} runs on {WORKERS} workers at best {ideal:.1f} s")
    print(f"{'':>12} | seconds | to the first result | over the best | over two plain processes")
    for name, seconds, first, plain_seconds in rows:
        over = f"{seconds / plain_seconds:.2f} (of {plain_seconds:.1f} s)"
        print(f"{name:>12} | {seconds:7.1f} | {first:19.1f} | {seconds / ideal:13.2f} | {over}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", type=int, nargs="?", default=100)
    parser.add_argument("--dask", action="store_true", help="a local Dask cluster too")
    asked = parser.parse_args()
    crews: dict[str, dict] = {"processes": {"workers": WORKERS}, "threads": {"workers": WORKERS, "kind": "threads"}}
    batched = {"processes, batches of 10": {"workers": WORKERS, "batch": 10}}
    small = Scenario.load("village")
    if not asked.dask:
        compare(asked.runs, crews)
        costs = {name: overhead(small, **who) for name, who in (crews | batched).items()}
    else:
        with cluster() as address:
            far = {"Dask": {"scheduler": address}}
            compare(asked.runs, crews | far)
            one_by_one = {"Dask, one by one": {"scheduler": address, "batch": 1}}
            costs = {name: overhead(small, **who) for name, who in (crews | batched | far | one_by_one).items()}
    for name, cost in costs.items():
        print(f"{name:>26}: {cost:6.3f} ms a task that does nothing")


if __name__ == "__main__":
    main()

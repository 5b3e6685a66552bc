"""How fast, how much memory, and where the time goes. Run by hand:

    uv run python benchmarks/throughput.py            # everyday case and 10^4 to 10^6 on France, threads, start-up
    uv run python benchmarks/throughput.py --quick    # everyday case only

Times are of one process run on this machine; compare ratios within a run, never absolute numbers between machines. Where others
use the machine too, the clock on the wall counts their turns as well: the rate by processor time is what one core does. What
two threads gain is to be read beside what they gain in one long kernel at the same moment: 2 where both cores are free.
"""

import argparse
import os
import resource
import statistics
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from clustersim.kernels import kernel
from clustersim.scenario import Scenario
from clustersim.simulation import Simulation
from clustersim.territory import load_territory

EVERYDAY = ("bretagne", 1_000, 36)
LARGE = ((10_000, 18), (100_000, 8), (1_000_000, 4))
START = """
import time
begun = time.perf_counter()
from clustersim.scenario import Scenario
from clustersim.simulation import Simulation
Simulation(Scenario.load("bretagne")).step()
print(time.perf_counter() - begun)
"""


def scenario(name: str, organisations: int, **changes: object) -> Scenario:
    return Scenario.load(name, {"population.organisations": organisations, **changes})


def france(organisations: int) -> Scenario:
    return scenario("baseline", organisations, **{"territory.kind": "real", "territory.places": "france"})


def months_per_second(simulation: Simulation, months: int) -> tuple[float, float, dict[str, float]]:
    """Organisation-months a second over so many months, by the clock and by processor time, and the share of each process."""
    before = dict(simulation.seconds_by_process)
    lived, begun, busy = 0, time.perf_counter(), time.thread_time()
    for _ in range(months):
        simulation.step()
        lived += int(simulation.state.organisations.alive.sum())
    seconds, processor = time.perf_counter() - begun, time.thread_time() - busy
    spent = {name: s - before.get(name, 0.0) for name, s in simulation.seconds_by_process.items()}
    return lived / seconds, lived / processor, {name: s / sum(spent.values()) for name, s in spent.items()}


def measure(label: str, question: Scenario, months: int, repeats: int) -> float:
    """Print one line: median rates over repeats within one warm run, after the spin-up's first year. Returns that by processor time."""
    territory = load_territory(question.territory)
    begun = time.perf_counter()
    simulation = Simulation(question, 1, territory=territory)
    populated = time.perf_counter() - begun
    simulation.run_for(min(12, months))
    results = [months_per_second(simulation, months) for _ in range(repeats)]
    rate, by_processor = (statistics.median(result[k] for result in results) for k in range(2))
    shares = results[-1][2]
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"{label:>24}: {rate:12,.0f} organisation-months/s, {by_processor:12,.0f} by processor time")
    print(" " * 26 + f"populate {populated:.2f} s, peak memory {memory:.2f} GB")
    print(" " * 26 + ", ".join(f"{name} {share:.0%}" for name, share in sorted(shares.items(), key=lambda item: -item[1])))
    return by_processor


def starts(count: int) -> list[float]:
    """Seconds from the start of Python to the end of the first month. The first start writes Python's own bytecode if it may."""
    usual = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-c", START]
    return [float(subprocess.run(command, capture_output=True, text=True, check=True, env=usual).stdout) for _ in range(count)]


@kernel
def turned(bits, times):
    """A long chain of steps, each waiting for the one before: no memory, no GIL."""
    for _ in range(times):
        bits ^= bits << np.uint64(13)
        bits ^= bits >> np.uint64(7)
        bits ^= bits << np.uint64(17)
    return bits


def two_cores() -> float:
    """Rate of two threads over one in one long kernel, which knows no GIL and no memory; median of five."""
    bits, times = np.uint64(1), 30_000_000
    turned(bits, 1)
    ratios = []
    with ThreadPoolExecutor(2) as pool:
        for _ in range(5):
            begun = time.perf_counter()
            turned(bits, times)
            alone = time.perf_counter() - begun
            begun = time.perf_counter()
            list(pool.map(lambda _: turned(bits, times), range(2)))
            ratios.append(2.0 * alone / (time.perf_counter() - begun))
    return statistics.median(ratios)


def replications(question: Scenario, months: int) -> float:
    """Rate of two replications in two threads over the rate of one, median of interleaved pairs."""
    territory = load_territory(question.territory)
    ratios = []
    for _ in range(5):
        one, two, three = (Simulation(question, seed, territory=territory) for seed in (1, 2, 3))
        begun = time.perf_counter()
        one.run_for(months)
        alone = time.perf_counter() - begun
        begun = time.perf_counter()
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda s: s.run_for(months), (two, three)))
        ratios.append(2.0 * alone / (time.perf_counter() - begun))
    return statistics.median(ratios)


def threads(question: Scenario, months: int) -> tuple[float, bool]:
    """Rate of one run on two threads over one, interleaved month by month, and whether the states are the same."""
    territory = load_territory(question.territory)
    one = Simulation(question, 1, territory=territory)
    two = Simulation(question, 1, territory=territory, threads=2)
    ratios = []
    for _ in range(months):
        begun = time.perf_counter()
        one.step()
        middle = time.perf_counter()
        two.step()
        ratios.append((middle - begun) / (time.perf_counter() - middle))
    return statistics.median(ratios[1:]), one.state.hash() == two.state.hash()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="everyday case only")
    quick = parser.parse_args().quick
    name, organisations, months = EVERYDAY
    everyday = scenario(name, organisations)
    rates = {organisations: measure(f"{organisations} on {name}", everyday, months, 5)}
    print(f"start to first month, cache warm: {statistics.median(starts(6)[1:]):.2f} s (median of 5)")
    if quick:
        return
    print(f"two replications in two threads: {replications(everyday, 60):.2f} times one")
    print(f"two threads in one long kernel: {two_cores():.2f}")
    for size, span in LARGE:
        rates[size] = measure(f"{size} on France", france(size), span, 1)
    print(f"cost per organisation-month, 10^6 over 10^3: {rates[1_000] / rates[1_000_000]:.2f}")
    ratio, same = threads(france(100_000), 6)
    print(f"10^5 on two threads: {ratio:.2f} times one thread, {'same bits' if same else 'DIFFERENT bits'}")
    print(f"two threads in one long kernel: {two_cores():.2f}")


if __name__ == "__main__":
    main()

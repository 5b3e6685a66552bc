"""One run: a scenario and a seed in, series and tables out."""

import time
from collections.abc import Callable
from functools import cached_property
from os import PathLike
from typing import TYPE_CHECKING

from clustersim import observables
from clustersim.scenario import Scenario
from clustersim.simulation import Simulation
from clustersim.state import State
from clustersim.territory import Territory

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Run", "run"]


class Run:
    """A finished run.

    Attributes:
        scenario: What was simulated.
        seed: The replication.
        months: Months simulated after the spin-up.
        state: All that exists at the end.
        territory: The places with their names and source.
        seconds: Time the months took.
        seconds_by_process: The same by process.
    """

    def __init__(self, simulation: Simulation, months: int, seconds: float) -> None:
        self.scenario: Scenario = simulation.scenario
        self.seed: int = simulation.seed
        self.months = months
        self.state: State = simulation.state
        self.territory: Territory = simulation.territory
        self.seconds = seconds
        self.seconds_by_process = dict(simulation.seconds_by_process)
        self._values = simulation.series().copy()

    @cached_property
    def state_hash(self) -> str:
        """Digest of the last month's state: equal for equal results, to the bit."""
        return self.state.hash()

    @cached_property
    def full_series(self) -> "pd.DataFrame":
        """One row a month with the spin-up (months 0 and below), one column an observable."""
        import pandas as pd

        names = [o.name for o in observables.declared(self.scenario.purposes)]
        first = 1 - self.state.spin_up
        return pd.DataFrame(self._values, columns=names, index=pd.RangeIndex(first, first + len(self._values), name="month"))

    @property
    def series(self) -> "pd.DataFrame":
        """One row a month of the scenario (from month 1), one column an observable."""
        return self.full_series.loc[1:]

    def table(self, name: str) -> "pd.DataFrame":
        """A table as at the end: organisations, places, ties, clusters, poles, projects, funders, awards, calls or ledger."""
        from clustersim.results import frame

        return frame(name, self.state, self.territory, [measure.name for measure in self.scenario.measures])

    def __repr__(self) -> str:
        return f"<Run of {self.scenario.name!r}, seed {self.seed}, {self.months} months, state {self.state_hash}>"


def run(
    scenario: Scenario | str | PathLike[str],
    seed: int = 1,
    *,
    months: int | None = None,
    threads: int = 1,
    progress: Callable[[int, int], None] | None = None,
    debug: bool = False,
) -> Run:
    """Simulate a scenario under one seed, spin-up included.

    Args:
        scenario: A scenario, the path of a scenario file, or the name of a shipped one.
        seed: The replication; the same seed is the same luck in every scenario.
        months: Horizon after the spin-up, instead of the scenario's own.
        threads: Threads for large runs; results are the same bits for any number.
        progress: Called after every month with (months done, months in all), the spin-up counted.
        debug: Verify every invariant after every month (slow).

    Returns:
        The run, with series and tables as data frames.

    Raises:
        ScenarioError: if the scenario cannot be loaded.
    """
    if not isinstance(scenario, Scenario):
        scenario = Scenario.load(scenario)
    if months is not None:
        scenario = scenario.with_changes({"run.months": months})
    simulation = Simulation(scenario, seed, threads=threads, debug=debug)
    begun = time.perf_counter()
    try:
        for done in range(simulation.length):
            simulation.step()
            if progress is not None:
                progress(done + 1, simulation.length)
    finally:
        simulation.state.workers.close()
    return Run(simulation, scenario.run.months, time.perf_counter() - begun)

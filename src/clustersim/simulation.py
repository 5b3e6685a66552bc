"""One territory living month by month: the order of the theory, and nothing else.

This is the clock without Mesa. `ClusterModel` puts it into Mesa's hands; a headless run uses it as it is, because
importing Mesa alone takes longer than a whole run of a region.
"""

import time
from copy import copy
from types import ModuleType
from typing import Self

import numpy as np

from clustersim import measures, observables
from clustersim.kernels.blocks import Workers
from clustersim.luck import Luck
from clustersim.populate import populate
from clustersim.processes import (
    closing,
    converging,
    federating,
    founding,
    innovating,
    learning,
    meeting,
    mobilising,
    needing,
    observing,
    partnering,
    serving,
    trusting,
)
from clustersim.scenario import Scenario
from clustersim.territory import Territory

__all__ = ["MONTH", "Simulation"]

# The processes in the order of `Simulation.step`, for those who print or document it; a test holds the two together.
MONTH: tuple[ModuleType, ...] = (
    needing,
    serving,
    meeting,
    partnering,
    trusting,
    converging,
    learning,
    innovating,
    federating,
    mobilising,
    founding,
    closing,
    observing,
)


class Simulation:
    """A scenario under one seed.

    Attributes:
        scenario: The question, resolved.
        seed: The replication.
        luck: The keyed luck of that seed.
        territory: The places with their names and source.
        state: All that exists now.
        seconds_by_process: Time spent so far in each process, and in observing the series (`series`).
    """

    def __init__(
        self, scenario: Scenario, seed: int = 1, *, threads: int = 1, debug: bool = False, territory: Territory | None = None
    ) -> None:
        """Populate the territory; no month has passed yet.

        Args:
            scenario: What to simulate.
            seed: The replication, any whole number of 64 bits.
            threads: Threads for large runs; the results are the same bits for any number.
            debug: Verify every invariant after every month (slow).
            territory: The scenario's territory, if it is loaded already.
        """
        self.scenario = scenario
        self.seed = int(seed)
        self.luck = Luck(self.seed)
        self.debug = debug
        self.territory = territory if territory is not None else scenario.places()
        self.seconds_by_process: dict[str, float] = {}
        self.state = populate(scenario, self.territory, self.luck, Workers(threads))
        self._measures = self._resolved_measures()
        self._series = np.zeros((scenario.run.spin_up + scenario.run.months, len(observables.declared(scenario.purposes))))

    def step(self) -> None:
        """One month."""
        self._open_month()
        self._enact()  # 1 measures open calls, choose, pay, and bend this month's levers
        self._turn(needing)  # 2 needs drift back, with shocks
        self._turn(serving)  # 3 social enterprises serve needs; everybody earns and pays; staff grow or shrink
        self._turn(meeting)  # 4 organisations meet: partners' partners, neighbours, those of the same purpose
        self._turn(partnering)  # 5 who met value each other; ties are born
        self._turn(trusting)  # 6 trust fades, grows by shared work, jumps at success; ties end
        self._turn(converging)  # 7 values move towards each other along ties
        self._turn(learning)  # 8 the one behind learns along ties; what is not used fades
        self._turn(innovating)  # 9 projects end in success or failure, and new ones start
        self._turn(federating)  # 10 clusters found poles; members come and go; coordinators are paid
        self._turn(mobilising)  # 11 funders' attention follows what is visible
        self._turn(founding)  # 12 new organisations appear where needs and partners are
        self._turn(closing)  # 13 organisations in want, and some others, close
        self._turn(observing)  # 14 clusters are seen, and the month is written down
        self._close_month()

    def run_for(self, months: int) -> None:
        """That many steps."""
        for _ in range(months):
            self.step()

    @property
    def month(self) -> int:
        """Months since the scenario began; negative or zero in the spin-up."""
        return self.state.month - self.state.spin_up

    @property
    def length(self) -> int:
        """Months from the start of the spin-up to the scenario's horizon."""
        return self.scenario.run.spin_up + self.scenario.run.months

    def series(self) -> np.ndarray:
        """One row a month so far (spin-up included), one column an observable, as `observables.declared` names them."""
        return self._series[: self.state.month]

    def copy(self) -> Self:
        """The same simulation at this moment: what either lives from here on happens in itself alone."""
        twin = copy(self)
        twin.state = self.state.copy()
        twin.seconds_by_process = dict(self.seconds_by_process)
        twin._series = self._series.copy()
        return twin

    def _resolved_measures(self) -> tuple[measures.Measure, ...]:
        """The scenario's measures, each with the row of its funder; named funders are the last rows of the table."""
        first = len(self.state.funders) - len(self.scenario.funders)
        row = {funder.name: first + i for i, funder in enumerate(self.scenario.funders)}
        names = np.array(self.scenario.purposes.names)
        return tuple(
            measures.Measure(
                name=m.name,
                kind=m.kind,
                number=number,
                funder_row=row[m.funder],
                numbers=m.numbers,
                course=((0, m.numbers), *m.later) if m.later else (),
                purposes=np.isin(names, m.purposes) if m.purposes else None,
                call_months=m.call_months,
            )
            for number, m in enumerate(self.scenario.measures)
        )

    def _open_month(self) -> None:
        self.state.month += 1
        for table in (self.state.organisation_levers, self.state.place_levers):
            for _, lever in table.arrays():
                lever.fill(0)

    def _enact(self) -> None:
        begun = time.perf_counter()
        measures.enact(self.state, self.luck, self._measures)
        self._count("enacting", begun)

    def _turn(self, process: ModuleType) -> None:
        begun = time.perf_counter()
        name = process.__name__.rpartition(".")[2]
        process.advance(self.state, self.luck, getattr(self.scenario.processes, name))
        self._count(name, begun)

    def _close_month(self) -> None:
        begun = time.perf_counter()
        month = self.state.month
        if month > len(self._series):  # a run may be taken further than its scenario's horizon
            self._series = np.concatenate((self._series, np.zeros_like(self._series[: max(12, len(self._series) // 2)])))
        observables.observe(self.state, self._series[month - 1])
        self.state.ledger.close_month(month)
        self._count("series", begun)
        if self.debug:
            self.state.check()

    def _count(self, name: str, begun: float) -> None:
        self.seconds_by_process[name] = self.seconds_by_process.get(name, 0.0) + time.perf_counter() - begun

    def __repr__(self) -> str:
        return f"<Simulation of {self.scenario.name!r}, seed {self.seed}, month {self.month} of {self.scenario.run.months}>"

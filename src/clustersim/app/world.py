"""One scenario lived under one seed, with a memory of its months: what a page shows of it.

Months are lived in a thread while the page goes on answering, so whoever reads the simulation asks for it `at_rest`. What is
drawn needs no such care: snapshots never change.
"""

import itertools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from clustersim.app.opening import Stepping
from clustersim.app.recorder import Recorder
from clustersim.app.remembering import Memory
from clustersim.app.settings import Settings
from clustersim.simulation import Simulation
from clustersim.state import State

__all__ = ["LivedWorld"]

_keys = itertools.count()


class LivedWorld:
    """A world: its settings, its simulation, what it remembers.

    Attributes:
        settings: What it is made of.
        model: What lives its months: a Mesa model of the user's own; None where the simulation does.
        memory: The months lived so far, from month 0 on.
        key: Its own, and another one after it went back to its beginning: worlds that look alike are still two.
    """

    def __init__(self, settings: Settings, make: Stepping | None = None) -> None:
        """Populate the territory. The years before the first month are lived by `warm_up`."""
        self.settings = settings
        scenario = settings.scenario()
        self._lock = threading.Lock()
        self._make = make
        # a Mesa model lives its spin-up when it is made
        self.model: Any = make(scenario, settings.seed) if make is not None else None
        self.simulation: Simulation = self.model.simulation if make is not None else Simulation(scenario, settings.seed)
        self.memory = Memory()
        self._start: State | None = None
        self._recorder: Recorder | None = None
        self.key = ""

    @property
    def scenario(self) -> Any:
        """What is lived."""
        return self.simulation.scenario

    @property
    def months(self) -> int:
        """The scenario's horizon."""
        return self.scenario.run.months

    @property
    def last(self) -> int:
        """The last month that is recorded; -1 before the first."""
        return self.memory.last

    def warm_up(self, months: int) -> bool:
        """Live some months of the spin-up; whether it is over. Then month 0 is recorded, and kept to come back to.

        A world that forgot its months goes back to month 0, to the bit. A Mesa model of the user's own is made anew, since only it
        knows its state.
        """
        with self._lock:
            if self._recorder is not None and not len(self.memory):
                self._go_back()
            elif self._recorder is None:
                self.simulation.run_for(min(months, -self.simulation.month))
                if self.simulation.month == 0:
                    self._start = self.simulation.state.copy() if self._make is None else None
                    self._record_from_here()
            return len(self.memory) > 0

    @property
    def warmed(self) -> tuple[int, int]:
        """Months of the spin-up that are lived, and how many there are."""
        spin_up = self.scenario.run.spin_up
        return spin_up + min(self.simulation.month, 0), spin_up

    def live(self) -> None:
        """One month more, and its record."""
        with self._lock:
            memory = self.memory
            if not len(memory):  # forgotten since this was asked for: it begins anew
                return
            (self.simulation if self.model is None else self.model).step()
            memory.append(self._recorder.look())

    def forget(self) -> None:
        """No month is recorded any more, at once; the way back to month 0, which takes its time, is a matter of `warm_up`."""
        self.memory = Memory()

    @contextmanager
    def at_rest(self) -> Iterator[Simulation]:
        """The simulation, between two months."""
        with self._lock:
            yield self.simulation

    def still(self) -> Simulation:
        """A copy of the simulation between two months, for whoever takes their time with it: the world lives on meanwhile."""
        with self._lock:
            return self.simulation.copy()

    def state_hash(self) -> str:
        """Digest of the state after the last month lived."""
        with self._lock:
            return self.simulation.state.hash()

    def series(self) -> np.ndarray:
        """One row a recorded month, one column an observable."""
        return self.memory.series()

    @property
    def recorder(self) -> Recorder:
        """Who records it."""
        return self._recorder

    def close(self) -> None:
        """Let its threads go, once the month that is being lived is over."""
        with self._lock:
            self.simulation.state.workers.close()

    def _go_back(self) -> None:
        if self._start is None:
            self.model = self._make(self.scenario, self.settings.seed)
            self.simulation = self.model.simulation
        else:
            self.simulation.state = self._start.copy()
        self._record_from_here()

    def _record_from_here(self) -> None:
        self._recorder = Recorder(self.simulation, self.model)
        self.key = str(next(_keys))
        memory = Memory()
        memory.append(self._recorder.look())
        self.memory = memory

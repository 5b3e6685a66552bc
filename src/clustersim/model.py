"""ClusterModel: the simulation in Mesa's hands.

A real `mesa.Model`: `step`, `run_for`, `time`, `agents`, `agents_by_type` and `DataCollector` behave as Mesa documents
them. The theory runs on columns in `Simulation`; agents are views that this model makes when they are asked for and
brings up to date once a month, so that a run that nobody looks at makes none and gives the same bits.

Mesa keeps `Model.scenario` for its own kind of object (its browser UI rebuilds a model from it), so it gets one here: a
`HostedScenario` that carries ours. Ours is `model.cluster_scenario`.
"""

from collections.abc import Iterable
from os import PathLike
from typing import Any

import mesa
import numpy as np
from mesa.agentset import AgentSet
from mesa.experimental.scenarios import Scenario as MesaScenario

from clustersim import observables
from clustersim.agents import AGENTS, Organisation
from clustersim.scenario import Scenario
from clustersim.simulation import Simulation
from clustersim.state import State

__all__ = ["ClusterModel", "HostedScenario"]

# Numbers of agents of your own start here; organisations take row + 1.
_FIRST_OTHER_ID = 2**40


class HostedScenario(MesaScenario):
    """Mesa's scenario object. `cluster_scenario` is ours: a scenario, the name of a shipped one, or the path of a file."""

    cluster_scenario: Any = "baseline"


class ClusterModel(mesa.Model):
    """A territory under Mesa's clock: one step is one month, and `time` counts months since the scenario began.

    Attributes:
        simulation: The clock without Mesa, which does the work.
        running: Whether the scenario's horizon is still ahead; `run_model()` stops there, `step()` may go on.
    """

    def __init__(
        self,
        scenario: Scenario | str | PathLike[str] | HostedScenario | None = None,
        rng: Any = 1,
        *,
        threads: int = 1,
        debug: bool = False,
    ) -> None:
        """Populate the territory and live through the spin-up.

        Args:
            scenario: A scenario, the name of a shipped one, the path of a scenario file, or what Mesa's browser UI makes
                of `model.scenario`; "baseline" if none is given.
            rng: The seed of the replication. A generator, a bit generator or a seed sequence gives a seed by one draw; None
                takes one from the system. The seed used is `model.simulation.seed`. All luck of the theory is keyed by it;
                Mesa's own `model.rng` and `model.random` are there for your code (for instance `agents.shuffle`) and
                drawing from them changes no result.
            threads: Threads for large runs; the results are the same bits for any number.
            debug: Verify every invariant after every month (slow).

        Raises:
            ScenarioError: if the scenario cannot be loaded.
        """
        asked = _asked(scenario)
        seed = _seed(rng)
        # Mesa's generators take no negative seed
        super().__init__(scenario=HostedScenario(rng=seed & 0xFFFFFFFFFFFFFFFF, cluster_scenario=asked))
        self.simulation = Simulation(asked, seed, threads=threads, debug=debug)
        self.simulation.run_for(asked.run.spin_up)
        self.running = asked.run.months > 0
        self._views: dict[int, Organisation] = {}
        self._rows_looked_at = 0
        self._month_looked_at = -1
        self.agent_id_counter = _FIRST_OTHER_ID

    @property
    def cluster_scenario(self) -> Scenario:
        """What is simulated."""
        return self.simulation.scenario

    @property
    def state(self) -> State:
        """All that exists now."""
        return self.simulation.state

    @property
    def observed(self) -> dict[str, float]:
        """The observables of the month that ended last, by name; not a number before the first month."""
        names = [o.name for o in observables.declared(self.cluster_scenario.purposes)]
        series = self.simulation.series()
        return dict(zip(names, series[-1].tolist() if len(series) else [float("nan")] * len(names), strict=True))

    def step(self) -> None:
        """One month."""
        self.simulation.step()
        self.running = self.simulation.month < self.cluster_scenario.run.months

    @property
    def agents(self) -> AgentSet:
        """All living organisations (and any agents of your own), up to date."""
        self._look()
        return super().agents

    @property
    def agents_by_type(self) -> dict[type, AgentSet]:
        """The same by class: SocialEnterprise, PrivateActor, PublicFunder."""
        self._look()
        return super().agents_by_type

    @property
    def agent_types(self) -> list[type]:
        """The classes of the agents."""
        self._look()
        return super().agent_types

    @property
    def own_agents(self) -> list[mesa.Agent]:
        """Agents of your own, by class: all that are no organisations. No organisation is looked at to find them."""
        by_class = super().agents_by_type
        return [agent for kind, agents in by_class.items() if not issubclass(kind, Organisation) for agent in agents]

    def organisations(self, rows: Iterable[int]) -> AgentSet:
        """The living organisations of some rows, in that order."""
        self._look()
        return AgentSet([self._views[int(row)] for row in rows], random=self.random)

    def _look(self) -> None:
        """Make views of the organisations that came since someone last looked, drop those of the closed."""
        organisations = self.state.organisations
        if self._month_looked_at == self.state.month:
            return
        self._month_looked_at = self.state.month
        for row in np.flatnonzero(~organisations.alive[: self._rows_looked_at]).tolist():
            if row in self._views:
                self._views.pop(row).remove()
        for row in range(self._rows_looked_at, len(organisations)):
            if organisations.alive[row]:
                self._views[row] = AGENTS[organisations.kind[row]](self, row)
        self._rows_looked_at = len(organisations)

    def __repr__(self) -> str:
        return f"<ClusterModel of {self.cluster_scenario.name!r}, seed {self.simulation.seed}, month {self.time:g}>"


def _asked(scenario: Scenario | str | PathLike[str] | HostedScenario | None) -> Scenario:
    if isinstance(scenario, HostedScenario):
        scenario = scenario.cluster_scenario
    if scenario is None:
        scenario = "baseline"
    return scenario if isinstance(scenario, Scenario) else Scenario.load(scenario)


def _seed(rng: Any) -> int:
    if isinstance(rng, int | np.integer):
        return int(rng)
    return int(np.random.default_rng(rng).integers(2**63))

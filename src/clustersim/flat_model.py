"""FlatModel: a model that is made of flat parameters and collects its own data, as Mesa's `batch_run` wants it.

    from mesa.batchrunner import batch_run
    rows = batch_run(FlatModel, {"scenario": "village", "processes__meeting__decay_km": [10, 20, 40]}, rng=range(1, 6))

Each row has the parameters, the observables of its month by their names and, in the last month of the scenario, the outcomes
(`outcome__clusters`: Mesa's rows have one namespace, and a few outcomes are called like the observable they are made of), the seed and the
digest of the state, by which a row can be compared with any other run of clustersim.

What Mesa 3.5.1 does with it: `rng` is a list of seeds, and the same seed is the same luck in every row; `iterations=5`, or no `rng`, draws
seeds anew for each row, so that differences between rows are luck too. A run that fails ends the batch and takes all results with it, those
of finished runs as well; nothing can be resumed. `max_steps` is 1000 unless said: a run cut short of its horizon has no outcomes. The start
method of processes is "spawn" for the whole program afterwards. Experiment files (`clustersim sweep`) keep failures apart and resume.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from os import PathLike
from typing import Any

import numpy as np
from mesa import DataCollector

from clustersim import observables
from clustersim.experiments.adapters.flat_names import dotted, flat
from clustersim.experiments.outcomes import OUTCOMES, PATHS, Course, measured
from clustersim.model import ClusterModel
from clustersim.problems import ScenarioError
from clustersim.scenario import Scenario
from clustersim.state.organisations import SOCIAL_ENTERPRISE

__all__ = ["FlatModel"]

_WHERE = "(flat parameters)"


class FlatModel(ClusterModel):
    """A model made of a scenario and flat parameters.

    Attributes:
        datacollector: Everything observed, a row a month from month 0 (as the spin-up left it).
    """

    def __init__(self, scenario: Scenario | str | PathLike[str] = "baseline", rng: Any = 1, **changes: Any) -> None:
        """Populate the territory and live through the spin-up.

        Args:
            scenario: A scenario, the name of a shipped one, or the path of a scenario file.
            rng: The seed of the replication, as in `ClusterModel`.
            changes: Values that count instead of the scenario's, by their paths with two underscores for each dot:
                `processes__meeting__decay_km=20`.

        Raises:
            ScenarioError: naming every unknown name and every value that is not allowed.
        """
        super().__init__(_changed(scenario, changes), rng)
        organisations = self.state.organisations
        self._first = np.flatnonzero(organisations.alive & (organisations.kind == SOCIAL_ENTERPRISE))
        self._outcomes = np.full(len(OUTCOMES), np.nan)
        self._names = [observable.name for observable in observables.declared(self.cluster_scenario.purposes)]
        self.datacollector = DataCollector(model_reporters=self._reporters())
        self.datacollector.collect(self)

    def step(self) -> None:
        """One month, written down."""
        super().step()
        if self.simulation.month == self.cluster_scenario.run.months:
            self._outcomes = measured(self._course())
        self.datacollector.collect(self)

    def _reporters(self) -> dict[str, Callable[["FlatModel"], Any]]:
        """What is collected, by name."""
        found: dict[str, Callable[[FlatModel], Any]] = {
            name: partial(_observed, column=column) for column, name in enumerate(self._names)
        }
        found |= {flat(f"outcome.{outcome.name}"): partial(_outcome, number=number) for number, outcome in enumerate(OUTCOMES)}
        return found | {"used_seed": partial(_used_seed), "state_hash": partial(_state_hash)}

    def _course(self) -> Course:
        """The months of the scenario so far, and how the social enterprises of its first day have fared."""
        months = self.simulation.series()[self.cluster_scenario.run.spin_up :]
        series = {name: months[:, self._names.index(name)] for name in PATHS}
        return Course(series, self._first.size, int(self.state.organisations.alive[self._first].sum()))


def _observed(model: FlatModel, column: int) -> float:
    """An observable of the month that ended last; not a number before the first."""
    series = model.simulation.series()
    return float(series[-1, column]) if len(series) else float("nan")


def _outcome(model: FlatModel, number: int) -> float:
    """An outcome of the whole horizon; not a number before it has passed."""
    return float(model._outcomes[number])


def _used_seed(model: FlatModel) -> int:
    return model.simulation.seed


def _state_hash(model: FlatModel) -> str:
    """The digest of the state at the end of the horizon; nothing in other months, for it takes longer than many a month."""
    return model.state.hash() if model.simulation.month == model.cluster_scenario.run.months else ""


def _changed(scenario: Scenario | str | PathLike[str], changes: dict[str, Any]) -> Scenario:
    """A scenario with flat parameters, whose mistakes are named as the caller spelt them."""
    loaded = scenario if isinstance(scenario, Scenario) else Scenario.load(scenario)
    # a sample that NumPy drew has numbers of NumPy's own types
    plain = {dotted(name): value.item() if isinstance(value, np.generic) else value for name, value in changes.items()}
    if not plain:
        return loaded
    try:
        return loaded.with_changes(plain)
    except ScenarioError as error:
        raise ScenarioError(replace(problem, file=_WHERE, path=flat(problem.path)) for problem in error.problems) from None

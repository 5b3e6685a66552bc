"""Tasks: what a run is asked for, and what a worker has before it to do one."""

import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from clustersim.scenario import Scenario

__all__ = ["WORKER_LOST", "Bench", "Do", "Failure", "Task"]

WORKER_LOST = "the worker process died twice while it was at this run"  # how such a failure begins: it may be no fault of the run
_KEPT = 32  # changed scenarios that a worker remembers
_LISTS = ("territory", "population.organisations_file")  # changes that bring other lists

type Do = Callable[[Scenario, int, tuple[str, ...]], Any]


@dataclass(frozen=True)
class Task:
    """One run.

    Attributes:
        scenario: Number of the scenario among those that the crew holds.
        seed: The replication.
        changes: Dotted paths and values that count instead of the scenario's.
        keep: Names of tables to bring along besides the record.
    """

    scenario: int
    seed: int
    changes: tuple[tuple[str, Any], ...] = ()
    keep: tuple[str, ...] = ()


@dataclass(frozen=True)
class Failure:
    """A run that did not end well: what was wrong in one line, and where in full."""

    error: str
    traceback: str


class Bench:
    """What a worker has before it: the scenarios, and those it has made of them by changes."""

    def __init__(self, scenarios: list[Scenario], do: Do) -> None:
        self.scenarios = scenarios
        self.do = do
        self._changed: dict[tuple[int, tuple[tuple[str, Any], ...]], Scenario] = {}

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_changed": {}}

    def perform(self, task: Task) -> Any:
        """The task's result, or its failure."""
        try:
            return self.do(self._scenario(task), task.seed, task.keep)
        except Exception as error:
            return Failure(f"{type(error).__name__}: {error}", traceback.format_exc())

    def _scenario(self, task: Task) -> Scenario:
        if not task.changes:
            return self.scenarios[task.scenario]
        known = self._changed.get((task.scenario, task.changes))
        if known is None:
            known = _changed(self.scenarios[task.scenario], dict(task.changes))
            while len(self._changed) >= _KEPT:
                self._changed.pop(next(iter(self._changed)), None)
            self._changed[task.scenario, task.changes] = known
        return known


def _changed(scenario: Scenario, changes: Mapping[str, Any]) -> Scenario:
    """The scenario with changes, which reads its lists again: where the worker is, and maybe long after the driver has read them."""
    found = scenario.with_changes(changes)
    if found.data_hashes() != scenario.data_hashes() and not any(path.startswith(_LISTS) for path in changes):
        raise ValueError(
            "its list of places or organisations is another here and now than it was when the scenario was loaded; start again with one "
            "list that stays as it is, the same on all machines"
        )
    return found

"""Verifying: some stored runs are lived again, and must end in the same state to the bit."""

from dataclasses import dataclass
from itertools import chain
from typing import Any

from clustersim.experiments.execution.crew import Crew, Failure, Task
from clustersim.experiments.execution.tasks import Do
from clustersim.experiments.store import Store, StoredRun
from clustersim.experiments.sweeps.asking import Wanted, in_chunks
from clustersim.experiments.sweeps.experiment import Experiment
from clustersim.experiments.sweeps.living import Lived, lived

__all__ = ["Verified", "verify"]


@dataclass(frozen=True)
class Verified:
    """What came of it.

    Attributes:
        there: Runs of the experiment that the store has.
        again: How many were lived again.
        different: What differs, a sentence a run.
    """

    there: int
    again: int
    different: tuple[str, ...]


def verify(experiment: Experiment, store: Store, sample: int, *, draw: int = 0, do: Do = lived, **crew: Any) -> Verified:
    """Live a sample of an experiment's runs again and compare.

    Args:
        experiment: Whose runs.
        store: Where they are.
        sample: How many; all, if there are fewer.
        draw: Which sample.
        do: What made them.
        crew: As for `Crew`.
    """
    wanted = {found.identity: found for found in chain.from_iterable(in_chunks(experiment))}
    there = [wanted[identity] for identity in store.known(wanted)]
    chosen = sorted(there, key=lambda found: _place(found.identity, draw))[:sample]
    stored = {run.identity: run for run in store.runs([found.identity for found in chosen])}
    tasks = [Task(found.point.scenario, found.seed, found.point.changes) for found in chosen]
    different = []
    if tasks:
        with Crew(experiment.scenarios, do, **crew) as workers:
            for found, result in zip(chosen, workers.all(tasks), strict=True):
                said = _difference(stored[found.identity], result)
                if said:
                    different.append(f"{_in_words(found)}: {said}")
    return Verified(len(there), len(chosen), tuple(different))


def _difference(stored: StoredRun, again: Lived | Failure) -> str:
    """How a run differs from the one in the store; empty where it does not."""
    if isinstance(again, Failure):
        return f"it fails now ({again.error})"
    if again.state_hash != stored.state_hash:
        return f"the last month is {again.state_hash}, {stored.state_hash} in the store"
    for name, value in stored.numbers.items():
        now = again.numbers.get(name)
        if now != value and not (now != now and value != value):
            return f"{name} is {now}, {value} in the store"
    return ""


def _in_words(found: Wanted) -> str:
    return f"point {found.point.number}, seed {found.seed}"


def _place(identity: str, draw: int) -> int:
    """A place in an order that is the same on every machine, another for each draw."""
    return (int(identity[:16], 16) * (2 * draw + 1) + draw * 0x9E3779B97F4A7C15) % 2**64

"""Asking: the runs that an experiment wants, by identity, a few points at a time."""

import hashlib
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from clustersim.experiments.store import FailedRun, run_identity
from clustersim.experiments.sweeps.experiment import Experiment, Point
from clustersim.problems import ScenarioError

__all__ = ["CHUNK", "Shard", "Wanted", "in_chunks", "wanted_of"]

CHUNK = 256  # points looked up at a time


class Shard(NamedTuple):
    """One part of an experiment, of several that are run apart: number 1 to `of`."""

    number: int = 1
    of: int = 1

    def has(self, run: int) -> bool:
        """Whether a run, by its place in the experiment, is of this part."""
        return run % self.of == self.number - 1


class Wanted(NamedTuple):
    """A run that an experiment asks for.

    Attributes:
        identity: Under which a store keeps it.
        scenario: Identity of its scenario.
        point: Its point.
        seed: Its seed.
        replication: Which of the point's seeds that is, from 0.
        refused: Why its scenario cannot be, if it cannot.
    """

    identity: str
    scenario: str
    point: Point
    seed: int
    replication: int
    refused: str = ""

    def failure(self, error: str, traceback: str) -> FailedRun:
        """The record that it has failed."""
        return FailedRun(self.identity, self.scenario, self.seed, error, traceback, 1)


def wanted_of(experiment: Experiment, point: Point) -> list[Wanted]:
    """The runs of a point, in the order of its seeds."""
    refused, scenario = "", experiment.known_scenarios[point.number].decode()
    try:
        if not scenario:
            scenario = experiment.scenario_of(point).identity()
            experiment.known_scenarios[point.number] = scenario
    except ScenarioError as error:  # values that are allowed one by one may contradict each other
        refused = str(error)
        base = experiment.scenarios[point.scenario].identity()
        scenario = hashlib.blake2b(f"{base} {point.changes!r}".encode(), digest_size=8).hexdigest()
    return [Wanted(run_identity(scenario, seed), scenario, point, seed, k, refused) for k, seed in enumerate(point.seeds)]


def in_chunks(experiment: Experiment, shard: Shard = Shard()) -> Iterator[list[Wanted]]:  # noqa: B008 - frozen
    """All runs of an experiment, or of a part of it, in the order of points and seeds."""
    points = experiment.points()
    while chunk := list(islice(points, CHUNK)):
        first = chunk[0].number * experiment.seeds
        found = [wanted for point in chunk for wanted in wanted_of(experiment, point)]
        yield [wanted for run, wanted in enumerate(found, first) if shard.has(run)]

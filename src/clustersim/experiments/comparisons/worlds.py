"""Worlds: an arm with changes. Each is run once a seed, whoever asks for it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from clustersim.experiments.execution.crew import Crew, Failure, Task
from clustersim.experiments.records import Record
from clustersim.scenario import Scenario

__all__ = ["Changes", "World", "Worlds", "part_of"]

type Changes = tuple[tuple[str, Any], ...]


@dataclass(frozen=True)
class World:
    """One way things may be.

    Attributes:
        arm: Number of the arm.
        changes: Dotted paths and values that count instead of the arm's own.
    """

    arm: int
    changes: Changes = ()

    def with_changes(self, changes: Changes) -> "World":
        """The same with further changes."""
        return World(self.arm, self.changes + changes)


class Worlds:
    """Runs of worlds under seeds, done by a crew that holds the arms; what has been run is not run again."""

    def __init__(self, crew: Crew, progress: Callable[[int, int], None] | None = None) -> None:
        """`progress` is called with (runs done, runs known to be needed); the second number grows with what is found on the way."""
        self._crew = crew
        self._progress = progress
        self._found: dict[tuple[World, int], Record | Failure] = {}
        self._done = 0

    def run(self, worlds: Iterable[World], seeds: Sequence[int], *, whole: bool = False) -> None:
        """Have every world run under every seed, a seed after the other; `whole` records keep their paths and cohorts."""
        distinct = list(dict.fromkeys(worlds))
        missing = [(world, seed) for seed in seeds for world in distinct if self._lacks(world, seed, whole)]
        needed = self._done + len(missing)
        for number, result in self._crew.each(Task(world.arm, seed, world.changes) for world, seed in missing):
            self._found[missing[number]] = result if whole else _slim(result)
            self._done += 1
            if self._progress is not None:
                self._progress(self._done, needed)

    def results(self, world: World, seeds: Sequence[int]) -> list[Record | Failure]:
        """What came of each seed."""
        return [self._found[world, seed] for seed in seeds]

    def mean(self, world: World, seeds: Sequence[int], of: Callable[[Record], float]) -> float:
        """Mean over the seeds that did not fail, run now if need be; NaN if all did."""
        self.run([world], seeds)
        known = [of(result) for result in self.results(world, seeds) if isinstance(result, Record)]
        return float(np.mean(known)) if known else float("nan")

    def tables(self, worlds: Sequence[World], seed: int, names: tuple[str, ...]) -> list[dict[str, Any]]:
        """Tables of each world at the end, under one seed; none where the run fails."""
        results = self._crew.all(Task(world.arm, seed, world.changes, names) for world in worlds)
        return [result.tables if isinstance(result, Record) else {} for result in results]

    def _lacks(self, world: World, seed: int, whole: bool) -> bool:
        found = self._found.get((world, seed))
        return found is None or (whole and isinstance(found, Record) and not found.cohort)


def part_of(arm: Scenario, part: Iterable[str], changes: Changes = ()) -> Changes:
    """The changes that leave only some measures in an arm, and those of `changes` that still have something to change."""
    gone = [measure.name for measure in arm.measures if measure.name not in set(part)]
    kept = [(path, value) for path, value in changes if not any(path.startswith(f"measures.{name}.") for name in gone)]
    return (*kept, *((f"measures.{name}.remove", True) for name in gone))


def _slim(result: Record | Failure) -> Record | Failure:
    """Without what only worlds that are shown need."""
    return replace(result, cohort={}, paths=result.paths[:0]) if isinstance(result, Record) else result

"""Sweeping: an experiment's runs, those that are not there yet, done by a crew and put in a store.

The store is written here alone, a batch a transaction. Whatever ends the sweep (Ctrl-C, a full disk, a killed process), what was
committed stays, and the same command goes on from there. A run that fails is kept with its traceback; it is tried again only when that is
asked for, unless its workers died at it: what killed them may be gone, so whoever goes on tries such a run again.
"""

import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from os import PathLike
from typing import Any

from clustersim.experiments.execution.crew import Crew, Failure, Task
from clustersim.experiments.execution.tasks import WORKER_LOST, Do
from clustersim.experiments.records import warm_kernels
from clustersim.experiments.store import FailedRun, Progress, Store, StoredRun
from clustersim.experiments.sweeps.asking import Shard, Wanted, in_chunks
from clustersim.experiments.sweeps.experiment import Experiment
from clustersim.experiments.sweeps.keeping import as_known, kept_text
from clustersim.experiments.sweeps.living import Lived, lived
from clustersim.experiments.sweeps.naming import STORE
from clustersim.experiments.sweeps.results import Results

__all__ = ["Standing", "Sweep", "sweep"]

_SECONDS, _RUNS = 1.0, 500  # a batch is committed after so long, or so many


@dataclass
class Standing:
    """How far a sweep is.

    Attributes:
        total: Runs that the experiment, or this part of it, asks for.
        there: Of these, found in the store.
        done: Done now.
        failed: Failed now.
        failed_before: Failed earlier, and left alone.
        looked_up: Runs that have been looked up in the store.
        seconds: Time since the sweep began.
    """

    total: int
    there: int = 0
    done: int = 0
    failed: int = 0
    failed_before: int = 0
    looked_up: int = 0
    seconds: float = 0.0

    @property
    def left(self) -> int:
        """Runs that are neither there nor failed."""
        return self.total - self.there - self.done - self.failed - self.failed_before

    @property
    def rate(self) -> float:
        """Runs a second."""
        return (self.done + self.failed) / self.seconds if self.seconds > 0 else 0.0


class Sweep:
    """One go at an experiment.

    Attributes:
        standing: How far it is, at any time.
    """

    def __init__(
        self,
        experiment: Experiment,
        store: Store,
        *,
        shard: Shard = Shard(),  # noqa: B008 - frozen
        retry: bool = False,
        do: Do = lived,
        progress: Callable[[Standing], None] | None = None,
    ) -> None:
        """Nothing is run yet.

        Args:
            experiment: What is asked.
            store: Open for writing.
            shard: Which part of it.
            retry: Whether runs that failed earlier are tried again, and only these; those whose workers died are tried again anyway.
            do: What makes a `Lived` of a scenario and a seed.
            progress: Called with the standing whenever something has changed.
        """
        self.experiment = experiment
        self.store = store
        self.shard = shard
        self.retry = retry
        self.do = do
        self._progress = progress
        self._pending: dict[int, Wanted] = {}
        self._runs: list[StoredRun] = []
        self._failures: list[FailedRun] = []
        self._identity = experiment.identity()
        self._again: Counter[str] = Counter()  # how often runs are asked for once more
        self._lost: set[str] = set()  # runs that have failed now
        runs = experiment.runs
        self.standing = Standing(len(range(shard.number - 1, runs, shard.of)))

    def run(self, **crew: Any) -> Standing:
        """Do what is not there yet. Arguments are those of `Crew`: workers, kind, scheduler and others.

        Raises:
            StoreError: if the store cannot be written; what was committed stays.
            ExecutionError: if there are no workers, or none any more; what was done is committed.
        """
        self.store.keep_experiment(self._identity, self.experiment.name, kept_text(as_known(self.experiment, self.store)))
        begun = self._committed = time.perf_counter()
        tasks = self._tasks()
        first = next(tasks, None)
        # a sweep that has nothing to do starts no workers
        with nullcontext() if first is None else Crew(self.experiment.scenarios, self.do, warm=self._warm, **crew) as workers:
            try:
                for number, result in () if workers is None else workers.each(_again(first, tasks)):
                    self._take(self._pending.pop(number), result)
                    self.standing.seconds = time.perf_counter() - begun
                    self._commit_if_due()
                    self._tell()
            finally:
                self._commit()
        self.standing.seconds = time.perf_counter() - begun
        failed_again = sum(self._again[identity] for identity in self._lost)
        self.standing.there -= failed_again
        self.standing.failed += failed_again
        self._note()
        self._tell()
        return self.standing

    @property
    def _warm(self) -> Callable[[], None] | None:
        return warm_kernels if self.do is lived else None

    def _tasks(self) -> Iterator[Task]:
        """The runs that are wanted and not there, each once."""
        handed: set[str] = set()
        for chunk in in_chunks(self.experiment, self.shard):
            for wanted in self._lacking(chunk):
                if wanted.identity in handed:
                    self.standing.there += 1
                    self._again[wanted.identity] += 1
                elif wanted.refused:
                    self._failures.append(wanted.failure(f"ScenarioError: {wanted.refused}", wanted.refused))
                    self.standing.failed += 1
                else:
                    self._pending[len(handed)] = wanted
                    handed.add(wanted.identity)
                    yield Task(wanted.point.scenario, wanted.seed, wanted.point.changes)
            self._tell()

    def _lacking(self, chunk: list[Wanted]) -> list[Wanted]:
        """Those of a chunk that are to be run."""
        identities = [wanted.identity for wanted in chunk]
        there = self.store.known(identities)
        failures = self.store.failures(identities)
        failed = {failure.identity for failure in failures if self.retry or not failure.error.startswith(WORKER_LOST)}
        self.standing.there += sum(identity in there for identity in identities)
        self.standing.looked_up += len(chunk)
        if self.retry:
            return [wanted for wanted in chunk if wanted.identity in failed]
        again = sum(identity in failed & self._lost for identity in identities)  # copies of runs that have failed just now
        self.standing.failed += again
        self.standing.failed_before += sum(identity in failed for identity in identities) - again
        return [wanted for wanted in chunk if wanted.identity not in there and wanted.identity not in failed]

    def _take(self, wanted: Wanted, result: Lived | Failure) -> None:
        if isinstance(result, Failure):
            self._failures.append(wanted.failure(result.error, result.traceback))
            self._lost.add(wanted.identity)
            self.standing.failed += 1
        else:
            self._runs.append(result.stored(wanted.scenario, wanted.seed))
            self.standing.done += 1

    def _commit_if_due(self) -> None:
        if len(self._runs) >= _RUNS or time.perf_counter() - self._committed >= _SECONDS:
            self._commit()

    def _commit(self) -> None:
        """Put what has come in the store."""
        runs, failures, self._runs, self._failures = self._runs, self._failures, [], []
        if runs or failures:
            self.store.add(runs, failures)
            if not self.retry:  # what is still to be tried again has not been counted
                self._note()
        self._committed = time.perf_counter()

    def _note(self) -> None:
        """Let the store know how far the experiment is; not of a part alone, nor where runs are counted twice."""
        now = self.standing
        if self.shard == Shard() and not self._again:
            failed = now.failed + now.failed_before
            self.store.note_progress(self._identity, Progress(now.total, now.there + now.done, failed, now.looked_up))

    def _tell(self) -> None:
        if self._progress is not None:
            self._progress(self.standing)


def sweep(
    experiment: Experiment | str | PathLike[str],
    *,
    store: str | PathLike[str] = f"results/{STORE}",
    workers: int | None = None,
    scheduler: str | None = None,
    shard: tuple[int, int] = (1, 1),
    retry: bool = False,
    progress: Callable[[Standing], None] | None = None,
) -> Results:
    """Do the runs of an experiment that are not in a store yet.

    Args:
        experiment: An experiment, or its file.
        store: The file that keeps runs; made if need be.
        workers: Runs at a time, each in a process of its own; all usable cores unless said. 1 needs no other process.
        scheduler: Address of a Dask scheduler whose workers do the runs instead (`tcp://...`).
        shard: Number and count of the part to run, where an experiment is run in parts.
        retry: Run again what has failed, and only that.
        progress: Called with how far it is.

    Returns:
        What came of it, also of what was there before. Failed runs are among `failures()`.

    Raises:
        ScenarioError: naming every mistake in the file.
        StoreError: if the store cannot be used, or another sweep is writing it.
        ExecutionError: if there are no workers.
    """
    asked = experiment if isinstance(experiment, Experiment) else Experiment.load(experiment)
    with Store.open(store) as opened:
        if opened.repaired is not None:
            warnings.warn(opened.repaired.sentence(), stacklevel=2)
        Sweep(asked, opened, shard=Shard(*shard), retry=retry, progress=progress).run(workers=workers, scheduler=scheduler)
    return Results(asked, store)


def _again(first: Task, rest: Iterator[Task]) -> Iterator[Task]:
    yield first
    yield from rest

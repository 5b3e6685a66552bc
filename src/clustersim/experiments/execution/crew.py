"""Many runs: one loop over futures, whatever stands behind them.

Workers take tasks (a scenario, changes in it, a seed) and give back what `do` makes of them. Only a few tasks are handed out at
a time, so that a million of them take no room. What comes back does not depend on how many work, nor where, nor on who is first:
results are numbered like their tasks. A task that fails becomes a `Failure`; the others go on. Tasks that were in the hands of a
worker when it died are under suspicion: they are tried again one by one, and the one that kills again is the failure.
"""

import traceback
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, wait
from itertools import islice
from typing import Any, Self

from clustersim.experiments.execution.parcels import Pace, Parcel
from clustersim.experiments.execution.pools import KINDS, ExecutionError, LocalPool, Pool, usable_cores
from clustersim.experiments.execution.tasks import WORKER_LOST, Bench, Do, Failure, Task
from clustersim.scenario import Scenario

__all__ = ["IN_HAND", "KINDS", "Crew", "ExecutionError", "Failure", "Task", "usable_cores"]

IN_HAND = 2  # batches a worker: one at work, one waiting, so that nobody waits for the driver

type Numbered = tuple[int, Task]


class Crew:
    """Workers that hold some scenarios. A context manager: workers end with the block, at once if it is left by an error."""

    def __init__(
        self,
        scenarios: Sequence[Scenario],
        do: Do,
        *,
        workers: int | None = None,
        kind: str = "processes",
        warm: Callable[[], None] | None = None,
        scheduler: str | None = None,
        batch: int | None = None,
        notes: Callable[[str], None] | None = None,
    ) -> None:
        """Nobody starts before the block is entered.

        Args:
            scenarios: What tasks refer to by number.
            do: Makes a result of a scenario, a seed and the names of tables to keep; found by its name in other processes.
            workers: How many; as many as there are usable cores unless said. One works in the caller's own thread.
            kind: "processes" or "threads"; results are the same.
            warm: Called once before several start, to compile what they would all compile; with a scheduler, once a machine.
            scheduler: Address of a Dask scheduler, as "tcp://host:8786": its workers work, all of them, in place of this machine's.
            batch: Tasks that travel together; one on this machine and as many as are worth the trip with a scheduler, unless said.
            notes: Told in a sentence what makes a scheduler's workers wait.
        """
        if kind not in KINDS:
            raise ValueError(f"found {kind!r}, allowed is {' or '.join(KINDS)}")
        if scheduler is not None and workers is not None:
            raise ValueError(f"found {workers} workers and a scheduler; a scheduler has workers of its own")
        if batch is not None and batch < 1:
            raise ValueError(f"found {batch} tasks a batch, allowed is 1 or more")
        self.workers = usable_cores() if workers is None else workers
        if self.workers < 1:
            raise ValueError(f"found {workers} workers, allowed is 1 or more")
        self.kind = kind
        self.scheduler = scheduler
        self._batch = 1 if batch is None and scheduler is None else batch
        self._bench = Bench(list(scenarios), do)
        self._warm = warm
        self._notes = notes
        self._pool: Pool | None = None

    def __enter__(self) -> Self:
        if self.scheduler is not None:
            self._pool = self._far_pool(self.scheduler)
            return self
        if self.workers > 1 and self._warm is not None:
            self._warm()
        self._pool = LocalPool(self.workers, self.kind, self._bench)
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self._pool is not None:
            self._pool.close(at_once=kind is not None)
            self._pool = None

    def all(self, tasks: Iterable[Task], progress: Callable[[int], None] | None = None) -> list[Any]:
        """Results and failures in the order of the tasks; `progress` is called with the number done so far."""
        found: dict[int, Any] = {}
        for number, result in self.each(tasks):
            found[number] = result
            if progress is not None:
                progress(len(found))
        return [found[number] for number in range(len(found))]

    def each(self, tasks: Iterable[Task]) -> Iterator[tuple[int, Any]]:
        """Number of the task, and its result or failure, as they come.

        Raises:
            ExecutionError: if there is nobody left to work; what has come before is as good as ever.
        """
        assert self._pool is not None, "a crew works inside its `with` block"
        return _Round(self._pool, Pace(self._batch), tasks).results()

    def _far_pool(self, scheduler: str) -> Pool:
        try:
            from clustersim.experiments.execution.dask_pool import DaskPool
        except ModuleNotFoundError as error:
            if error.name is None or error.name.partition(".")[0] not in ("dask", "distributed"):
                raise
            raise ExecutionError('a scheduler needs Dask, which is not installed: pip install "clustersim[dask]"') from error
        return DaskPool(scheduler, self._bench, self._warm, self._notes)


class _Round:
    """One pass over tasks: what waits, what is in hand, and what is under suspicion to kill its worker."""

    def __init__(self, pool: Pool, pace: Pace, tasks: Iterable[Task]) -> None:
        self._pool = pool
        self._pace = pace
        self._waiting = enumerate(tasks)
        self._pending: dict[Future[Parcel], tuple[Numbered, ...]] = {}
        self._suspects: deque[Numbered] = deque()
        self._tried: Future[Parcel] | None = None

    def results(self) -> Iterator[tuple[int, Any]]:
        """Each task's number and result."""
        try:
            while self._hand_out():
                for future in self._ended():
                    yield from self._results_of(future, self._pending.pop(future))
        finally:
            for future in self._pending:
                future.cancel()

    def _hand_out(self) -> bool:
        """Hand out as much as may be in hand; whether anything is."""
        room = max(1, IN_HAND * self._pool.slots()) - len(self._pending)
        if self._suspects and self._tried is None and not (self._pool.one_fate and self._pending):
            self._tried = self._submit((self._suspects.popleft(),))
        if self._pool.one_fate and (self._suspects or self._tried):
            return bool(self._pending)  # a suspect is tried alone, lest it take others along
        for _ in range(room):
            batch = tuple(islice(self._waiting, self._pace.size()))
            if not batch:
                break
            self._submit(batch)
        return bool(self._pending)

    def _submit(self, batch: tuple[Numbered, ...]) -> Future[Parcel]:
        future = self._pool.submit(tuple(task for _, task in batch))
        self._pending[future] = batch
        return future

    def _ended(self) -> list[Future[Parcel]]:
        """What has ended since, the good first."""
        ended = wait(self._pending, self._pool.look_again_seconds, FIRST_COMPLETED).done
        if any(map(_lost, ended)):
            self._pool.renew()
            ended = {future for future in self._pending if future.done()}
        return sorted(ended, key=lambda future: _lost(future) or future.exception() is not None)

    def _results_of(self, future: Future[Parcel], batch: tuple[Numbered, ...]) -> Iterator[tuple[int, Any]]:
        numbers = [number for number, _ in batch]
        tried, self._tried = future is self._tried, None if future is self._tried else self._tried
        if _lost(future) and not tried:
            self._suspects.extend(batch)
        elif _lost(future):
            error = f"{WORKER_LOST} (killed from outside, or out of memory)"
            yield numbers[0], Failure(error, "the pool was closed" if future.cancelled() else str(future.exception()))
        elif error := future.exception():
            if isinstance(error, ExecutionError):
                raise error
            yield from ((number, _failure(error)) for number in numbers)
        else:
            parcel = future.result()
            self._pace.note(len(batch), parcel.seconds)
            yield from zip(numbers, parcel.opened(), strict=True)


def _lost(future: Future[Parcel]) -> bool:
    """Whether the worker has died, with this in its hands or with that of all."""
    return future.cancelled() or isinstance(future.exception(), BrokenExecutor)


def _failure(error: BaseException) -> Failure:
    """An error that no task has caught is a failure too."""
    return Failure(f"{type(error).__name__}: {error}", "".join(traceback.format_exception(error)))

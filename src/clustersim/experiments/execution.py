"""Many runs: one loop over futures, whatever stands behind them.

Workers take tasks (a scenario, changes in it, a seed) and give back what `do` makes of them. Only a few tasks are handed out at
a time, so that a million of them take no room. What comes back does not depend on how many work, nor on who is first:
results are numbered like their tasks. A task that fails becomes a `Failure`; the others go on. A worker that dies takes its
pool with it: a new pool tries the tasks that were in its hands one by one, and the one that kills again is the failure.
"""

import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, wait
from typing import Any, Self

from clustersim.experiments.pools import KINDS, ExecutionError, Pool, usable_cores
from clustersim.experiments.tasks import Bench, Do, Failure, Task
from clustersim.scenario import Scenario

__all__ = ["IN_HAND", "KINDS", "Crew", "ExecutionError", "Failure", "Task", "usable_cores"]

IN_HAND = 2  # tasks a worker: one at work, one waiting, so that nobody waits for the driver


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
    ) -> None:
        """Nobody starts before the block is entered.

        Args:
            scenarios: What tasks refer to by number.
            do: Makes a result of a scenario, a seed and the names of tables to keep; found by its name in other processes.
            workers: How many; as many as there are usable cores unless said. One works in the caller's own thread.
            kind: "processes" or "threads"; results are the same.
            warm: Called once before several start, to compile what they would all compile.
        """
        if kind not in KINDS:
            raise ValueError(f"found {kind!r}, allowed is {' or '.join(KINDS)}")
        self.workers = usable_cores() if workers is None else workers
        if self.workers < 1:
            raise ValueError(f"found {workers} workers, allowed is 1 or more")
        self.kind = kind
        self._bench = Bench(list(scenarios), do)
        self._warm = warm
        self._pool: Pool | None = None

    def __enter__(self) -> Self:
        if self.workers > 1 and self._warm is not None:
            self._warm()
        self._pool = Pool(self.workers, self.kind, self._bench)
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
        """Number of the task, and its result or failure, as they come."""
        waiting = enumerate(tasks)
        pending: dict[Future, tuple[int, Task]] = {}
        try:
            while self._hand_out(waiting, pending):
                ended, _ = wait(pending, return_when=FIRST_COMPLETED)
                broken = False
                for future in ended:
                    if isinstance(future.exception(), BrokenExecutor):
                        broken = True
                    else:
                        number, _ = pending.pop(future)
                        yield number, _result(future)
                if broken:
                    suspects = list(pending.values())
                    pending.clear()
                    self._replace_pool()
                    for number, task in suspects:
                        yield number, self._alone(task)
        finally:
            for future in pending:
                future.cancel()

    def _hand_out(self, waiting: Iterator[tuple[int, Task]], pending: dict[Future, tuple[int, Task]]) -> bool:
        """Hand out as many tasks as may be in hand; whether any are."""
        for _ in range(IN_HAND * self.workers - len(pending)):
            numbered = next(waiting, None)
            if numbered is None:
                break
            pending[self._submit(numbered[1])] = numbered
        return bool(pending)

    def _submit(self, task: Task) -> Future:
        assert self._pool is not None, "a crew works inside its `with` block"
        return self._pool.submit(task)

    def _alone(self, task: Task) -> Any:
        """The result of a task that may have killed its worker."""
        future = self._submit(task)
        if not isinstance(future.exception(), BrokenExecutor):
            return _result(future)
        self._replace_pool()
        error = "the worker process died twice while it was at this run (killed from outside, or out of memory)"
        return Failure(error, f"{future.exception()}")

    def _replace_pool(self) -> None:
        assert self._pool is not None
        self._pool.close(at_once=True)
        self._pool = Pool(self.workers, self.kind, self._bench)


def _result(future: Future) -> Any:
    """What a future holds; an error that no task has caught (a result that cannot travel, say) is a failure too."""
    error = future.exception()
    if error is None:
        return future.result()
    return Failure(f"{type(error).__name__}: {error}", "".join(traceback.format_exception(error)))

"""Pools: who does the tasks. Here those of this machine: processes, threads or the caller's own thread, behind one `submit`.

Processes start from a clean server process (`forkserver`, or `spawn` where there is none), which has the program loaded. They get the
scenarios once, load a territory once, and end when their driver does: each holds one end of a line, and leaves when
the other end is gone, however the driver ended.
"""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from multiprocessing.connection import Connection
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from typing import Any, Protocol

from clustersim.experiments.execution.parcels import Parcel, perform_all
from clustersim.experiments.execution.tasks import Bench, Task

__all__ = ["KINDS", "ExecutionError", "LocalPool", "Pool", "usable_cores"]

KINDS = ("processes", "threads")
_ONE_THREAD = ("NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
_PRELOADED = ["clustersim.experiments.records"]
_STARTS = 4  # tries with workers that end by themselves
_KILLED_STARTS = 20  # with killed ones: who kills workers as they start (an operator, want of memory) rarely does so each time
_BY_ITSELF = (0, 1)  # exit codes of a process that could not begin: one that is killed has the signal's, or 255 where nobody knows
_BROKEN = (BrokenExecutor, OSError, EOFError)  # a worker has died, or the server process that makes them has


class ExecutionError(Exception):
    """Workers that cannot start, or that nobody can reach any more."""


class Pool(Protocol):
    """Workers at a bench, from the moment it is made until it is closed.

    Attributes:
        one_fate: Whether a worker that dies takes along what all the others have in hand.
        look_again_seconds: How long to wait for a result before asking for `slots` again; None where they never change.
    """

    one_fate: bool
    look_again_seconds: float | None

    def slots(self) -> int:
        """How many tasks can be at work at once.

        Raises:
            ExecutionError: if there is nobody left to work.
        """
        ...

    def submit(self, batch: tuple[Task, ...]) -> Future[Parcel]:
        """The results to come of tasks that are done one after the other.

        The future holds a `BrokenExecutor` if the worker has died, an `ExecutionError` if no worker can be reached.
        """
        ...

    def renew(self) -> None:
        """Work on after a worker has died; with `one_fate` nothing is in anybody's hands afterwards."""
        ...

    def close(self, *, at_once: bool) -> None:
        """Let the workers go; at once, or when what is in their hands is done."""
        ...


class LocalPool:
    """Processes, threads, or the caller's own thread."""

    one_fate = True
    look_again_seconds = None

    def __init__(self, workers: int, kind: str, bench: Bench) -> None:
        """Start them; one alone is the caller's own thread.

        Raises:
            ExecutionError: if processes cannot start.
        """
        self._workers = workers
        self._kind = kind
        self._bench = bench
        self._start()

    def slots(self) -> int:
        """As many as there are workers."""
        return self._workers

    def submit(self, batch: tuple[Task, ...]) -> Future[Parcel]:
        """The results to come; a pool that has broken since the last result says so in them."""
        try:
            return self._executor.submit(self._perform, batch)
        except _BROKEN as error:
            future: Future = Future()
            future.set_exception(error if isinstance(error, BrokenExecutor) else BrokenExecutor(f"no new worker: {error!r}"))
            return future

    def renew(self) -> None:
        """New workers for those that have died together."""
        self.close(at_once=True)
        self._start()

    def close(self, *, at_once: bool) -> None:
        """Let the workers go; at once, or when what is in their hands is done. Threads always end what they have begun."""
        if at_once and self._line is not None:
            self._line[1].close()
        self._executor.shutdown(cancel_futures=True)
        for end in self._line or ():
            end.close()

    def _start(self) -> None:
        self._line: tuple[Connection, Connection] | None = None
        self._executor: Executor
        self._perform: Callable[[tuple[Task, ...]], Parcel] = partial(perform_all, self._bench, packed=False)
        if self._workers == 1:
            self._executor = _InLine()
        elif self._kind == "threads":
            self._executor = ThreadPoolExecutor(self._workers, "clustersim")
        else:
            self._start_processes()

    def _start_processes(self) -> None:
        method = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
        context = multiprocessing.get_context(method)
        self._perform = _perform
        ended = killed = 0
        while max(ended / _STARTS, killed / _KILLED_STARTS) < 1:
            before = set(multiprocessing.active_children())
            self._begun: list[BaseProcess] = []
            try:
                with _environment(dict.fromkeys(_ONE_THREAD, "1")):
                    self._start_in(context, before)
                return
            except _BROKEN as error:
                self.close(at_once=True)
                by_itself = any(process.exitcode in _BY_ITSELF for process in self._begun)
                ended, killed, why = ended + by_itself, killed + (not by_itself), error
        raise ExecutionError(
            f"worker processes cannot start: {ended} have ended and {killed} were killed, one try after the other. A script that starts "
            "them must do so under `if __name__ == '__main__':`; where it does, memory may be short; workers=1 needs no other process"
        ) from why

    def _start_in(self, context: BaseContext, before: set[BaseProcess]) -> None:
        """Start one worker, and wait until it answers: whoever cannot start is told so before any run."""
        self._line = context.Pipe(duplex=False)
        self._executor = ProcessPoolExecutor(self._workers, context, _prepare, (self._line[0], self._bench))
        if context.get_start_method() == "forkserver":
            from multiprocessing import forkserver  # where there is one

            context.set_forkserver_preload(_PRELOADED)
            forkserver.ensure_running()
        answer = self._executor.submit(os.getpid)
        self._begun = [process for process in multiprocessing.active_children() if process not in before]
        answer.result()


def usable_cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class _InLine(Executor):
    """The caller's own thread, as an executor."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future:
        future: Future = Future()
        future.set_result(fn(*args, **kwargs))
        return future


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    """Environment variables that new processes inherit."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


# ---- in a worker process

_bench: Bench | None = None


def _prepare(line: Connection, bench: Bench) -> None:
    """Take the scenarios, leave Ctrl-C to the driver, and end when the driver does."""
    global _bench
    _bench = bench
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(line,), daemon=True).start()


def _end_with(line: Connection) -> None:
    try:
        line.recv()
    except (EOFError, OSError):
        os._exit(1)


def _perform(batch: tuple[Task, ...]) -> Parcel:
    assert _bench is not None
    return perform_all(_bench, batch, packed=True)

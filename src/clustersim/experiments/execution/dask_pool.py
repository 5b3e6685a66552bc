"""Workers of an existing Dask cluster, on however many machines, behind the same `submit` as those of this one.

The cluster belongs to somebody else: it may grow and shrink, other people's work may run on it, and nothing of its settings is
touched. Its workers get the scenarios once (`dask_seat`), tasks travel in batches. Kernels use no threads of Numba's and no
linear algebra, so that results do not depend on how many threads a worker may use.
"""

import time
from collections.abc import Awaitable, Callable
from concurrent.futures import BrokenExecutor, Future, wait
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from distributed import Client, KilledWorker

from clustersim.experiments.execution.dask_address import check_address, check_answer
from clustersim.experiments.execution.dask_seat import OTHER_PROGRAM, Seat, perform
from clustersim.experiments.execution.parcels import Parcel
from clustersim.experiments.execution.pools import ExecutionError
from clustersim.experiments.execution.program import difference, program
from clustersim.experiments.execution.tasks import Bench, Task

__all__ = ["DaskPool"]

CONNECT_SECONDS = 10.0
ANSWER_SECONDS = 30.0  # for an answer of a scheduler that is there
LOAD_SECONDS = 300.0  # for workers to load the program the first time, perhaps all from one busy disk
PATIENCE_SECONDS = 60.0  # with a scheduler without workers
CLOSE_SECONDS = 5.0


class DaskPool:
    """All workers of a Dask scheduler, those that join later included."""

    one_fate = False
    look_again_seconds = 1.0

    def __init__(
        self, scheduler: str, bench: Bench, warm: Callable[[], None] | None = None, notes: Callable[[str], None] | None = None
    ) -> None:
        """Reach the scheduler, wait a little for workers, compare their program with this one, and seat them.

        Raises:
            ExecutionError: if the scheduler cannot be reached, has no workers, or they have another program.
        """
        check_address(scheduler)
        check_answer(scheduler, CONNECT_SECONDS)
        self._scheduler = scheduler
        self._tell = notes or (lambda note: None)
        self._name = f"clustersim-{uuid4().hex}"
        self._slots = 0
        self._seated = False  # and the scheduler can be reached
        self._looked = self._worked = time.monotonic()
        try:
            self._client = Client(scheduler, timeout=CONNECT_SECONDS, set_as_default=False, name="clustersim")
        except (OSError, ValueError) as error:
            raise ExecutionError(f"whoever is at {scheduler} has greeted as a Dask scheduler does, and then no more ({error})") from error
        try:
            self._executor = self._client.get_executor(pure=False, retries=0)
            self._await_workers()
            self._compare()
            self._seat(bench)
            if warm is not None:
                self._warm_hosts(warm)
        except BaseException:
            self.close(at_once=True)
            raise

    def slots(self) -> int:
        """The threads of all workers, as of a moment ago."""
        now = time.monotonic()
        if self._slots == 0 or now - self._looked >= self.look_again_seconds:
            was, self._slots, self._looked = self._slots, sum(self._threads().values()), now
            if self._slots:
                self._worked = now
            elif was:
                self._tell(f"no worker is left at the scheduler {self._scheduler}; waiting up to {PATIENCE_SECONDS:g} seconds for others")
            elif now - self._worked > PATIENCE_SECONDS:
                raise ExecutionError(
                    f"the scheduler {self._scheduler} has had no workers for {PATIENCE_SECONDS:g} seconds. Start some "
                    f"(`dask worker {self._scheduler}`, or cluster.scale(...)), wait until they are there, then start again"
                )
        return self._slots

    def submit(self, batch: tuple[Task, ...]) -> Future[Parcel]:
        """The results to come; Dask tries a batch again elsewhere when its worker dies, until it gives up on it."""
        answer: Future[Parcel] = Future()
        try:
            asked = self._executor.submit(perform, self._name, batch)
        except Exception as error:  # a client that has closed by itself
            answer.set_exception(self._out_of_reach(error))
            return answer
        asked.add_done_callback(lambda asked: self._pass_on(asked, answer))
        answer.add_done_callback(lambda answer: _give_up(asked, answer))
        return answer

    def renew(self) -> None:
        """Nothing to do: the cluster looks after its workers."""

    def close(self, *, at_once: bool) -> None:
        """Leave the cluster as it was. What its workers have begun they end, for nobody."""
        if self._seated:
            with suppress(Exception):
                self._ask(lambda: self._client.unregister_worker_plugin(self._name))
        with suppress(Exception):
            self._client.close(timeout=CLOSE_SECONDS)

    # ---- before the work

    def _await_workers(self) -> None:
        if not self.slots():
            self._tell(f"the scheduler {self._scheduler} has no workers yet; waiting up to {PATIENCE_SECONDS:g} seconds for them")
        while not self.slots():
            time.sleep(0.2)

    def _compare(self) -> None:
        """All workers must have this program."""
        mine = program()
        answers = self._ask(lambda: self._client.run(program, on_error="return"), LOAD_SECONDS)
        for worker, answer in answers.items():
            if isinstance(answer, Exception):
                raise ExecutionError(
                    f"worker {worker} cannot load this program ({type(answer).__name__}: {answer}). Install clustersim "
                    f"{mine['clustersim']} where that worker runs, with the same numba and numpy"
                )
            if differing := difference(answer, mine):
                raise ExecutionError(f"worker {worker} {OTHER_PROGRAM.format(differing)}")

    def _seat(self, bench: Bench) -> None:
        """Send everybody, now and later, what there is to do."""
        self._seated = True
        try:
            self._ask(lambda: self._client.register_plugin(Seat(self._name, bench), name=self._name), LOAD_SECONDS)
        except ExecutionError:
            raise
        except Exception as error:
            raise ExecutionError(
                f"the workers of {self._scheduler} cannot load what they are to do ({type(error).__name__}: {error}). Its modules must be "
                "installed where they run"
            ) from error

    def _warm_hosts(self, warm: Callable[[], None]) -> None:
        """Let one worker a machine compile what all would compile: first on one machine, for the others may share its disk."""
        one_a_host = list({urlsplit(worker).hostname or worker: worker for worker in self._threads()}.values())
        self._tell(f"the workers' {len(one_a_host)} machines compile what they have not compiled yet")
        for workers in (one_a_host[:1], one_a_host[1:]):
            asked = {self._client.get_executor(pure=False, workers=[worker]).submit(warm): worker for worker in workers}
            while asked:
                for done in wait(asked, self.look_again_seconds).done:
                    asked.pop(done)  # who cannot compile here will say so at the first run
                here = self._threads()
                asked = {future: worker for future, worker in asked.items() if worker in here}

    # ---- answers

    def _threads(self) -> dict[str, int]:
        return self._ask(lambda: self._client.nthreads())

    def _ask(self, question: Callable[[], Awaitable[Any]], patience: float | None = None) -> Any:
        """The scheduler's answer to a question of the client's, in bounded time."""

        async def asked() -> Any:
            return await question()

        try:
            return self._client.sync(asked, callback_timeout=patience or ANSWER_SECONDS)
        except (OSError, RuntimeError, AttributeError) as error:  # a client that has closed lacks what it asks with
            raise self._out_of_reach(error) from error

    def _pass_on(self, asked: Future, answer: Future[Parcel]) -> None:
        """Turn Dask's ways to say that something went wrong into the pool's."""
        if not answer.set_running_or_notify_cancel():
            return
        if asked.cancelled():
            answer.set_exception(self._out_of_reach("it has ended, or the connection to it"))
            return
        error = asked.exception()
        if error is None:
            answer.set_result(asked.result())
        elif isinstance(error, ExecutionError):
            answer.set_exception(error)
        elif isinstance(error, KilledWorker):
            answer.set_exception(BrokenExecutor(str(error)))
        else:
            answer.set_exception(ExecutionError(f"a worker of {self._scheduler} cannot work: {type(error).__name__}: {error}"))

    def _out_of_reach(self, why: object) -> ExecutionError:
        self._seated = False
        return ExecutionError(
            f"the scheduler {self._scheduler} cannot be reached any more ({why}). What has come back is whole; start again when it is there"
        )


def _give_up(asked: Future, answer: Future[Parcel]) -> None:
    if answer.cancelled():
        with suppress(Exception):  # a client that has closed has given up on everything
            asked.cancel()

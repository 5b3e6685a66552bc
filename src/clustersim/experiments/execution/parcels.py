"""Parcels: results of tasks that were done together, as they travel from a worker to the driver.

Each result is packed by itself where it was made: one that cannot travel is a failure of its own task, and of no other.
"""

import pickle
import statistics
import time
import traceback
from collections import deque
from dataclasses import dataclass
from typing import Any

from clustersim.experiments.execution.tasks import Bench, Failure, Task

__all__ = ["Pace", "Parcel", "perform_all"]

_WORTH_A_TRIP_SECONDS = 1.0  # of work: a trip to a worker of another machine and back costs some thousandths of that
_MOST = 50  # tasks in a batch, so that none is long in coming and little is done again when a worker dies
_REMEMBERED = 9  # batches; few, so that the first, which compile, are soon forgotten


@dataclass(frozen=True)
class Parcel:
    """What has become of a batch of tasks.

    Attributes:
        results: In the order of the tasks; as bytes if they are packed.
        seconds: Time the worker took for all of them.
        packed: Whether they can leave their process.
    """

    results: list[Any]
    seconds: float
    packed: bool

    def opened(self) -> list[Any]:
        """The results themselves."""
        return [_unpack(result) for result in self.results] if self.packed else self.results


def perform_all(bench: Bench, batch: tuple[Task, ...], *, packed: bool) -> Parcel:
    """Do a batch of tasks; packed if the results are to leave this process."""
    begun = time.perf_counter()
    results = [bench.perform(task) for task in batch]
    return Parcel([_pack(result) for result in results] if packed else results, time.perf_counter() - begun, packed)


class Pace:
    """How many tasks travel together: as many as are worth the trip, as measured on those that have come back."""

    def __init__(self, fixed: int | None) -> None:
        """`fixed`: always so many; as measured where None."""
        self._fixed = fixed
        self._seconds: deque[float] = deque(maxlen=_REMEMBERED)

    def size(self) -> int:
        """How many tasks the next batch should have."""
        if self._fixed is not None:
            return self._fixed
        if not self._seconds:
            return 1
        each = statistics.median(self._seconds)
        return _MOST if each * _MOST <= _WORTH_A_TRIP_SECONDS else max(1, int(_WORTH_A_TRIP_SECONDS / each))

    def note(self, tasks: int, seconds: float) -> None:
        """So many tasks took so long together."""
        self._seconds.append(seconds / tasks)


def _pack(result: Any) -> bytes:
    try:
        return pickle.dumps(result, pickle.HIGHEST_PROTOCOL)
    except Exception as error:
        return pickle.dumps(_untravelled(error), pickle.HIGHEST_PROTOCOL)


def _unpack(packed: bytes) -> Any:
    try:
        return pickle.loads(packed)
    except Exception as error:
        return _untravelled(error)


def _untravelled(error: Exception) -> Failure:
    return Failure(f"the result cannot travel between processes (pickle): {type(error).__name__}: {error}", traceback.format_exc())

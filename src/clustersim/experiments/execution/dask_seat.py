"""Seats: what a worker of a Dask cluster has before it. This module is all that such a worker loads of the crew.

A seat is sent to every worker once, as a plugin, so that workers that join later, or start again, get it too.
"""

from distributed import get_worker
from distributed.diagnostics.plugin import WorkerPlugin

from clustersim.experiments.execution.parcels import Parcel, perform_all
from clustersim.experiments.execution.pools import ExecutionError
from clustersim.experiments.execution.program import difference, program
from clustersim.experiments.execution.tasks import Bench, Task

__all__ = ["OTHER_PROGRAM", "Seat", "perform"]

OTHER_PROGRAM = "has another program than the driver, so its results could differ: {}. Install the same on both sides"


class Seat(WorkerPlugin):
    """The driver's bench, and the program that the driver has."""

    def __init__(self, name: str, bench: Bench) -> None:
        """`name` is that of the crew."""
        self.name = name
        self.bench = bench
        self.program = program()


def perform(crew: str, batch: tuple[Task, ...]) -> Parcel:
    """Do tasks at the seat of a crew. A worker that has come later is asked here whether its program is the driver's.

    Raises:
        ExecutionError: if it is not, or if the worker never got a seat.
    """
    worker = get_worker()
    seat = worker.plugins.get(crew)
    if not isinstance(seat, Seat):
        raise ExecutionError(f"worker {worker.address} has not got what it needs; restart it, then start again")
    if differing := difference(program(), seat.program):
        raise ExecutionError(f"worker {worker.address} {OTHER_PROGRAM.format(differing)}")
    return perform_all(seat.bench, batch, packed=True)

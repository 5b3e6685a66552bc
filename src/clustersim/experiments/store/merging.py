"""Bringing the runs of one store into another."""

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import batched
from pathlib import Path

from clustersim.experiments.store.errors import in_plain_words
from clustersim.experiments.store.repairing import counted
from clustersim.experiments.store.rows import EXPERIMENTS, FAILURES, RUNS, Kind, Row, experiment_of, failure_of, row_of_experiment
from clustersim.experiments.store.tables import CHUNK, all_rows, insert_failures, insert_runs, rows_of

__all__ = ["Merged", "merge"]


@dataclass(frozen=True)
class Merged:
    """What a merge has brought.

    Attributes:
        runs: Runs that are new here.
        same: Runs that both stores had, with the same result.
        failures: Failed runs that are new here, or were tried more often there.
        experiments: Experiments that are new here.
        damaged: Rows there that were damaged and have been left out.
    """

    runs: int
    same: int
    failures: int
    experiments: int
    damaged: int

    def sentence(self) -> str:
        """All of it, for people."""
        said = (
            f"{counted(self.runs, 'run')}, {counted(self.failures, 'failed run')} and {counted(self.experiments, 'experiment')} came in; "
            f"{counted(self.same, 'run')} of the other store {'was' if self.same == 1 else 'were'} here already."
        )
        if self.damaged:
            said += f" {counted(self.damaged, 'row')} there {'is' if self.damaged == 1 else 'are'} damaged and did not come."
        return said


def merge(connection: sqlite3.Connection, here: str, other: sqlite3.Connection, there: Path, richness: Callable[[str], int]) -> Merged:
    """Bring in all that is whole in another store, inside the caller's transaction.

    Of two texts of one experiment the richer stays, under the name that it has here.

    Raises:
        StoreError: if a run has another result there, or the other store is too damaged to be read.
    """
    coming = _Coming(other, there)
    runs = known = failures = experiments = 0
    for some in batched(coming.rows(RUNS), CHUNK):
        new, _ = insert_runs(connection, some, here, f"the store {there}")
        runs += new
        known += len(some) - new
    for some in batched(coming.rows(FAILURES), CHUNK):
        failures += insert_failures(connection, map(failure_of, some), add_up=False)
    for row in coming.rows(EXPERIMENTS):
        identity = row[0].decode()
        ours = rows_of(connection, EXPERIMENTS, [identity]).get(identity)
        if ours is None:
            connection.execute(*EXPERIMENTS.insertion(row))
            experiments += 1
            continue
        kept, come = experiment_of(ours), experiment_of(row)
        if richness(come.text) > richness(kept.text):
            connection.execute(*EXPERIMENTS.insertion(row_of_experiment(replace(come, name=kept.name, since=kept.since))))
    return Merged(runs, known, failures, experiments, coming.damaged)


class _Coming:
    """The whole rows of another store; those that are damaged are counted."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self.damaged = 0
        self._connection = connection
        self._path = path

    def rows(self, kind: Kind) -> Iterator[Row]:
        with in_plain_words(self._path):
            for row in all_rows(self._connection, kind):
                if row is None:
                    self.damaged += 1
                else:
                    yield row

"""The store, as all who use it see it."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from itertools import batched
from os import PathLike
from pathlib import Path
from typing import Any, Self

from clustersim.experiments.store.closing import Progress, say_closed, take_back, when_closed
from clustersim.experiments.store.errors import StoreError, in_plain_words
from clustersim.experiments.store.form import beside
from clustersim.experiments.store.locking import driver_at_work, told_by_driver
from clustersim.experiments.store.merging import Merged, merge
from clustersim.experiments.store.opening import Opened, to_read, to_write
from clustersim.experiments.store.rows import (
    EXPERIMENTS,
    FAILURES,
    KINDS,
    RUNS,
    FailedRun,
    KeptExperiment,
    Kind,
    Row,
    StoredRun,
    experiment_of,
    failure_of,
    row_of_experiment,
    row_of_run,
    run_of,
)
from clustersim.experiments.store.tables import CHUNK, all_rows, insert_failures, insert_runs, remove, rows_of

__all__ = ["Store"]

_MOST_AT_END_MS = 10_000  # a driver that ends waits so long for those who are reading


class Store:
    """Runs by their identity. A context manager; to be used in one thread.

    Attributes:
        path: Its file.
        repaired: What was found wrong when it was opened to be written, and what became of it; None if nothing.
        journal: "wal", or "delete" where it keeps a rollback journal (on a network file system).
        notes: What the user should know of how it is kept, in sentences.
    """

    def __init__(self, opened: Opened) -> None:
        """Use `Store.open`."""
        self.path = opened.path
        self.repaired = opened.repaired
        self.journal = opened.journal
        self.notes = opened.notes
        self._connection = opened.connection
        self._lock = opened.lock
        self._writes = opened.lock is not None
        self._progress = dict(opened.progress)
        self._damaged: set[str] = set()
        self._doubtful = False

    @classmethod
    def open(cls, path: str | PathLike[str], *, write: bool = True) -> Self:
        """Open the store at `path`.

        Args:
            path: Its file.
            write: Take the driver's lock, make the file and its folder if need be, look for damage and repair it. Or else only
                read, which others may do while a driver writes.

        Raises:
            StoreError: if it is no store, or of a newer format; if another driver has it; if it cannot be written; if it is
                damaged or not there and only to be read.
        """
        place = Path(path).resolve()  # a link would part the file from what lies beside it
        with in_plain_words(place):
            return cls(to_write(place) if write else to_read(place))

    def close(self) -> None:
        """Let it go; the driver's lock too. What a driver's log holds goes into the file, so that the file alone can be copied."""
        whole = False
        with in_plain_words(self.path):
            if self._lock is not None:
                with suppress(sqlite3.Error):  # nothing is lost: the log lies beside the file, and the next driver takes it over
                    self._connection.execute(f"PRAGMA busy_timeout={_MOST_AT_END_MS}")
                    busy, _, _ = self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
                    whole = not busy
            self._connection.close()
            doubtful = self._doubtful or bool(self._damaged)
            if self._lock is not None:
                if whole and not doubtful:
                    say_closed(self.path, {identity: far for identity, far in self._progress.items() if far.looked_up == far.runs})
                self._lock.release()
                self._lock = None
            elif doubtful:
                with suppress(OSError):  # whoever may not write here leaves it to those who may, who read the damage too
                    take_back(self.path)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def damaged(self) -> int:
        """Rows found damaged since it was opened."""
        return len(self._damaged)

    def add(self, runs: Iterable[StoredRun], failures: Iterable[FailedRun] = ()) -> None:
        """Put runs and failures in, all of them or none. A success clears an earlier failure; attempts of failures add up.

        Raises:
            StoreError: if a run is there already with another result, or cannot be written.
        """
        rows, tried = [row_of_run(run) for run in runs], list(failures)
        with self._transaction() as connection:
            _, replaced = insert_runs(connection, rows, str(self.path), "what has just been run")
            insert_failures(connection, tried, add_up=True)
        self._damaged |= replaced
        self._forget(unless_whole=True)

    def known(self, identities: Iterable[str]) -> set[str]:
        """Which of the runs are there and whole. Damaged ones are taken out, if this is the driver, so that they are run again."""
        found: set[str] = set()
        for some in batched(identities, CHUNK):
            with self._in_plain_words():
                rows = rows_of(self._connection, RUNS, some)
            damaged = {identity for identity, row in rows.items() if row is None}
            found |= rows.keys() - damaged
            self._damaged |= damaged
            if damaged and self._writes:
                with self._transaction() as connection:
                    remove(connection, RUNS, damaged)
                self._forget(unless_whole=False)
        return found

    def runs(self, identities: Iterable[str]) -> Iterator[StoredRun]:
        """The runs in the order asked for; those that are not there or damaged are left out. Never all in memory."""
        return (run_of(row) for row in self._asked(RUNS, identities))

    def failures(self, identities: Iterable[str] | None = None) -> list[FailedRun]:
        """The failures in the order asked for, or all in the order of their identities."""
        return [failure_of(row) for row in self._asked(FAILURES, identities)]

    def keep_experiment(self, identity: str, name: str, text: str) -> None:
        """Keep the resolved file of an experiment; where it is kept already it takes this name and wording."""
        with self._transaction() as connection:
            known = rows_of(connection, EXPERIMENTS, [identity]).get(identity)
            since = self._next_moment() if known is None else experiment_of(known).since
            connection.execute(*EXPERIMENTS.insertion(row_of_experiment(KeptExperiment(identity, name, text, since))))

    def experiments(self) -> list[KeptExperiment]:
        """The experiments, the oldest first."""
        return sorted((experiment_of(row) for row in self._asked(EXPERIMENTS, None)), key=lambda kept: (kept.since, kept.identity))

    def _next_moment(self) -> str:
        """Now, or just after the youngest experiment: clocks are coarse and are set back, and one of two is always the younger."""
        known = [datetime.fromisoformat(kept.since) for kept in self.experiments()]
        return max([datetime.now(UTC), *(since + timedelta(microseconds=1) for since in known)]).isoformat(timespec="microseconds")

    @contextmanager
    def one_moment(self) -> Iterator[None]:
        """All that is read inside is of one moment, that of the first look, whoever writes meanwhile."""
        with self._in_plain_words():
            self._connection.execute("BEGIN")
        try:
            yield
        finally:
            with suppress(sqlite3.Error):
                self._connection.execute("ROLLBACK")

    def note_progress(self, experiment: str, progress: Progress) -> None:
        """Note how far the experiment of that identity is, so that nobody needs to look up its runs as long as nothing changes."""
        self._progress[experiment] = progress
        if self._lock is not None:
            self._lock.tell(self._progress)

    def noted_progress(self) -> dict[str, Progress]:
        """How far experiments are, by their identities, as far as that has been noted and still holds."""
        if self._lock is not None:
            return dict(self._progress)
        return told_by_driver(self.path) or when_closed(self.path) or {}

    def merge(self, other_path: str | PathLike[str], richness: Callable[[str], int] = lambda text: 0) -> Merged:
        """Bring in the runs, failures and experiments of another store, all of them or none. Merging again changes nothing.

        Args:
            other_path: Its file.
            richness: How much the text of an experiment has with it: of two the richer is kept, and of equals the one here.

        Raises:
            StoreError: if a run has another result there, or the other store cannot be read.
        """
        with type(self).open(other_path, write=False) as other:
            if other.path.samefile(self.path):
                raise StoreError(f"{other_path} is this store itself", "Name another one")
            with self._transaction() as connection:
                found = merge(connection, str(self.path), other._connection, other.path, richness)
            self._forget(unless_whole=True)
            return found

    def facts(self) -> dict[str, Any]:
        """How many runs, failures and experiments; bytes on the disk; which journal; who writes to it now (host, pid, since), or None."""
        with self._in_plain_words():
            counts = {kind.name: self._connection.execute(f"SELECT count(*) FROM {kind.name}").fetchone()[0] for kind in KINDS}
            files = [beside(self.path, ending) for ending in ("", "-wal", "-journal")]
            driver = driver_at_work(self.path)
            return counts | {
                "bytes": sum(file.stat().st_size for file in files if file.exists()),
                "journal": self.journal,
                "driver": None if driver is None else asdict(driver),
            }

    def _asked(self, kind: Kind, identities: Iterable[str] | None) -> Iterator[Row]:
        """Whole rows in the order asked for, or all; damaged ones are counted."""
        with self._in_plain_words():
            if identities is None:
                for number, row in enumerate(all_rows(self._connection, kind)):
                    if row is not None:
                        yield row
                    else:
                        self._damaged.add(f"{kind.name} {number}")
                return
            for some in batched(identities, CHUNK):
                rows = rows_of(self._connection, kind, some)
                self._damaged |= {identity for identity, row in rows.items() if row is None}
                yield from (row for identity in some if (row := rows.get(identity)) is not None)

    def _forget(self, *, unless_whole: bool) -> None:
        """What has been noted of experiments does not hold any more; of whole ones it does, unless runs were taken out."""
        self._progress = {identity: far for identity, far in self._progress.items() if unless_whole and far.is_whole}

    @contextmanager
    def _in_plain_words(self) -> Iterator[None]:
        """As `in_plain_words`; where anything went wrong nothing that was noted counts any more."""
        try:
            with in_plain_words(self.path):
                yield
        except StoreError:
            self._doubtful = True
            raise

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """All that is written inside is committed together, or nothing of it is."""
        if not self._writes:
            raise StoreError(f"the store {self.path} is open to be read only", "Open it with write=True")
        with self._in_plain_words():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):
                    self._connection.execute("ROLLBACK")
                raise


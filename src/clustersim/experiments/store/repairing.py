"""What becomes of a damaged store: its whole rows go into a new file, which takes its place; the damaged one is set aside."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from clustersim.durable import bring_to_disk
from clustersim.experiments.store.form import Statement, beside, new_file
from clustersim.experiments.store.pages import whole_rows
from clustersim.experiments.store.rows import FAILURES, KINDS, failure_of

__all__ = ["Damage", "counted", "finish_repair", "put_new_file", "repair"]

_PARTS = ("", "-wal", "-journal")  # the file, its log, its rollback journal


@dataclass(frozen=True)
class Damage:
    """What was wrong with a store when it was opened, and what became of it.

    Attributes:
        what: What was wrong, in words.
        runs: Runs that were whole and have been kept.
        failures: Failed runs that have been kept.
        experiments: Experiments that have been kept.
        aside: Where the damaged file now lies.
    """

    what: str
    runs: int
    failures: int
    experiments: int
    aside: Path

    def sentence(self) -> str:
        """All of it, for people."""
        kept = f"{counted(self.runs, 'run')}, {counted(self.failures, 'failed run')} and {counted(self.experiments, 'experiment')}"
        return (
            f"The store was damaged: {self.what}. It has been repaired: {kept} were whole and have been kept, "
            f"what was lost will be run again when it is asked for. The damaged file lies in {self.aside}."
        )


def counted(number: int, what: str) -> str:
    """So many of something, in words."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def put_new_file(path: Path) -> None:
    """An empty store at `path`, there whole or not at all."""
    new_file(_hidden(path, "part"))
    os.replace(_hidden(path, "part"), path)
    bring_to_disk([path.parent])


def repair(path: Path, what: str) -> Damage:
    """Rescue into a new file whatever is whole in the store at `path` and in its log, and exchange the files."""
    new_file(_hidden(path, "part"), _rescue(path))
    os.replace(_hidden(path, "part"), _hidden(path, "rescued"))
    bring_to_disk([path.parent])
    return _exchange(path, what)


def finish_repair(path: Path) -> Damage | None:
    """Go on with a repair that was interrupted while it exchanged the files, if there was one."""
    return _exchange(path, "an earlier repair had been interrupted") if _hidden(path, "rescued").exists() else None


def _rescue(path: Path) -> Iterator[Statement]:
    """Statements that fill a new store with the whole rows of another; of failures the last, and none of what went well since."""
    attempts: dict[str, int] = {}
    for kind, row in whole_rows(path):
        if kind is FAILURES:
            failure = failure_of(row)
            if failure.attempts <= attempts.get(failure.identity, 0):
                continue
            attempts[failure.identity] = failure.attempts
        yield kind.insertion(row)
    yield "DELETE FROM failures WHERE identity IN (SELECT identity FROM runs)", ()


def _exchange(path: Path, what: str) -> Damage:
    """Set the damaged files aside and put the rescued one in their place."""
    rescued, aside = _hidden(path, "rescued"), _aside(path)
    with closing(sqlite3.connect(rescued)) as connection:
        counts = {kind.name: connection.execute(f"SELECT count(*) FROM {kind.name}").fetchone()[0] for kind in KINDS}
    for ending in _PARTS:
        if beside(path, ending).exists():
            beside(path, ending).rename(beside(aside, ending))
    beside(path, "-shm").unlink(missing_ok=True)
    os.replace(rescued, path)
    bring_to_disk([path.parent])
    return Damage(what, **counts, aside=aside)


def _aside(path: Path) -> Path:
    """A name beside the store that is still free."""
    now = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
    names = (beside(path, f".damaged-{now}{'' if number == 1 else f'-{number}'}") for number in range(1, 1_000_000))
    return next(name for name in names if not any(beside(name, ending).exists() for ending in _PARTS))


def _hidden(path: Path, ending: str) -> Path:
    return path.with_name(f".{path.name}.{ending}")

"""The driver's lock: one process at a time writes to a store.

The lock is SQLite's own, held on an empty file beside the store: it works on every system, is not inherited by worker processes,
and vanishes with the process that holds it, however that ends; a file left behind means nothing. Whoever may only read that file
would share the lock with others instead of having it alone, and is refused. Who holds it stands in a second file.
"""

import json
import os
import platform
import sqlite3
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from clustersim.experiments.store.closing import Progress, progress_of, said_of_progress
from clustersim.experiments.store.errors import StoreError, code_of, in_plain_words, is_damage

__all__ = ["Driver", "DriverLock", "driver_at_work", "held", "told_by_driver"]

_PATIENCE = 0.5  # seconds: whoever asks whether there is a driver keeps the lock for much less
_MAKING = threading.Lock()


@dataclass(frozen=True)
class Driver:
    """The process that writes to a store.

    Attributes:
        host: The machine it runs on.
        pid: Its number there.
        since: When it opened the store (ISO time).
    """

    host: str
    pid: int
    since: str

    def __str__(self) -> str:
        return f"process {self.pid} on {self.host}, since {self.since}"


class DriverLock:
    """The right to write to the store at `path`, from the moment it is made until it is released."""

    def __init__(self, path: Path) -> None:
        """Take it.

        Raises:
            StoreError: if another has it, or the folder cannot be written.
        """
        self._path = path
        with in_plain_words(path):
            self._held = self._taken()
            self._me = Driver(platform.node(), os.getpid(), datetime.now(UTC).isoformat(timespec="seconds"))
            try:
                _who(path).write_text(json.dumps(asdict(self._me)), encoding="utf-8")
            except BaseException:
                self._held.close()
                raise

    def tell(self, progress: Mapping[str, Progress]) -> None:
        """Let others know how far experiments are; where that cannot be written, they know nothing."""
        part = _who(self._path).with_name(f"{_who(self._path).name}.part")
        try:
            part.write_text(json.dumps({**asdict(self._me), "experiments": said_of_progress(progress)}), encoding="utf-8")
            os.replace(part, _who(self._path))
        except OSError:
            with suppress(OSError):
                _who(self._path).unlink(missing_ok=True)

    def release(self) -> None:
        """Give it back. The empty file stays: another may be about to lock it."""
        with suppress(OSError):
            _who(self._path).unlink(missing_ok=True)
        self._held.close()

    def _taken(self) -> sqlite3.Connection:
        found = held(_lock(self._path))
        if found is None:
            raise _taken_by(self._path, _said_of_driver(self._path))
        return found


def held(lock: Path, patience: float = _PATIENCE) -> sqlite3.Connection | None:
    """A lock on a file that is made if need be, held until the connection is closed or its process ends; None if another has it.

    Raises:
        sqlite3.Error: if nothing can be locked there.
        OSError: if it cannot be made, or may only be read.
    """
    _make(lock)
    for last in (False, True):
        found = sqlite3.connect(lock, timeout=patience, isolation_level=None, check_same_thread=False)
        try:
            found.execute("PRAGMA journal_mode=MEMORY")
            found.execute("BEGIN EXCLUSIVE")
            found.execute("PRAGMA user_version=1")  # of a file that may only be read SQLite begins to read, without a word
            return found
        except sqlite3.Error as error:
            found.close()
            if code_of(error) == sqlite3.SQLITE_READONLY:
                problem = f"the lock {lock} may only be read, and would keep nobody out"
                raise PermissionError(f"{problem}: let its owner allow others to write to it with chmod a+w") from error
            if is_damage(error) and not last:
                os.truncate(lock, 0)  # something else has been written there; nothing of it is needed
                continue
            if code_of(error) != sqlite3.SQLITE_BUSY:
                raise
            return None
    raise AssertionError


def _make(lock: Path) -> None:
    """Make the file of a lock, if need be, with the rights that new files have here: SQLite's would be for one user alone.

    One that is there is not opened: as soon as any file is closed, the system takes from a process the locks that it has on that file.
    """
    with _MAKING, suppress(FileExistsError):
        os.close(os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))


def driver_at_work(path: Path) -> Driver | None:
    """Who writes to the store at `path` now, if anybody does. Changes nothing, and needs no right to write."""
    if not _lock(path).exists():
        return None
    asking = sqlite3.connect(f"{_lock(path).absolute().as_uri()}?mode=ro", uri=True, timeout=0.0, isolation_level=None)
    try:
        asking.execute("SELECT 1 FROM sqlite_master").fetchall()
    except sqlite3.Error as error:
        if code_of(error) == sqlite3.SQLITE_BUSY:
            return _said_of_driver(path) or Driver("unknown", 0, "unknown")
    finally:
        asking.close()
    return None


def told_by_driver(path: Path) -> dict[str, Progress]:
    """How far experiments are, as the driver at work tells; empty where there is none, or where it has told nothing yet."""
    driver = driver_at_work(path)
    try:
        said = json.loads(_who(path).read_text(encoding="utf-8"))
        progress = progress_of(said.pop("experiments"))
        return progress if driver is not None and said == asdict(driver) else {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _taken_by(path: Path, driver: Driver | None) -> StoreError:
    who = str(driver) if driver is not None else "a process that has only just begun"
    return StoreError(
        f"another driver writes to the store {path}: {who}",
        "Wait until it has ended, or end it; or write to another store with --store and merge it into this one later",
    )


def _said_of_driver(path: Path) -> Driver | None:
    try:
        said = json.loads(_who(path).read_text(encoding="utf-8"))
        return Driver(str(said["host"]), int(said["pid"]), str(said["since"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _lock(path: Path) -> Path:
    return path.with_name(f"{path.name}.lock")


def _who(path: Path) -> Path:
    return path.with_name(f"{path.name}.driver")

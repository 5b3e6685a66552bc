"""What goes wrong with a store, in plain words and with a way out."""

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from clustersim.durable import ResultsError

__all__ = ["FAULTS", "REPAIR", "StoreError", "code_of", "in_plain_words", "is_damage"]

REPAIR = "Resume the sweep, or merge something into this store: whoever opens it to write repairs it first and keeps what is whole"
_ROOM = "Free some space or raise the limit (disk, quota, size of files), then resume: what was stored before is whole"
_RIGHTS = "Check the rights of the file and of its folder (both are written to), or choose another store with --store"
_BUSY = "Wait for the other program, or end it, and try again"
_DISK = "Check the disk, its free space and your quota, or choose a store on another disk with --store; what was stored before is whole"

# SQLite's primary error codes that are no fault of the file's content
_ELSEWHERE = {
    sqlite3.SQLITE_FULL: ("there is no room left for", _ROOM),
    sqlite3.SQLITE_IOERR: ("the disk refuses to read or write", _DISK),
    sqlite3.SQLITE_BUSY: ("another program keeps busy", _BUSY),
    sqlite3.SQLITE_LOCKED: ("another program keeps busy", _BUSY),
    sqlite3.SQLITE_PROTOCOL: ("another program keeps busy", _BUSY),
    sqlite3.SQLITE_READONLY: ("nothing may be written to", _RIGHTS),
    sqlite3.SQLITE_PERM: ("there are no rights to open", _RIGHTS),
    sqlite3.SQLITE_AUTH: ("there are no rights to open", _RIGHTS),
    sqlite3.SQLITE_CANTOPEN: ("there is no way to open or to make", _RIGHTS),
    sqlite3.SQLITE_NOLFS: ("the file system takes no file as large as", _DISK),
    sqlite3.SQLITE_INTERRUPT: ("somebody has interrupted the work on", "Try again"),
}

# what SQLite and Python say of a file; the names that SQLite's messages quote need not be text where a file is damaged
FAULTS = (sqlite3.Error, UnicodeDecodeError)


class StoreError(ResultsError):
    """A store that cannot be opened, read or written, or runs that contradict each other."""


def code_of(error: Exception) -> int:
    """SQLite's primary error code; -1 for what is no error of SQLite's library."""
    code = getattr(error, "sqlite_errorcode", None)
    return -1 if code is None else code & 0xFF


def is_damage(error: Exception) -> bool:
    """Whether one of `FAULTS` is over what the file holds; not over the disk, rights, or others at work."""
    return isinstance(error, UnicodeDecodeError) or not (code_of(error) == -1 or code_of(error) in _ELSEWHERE)


@contextmanager
def in_plain_words(path: Path) -> Iterator[None]:
    """Whatever SQLite or the system says of the store at `path` becomes a `StoreError`; mistakes of the caller stay what they are."""
    try:
        yield
    except FAULTS as error:
        if is_damage(error):
            raise StoreError(f"the store {path} is damaged ({error})", REPAIR) from error
        if code_of(error) == -1:
            raise
        problem, remedy = _ELSEWHERE[code_of(error)]
        raise StoreError(f"{problem} the store {path} ({error})", remedy) from error
    except OSError as error:
        remedy = _ROOM if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG) else _RIGHTS
        raise StoreError(f"the store {path} cannot be opened or written ({error.strerror or error})", remedy) from error

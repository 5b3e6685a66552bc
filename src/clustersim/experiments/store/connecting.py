"""How SQLite is told to open a store.

On a local disk a store keeps a write-ahead log: a batch is one write to the end of the log, and whoever reads sees the last whole batch
without waiting. The log needs memory that all who have the store open share, and so one machine: on a network file
system a store keeps a rollback journal instead.
"""

import os
import sqlite3
from pathlib import Path

from clustersim.experiments.store.errors import FAULTS, code_of
from clustersim.experiments.store.form import beside, is_logged

__all__ = ["open_to_read", "open_to_write", "settle_journal"]

_WAIT = 30.0  # seconds for another's transaction to end
_LONG_WAIT = 600.0  # the same for a driver with a rollback journal, which waits for all who read: tables may be written of one moment
_DURABLE = ("synchronous=EXTRA", "fullfsync=ON", "checkpoint_fullfsync=ON")  # what is committed survives a power cut, with either journal


def open_to_write(path: Path, *, network: bool) -> sqlite3.Connection:
    """The driver's connection. Until the journal is settled closing it leaves file and log as they are."""
    connection = _connected(path, "mode=rw", _LONG_WAIT if network else _WAIT)
    connection.setconfig(sqlite3.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, True)
    if network:
        connection.execute("PRAGMA locking_mode=EXCLUSIVE")  # a log that was brought here from a local disk needs no shared memory then
    try:
        for setting in (*_DURABLE, "cell_size_check=ON"):
            connection.execute(f"PRAGMA {setting}")
    except FAULTS:
        connection.close()
        raise
    return connection


def settle_journal(connection: sqlite3.Connection, *, network: bool) -> str:
    """Have the store keep the journal that suits its place; which of them it now keeps, "wal" or "delete"."""
    journal = connection.execute(f"PRAGMA journal_mode={'DELETE' if network else 'WAL'}").fetchone()[0].decode()
    if network:
        connection.execute("PRAGMA locking_mode=NORMAL")
        connection.execute("SELECT 1 FROM sqlite_master").fetchall()  # it is with the next access that the file is free for readers
    connection.setconfig(sqlite3.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, False)
    return journal


def open_to_read(path: Path) -> sqlite3.Connection:
    """A connection that changes no run, whether or not a driver writes meanwhile.

    Without rights to the folder and without a log the file is read as one that nobody changes. Where a killed driver has left a
    transaction in a rollback journal, it is undone first: that is SQLite's to do before anybody can read.
    """
    if is_logged(path) and not beside(path, "-wal").exists() and not os.access(path.parent, os.W_OK):
        return _connected(path, "mode=ro&immutable=1")
    connection = _connected(path, "mode=ro")
    try:
        connection.execute("SELECT 1 FROM sqlite_master").fetchall()
    except FAULTS as error:
        connection.close()
        if code_of(error) != sqlite3.SQLITE_READONLY:
            raise
        connection = _connected(path, "mode=rw")
        connection.setconfig(sqlite3.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, True)
        connection.execute("PRAGMA query_only=ON")
    return connection


def _connected(path: Path, how: str, wait: float = _WAIT) -> sqlite3.Connection:
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?{how}", uri=True, timeout=wait, isolation_level=None)
    connection.text_factory = bytes  # checksums are taken over bytes, and what is damaged need not be text
    return connection

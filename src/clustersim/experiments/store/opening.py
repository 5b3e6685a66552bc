"""Opening a store: who may, what is looked at first, and what is done about it."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from clustersim.experiments.store.closing import Progress, take_back, when_closed
from clustersim.experiments.store.connecting import open_to_read, open_to_write, settle_journal
from clustersim.experiments.store.errors import FAULTS, REPAIR, StoreError, is_damage
from clustersim.experiments.store.form import damage_of_content, damage_of_head, damage_of_log, damage_of_tables, is_there
from clustersim.experiments.store.locking import DriverLock
from clustersim.experiments.store.mounts import network_file_system
from clustersim.experiments.store.repairing import Damage, finish_repair, put_new_file, repair

__all__ = ["Opened", "to_read", "to_write"]


@dataclass(frozen=True)
class Opened:
    """An open store: the file, the connection to it, the driver's lock if it may be written, and what `Store` tells of it."""

    path: Path
    connection: sqlite3.Connection
    journal: str
    lock: DriverLock | None = None
    repaired: Damage | None = None
    notes: tuple[str, ...] = ()
    progress: Mapping[str, Progress] = field(default_factory=dict)


def to_read(path: Path) -> Opened:
    """The store as it is, which must be whole as far as can be seen without reading all of it."""
    if not path.exists():
        raise StoreError(f"there is no store at {path}", "Run a sweep first, or name the store with --store")
    damage = damage_of_head(path)
    if damage is not None:
        raise _damaged(path, damage)
    connection = open_to_read(path)
    try:
        damage = damage_of_tables(connection)
        if damage is not None:
            raise _damaged(path, damage)
        return Opened(path, connection, connection.execute("PRAGMA journal_mode").fetchone()[0].decode())
    except BaseException:
        connection.close()
        raise


def to_write(path: Path) -> Opened:
    """The store under the driver's lock: made if it is not there, repaired if it is damaged.

    All of it is read, each time: bits that a disk forgets leave the time and size of a file as they were.
    """
    if is_there(path):
        damage_of_head(path)  # what is no store is refused before anything is put beside it
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = DriverLock(path)
    try:
        repaired = finish_repair(path)
        if not is_there(path):
            put_new_file(path)
        progress = when_closed(path)
        take_back(path)
        kind = network_file_system(path)
        connection, damage = _whole(path, network=kind is not None)
        try:
            journal = settle_journal(connection, network=kind is not None)
        except BaseException:
            connection.close()
            raise
    except BaseException:
        lock.release()
        raise
    return Opened(path, connection, journal, lock, damage or repaired, _notes(path, kind, journal), {} if damage else progress or {})


def _whole(path: Path, *, network: bool) -> tuple[sqlite3.Connection, Damage | None]:
    """The driver's connection to a store that is whole, if need be after a repair."""
    what = damage_of_head(path)
    if what is None:
        try:
            connection = open_to_write(path, network=network)
            try:
                what = damage_of_tables(connection) or damage_of_content(connection) or damage_of_log(connection, path)
                if what is None:
                    return connection, None
            except BaseException:
                connection.close()
                raise
            connection.close()
        except FAULTS as error:
            if not is_damage(error):
                raise
            what = f"its file is damaged ({error})"
    damage = repair(path, what)
    return open_to_write(path, network=network), damage


def _damaged(path: Path, what: str) -> StoreError:
    return StoreError(f"the store {path} is damaged: {what}", REPAIR)


def _notes(path: Path, network: str | None, journal: str) -> tuple[str, ...]:
    if network is not None:
        return (
            f"The store {path} lies on a network file system ({network}): it keeps a rollback journal, which is slower, and who reads and "
            "who writes wait for each other. A store on a local disk (--store) is quicker; merge it afterwards.",
        )
    return () if journal == "wal" else (f"No write-ahead log can be kept beside {path}: it keeps a rollback journal, which is slower.",)

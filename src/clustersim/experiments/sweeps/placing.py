"""Placing: a folder is filled beside its place under a hidden name, and takes its place when it is whole.

    <name>                     the folder
    .<name>.<random>.part      being filled
    .<name>.<random>.old       the one before, for the moment of the exchange
    .<name>.<random>.lock      empty; locked by whoever fills it, however long that takes and on whichever machine

What a killed writer has left is cleared by the next one to the same place: it is what nobody holds the lock of. Folders of earlier
versions, which had none, are cleared when nobody has touched them for a day.
"""

import glob
import shutil
import sqlite3
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from clustersim import durable
from clustersim.experiments.store.locking import held

__all__ = ["clear", "new_folder"]

_LONG_AGO = 86_400.0  # seconds


@contextmanager
def new_folder(target: Path) -> Iterator[Path]:
    """A hidden folder to be filled; at the end of the block it takes the place of `target`, and if that fails it goes without a trace.

    Raises:
        OSError: if nothing can be written there.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    clear(target)
    part = target.parent / f".{target.name}.{uuid.uuid4().hex[:8]}.part"
    lock = part.with_suffix(".lock")
    try:
        holding = held(lock)
    except sqlite3.Error as error:
        raise OSError(f"no lock can be had on {lock} ({error})") from error
    try:
        part.mkdir()
        yield part
        durable.put_in_place(part, target)
    finally:
        shutil.rmtree(part, ignore_errors=True)
        with suppress(PermissionError):  # Windows lets nobody unlink what is open
            lock.unlink(missing_ok=True)
        if holding is not None:
            holding.close()
        lock.unlink(missing_ok=True)


def clear(target: Path) -> None:
    """Clear what killed writers to a place have left beside it; if they had set the folder aside, it comes back first."""
    for name in sorted({str(left.with_suffix("")) for left in target.parent.glob(f".{glob.escape(target.name)}.????????.*")}):
        part, old, lock = (Path(f"{name}.{ending}") for ending in ("part", "old", "lock"))
        there = [left for left in (part, old) if left.is_dir()] or [lock]
        if _is_at_work(there, lock):
            continue
        if old.is_dir() and not target.exists():
            old.rename(target)
        for left in (part, old):
            shutil.rmtree(left, ignore_errors=True)
        lock.unlink(missing_ok=True)


def _is_at_work(there: list[Path], lock: Path) -> bool:
    """Whether somebody may still be writing."""
    if not lock.exists() or there == [lock]:  # who has only just begun has a lock alone
        try:
            touched = [path.stat().st_mtime for left in there for path in (left, *left.rglob("*"))]
        except FileNotFoundError:  # somebody ends just now, and clears it
            return True
        return time.time() - max(touched, default=0.0) < _LONG_AGO
    try:
        found = held(lock, patience=0.0)
    except sqlite3.Error:
        return True
    if found is not None:
        found.close()
    return found is None

"""Placing: a folder is filled beside its place under a hidden name, and takes its place when it is whole.

    <name>           the folder
    .<name>.part     being filled
    .<name>.old      the one before, for the moment of the exchange
    .<name>.lock     empty; locked by whoever fills, on whichever machine, until that has ended or its process has; it may lie about

One writer at a time fills a place, and others wait: what one has brought along of the folder before, another could lose. So whatever
lies there under a hidden name when a writer begins has been left by one that was killed, and is cleared.
"""

import shutil
import sqlite3
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from clustersim import durable
from clustersim.experiments.store.locking import held

__all__ = ["clear", "new_folder"]

_LONGEST = 600.0  # seconds that a writer waits for another


@contextmanager
def new_folder(
    target: Path, *, lock_of: Path | None = None, without: Collection[str] = (), notes: Callable[[str], None] | None = None
) -> Iterator[Path]:
    """A hidden folder to be filled; at the end of the block it takes the place of `target`, and if that fails it goes without a trace.

    Args:
        target: The place.
        lock_of: The place whose lock is kept meanwhile, where several belong together; `target` itself unless said.
        without: What in `target` does not come along, by its name there; it may be filled inside the block.
        notes: Told if another has to be waited for.

    Raises:
        OSError: if nothing can be written there, or another does not end.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with closing(_locked(lock_of or target, notes)):
        clear(target)
        part = _hidden(target, "part")
        try:
            part.mkdir()
            yield part
            durable.put_in_place(part, target, without)
        finally:
            shutil.rmtree(part, ignore_errors=True)


def clear(target: Path) -> None:
    """Clear what a killed writer to a place has left beside it; if it had set the folder aside, that comes back. For who has the lock."""
    part, old = _hidden(target, "part"), _hidden(target, "old")
    if old.is_dir() and not target.exists():
        old.rename(target)
    for left in (part, old):
        shutil.rmtree(left, ignore_errors=True)


def _locked(target: Path, notes: Callable[[str], None] | None) -> sqlite3.Connection:
    """The lock of a place, after whoever has it now; it is held until it is closed. One place has one, however its path goes."""
    lock, end = _hidden(target.resolve(), "lock"), time.monotonic() + _LONGEST
    try:
        found = held(lock)
        if found is None and notes is not None:
            notes(f"another process is writing to {target}; this one goes on when that has ended")
        while found is None and time.monotonic() < end:
            found = held(lock)  # a moment at a time: Ctrl-C is heard in between
    except sqlite3.Error as error:
        raise OSError(f"no lock can be had on {lock} ({error})") from error
    if found is None:
        raise OSError(f"another process has been writing there for {_LONGEST / 60:.0f} minutes; end it, or wait for it and try again")
    return found


def _hidden(target: Path, ending: str) -> Path:
    return target.with_name(f".{target.name}.{ending}")

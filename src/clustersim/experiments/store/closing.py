"""The word of the driver that closed a store last: how far experiments were then, and how the file can be told to be still the same.

    runs.store.closed       size and time of the file at that moment, and how far experiments were

It spares whoever asks how far an experiment is to look up all of its runs. It holds only as long as nobody has touched the file: one that
was copied, cut, changed or put back has another time or size. A driver takes the word back before it begins, and so does whoever has
met damage. It is no word for what the disk has done since, so that whoever writes reads the file from end to end all the same.
"""

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import astuple, dataclass
from pathlib import Path

from clustersim.durable import bring_to_disk

__all__ = ["Progress", "progress_of", "said_of_progress", "say_closed", "take_back", "when_closed"]

_LOGS = ("-wal", "-journal")


@dataclass(frozen=True)
class Progress:
    """How far an experiment is, as its sweep has counted.

    Attributes:
        runs: Runs that it asks for.
        done: Of these, in the store.
        failed: Failed, and not in the store.
        looked_up: Runs that the sweep has looked up by now; of the others nothing is known.
    """

    runs: int
    done: int
    failed: int
    looked_up: int

    @property
    def is_whole(self) -> bool:
        """Whether it has all of its runs, which nothing but damage can change."""
        return self.done == self.runs


def said_of_progress(progress: Mapping[str, Progress]) -> dict[str, list[int]]:
    """Experiments by identity, as a file keeps how far they are."""
    return {identity: list(astuple(each)) for identity, each in progress.items()}


def progress_of(said: Mapping[str, list[int]]) -> dict[str, Progress]:
    """The same, read."""
    return {str(identity): Progress(*map(int, each)) for identity, each in said.items()}


def say_closed(path: Path, progress: Mapping[str, Progress]) -> None:
    """Say how far experiments are in the store as it lies there; where that cannot be written, nothing is said."""
    mark = _mark(path)
    if mark is None:
        return
    part = _word(path).with_name(f"{_word(path).name}.part")
    with suppress(OSError):
        part.write_text(json.dumps({**mark, "experiments": said_of_progress(progress)}), encoding="utf-8")
        os.replace(part, _word(path))


def when_closed(path: Path) -> dict[str, Progress] | None:
    """How far experiments were when the last driver closed the store, if it is still as it was; None if nobody can say."""
    try:
        said = json.loads(_word(path).read_text(encoding="utf-8"))
        progress = progress_of(said.pop("experiments"))
        return progress if said == _mark(path) else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def take_back(path: Path) -> None:
    """Have the runs looked up by whoever asks next."""
    if _word(path).exists():
        _word(path).unlink(missing_ok=True)
        bring_to_disk([path.parent])


def _mark(path: Path) -> dict[str, int] | None:
    """What changes when anybody touches the file; None where a log holds anything, for then the file alone is not the store."""
    logs = (path.with_name(path.name + ending) for ending in _LOGS)
    if any(log.exists() and log.stat().st_size > 0 for log in logs):
        return None
    facts = path.stat()
    return {"bytes": facts.st_size, "modified_ns": facts.st_mtime_ns}


def _word(path: Path) -> Path:
    return path.with_name(f"{path.name}.closed")

"""What a world remembers of its months: every number of its series, and snapshots of as many months as there is room for.

A snapshot takes about 0.1 MB for 2 000 organisations and 1 MB for 20 000. Where the room of a page is used up, the older months are
thinned: every second of them, then every fourth, and so on. The first and the last months stay, and those that are shown.
"""

from collections.abc import Collection

import numpy as np

from clustersim.app.snapshots import Snapshot

__all__ = ["RECENT", "Memory"]

RECENT = 12  # months before the last that are thinned last of all: those that people go back to


class Memory:
    """The recorded months of one world, from month 0.

    Attributes:
        last: The last month that is recorded; -1 before the first.
        bytes: What the snapshots take.
    """

    def __init__(self) -> None:
        """Nothing has been lived yet."""
        self.last = -1
        self.bytes = 0
        self._snapshots: dict[int, Snapshot] = {}
        self._series = np.empty((0, 0))

    def __len__(self) -> int:
        return len(self._snapshots)

    def __contains__(self, month: int) -> bool:
        return month in self._snapshots

    def __getitem__(self, month: int) -> Snapshot:
        """The snapshot of a month that is kept.

        Raises:
            KeyError: if it is not.
        """
        return self._snapshots[month]

    @property
    def whole(self) -> bool:
        """Whether no month is missing."""
        return len(self._snapshots) == self.last + 1

    def append(self, snapshot: Snapshot) -> None:
        """The next month."""
        month = self.last + 1
        if snapshot.month != month:
            raise ValueError(f"month {month} comes next, not {snapshot.month}")
        if month >= len(self._series):
            grown = np.empty((max(64, 2 * month), snapshot.series.size))
            if month:
                grown[:month] = self._series[:month]
            self._series = grown
        self._series[month] = snapshot.series
        self._snapshots[month] = snapshot
        self.bytes += snapshot.nbytes
        self.last = month

    def series(self) -> np.ndarray:
        """One row a month lived, thinned out or not; one column an observable."""
        return self._series[: self.last + 1]

    def until(self, month: int) -> list[Snapshot]:
        """The snapshots that are kept, in order, up to a month."""
        return [snapshot for kept, snapshot in list(self._snapshots.items()) if kept <= month]

    def thin(self, every: int, recent: int, shown: Collection[int]) -> None:
        """Forget all months but every so manyth, the last, the `recent` ones before it and those shown."""
        for month in list(self._snapshots):
            if month % every and month < self.last - recent and month not in shown:
                self.bytes -= self._snapshots.pop(month).nbytes

"""Seats: organisations at the same point are drawn in a spiral around it, each in a seat that it keeps while it lives."""

import heapq

import numpy as np

__all__ = ["Seats"]


class Seats:
    """Which seat each organisation has at its point: the lowest that is free when it comes, for as long as it lives."""

    def __init__(self) -> None:
        """Nobody has come yet."""
        self._of: dict[int, tuple[tuple[float, float], int]] = {}
        self._free: dict[tuple[float, float], list[int]] = {}
        self._taken: dict[tuple[float, float], int] = {}

    def take(self, rows: np.ndarray, x_km: np.ndarray, y_km: np.ndarray, alive: np.ndarray) -> np.ndarray:
        """Seats for newcomers; those who closed before they were seen need none."""
        seats = np.zeros(rows.size, np.int32)
        for k in np.flatnonzero(alive).tolist():
            point = (float(x_km[k]), float(y_km[k]))
            free = self._free.get(point)
            if free:
                seat = heapq.heappop(free)
            else:
                seat = self._taken.get(point, 0)
                self._taken[point] = seat + 1
            seats[k] = seat
            self._of[int(rows[k])] = (point, seat)
        return seats

    def leave(self, rows: np.ndarray) -> None:
        """These have closed."""
        for row in rows.tolist():
            point, seat = self._of.pop(row)
            heapq.heappush(self._free.setdefault(point, []), seat)

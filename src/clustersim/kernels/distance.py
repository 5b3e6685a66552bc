"""Distances on the plane, and the lists of places within reach of each other.

A territory of 35 000 places has 1.2 thousand million pairs; only those within a cut-off matter. They are found by a
grid of cells as wide as the cut-off, and kept in compressed rows: `start[p] : start[p + 1]` are the neighbours of p.
"""

import math

import numpy as np

from clustersim.kernels import kernel
from clustersim.kernels.exact import exp


@kernel
def distance(x1, y1, x2, y2):
    """Euclidean distance [km]."""
    return math.sqrt((x1 - x2) * (x1 - x2) + (y1 - y2) * (y1 - y2))


@kernel
def decay(distance_km, scale_km):
    """Exponential decay of contact or use with distance: exp(-d / scale)."""
    return exp(-distance_km / scale_km)


@kernel
def sort_into_cells(x, y, width):
    """Counting sort of points into square cells. Returns columns, rows, start (cells + 1), order (points)."""
    n = x.size
    left = x[0]
    bottom = y[0]
    right = x[0]
    top = y[0]
    for i in range(n):
        left = min(left, x[i])
        right = max(right, x[i])
        bottom = min(bottom, y[i])
        top = max(top, y[i])
    # a territory much wider than the cut-off would ask for more cells than points; wider cells are still correct
    while ((right - left) / width + 1.0) * ((top - bottom) / width + 1.0) > 4.0 * n + 16.0:
        width = width * 2.0
    columns = int((right - left) / width) + 1
    rows = int((top - bottom) / width) + 1
    cell = np.empty(n, np.int64)
    start = np.zeros(columns * rows + 1, np.int64)
    for i in range(n):
        cell[i] = int((y[i] - bottom) / width) * columns + int((x[i] - left) / width)
        start[cell[i] + 1] += 1
    for c in range(columns * rows):
        start[c + 1] += start[c]
    order = np.empty(n, np.int64)
    cursor = start[:-1].copy()
    for i in range(n):
        order[cursor[cell[i]]] = i
        cursor[cell[i]] += 1
    return columns, rows, start, order, cell


@kernel
def neighbours_within(x, y, cutoff_km):
    """All pairs of points at most `cutoff_km` apart, each point with itself included.

    Returns `start` (points + 1, int64), `place` (pairs, int32, ascending within a point) and `apart_km` (pairs, float64).
    """
    n = x.size
    columns, rows, first, order, cell = sort_into_cells(x, y, cutoff_km)
    start = np.zeros(n + 1, np.int64)
    place = np.empty(0, np.int32)
    apart = np.empty(0, np.float64)
    cursor = np.zeros(n, np.int64)
    for fill in range(2):
        if fill == 1:
            for i in range(n):
                start[i + 1] += start[i]
                cursor[i] = start[i]
            place = np.empty(start[n], np.int32)
            apart = np.empty(start[n], np.float64)
        for i in range(n):
            column = cell[i] % columns
            row = cell[i] // columns
            for r in range(max(0, row - 1), min(rows, row + 2)):
                for c in range(max(0, column - 1), min(columns, column + 2)):
                    for k in range(first[r * columns + c], first[r * columns + c + 1]):
                        j = order[k]
                        d = distance(x[i], y[i], x[j], y[j])
                        if d <= cutoff_km:
                            if fill == 0:
                                start[j + 1] += 1
                            else:
                                # i ascends, so every list of j is ascending without sorting
                                place[cursor[j]] = i
                                apart[cursor[j]] = d
                                cursor[j] += 1
    return start, place, apart

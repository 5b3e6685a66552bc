"""Halos: the rounded outline around a group of points."""

import numpy as np

__all__ = ["halo"]

_CORNERS = 24


def halo(points: np.ndarray, margin: float) -> np.ndarray:
    """The convex hull of discs of radius `margin` around the points, (n, 2) -> (m, 2): round even about a single one."""
    from scipy.spatial import ConvexHull

    angle = 2 * np.pi * np.arange(_CORNERS) / _CORNERS
    discs = (points[:, None, :] + margin * np.column_stack([np.cos(angle), np.sin(angle)])).reshape(-1, 2)
    return discs[ConvexHull(discs).vertices]

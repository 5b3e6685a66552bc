"""Marks of a picture that the map of a report has not: numbers of purposes on clusters, and agents of a Mesa user's own.

They are made anew each month: there are few, and no two months have the same.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from clustersim.app.guests import Guests
from clustersim.app.look import FORMS_OF_GUESTS, ink_on
from clustersim.report.maps import MOST_NUMBERED
from clustersim.report.style import INK, PALETTE

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

__all__ = ["mark_guests", "mark_purposes", "symbol_of_guests"]


def mark_purposes(axes: "Axes", halos: Sequence[np.ndarray], purposes: Sequence[int]) -> list["Artist"]:
    """On each cluster, at its upper left, the number of its purpose, for those who do not see its colour."""
    if len(halos) > MOST_NUMBERED:
        return []
    return [_numbered(axes, corners[np.argmin(corners[:, 0] - corners[:, 1])], int(p)) for corners, p in zip(halos, purposes, strict=True)]


def _numbered(axes: "Axes", at: np.ndarray, purpose: int) -> "Artist":
    colour = PALETTE[purpose % len(PALETTE)]
    disc = {"boxstyle": "circle,pad=0.16", "facecolor": colour, "edgecolor": "white", "linewidth": 0.9}
    letters = {"size": 7.5, "weight": "bold", "color": ink_on(colour), "ha": "center", "va": "center"}
    return axes.annotate(str(purpose + 1), at, zorder=5.5, bbox=disc, annotation_clip=False, **letters)


def mark_guests(axes: "Axes", guests: Guests) -> list["Artist"]:
    """Agents of a Mesa user's own where they are."""
    return [
        axes.scatter(guests.x_km[shown], guests.y_km[shown], s=70, zorder=6.5, clip_on=False, **_look_of(int(kind)))
        for kind in np.unique(guests.kind)
        for shown in [guests.kind == kind]
    ]


def symbol_of_guests(kind: int, name: str) -> "Artist":
    """A class of guests in a legend."""
    from matplotlib.lines import Line2D

    look = _look_of(kind)
    return Line2D(
        [], [], linestyle="none", marker=look["marker"], markersize=8, label=name,
        markerfacecolor=look["facecolor"], markeredgecolor=look["edgecolor"], markeredgewidth=look["linewidth"],
    )  # fmt: skip


def _look_of(kind: int) -> dict[str, Any]:
    """Hollow and in ink, so that none looks like an organisation."""
    corners, turned = FORMS_OF_GUESTS[kind % len(FORMS_OF_GUESTS)]
    return {"marker": (corners, 0, turned), "facecolor": "white", "edgecolor": INK, "linewidth": 1.4}

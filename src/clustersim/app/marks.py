"""Marks of a picture that the map of a report has not: numbers of purposes on clusters, and agents of a Mesa user's own.

They are made anew each month: there are few, and no two months have the same.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from clustersim.app.guests import Guests
from clustersim.report.style import INK, PALETTE

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

__all__ = ["ink_on", "mark_guests", "mark_purposes", "symbol_of_guests"]

MOST_NUMBERED = 60  # more numbers hide what they explain
# corners of the form of each class of guests, and whether it stands on its tip: as `clustersim.js` draws them
_FORMS = ((4, 0.0), (6, 0.0), (3, 180.0), (5, 0.0))


def ink_on(colour: str) -> str:
    """Ink or white, whichever can be read on a colour (relative luminance as WCAG 2 defines it)."""
    parts = np.array([int(colour[k : k + 2], 16) for k in (1, 3, 5)]) / 255
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    luminance = float(linear @ (0.2126, 0.7152, 0.0722))
    return "white" if 1.05 / (luminance + 0.05) > (luminance + 0.05) / 0.066 else INK


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
    corners, turned = _FORMS[kind % len(_FORMS)]
    return {"marker": (corners, 0, turned), "facecolor": "white", "edgecolor": INK, "linewidth": 1.4}

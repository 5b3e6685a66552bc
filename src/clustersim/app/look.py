"""What the page, replays, pictures and animations show alike: colours, forms, bounds. They are written here, or below, and nowhere else.

The drawing program is given them as its `LOOK` (`told`); pictures take them as they are.
"""

import math
from typing import Any

import numpy as np

from clustersim.app.snapshots import TRUST_LEVELS
from clustersim.report.maps import FLATTEST, MARKERS, MOST_NUMBERED, SMALLEST_KM, SUNFLOWER, TIE_COLOUR
from clustersim.report.style import GREEN, GREY, INK, ORANGE, PALETTE, PURPLE, SKY, VERMILLION, YELLOW
from clustersim.state.organisations import KINDS

__all__ = ["FAINTER", "FAINTEST", "FORMS_OF_GUESTS", "MET", "SHADES", "UNMET", "ink_on", "shade_of", "told", "unmet_range"]

MET, UNMET = (243, 244, 246), (222, 196, 182)  # places whose needs are met, and where they are not: never as dark as what stands on them
SHADES = 6  # of ties, by trust
FAINTEST, FAINTER = 0.08, 0.72  # opacity of ties without trust, and what full trust adds
FORMS_OF_GUESTS = ((4, 0.0), (6, 0.0), (3, 180.0), (5, 0.0))  # agents of a Mesa user's own: corners, and by how many degrees it is turned
_OUTLIERS = 0.05  # share of the places at each end that the range of shades leaves out
_LEAST_POINTS = 5  # percent: where all places are alike, differences of nothing are not made to look like much
# letters in the colour of a line: the same hue, as dark as letters must be on white (4.5 to 1)
_LETTERS = {ORANGE: "#8F6300", GREEN: "#007A59", VERMILLION: "#B34E00", PURPLE: "#A14C78", SKY: "#1F75A5", YELLOW: "#757000"}
_LETTERS[PALETTE[-1]] = GREY


def told() -> dict[str, Any]:
    """All of it as the drawing program knows it."""
    return {
        "palette": PALETTE,
        "ink_on": {colour: ink_on(colour) for colour in PALETTE},
        "letters": _LETTERS,
        "ink": INK,
        "grey": GREY,
        "met": MET,
        "unmet": UNMET,
        "outliers": _OUTLIERS,
        "least_points": _LEAST_POINTS,
        "tie": ", ".join(str(round(255 * part)) for part in TIE_COLOUR),
        "shades": SHADES,
        "faintest": FAINTEST,
        "fainter": FAINTER,
        "trust_levels": TRUST_LEVELS,
        "kinds": [{"name": kind, "mark": MARKERS[kind][0]} for kind in KINDS],
        "forms_of_guests": FORMS_OF_GUESTS,
        "most_numbered": MOST_NUMBERED,
        "sunflower": SUNFLOWER,
        "smallest_km": SMALLEST_KM,
        "flattest": FLATTEST,
    }


def ink_on(colour: str) -> str:
    """Ink or white, whichever can be read on a colour (relative luminance as WCAG 2 defines it)."""
    parts = np.array([int(colour[k : k + 2], 16) for k in (1, 3, 5)]) / 255
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    luminance = float(linear @ (0.2126, 0.7152, 0.0722))
    return "white" if 1.05 / (luminance + 0.05) > (luminance + 0.05) / 0.066 else INK


def shade_of(share: float | np.ndarray) -> np.ndarray:
    """Red, green and blue of places by their share of unmet needs, 0 for the lightest and 1 for the darkest."""
    met, unmet = np.array(MET) / 255, np.array(UNMET) / 255
    return met + np.asarray(share)[..., None] * (unmet - met)


def unmet_range(need: np.ndarray, unmet_need: np.ndarray) -> tuple[float, float]:
    """Between which shares of unmet needs the places of a month lie, but for a few at each end; in whole percents."""
    some = need > 0
    shares = np.sort(unmet_need[some] / need[some])
    if not shares.size:
        return 0.0, 1.0
    low, high = (float(shares[int(part * (shares.size - 1) + 0.5)]) for part in (_OUTLIERS, 1 - _OUTLIERS))
    low, high = math.floor(100 * low), math.ceil(100 * high)
    if high - low < _LEAST_POINTS:
        return max(0, high - _LEAST_POINTS) / 100, max(_LEAST_POINTS, high) / 100
    return low / 100, high / 100

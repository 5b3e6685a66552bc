"""Morris screening as a picture: the mean size of effects as rows, and beside it the plane of size and spread."""

from typing import TYPE_CHECKING

import numpy as np

from clustersim.report.inlining import PAGE_LOOK, WIDTH, number_ticks
from clustersim.report.labels import offsets
from clustersim.report.page.language import Language
from clustersim.report.sensitivity.readings import LUCK, Factor, Reading
from clustersim.report.sensitivity.rows import LEFT, draw_floor, draw_interval, name_rows, shown
from clustersim.report.style import BLUE, GREY, INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["plane"]

_ROW, _FOOT, _TOP, _LEAST = 0.24, 0.7, 0.3, 2.3  # inches
_ROWS_WIDE, _BETWEEN = 2.75, 0.75
_SIZE, _MARGIN, _RADIUS = 8.0, 6.0, 6.5  # points: of letters, beyond the right edge, kept clear around each mark
_NAMED = 8  # factors in the plane


def plane(reading: Reading, months: int, language: Language, head: float = 0.0) -> "Figure":
    """Rows of mu* with intervals, and the plane of mu* and sigma; the band is what luck alone does.

    Args:
        reading: A quantity that was screened.
        months: How long the scenario is, which units say.
        language: How the axes speak.
        head: Inches kept free above for a title.
    """
    import matplotlib
    from matplotlib.figure import Figure

    factors, scale = shown(reading), reading.scale
    tall = max(_LEAST, _ROW * len(factors))
    height = tall + _FOOT + _TOP + head
    unit = reading.unit(months, language)
    with matplotlib.rc_context(PAGE_LOOK):
        figure = Figure(figsize=(WIDTH, height))
        rows = figure.add_axes((LEFT / WIDTH, _FOOT / height, _ROWS_WIDE / WIDTH, tall / height))
        draw_floor(rows, reading, scale)
        for y, factor in enumerate(factors):
            draw_interval(rows, factor, y, scale, GREY if factor.path == LUCK else BLUE)
        name_rows(rows, factors, language)
        rows.set_xlim(left=0)
        rows.set_title(language.say("sensitivity.size_of_effects"), loc="left", size=9, weight="bold", color=INK)
        left = LEFT + _ROWS_WIDE + _BETWEEN
        beside = figure.add_axes((left / WIDTH, _FOOT / height, (WIDTH - left - 0.1) / WIDTH, tall / height))
        _plane(beside, reading, scale)
        beside.set_title(language.say("sensitivity.size_and_spread"), loc="left", size=9, weight="bold", color=INK)
        for axes in (rows, beside):
            axes.set_xlabel(f"{language.say('sensitivity.effect_axis')}\n[{unit}]", size=8, color=GREY)
            number_ticks(axes.xaxis, language.number)
        beside.set_ylabel(language.say("sensitivity.spread_axis"), size=8, color=GREY)
        number_ticks(beside.yaxis, language.number)
        _label(beside, reading, scale, language)
    return figure


def _plane(axes: "Axes", reading: Reading, scale: float) -> None:
    """All factors; those above the dotted line act through others, or bend."""
    draw_floor(axes, reading, scale)
    everything = _everything(reading)
    for factor in everything:
        colour = GREY if factor.path == LUCK else BLUE
        face = colour if factor.told else "white"
        axes.plot(
            scale * factor.size, scale * factor.second, "D" if factor.path == LUCK else "o", ms=5.5, mfc=face, mec=colour, mew=1.2, zorder=3
        )
    right = 1.12 * scale * max(factor.size for factor in everything)
    top = 1.15 * scale * max([*(factor.second for factor in everything if np.isfinite(factor.second)), 0.1 * right / scale])
    axes.set_xlim(0, right or 1.0)
    axes.set_ylim(-0.02 * top, top or 1.0)
    axes.plot([0, max(right, top)], [0, max(right, top)], color=GREY, lw=0.8, ls=(0, (1, 2)), zorder=1)
    axes.tick_params(labelsize=8)


def _everything(reading: Reading) -> list[Factor]:
    return [*reading.factors, *([reading.luck] if reading.luck else [])]


def _label(axes: "Axes", reading: Reading, scale: float, language: Language) -> None:
    """Names beside the points that matter most, kept clear of each other; one without room has its name in the rows."""
    everything = _everything(reading)
    named = [*(reading.told or reading.factors)[:_NAMED], *([reading.luck] if reading.luck else [])]
    position = axes.get_position()
    wide, high = (position.width * axes.figure.get_figwidth() * 72, position.height * axes.figure.get_figheight() * 72)
    (left, right), (low, top) = axes.get_xlim(), axes.get_ylim()
    order = [*named, *(factor for factor in everything if factor not in named)]
    points = np.array([((scale * f.size - left) / (right - left) * wide, (scale * f.second - low) / (top - low) * high) for f in order])
    names = [language.say("sensitivity.luck") if f.path == LUCK else f.name.rpartition(": ")[2].replace("_", " ") for f in named]
    sizes = np.array([*((0.56 * _SIZE * len(name), 1.25 * _SIZE) for name in names), *[(0.0, 0.0)] * (len(order) - len(named))])
    for k, place in enumerate(offsets(points, sizes, _RADIUS, (wide + _MARGIN, high))[: len(named)]):
        if place is None or _is_as_near_to_another(points, k, points[k] + np.array(place), sizes[k]):
            continue
        axes.annotate(
            names[k],
            (scale * named[k].size, scale * named[k].second),
            place,
            textcoords="offset points",
            ha="center",
            va="center",
            size=_SIZE,
            color=INK if named[k].told else GREY,
            style="italic" if named[k].path == LUCK else "normal",
            zorder=4,
        )


def _is_as_near_to_another(points: np.ndarray, own: int, middle: np.ndarray, size: np.ndarray) -> bool:
    """Whether a label stands no nearer to its own mark than to another, so that it could be taken for that one's."""
    apart = np.hypot(*np.maximum(np.abs(points - middle) - size / 2, 0.0).T)
    return bool((np.delete(apart, own) <= apart[own] + 1.0).any())

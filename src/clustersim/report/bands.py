"""Paths over time: each arm beside the control with the band in which most seeds lie, and below it what the arm adds."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from clustersim.report.inlining import PAGE_LOOK, WIDTH, named, number_ticks
from clustersim.report.page import courses as shown
from clustersim.report.page.folder import Arm
from clustersim.report.page.language import Language
from clustersim.report.style import BLUE, GREY, INK

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["bands"]

_COLUMNS = 4
_HEAD, _LEVEL, _GAP, _CHANGE, _FOOT, _LEFT = 0.27, 1.15, 0.12, 0.8, 0.45, 0.6  # inches


def bands(paths: "pd.DataFrame", arms: Sequence[Arm], series: str, factor: float, language: Language) -> "Figure":
    """A column an arm, all with the same axes: the control dashed and grey, the arm solid and blue; below, their difference.

    Args:
        paths: Rows of arm, state, seed, month and the series.
        arms: The control first.
        series: Column of `paths`.
        factor: What the series is multiplied by for people.
        language: How the axes speak.
    """
    import matplotlib
    from matplotlib.figure import Figure

    treated = arms[1:]
    courses = {
        arm.name: factor * paths[paths["arm"] == arm.name].pivot(index="month", columns=["state", "seed"], values=series) for arm in arms
    }
    columns = min(_COLUMNS, max(len(treated), 2))
    rows = -(-len(treated) // columns)
    head = _HEAD + 0.15 * any("\n" in named(arm, 30) for arm in treated)
    block = head + _LEVEL + _GAP + _CHANGE + _FOOT
    with matplotlib.rc_context(PAGE_LOOK):
        figure = Figure(figsize=(WIDTH, rows * block))
        wide = (WIDTH - _LEFT) / columns
        above, below = [], []
        for k, arm in enumerate(treated):
            row, column = divmod(k, columns)
            bottom = (rows - 1 - row) * block + _FOOT
            at = [(bottom + _CHANGE + _GAP, _LEVEL), (bottom, _CHANGE)]
            level, change = (
                figure.add_axes(((_LEFT + column * wide) / WIDTH, y / (rows * block), (wide - 0.22) / WIDTH, tall / (rows * block)))
                for y, tall in at
            )
            _levels(level, courses[arms[0].name], courses[arm.name])
            _difference(change, courses[arms[0].name], courses[arm.name])
            level.set_title(named(arm, 30), loc="left", size=8.5, weight="bold", color=INK)
            above.append(level)
            below.append(change)
        _share_axes(above, below, columns, language)
    return figure


def _levels(axes: "Axes", control: "pd.DataFrame", treated: "pd.DataFrame") -> None:
    for course, colour, style in ((control, GREY, (0, (4, 2))), (treated, BLUE, "-")):
        axes.fill_between(course.index, *shown.band(course), color=colour, alpha=0.16, lw=0)
        axes.plot(course.index, course.mean(axis=1), color=colour, lw=1.7, ls=style)


def _difference(axes: "Axes", control: "pd.DataFrame", treated: "pd.DataFrame") -> None:
    """Mean of the differences within the same seed, with the interval of that mean month by month."""
    mean, low, high = shown.difference(control, treated)
    axes.axhline(0, color=GREY, lw=0.9)
    axes.fill_between(mean.index, low, high, color=BLUE, alpha=0.25, lw=0)
    axes.plot(mean.index, mean, color=BLUE, lw=1.4)


def _share_axes(above: Sequence["Axes"], below: Sequence["Axes"], columns: int, language: Language) -> None:
    """The same limits for all panels of a kind; words and numbers only where they are not repeated."""
    for panels, signed, what in ((above, False, "figures.path_level"), (below, True, "figures.path_change")):
        ends = np.array([axes.get_ylim() for axes in panels])
        low, high = ends[:, 0].min(), ends[:, 1].max()
        for k, axes in enumerate(panels):
            axes.set_ylim(min(low, 0.0) if signed else 0.0, high if signed or high > 0 else 1.0)
            axes.margins(x=0)
            axes.grid(True, axis="y", color="#E8E8E8", lw=0.6)
            axes.tick_params(labelsize=8, labelleft=k % columns == 0, labelbottom=signed)
            number_ticks(axes.yaxis, lambda value, places, signed=signed: language.number(value, places, signed=signed), 3)
            number_ticks(axes.xaxis, language.number, 5)
            if k % columns == 0:
                axes.set_ylabel(language.say(what), size=8)
            if signed:
                axes.set_xlabel(language.say("figures.month"), size=8)

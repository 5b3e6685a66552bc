"""The cost-effectiveness plane: what each arm costs the public more than the control, against what it brings."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from clustersim.report.inlining import PAGE_LOOK, WIDTH, number_ticks
from clustersim.report.page.folder import Arm
from clustersim.report.page.language import Language
from clustersim.report.page.readings import YEAR, unit_of
from clustersim.report.style import FAINT, GREY, INK, PALETTE, state_in_middle

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["SHAPES", "plane", "shape_and_colour"]

SHAPES = ("o", "s", "^", "D", "v", "P", "X", "h")  # an arm is told by number and shape, never by colour alone
_TALL, _LEGEND = 3.2, 0.22
_MILLION = 1e6
MOST_DOTS = 3_000  # more are drawn as one picture


def plane(points: "pd.DataFrame", arms: Sequence[Arm], outcomes: Sequence[str], language: Language, months: int = YEAR) -> "Figure":
    """A panel an outcome: one small mark a seed, and the mean of each arm with its number; `months` is how long the scenario is."""
    import matplotlib
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

    lines = -(-len(arms) // 2)
    high = _TALL + 0.35 + _LEGEND * lines
    with matplotlib.rc_context(PAGE_LOOK):
        figure = Figure(figsize=(WIDTH, high))
        panels = figure.subplots(1, len(outcomes), squeeze=False)[0]
        figure.subplots_adjust(left=0.075, right=0.985, top=1 - 0.5 / high, bottom=(0.6 + _LEGEND * lines) / high, wspace=0.3)
        for axes, outcome in zip(panels, outcomes, strict=True):
            _panel(axes, points, arms, outcome, unit_of(outcome, months, language), language)
        handles = [
            Line2D([], [], ls="none", marker=marker, color=colour, ms=7, label=f"{arm.number}  {arm.title}")
            for arm in arms
            for marker, colour in [shape_and_colour(arm)]
        ]
        figure.legend(
            handles=handles, loc="lower left", bbox_to_anchor=(0.055, 0.0), ncols=2, fontsize=8.5, handletextpad=0.3, columnspacing=2.0
        )
    return figure


def shape_and_colour(arm: Arm) -> tuple[str, str]:
    """The mark of an arm, the same in all figures."""
    k = arm.number - 1
    return SHAPES[(k + k // len(PALETTE)) % len(SHAPES)], PALETTE[k % len(PALETTE)]


def _panel(axes: "Axes", points: "pd.DataFrame", arms: Sequence[Arm], outcome: str, unit: str, language: Language) -> None:
    axes.set_title(language.name_of("outcomes", outcome), loc="left", size=9.5, weight="bold", color=INK, pad=17)
    axes.annotate(unit, (0, 1), (0, 4), xycoords="axes fraction", textcoords="offset points", size=8, color=GREY)
    axes.axhline(0, color=GREY, lw=0.9, zorder=1)
    axes.axvline(0, color=GREY, lw=0.9, zorder=1)
    axes.set_xlabel(language.say("figures.plane_money"), size=8.5)
    axes.set_ylabel(language.say("figures.plane_effect"), size=8.5)
    column = f"extra_{outcome}"
    known = points.dropna(subset=["extra_public_eur", column])
    if known.empty:
        state_in_middle(axes, language.say("words.not_defined"))
    number_ticks(axes.xaxis, language.number)
    number_ticks(axes.yaxis, lambda value, places: language.number(value, places, signed=True))
    axes.tick_params(labelsize=8)
    axes.grid(True, color=FAINT, lw=0.4)
    means = []
    for arm in arms:
        cloud = known[known["arm"] == arm.name]
        if cloud.empty:
            continue
        marker, colour = shape_and_colour(arm)
        x, y = cloud["extra_public_eur"].to_numpy() / _MILLION, cloud[column].to_numpy()
        axes.scatter(x, y, s=9, marker=marker, color=colour, alpha=0.35, lw=0, zorder=2, rasterized=len(known) > MOST_DOTS)
        means.append((x.mean(), y.mean(), arm, colour))
    for x, y, arm, colour in means:
        axes.plot(x, y, "o", ms=11.5, mfc=colour, mec="white", mew=1.0, zorder=4)
        axes.annotate(
            str(arm.number), (x, y), (0, 0), textcoords="offset points", size=7.5, weight="bold", ha="center", va="center_baseline",
            color=INK if np.dot(_rgb(colour), (0.3, 0.6, 0.1)) > 0.5 else "white", zorder=5,
        )  # fmt: skip


def _rgb(colour: str) -> tuple[float, float, float]:
    from matplotlib.colors import to_rgb

    return to_rgb(colour)

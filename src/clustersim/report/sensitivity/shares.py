"""Shares of variance as pictures: Sobol indices of factors, rank correlations, and the share of chance."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from clustersim.report.inlining import PAGE_LOOK, WIDTH, number_ticks
from clustersim.report.page.language import Language
from clustersim.report.sensitivity.readings import LUCK, Factor, Luck, Reading
from clustersim.report.sensitivity.rows import LEFT, draw_floor, draw_interval, name_rows, shown
from clustersim.report.style import BLUE, GREY, INK, ORANGE, SKY

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["chance_shares", "correlations", "indices"]

_ROW, _FOOT, _TOP = 0.28, 0.55, 0.4  # inches
_WIDE = WIDTH - LEFT - 0.3
_PAIR, _QUANTITY = 0.36, 0.5  # inches of a row of two bars


def indices(reading: Reading, language: Language, head: float = 0.0) -> "Figure":
    """Of each factor two bars with their intervals: its total index, and below it what it does alone; the band is luck."""
    factors = shown(reading)
    with _panel(len(factors), head, _PAIR) as (figure, axes):
        draw_floor(axes, reading, 100.0)
        for y, factor in enumerate(factors):
            pale, dark = ("#BDBDBD", GREY) if factor.path == LUCK else (SKY, BLUE)
            for size, (low, high), lift, colour in (
                (factor.size, (factor.low, factor.high), -0.18, pale),
                (factor.second, factor.ends, 0.18, dark),
            ):
                axes.barh(y + lift, 100 * max(size, 0.0), height=0.32, color=colour, lw=0, zorder=1)
                axes.plot([100 * low, 100 * high], [y + lift] * 2, color=INK, lw=0.9, solid_capstyle="butt", zorder=3)
        name_rows(axes, factors, language)
        axes.set_xlim(100 * _least(factors), 100 * _most(factors))
        axes.axvline(0, color=GREY, lw=0.8, zorder=2.5)
        axes.set_xlabel(language.say("sensitivity.index_axis"), size=8, color=GREY)
        number_ticks(axes.xaxis, language.number, 6)
        _legend(axes, ((SKY, language.say("sensitivity.total")), (BLUE, language.say("sensitivity.first"))))
    return figure


def _least(factors: Sequence[Factor]) -> float:
    """The left end: intervals below zero are sampling error and shown as far as they tell that."""
    return 1.05 * max(-0.15, min([0.0, *(factor.ends[0] for factor in factors)]))


def _most(factors: Sequence[Factor]) -> float:
    return min(1.05, 1.05 * max(end for factor in factors for end in (factor.high, factor.ends[1])))


def correlations(reading: Reading, language: Language, head: float = 0.0) -> "Figure":
    """Rank correlations with their intervals on both sides of zero."""
    factors = shown(reading)
    with _panel(len(factors), head) as (figure, axes):
        axes.axvline(0, color=GREY, lw=0.9, zorder=1)
        for y, factor in enumerate(factors):
            draw_interval(axes, factor, y, 1.0)
        name_rows(axes, factors, language)
        reach = max(0.1, 1.08 * max(abs(end) for factor in factors for end in (factor.low, factor.high)))
        axes.set_xlim(-min(reach, 1.02), min(reach, 1.02))
        axes.set_xlabel(language.say("sensitivity.correlation_axis"), size=8, color=GREY)
        number_ticks(axes.xaxis, lambda value, places: language.number(value, places, signed=True), 8)
    return figure


def chance_shares(found: Sequence[Reading], language: Language, head: float = 0.0) -> "Figure":
    """Of each quantity two bars: the share of chance in one run, and in the mean over seeds."""
    with _panel(len(found), head, _QUANTITY) as (figure, axes):
        for y, reading in enumerate(found):
            for luck, lift, colour in ((reading.run, -0.19, ORANGE), (reading.mean, 0.19, BLUE)):
                if luck is not None and np.isfinite(luck.share):
                    _draw_share(axes, luck, y + lift, colour, language)
        axes.set_ylim(len(found) - 0.5, -0.5)
        axes.set_yticks(range(len(found)), [reading.title(language) for reading in found], size=8.5)
        axes.tick_params(axis="y", length=0)
        axes.tick_params(axis="x", labelsize=8)
        axes.spines["left"].set_visible(False)
        axes.set_xlim(0, 109)
        axes.set_xlabel(language.say("sensitivity.chance_axis"), size=8, color=GREY)
        axes.set_xticks(range(0, 101, 20), [language.number(tick) for tick in range(0, 101, 20)])
        seeds = max((reading.mean.seeds for reading in found if reading.mean), default=0)
        said = language.say("sensitivity.of_mean", seeds=language.number(seeds))
        _legend(axes, ((ORANGE, language.say("sensitivity.of_run")), (BLUE, said)))
    return figure


def _draw_share(axes: "Axes", luck: Luck, y: float, colour: str, language: Language) -> None:
    axes.barh(y, 100.0, height=0.32, color="#F1F1F1", lw=0, zorder=1)
    axes.barh(y, 100 * luck.share, height=0.32, color=colour, lw=0, zorder=2)
    axes.plot([100 * luck.low, 100 * luck.high], [y, y], color=INK, lw=1.0, solid_capstyle="butt", zorder=3)
    axes.annotate(language.share(luck.share), (101.5, y), va="center", size=8, color=INK, annotation_clip=False)


@contextmanager
def _panel(rows: int, head: float, row: float = _ROW) -> Iterator[tuple["Figure", "Axes"]]:
    """One panel with room for names at the left, so many rows high; what is drawn meanwhile has the look of a page."""
    import matplotlib
    from matplotlib.figure import Figure

    height = row * rows + _FOOT + _TOP + head
    with matplotlib.rc_context(PAGE_LOOK):
        figure = Figure(figsize=(WIDTH, height))
        yield figure, figure.add_axes((LEFT / WIDTH, _FOOT / height, _WIDE / WIDTH, row * rows / height))


def _legend(axes: "Axes", said: Sequence[tuple[str, str]]) -> None:
    """Colours with their words in a line above the axes."""
    from matplotlib.patches import Patch

    axes.legend(
        handles=[Patch(color=colour, label=label) for colour, label in said], loc="lower left", bbox_to_anchor=(0, 1.0), ncols=2,
        frameon=False, fontsize=8.5, borderaxespad=0.2, handlelength=1.2, columnspacing=1.8,
    )  # fmt: skip

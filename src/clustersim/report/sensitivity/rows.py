"""Factors as rows of a figure: names at the left, a mark with its interval, and the floor of luck behind them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from clustersim.report.page.language import Language
from clustersim.report.sensitivity.readings import Factor, Reading
from clustersim.report.style import BLUE, FAINT, GREY, INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["FLOOR", "LEFT", "MOST", "draw_floor", "draw_interval", "name_rows", "shown"]

MOST = 15  # factors in a figure; the table has all
LEFT = 2.75  # inches for names
FLOOR = "#F3E3D3"  # the band of what luck does
_LETTERS = 40


def shown(reading: Reading) -> list[Factor]:
    """The factors that a figure shows, the first above, luck below them."""
    return [*reading.factors[:MOST], *([reading.luck] if reading.luck else [])]


def name_rows(axes: "Axes", factors: Sequence[Factor], language: Language) -> None:
    """A row a factor, named at the left; those that cannot be told apart from chance in grey, luck in its own words."""
    axes.set_ylim(len(factors) - 0.5, -0.5)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.tick_params(labelsize=8)
    for y, factor in enumerate(factors):
        axes.axhline(y, color=FAINT, lw=0.6, zorder=0.5)
        name = language.say("sensitivity.luck") if factor.path == "luck" else factor.name
        axes.annotate(
            name if len(name) <= _LETTERS else f"{name[: _LETTERS - 1]}…",
            (0, y),
            (-8, 0),
            xycoords=axes.get_yaxis_transform(),
            textcoords="offset points",
            ha="right",
            va="center",
            size=8.5,
            color=INK if factor.told else GREY,
            style="italic" if factor.path == "luck" else "normal",
            annotation_clip=False,
        )


def draw_floor(axes: "Axes", reading: Reading, scale: float) -> None:
    """The band that luck reaches; an effect is told apart where its interval lies beyond it."""
    if reading.luck is not None:
        axes.axvspan(0, scale * reading.luck.high, color=FLOOR, lw=0, zorder=0.2)


def draw_interval(axes: "Axes", factor: Factor, y: float, scale: float, colour: str = BLUE) -> None:
    """A full mark where it is told apart, an empty one elsewhere, and its interval."""
    axes.plot([scale * factor.low, scale * factor.high], [y, y], color=colour, lw=1.6, solid_capstyle="butt", zorder=2)
    axes.plot(scale * factor.size, y, "o", ms=6, mfc=colour if factor.told else "white", mec=colour, mew=1.3, zorder=3)

"""Effects with their intervals: a panel an outcome in its own unit, a row an arm."""

import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from clustersim.report.inlining import PAGE_LOOK, WIDTH, named, number_ticks
from clustersim.report.page.folder import Arm
from clustersim.report.page.language import Language
from clustersim.report.page.readings import YEAR, Contrast, unit_of
from clustersim.report.style import BLUE, FAINT, GREY, INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["forest"]

_LEFT, _HEAD, _FOOT = 2.2, 0.46, 0.4  # inches
_ROW, _SLIM_ROW, _MANY = 0.31, 0.25, 6  # inches; with more arms than that rows are slim, so that a figure fits on a sheet of paper
_LABEL = 30  # letters a line


def forest(
    contrasts: Mapping[tuple[str, str], Contrast],
    arms: Sequence[Arm],
    outcomes: Sequence[str],
    columns: int,
    language: Language,
    months: int = YEAR,
) -> "Figure":
    """Differences from the control; a full mark where the interval leaves out zero, an empty one where it holds it.

    The thick line is the interval of the arm by itself, the thin one holds for all arms at once. `months` is how long the
    scenario is, which units say.
    """
    import matplotlib
    from matplotlib.figure import Figure

    rows = -(-len(outcomes) // columns)
    wraps = any("\n" in _name(outcome, language) for outcome in outcomes)
    height = len(arms) * (_ROW if len(arms) <= _MANY else _SLIM_ROW)
    tall = _HEAD + 0.16 * wraps + height + _FOOT
    with matplotlib.rc_context(PAGE_LOOK):
        figure = Figure(figsize=(WIDTH, rows * tall))
        wide = (WIDTH - _LEFT - 0.15) / columns
        for k, outcome in enumerate(outcomes):
            row, column = divmod(k, columns)
            bottom = (rows - 1 - row) * tall + _FOOT
            axes = figure.add_axes(
                ((_LEFT + column * wide) / WIDTH, bottom / (rows * tall), (wide - 0.22) / WIDTH, height / (rows * tall))
            )
            _panel(axes, [contrasts.get((arm.name, outcome)) for arm in arms], outcome, unit_of(outcome, months, language), language)
            if column == 0:
                _name_rows(axes, arms)
    return figure


def _panel(axes: "Axes", row: Sequence[Contrast | None], outcome: str, unit: str, language: Language) -> None:
    axes.axvline(0, color=GREY, lw=0.9, zorder=1)
    for y, contrast in enumerate(row):
        axes.axhline(y, color=FAINT, lw=0.6, zorder=0)
        if contrast is None or not np.isfinite(contrast.difference):
            said = language.say("words.not_defined")
            axes.text(0.5, y, said, transform=axes.get_yaxis_transform(), size=8, color=GREY, ha="center", va="center")
            continue
        factor = contrast.scale
        axes.plot([factor * contrast.low, factor * contrast.high], [y, y], color=BLUE, lw=1.0, zorder=2)
        axes.plot([factor * contrast.low_alone, factor * contrast.high_alone], [y, y], color=BLUE, lw=3.0, solid_capstyle="butt", zorder=3)
        axes.plot(factor * contrast.difference, y, "o", ms=6.5, mfc=BLUE if contrast.sure else "white", mec=BLUE, mew=1.4, zorder=4)
    axes.set_ylim(len(row) - 0.5, -0.5)
    axes.margins(x=0.08)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.tick_params(labelsize=8)
    number_ticks(axes.xaxis, lambda value, places: language.number(value, places, signed=True), 3)
    axes.set_title(_name(outcome, language), loc="left", size=9.5, weight="bold", color=INK, pad=17)
    axes.annotate(unit, (0, 1), (0, 4), xycoords="axes fraction", textcoords="offset points", size=8, color=GREY)


def _name(outcome: str, language: Language) -> str:
    return "\n".join(textwrap.wrap(language.name_of("outcomes", outcome), 26))


def _name_rows(axes: "Axes", arms: Sequence[Arm]) -> None:
    many = len(arms) > _MANY
    for y, arm in enumerate(arms):
        axes.annotate(
            named(arm, _LABEL + 4 * many),
            (0, y),
            (-(_LEFT - 0.02) * 72, 0),
            xycoords=axes.get_yaxis_transform(),
            textcoords="offset points",
            size=8.5 - many,
            va="center",
            annotation_clip=False,
        )

"""Who gains and who loses: the same organisations followed in both worlds, by kind, size, purpose and place."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from clustersim.report.inlining import PAGE_LOOK, WIDTH, named, number_ticks
from clustersim.report.page.folder import Arm
from clustersim.report.page.language import Language
from clustersim.report.style import BLUE, FAINT, GREY, INK, VERMILLION

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["gains", "group_name"]

FAMILIES = {"kind": "kinds_of_organisation", "size": "sizes", "purpose": "purposes", "place": "place_types"}
_COLUMNS, _ROW, _HEAD, _FOOT, _LEFT = 4, 0.185, 0.4, 0.5, 1.95


def gains(groups: "pd.DataFrame", arms: Sequence[Arm], factor: float, unit: str, language: Language) -> "Figure":
    """A panel an arm, a row a group of organisations: right of zero it gains, left of it it loses.

    Args:
        groups: Rows of `groups` for one outcome.
        arms: The arms but the control.
        factor: What a difference is multiplied by for people.
        unit: Its unit then, in words.
        language: How the rows and axes speak.
    """
    import matplotlib
    from matplotlib.figure import Figure

    lines = _lines(_in_order(groups, language))
    columns = min(_COLUMNS, max(2, len(arms)))
    blocks = -(-len(arms) // columns)
    tall = _ROW * lines[-1][0] + _ROW
    high = blocks * (tall + _HEAD + _FOOT)
    ends = factor * groups[["low", "high", "difference"]].to_numpy(float)
    reach = 1.08 * np.nanmax(np.abs(ends), initial=0.0) or 1.0
    found = groups.set_index(["arm", "division", "group"])
    with matplotlib.rc_context(PAGE_LOOK):
        figure = Figure(figsize=(WIDTH, high))
        wide = (WIDTH - _LEFT) / columns
        for k, arm in enumerate(arms):
            block, column = divmod(k, columns)
            bottom = high - (block + 1) * (tall + _HEAD + _FOOT) + _FOOT
            axes = figure.add_axes(((_LEFT + column * wide) / WIDTH, bottom / high, (wide - 0.2) / WIDTH, tall / high))
            axes.axvline(0, color=GREY, lw=0.9, zorder=1)
            for y, division, group in lines:
                if group is not None and (arm.name, division, group) in found.index:
                    _mark(axes, y, factor * found.loc[(arm.name, division, group)][["difference", "low", "high"]].to_numpy(float))
            axes.set(xlim=(-reach, reach), ylim=(lines[-1][0] + 0.6, -0.6), yticks=[])
            axes.spines["left"].set_visible(False)
            axes.tick_params(labelsize=8)
            number_ticks(axes.xaxis, lambda value, places: language.number(value, places, signed=True), 3)
            axes.set_title(named(arm, 27), loc="left", size=8.5, weight="bold", color=INK)
            axes.set_xlabel(unit, size=8)
            if column == 0:
                _name_rows(axes, lines, language)
    return figure


def group_name(division: str, group: str, language: Language) -> str:
    """What a group is called."""
    return language.name_of(FAMILIES[division], group.replace(" ", "_"))


def _in_order(groups: "pd.DataFrame", language: Language) -> list[tuple[str, str]]:
    """Divisions as they come, their groups in the order of the catalogue (small to large, rural to dense)."""
    rows = dict.fromkeys(zip(groups["division"], groups["group"], strict=True))
    divisions = list(dict.fromkeys(division for division, _ in rows))
    return sorted(rows, key=lambda row: (divisions.index(row[0]), language.rank(FAMILIES[row[0]], row[1].replace(" ", "_"))))


def _lines(rows: list[tuple[str, str]]) -> list[tuple[float, str, str | None]]:
    """Where each group stands, with a heading (no group) before each division."""
    lines: list[tuple[float, str, str | None]] = []
    y, before = 0.0, None
    for division, group in rows:
        if division != before:
            y += 0.5 if lines else 0.0
            lines.append((y, division, None))
            y, before = y + 1, division
        lines.append((y, division, group))
        y += 1
    return lines


def _mark(axes: "Axes", y: float, numbers: np.ndarray) -> None:
    difference, low, high = numbers
    if not np.isfinite(difference):
        return
    sure = low > 0 or high < 0
    colour, marker = (BLUE, ">") if difference >= 0 else (VERMILLION, "<")
    axes.axhline(y, color=FAINT, lw=0.5, zorder=0)
    axes.plot([low, high], [y, y], color=colour, lw=1.6, zorder=2)
    axes.plot(difference, y, marker if sure else "o", ms=5.5, mfc=colour if sure else "white", mec=colour, mew=1.2, zorder=3)


def _name_rows(axes: "Axes", lines: list[tuple[float, str, str | None]], language: Language) -> None:
    for y, division, group in lines:
        heading = group is None
        axes.annotate(
            language.name_of("divisions", division) if heading else group_name(division, group, language),
            (0, y),
            (-(_LEFT - (0.02 if heading else 0.14)) * 72, 0),
            xycoords=axes.get_yaxis_transform(),
            textcoords="offset points",
            size=8.5,
            va="center",
            weight="bold" if heading else "normal",
            color=INK,
            annotation_clip=False,
        )

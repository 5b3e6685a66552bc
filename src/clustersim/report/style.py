"""One look for all pictures: colours that colour-blind people can tell apart, quiet axes, labels beside the lines.

Colours are those of Okabe & Ito (2008). Pictures are made without pyplot, so that drawing needs no screen, leaves
nothing behind and works in threads; the same run gives the same file to the byte.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BLUE, ORANGE, GREEN, VERMILLION, SKY, PURPLE, YELLOW = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#56B4E9", "#CC79A7", "#F0E442"
PALETTE = (BLUE, ORANGE, GREEN, VERMILLION, PURPLE, SKY, YELLOW, "#7F7F7F")
INK, GREY, FAINT = "#222222", "#6B6B6B", "#DADADA"
DOTS_PER_INCH = 200

LOOK = {
    "font.family": "DejaVu Sans",
    "font.size": 9.5,
    "text.color": INK,
    "text.parse_math": False,  # a dollar in a title is a dollar
    "axes.labelcolor": INK,
    "axes.edgecolor": GREY,
    "axes.linewidth": 0.7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "grid.color": "#E8E8E8",
    "grid.linewidth": 0.7,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "legend.frameon": False,
    "svg.hashsalt": "clustersim",
    "svg.fonttype": "path",
}


def colours_of(purposes: Iterable[str]) -> dict[str, str]:
    """A colour for each purpose, always the same for the same list; they repeat after eight."""
    return {purpose: PALETTE[k % len(PALETTE)] for k, purpose in enumerate(purposes)}


def entitle(figure: "Figure", finding: str, circumstances: str) -> None:
    """The finding as title, and under it, smaller, where and when; both at the left edge, above all axes."""
    height = figure.get_figheight()
    figure.text(0.25 / figure.get_figwidth(), 1 - 0.2 / height, finding, size=13, weight="bold", va="top", color=INK)
    figure.text(0.25 / figure.get_figwidth(), 1 - 0.5 / height, circumstances, size=9.5, color=GREY, va="top")


def circumstances(run: Any, when: str) -> str:
    """Scenario, time and seed in a line."""
    return f"{run.scenario.title}, {when}, seed {run.seed}"


def span_of(months: Sequence[int]) -> str:
    """The months that a picture shows, in words."""
    return f"month {months[0]}" if months[0] == months[-1] else f"months {months[0]} to {months[-1]}"


def count(number: float, noun: str) -> str:
    """A number of things: `no poles`, `1 pole`, `1,200 poles`."""
    if not np.isfinite(number):
        return f"an undefined number of {noun}s"
    return f"{f'{number:,.0f}' if number else 'no'} {noun}{'' if number == 1 else 's'}"


def capital(words: str) -> str:
    """The words with a capital in front."""
    return words[:1].upper() + words[1:]


def state_in_middle(axes: "Axes", words: str) -> None:
    """Say in the middle of empty axes why they are empty."""
    axes.text(0.5, 0.5, words, transform=axes.transAxes, size=11, color=GREY, ha="center", va="center", backgroundcolor="white")


def draw_line(axes: "Axes", months: np.ndarray, values: "pd.Series", colour: str, width: float) -> None:
    """A course over the months; of one or two months the points are marked, as a line would hardly be seen."""
    few = np.isfinite(values.to_numpy(float)).sum() <= 2
    axes.plot(months, values, color=colour, lw=width, marker="o" if few else None, markersize=5, clip_on=not few)


def explain(axes: "Axes", blocks: dict[str, list[Any]]) -> None:
    """Legends of handles under headings, one below the other, outside the right edge of the axes."""
    from matplotlib.legend import Legend

    top = 1.0
    inches = axes.figure.get_figheight() * axes.get_position().height
    for heading, handles in blocks.items():
        legend = Legend(
            axes,
            handles,
            [handle.get_label() for handle in handles],
            title=heading,
            loc="upper left",
            bbox_to_anchor=(1.0, top),
            alignment="left",
            fontsize=9,
            title_fontproperties={"weight": "bold", "size": 9.5},
        )
        axes.add_artist(legend)
        top -= (0.42 + 0.193 * len(handles)) / inches


def mark_months(axes: "Axes", months: np.ndarray) -> None:
    """A time axis in whole months or years; a single month stands in the middle."""
    first, last = int(months[0]), int(months[-1])
    step = next(step for step in (1, 3, 6, 12, 24, 60, 120, 240, 10**6) if (last - first) / step <= 10)
    axes.set_xlim(*((first, last) if last > first else (first - 0.5, first + 0.5)))
    axes.set_xticks([m for m in range(0, last + 1, step) if m >= first] or [first])
    axes.set_xlabel("month of the scenario")


def label_ends(axes: "Axes", x: float, ends: Sequence[tuple[float, str, str]], gap_points: float = 12.5) -> None:
    """Write (value, label, colour) beside the axes for lines that end at `x`, moved apart where they would overlap.

    An end whose value is not defined gets no label. Call it once the limits of the axes are final.
    """
    ends = [end for end in ends if np.isfinite(end[0])]
    height_points = axes.get_position().height * axes.figure.get_figheight() * 72
    width_points = axes.get_position().width * axes.figure.get_figwidth() * 72
    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    beside = 16 + (right - x) / (right - left) * width_points
    order = sorted(range(len(ends)), key=lambda k: ends[k][0])
    wanted = np.array([(ends[k][0] - low) / (high - low) * height_points for k in order])
    rank = np.arange(len(ends))
    placed = np.minimum(spread(wanted, gap_points), height_points - gap_points * rank[::-1])
    placed = np.maximum(placed, gap_points * rank)
    for k, at in zip(order, placed, strict=True):
        value, label, colour = ends[k]
        axes.annotate(
            label,
            (x, value),
            (beside, at - (value - low) / (high - low) * height_points),
            textcoords="offset points",
            color=colour,
            va="center",
            annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": colour, "lw": 0.6, "alpha": 0.6, "shrinkA": 0, "shrinkB": 2, "relpos": (0, 0.5)},
        )


def spread(wanted: np.ndarray, gap: float) -> np.ndarray:
    """Ascending positions moved as little as need be (least squares) so that neighbours are `gap` apart."""
    # positions less their rank's share of the gap must not descend: neighbours that do are pooled at their mean
    blocks: list[list[float]] = []
    for position in wanted - gap * np.arange(len(wanted)):
        blocks.append([position, 1])
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            mean, count = blocks.pop()
            blocks[-1] = [(blocks[-1][0] * blocks[-1][1] + mean * count) / (blocks[-1][1] + count), blocks[-1][1] + count]
    pooled = np.concatenate([np.full(int(count), mean) for mean, count in blocks]) if blocks else np.empty(0)
    return pooled + gap * np.arange(len(wanted))


def save(figure: "Figure", path: Path) -> None:
    """Write `path` with .png and .svg; no date, no random names inside."""
    import matplotlib

    with matplotlib.rc_context(LOOK):
        figure.savefig(path.with_suffix(".png"), dpi=DOTS_PER_INCH, metadata={"Software": None})
        figure.savefig(path.with_suffix(".svg"), dpi=DOTS_PER_INCH, metadata={"Date": None, "Creator": None})

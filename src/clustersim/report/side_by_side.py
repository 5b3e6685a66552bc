"""Maps side by side: the same seed at its end in each arm, so that what differs is the support alone."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from clustersim.report import maps
from clustersim.report.inlining import PAGE_LOOK, WIDTH, named
from clustersim.report.page.folder import Arm
from clustersim.report.page.language import Language
from clustersim.report.style import GREY, INK, colours_of

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

__all__ = ["side_by_side"]

_COLUMNS, _HEAD, _GAP, _LINE = 3, 0.5, 0.3, 0.21  # inches, but the first
_SQUARE = 0.92  # tallest map, in widths: two rows of two, with their legend, fit on a sheet of paper


def side_by_side(examples: Sequence[tuple[Arm, dict[str, "pd.DataFrame"]]], language: Language) -> "Figure":
    """One map an arm, all of the same frame; organisations by kind and purpose, clusters outlined, ties thin."""
    import matplotlib
    from matplotlib.figure import Figure

    first = examples[0][1]
    purposes = list(first["organisations"]["purpose"].cat.categories)
    colours = colours_of(purposes)
    frame = maps.frame_of(first["places"], first["organisations"])
    columns = 2 if len(examples) in (1, 2, 4) else _COLUMNS
    rows = -(-len(examples) // columns)
    wide = WIDTH / columns
    tall = min(_SQUARE * wide, (wide - 0.15) * (frame[3] - frame[1]) / (frame[2] - frame[0]))
    lines = -(-len(purposes) // 3) + 2
    block = _HEAD + tall + _GAP
    high = rows * block + _LINE * lines
    with matplotlib.rc_context(PAGE_LOOK):
        figure = Figure(figsize=(WIDTH, high))
        for k, (arm, tables) in enumerate(examples):
            row, column = divmod(k, columns)
            bottom = high - (row + 1) * block + _GAP
            axes = figure.add_axes((column * wide / WIDTH, bottom / high, (wide - 0.15) / WIDTH, tall / high))
            axes.set(xlim=frame[::2], ylim=frame[1::2], aspect="equal", anchor="NW")
            axes.axis("off")
            clusters = _draw(axes, tables, colours, frame[2] - frame[0], wide)
            axes.apply_aspect()
            if k == 0:
                maps.draw_scale(axes)
            top = 1 - row * block / high
            title = named(arm, 36)
            figure.text(column * wide / WIDTH + 0.005, top - 0.06 / high, title, size=8.5, weight="bold", color=INK, va="top")
            said = language.say("figures.map_count", clusters=language.number(clusters))
            figure.text(column * wide / WIDTH + 0.005, top - (0.24 + 0.15 * title.count("\n")) / high, said, size=8.5, color=GREY, va="top")
        _explain(figure, colours, language)
    return figure


def _draw(axes: object, tables: dict[str, "pd.DataFrame"], colours: dict[str, str], width_km: float, inches: float) -> int:
    """Everything of one map; returns how many clusters there are."""
    organisations = tables["organisations"]
    living = organisations[organisations["alive"]]
    size = float(np.clip(2_200 / max(len(living), 1), 0.8, 9))
    living = maps.beside_each_other(living, 1.05 * np.sqrt(size) / 72 / inches * width_km, 0.035 * width_km)
    members = living.dropna(subset="cluster")
    # a cluster has the purpose that most of its members have; of equals the first by name
    purpose = members.groupby("cluster")["purpose"].agg(lambda values: values.astype(str).value_counts().sort_index().idxmax())
    maps.draw_places(axes, tables["places"])
    maps.draw_clusters(axes, living, purpose.rename("purpose").reset_index(), colours, 0.016 * width_km)
    maps.draw_ties(axes, living, tables["ties"])
    maps.draw_organisations(axes, living, colours, size)
    for drawn in axes.collections:  # thousands of small marks, in several maps: a picture is smaller than their outlines
        drawn.set_rasterized(True)
    return len(purpose)


def _explain(figure: "Figure", colours: dict[str, str], language: Language) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    handles = [
        Line2D([], [], marker="o", color=colour, markersize=6.5, label=language.name_of("purposes", purpose.replace(" ", "_")), **maps.DOT)
        for purpose, colour in colours.items()
    ]
    kinds = [
        Line2D([], [], marker=marker, color=GREY, markersize=6.5, label=language.say(f"kinds_of_organisation.{kind}"), **maps.DOT)
        for kind, (marker, _) in maps.MARKERS.items()
    ]
    others = [
        Patch(facecolor="#F0F0F0", edgecolor=GREY, label=language.say("figures.map_cluster")),
        Line2D([], [], marker="o", color=GREY, markersize=6.5, label=language.say("figures.map_member"), **maps.RING),
        Line2D([], [], color=maps.TIE_COLOUR, lw=1.0, alpha=0.75, label=language.say("figures.map_tie")),
    ]
    high = figure.get_figheight()
    for level, group in ((2 * _LINE, handles), (_LINE, kinds), (0.0, others)):
        figure.legend(
            handles=group, loc="lower left", bbox_to_anchor=(0.0, level / high), ncols=3, fontsize=8.5, borderaxespad=0.0,
            borderpad=0.2, handletextpad=0.3, columnspacing=1.6,
        )  # fmt: skip

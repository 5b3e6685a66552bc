"""The plate of a picture: the empty map of a world, its legend, and room for a month's numbers."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from clustersim.app.look import shade_of
from clustersim.app.marks import symbol_of_guests
from clustersim.app.snapshots import Newcomers, World
from clustersim.report.maps import MARKERS, RING, TIE_COLOUR, draw_scale, frame_around, legend_of
from clustersim.report.page.language import Language
from clustersim.report.style import GREY, INK, LOOK, PALETTE, explain
from clustersim.state.organisations import KINDS

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["WIDE", "Plate"]

WIDE = 7.4  # inches of the map
_SIDE, _HEAD, _FOOT = 3.0, 0.8, 0.45  # inches: what stands beside, above and below it
_HEADING, _LINE, _MARKS = 0.42, 0.193, 5  # inches that `explain` gives a heading and a line, and how many lines say what is on the map


class Plate:
    """What of a picture stays the same from month to month, with the artists that a month is put into.

    Attributes:
        figure: All of it.
        axes: The map.
        width_km: How much country the map shows from west to east.
        places: Discs by population, in the order of `by_size`: the largest first, so that none hides another.
        fills: Clusters, under the organisations.
        ties: A path for each shade of trust.
        kinds: Organisations, a collection for each kind.
        outlines: Clusters, over the organisations.
        poles: Stars.
        when: The line under the title.
        values: The month's numbers, in the order of `NUMBERS`.
    """

    NUMBERS = ("charts.clusters", "charts.poles", "charts.met_share", "picture.unmet", "picture.innovations", "charts.attention")

    figure: "Figure"
    axes: "Axes"

    def __init__(self, world: World, everybody: Newcomers, language: Language, guests: Sequence[str] = ()) -> None:
        """A map without anybody on it."""
        import matplotlib
        from matplotlib.figure import Figure

        west, south, east, north = frame_around(
            np.concatenate([world.place_x_km, everybody.x_km]), np.concatenate([world.place_y_km, everybody.y_km])
        )
        self.width_km = east - west
        # as high as the map, and as the legend with the month's numbers under it
        legend = 3 * _HEADING + _LINE * (len(world.purposes) + len(KINDS) + _MARKS + len(guests))
        tall = max(min(WIDE * (north - south) / self.width_km, 9.0), legend + 0.9)
        with matplotlib.rc_context(LOOK):
            self.figure = Figure(figsize=(WIDE + _SIDE, tall + _HEAD + _FOOT))
            inches = self.figure.get_size_inches()
            self.axes = self.figure.add_axes((0.15 / inches[0], _FOOT / inches[1], WIDE / inches[0], tall / inches[1]))
            self.axes.set(xlim=(west, east), ylim=(south, north), aspect="equal", anchor="NW")
            self.axes.axis("off")
            self.axes.apply_aspect()
            self._draw_empty(world)
            draw_scale(self.axes)
            self._explain(world, language, guests)
            title = language.title(world.name, world.title)
            self.figure.text(0.2 / inches[0], 1 - 0.2 / inches[1], title, size=13, weight="bold", va="top", color=INK)
            self.when = self.figure.text(0.2 / inches[0], 1 - 0.48 / inches[1], "", size=9.5, color=GREY, va="top")

    def _draw_empty(self, world: World) -> None:
        from matplotlib.collections import PathCollection, PolyCollection
        from matplotlib.patheffects import withStroke

        axes = self.axes
        xy = np.column_stack([world.place_x_km, world.place_y_km])
        largest = max(float(world.population.max(initial=1)), 1.0)
        sizes = 3 + 900 * world.population / largest
        self.by_size = np.argsort(-world.population, kind="stable")
        self.places = axes.scatter(
            *xy[self.by_size].T, s=sizes[self.by_size], color=shade_of(0.0), lw=0, zorder=1, rasterized=len(xy) > 2000, clip_on=False
        )
        self.fills = axes.add_collection(PolyCollection([], edgecolors="none", zorder=2))
        self.ties = axes.add_collection(PathCollection([], facecolors="none", linewidths=0.5, zorder=3))
        self.kinds = [axes.scatter([], [], marker=MARKERS[kind][0], zorder=4) for kind in KINDS]
        casing = [withStroke(linewidth=2.8, foreground="white")]
        self.outlines = axes.add_collection(PolyCollection([], facecolors="none", linewidths=1.4, zorder=5, path_effects=casing))
        self.poles = axes.scatter([], [], marker="*", s=170, color=INK, edgecolors="white", linewidths=0.9, zorder=6)

    @property
    def changing(self) -> list["Artist"]:
        """What a month is put into."""
        return [self.places, self.fills, self.ties, *self.kinds, self.outlines, self.poles, self.when, *self.values]

    def _explain(self, world: World, say: Language, guests: Sequence[str]) -> None:
        from matplotlib.lines import Line2D
        from matplotlib.patches import Patch

        # with the number that stands on clusters
        colours = {f"{k + 1}  {say.name_of('purposes', name)}": PALETTE[k % len(PALETTE)] for k, name in enumerate(world.purposes)}
        purposes, kinds = legend_of(colours).values()
        for handle, kind in zip(kinds, KINDS, strict=True):
            handle.set_label(say.name_of("kinds_of_organisation", kind))
        on_the_map = [
            Line2D([], [], color=TIE_COLOUR, lw=1.0, alpha=0.75, label=say.say("legend.tie")),
            Patch(facecolor="#DADADA70", edgecolor=GREY, label=say.say("legend.cluster")),
            Line2D([], [], marker="o", color=GREY, markersize=7, label=say.say("legend.member"), **RING),
            Line2D([], [], marker="*", color=INK, markersize=11, linestyle="none", label=say.say("legend.pole")),
            Line2D([], [], marker="o", color=shade_of(1.0), markersize=9, linestyle="none", label=say.say("legend.place")),
            *(symbol_of_guests(kind, name) for kind, name in enumerate(guests)),
        ]
        explain(self.axes, {say.say("legend.purposes"): purposes, say.say("legend.kinds"): kinds, say.say("legend.map"): on_the_map})
        width, height = self.figure.get_size_inches()
        self.values = []
        for row, what in enumerate(self.NUMBERS):
            y = (1.2 - 0.2 * row) / height
            self.figure.text((WIDE + 0.28) / width, y, say.say(what), size=9, color=GREY)
            self.values.append(self.figure.text((WIDE + _SIDE - 0.2) / width, y, "", size=9, weight="bold", color=INK, ha="right"))

"""A month as a picture for documents and animations: the map as the page shows it, with its legend and the month's main numbers.

One figure serves all months of a world: what changes is put into it, nothing is built anew.
"""

import io
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from clustersim.app.marks import mark_guests, mark_purposes, symbol_of_guests
from clustersim.app.packing import drawn_ties
from clustersim.app.snapshots import TRUST_LEVELS, Newcomers, Snapshot, World
from clustersim.report.halos import halo
from clustersim.report.maps import MARKERS, MOST_TIES, RING, TIE_COLOUR, draw_scale, legend_of
from clustersim.report.page.language import Language
from clustersim.report.style import GREY, INK, LOOK, PALETTE, explain
from clustersim.state.organisations import KINDS

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from PIL.Image import Image

__all__ = ["Picture", "palette"]

GOLDEN = 2.399963  # the angle between the seeds of a sunflower
MET, UNMET = np.array([243, 244, 246]) / 255, np.array([222, 196, 182]) / 255  # as `clustersim.js` shades places
_WIDE, _SIDE, _HEAD, _FOOT = 7.4, 2.9, 0.8, 0.45  # inches: the map, what stands beside, above and below it
_HEADING, _LINE, _MARKS = 0.42, 0.193, 5  # inches that `explain` gives a heading and a line, and how many lines say what is on the map
_DOTS_OF_PICTURES, _DOTS_OF_FRAMES = 200, 90  # per inch
_SHADES = 6  # of ties, by trust


class Picture:
    """The map of one world.

    Attributes:
        figure: What is shown; `show` puts a month into it.
    """

    figure: "Figure"

    def __init__(self, world: World, everybody: Newcomers, language: Language, guests: Sequence[str] = ()) -> None:
        """An empty map. `everybody` are the organisations that may be shown, `guests` the names of classes of a Mesa user's own agents."""
        import matplotlib
        from matplotlib.figure import Figure

        title = language.title(world.name, world.title)
        self._world, self._everybody, self._language = world, everybody, language
        west, south, east, north = _frame(world, everybody)
        self._width = east - west
        # as high as the map, and as the legend with the month's numbers under it
        legend = 3 * _HEADING + _LINE * (len(world.purposes) + len(KINDS) + _MARKS + len(guests))
        tall = max(min(_WIDE * (north - south) / self._width, 9.0), legend + 0.9)
        with matplotlib.rc_context(LOOK):
            self.figure = Figure(figsize=(_WIDE + _SIDE, tall + _HEAD + _FOOT))
            inches = self.figure.get_size_inches()
            self._axes = self.figure.add_axes((0.15 / inches[0], _FOOT / inches[1], _WIDE / inches[0], tall / inches[1]))
            self._axes.set(xlim=(west, east), ylim=(south, north), aspect="equal", anchor="NW")
            self._axes.axis("off")
            self._axes.apply_aspect()
            self._draw_empty()
            draw_scale(self._axes)
            self._explain(guests)
            self.figure.text(0.2 / inches[0], 1 - 0.2 / inches[1], title, size=13, weight="bold", va="top", color=INK)
            self._when = self.figure.text(0.2 / inches[0], 1 - 0.48 / inches[1], "", size=9.5, color=GREY, va="top")

    def show(self, snapshot: Snapshot) -> "Picture":
        """Put a month into the figure."""
        s, say = snapshot, self._language
        size = float(np.clip(13_000 / max(s.living.size, 1), 1.2, 26))
        xy = self._seated(size)
        share, (low, high) = np.divide(s.unmet_need, s.need, out=np.zeros_like(s.need), where=s.need > 0), _unmet(s)
        shade = np.clip((share - low) / (high - low), 0.0, 1.0)
        self._places.set_facecolor(MET + shade[self._by_size, None] * (UNMET - MET))
        self._show_ties(s, xy)
        self._show_organisations(s, xy, size)
        self._show_clusters(s, xy)
        self._show_poles(s)
        self._marks += mark_guests(self._axes, s.guests)
        territory = say.territory(self._world.territory)
        self._when.set_text(say.say("picture.when", territory=territory, month=say.number(s.month), seed=self._world.seed))
        for text, value in zip(self._values, self._numbers(s), strict=True):
            text.set_text(value)
        return self

    def png(self) -> bytes:
        """As a PNG file."""
        return self._saved("png", {"Software": None})

    def svg(self) -> bytes:
        """As an SVG file."""
        return self._saved("svg", {"Date": None, "Creator": None})

    def image(self) -> "Image":
        """As a frame of an animation."""
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from PIL import Image

        changing = sorted([*self._changing, *self._marks, self._when, *self._values], key=lambda artist: artist.get_zorder())
        if self._canvas is None:
            # what stays is drawn once
            self.figure.set_dpi(_DOTS_OF_FRAMES)
            self._canvas = FigureCanvasAgg(self.figure)
            for artist in changing:
                artist.set_visible(False)
            self._canvas.draw()
            self._standing = self._canvas.copy_from_bbox(self.figure.bbox)
            for artist in changing:
                artist.set_visible(True)
        self._canvas.restore_region(self._standing)
        for artist in changing:
            self.figure.draw_artist(artist)
        return Image.fromarray(np.asarray(self._canvas.buffer_rgba())[:, :, :3])

    def _saved(self, ending: str, metadata: dict[str, None]) -> bytes:
        import matplotlib

        file = io.BytesIO()
        with matplotlib.rc_context(LOOK):
            self.figure.savefig(file, format=ending, dpi=_DOTS_OF_PICTURES, metadata=metadata)
        return file.getvalue()

    # ---- what stays

    def _draw_empty(self) -> None:
        from matplotlib.collections import PathCollection, PolyCollection
        from matplotlib.patheffects import withStroke

        world, axes = self._world, self._axes
        xy = np.column_stack([world.place_x_km, world.place_y_km])
        largest = max(float(world.population.max(initial=1)), 1.0)
        sizes = 3 + 900 * world.population / largest
        # the largest first, so that none hides another
        self._by_size = np.argsort(-world.population, kind="stable")
        self._places = axes.scatter(
            *xy[self._by_size].T, s=sizes[self._by_size], color=MET, lw=0, zorder=1, rasterized=len(xy) > 2000, clip_on=False
        )
        self._fills = axes.add_collection(PolyCollection([], edgecolors="none", zorder=2))
        self._ties = axes.add_collection(PathCollection([], facecolors="none", linewidths=0.5, zorder=3))
        self._kinds = [axes.scatter([], [], marker=MARKERS[kind][0], zorder=4) for kind in KINDS]
        casing = [withStroke(linewidth=2.8, foreground="white")]
        self._outlines = axes.add_collection(PolyCollection([], facecolors="none", linewidths=1.4, zorder=5, path_effects=casing))
        self._poles = axes.scatter([], [], marker="*", s=170, color=INK, edgecolors="white", linewidths=0.9, zorder=6)
        self._marks: list[Artist] = []  # of the month: made anew each time
        self._changing = [self._places, self._fills, self._ties, *self._kinds, self._outlines, self._poles]
        self._canvas: FigureCanvasAgg | None = None

    def _explain(self, guests: Sequence[str]) -> None:
        from matplotlib.lines import Line2D
        from matplotlib.patches import Patch

        say, world = self._language, self._world
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
            Line2D([], [], marker="o", color=UNMET, markersize=9, linestyle="none", label=say.say("legend.place")),
            *(symbol_of_guests(kind, name) for kind, name in enumerate(guests)),
        ]
        explain(self._axes, {say.say("legend.purposes"): purposes, say.say("legend.kinds"): kinds, say.say("legend.map"): on_the_map})
        width, height = self.figure.get_size_inches()
        self._values = []
        for row, what in enumerate(("clusters", "poles", "met", "unmet", "innovations", "attention")):
            y = (1.2 - 0.2 * row) / height
            self.figure.text((_WIDE + 0.28) / width, y, say.say(f"picture.{what}"), size=9, color=GREY)
            self._values.append(self.figure.text((_WIDE + _SIDE - 0.2) / width, y, "", size=9, weight="bold", color=INK, ha="right"))

    # ---- what changes

    def _seated(self, size: float) -> np.ndarray:
        """Where everybody is drawn: those at one point in a spiral around it, each in its seat for life."""
        e = self._everybody
        _, point, _ = np.unique(np.column_stack([e.x_km, e.y_km]), axis=0, return_inverse=True, return_counts=True)
        point = point.ravel()
        crowd = np.zeros(point.max(initial=0) + 1)
        np.maximum.at(crowd, point, e.seat + 1.0)
        spacing = 1.05 * np.sqrt(size) / 72 / _WIDE * self._width
        reach = np.minimum(spacing, 0.035 * self._width / np.sqrt(crowd[point])) * 0.85 * np.sqrt(e.seat)
        return np.column_stack([e.x_km + reach * np.cos(GOLDEN * e.seat), e.y_km + reach * np.sin(GOLDEN * e.seat)])

    def _show_ties(self, s: Snapshot, xy: np.ndarray) -> None:
        from matplotlib.path import Path

        drawn = drawn_ties(s.tie_one, s.tie_other, MOST_TIES)
        ends = np.stack([xy[s.tie_one[drawn]], xy[s.tie_other[drawn]]], axis=1)
        shade = s.tie_trust[drawn].astype(int) * _SHADES // (TRUST_LEVELS + 1)
        faint = np.clip(0.9 * np.sqrt(500 / (len(ends) + 1)), 0.25, 0.9)
        # one path a shade: thousands of lines by themselves are slow to draw and large to keep
        lines = [ends[shade == number].reshape(-1, 2) for number in range(_SHADES)]
        self._ties.set_paths([Path(points, np.tile([Path.MOVETO, Path.LINETO], len(points) // 2)) for points in lines])
        self._ties.set_edgecolor([(*TIE_COLOUR, faint * (0.08 + 0.72 * (number + 0.5) / _SHADES)) for number in range(_SHADES)])

    def _show_organisations(self, s: Snapshot, xy: np.ndarray, size: float) -> None:
        from matplotlib.colors import to_rgba_array

        colours, kind = to_rgba_array(PALETTE), self._everybody.kind[s.living]
        for number, points in enumerate(self._kinds):
            shown = kind == number
            rows, clustered = s.living[shown], s.cluster[shown] >= 0
            points.set_offsets(xy[rows])
            points.set_sizes([size * (1.25 if number == 2 else 1.0)])
            points.set_facecolor(colours[self._everybody.purpose[rows] % len(PALETTE)])
            points.set_edgecolor(np.where(clustered[:, None], to_rgba_array(INK), to_rgba_array("white")))
            points.set_linewidth(np.where(clustered, 0.8, 0.35) if size > 4 else np.where(clustered, 0.6, 0.0))

    def _show_clusters(self, s: Snapshot, xy: np.ndarray) -> None:
        from matplotlib.colors import to_rgba

        halos, purposes = [], []
        for row, purpose in zip(s.cluster_row, s.cluster_purpose, strict=True):
            members = s.living[s.cluster == row]
            if members.size:
                halos.append(halo(xy[members], 0.013 * self._width))
                purposes.append(purpose)
        shades = [PALETTE[purpose % len(PALETTE)] for purpose in purposes]
        self._fills.set_verts(halos)
        self._fills.set_facecolor([to_rgba(shade, 0.15) for shade in shades])
        self._outlines.set_verts(halos)
        self._outlines.set_edgecolor(shades)
        for mark in self._marks:
            mark.remove()
        self._marks = mark_purposes(self._axes, halos, purposes)

    def _show_poles(self, s: Snapshot) -> None:
        from matplotlib.patheffects import withStroke

        many = s.pole_row.size > 60
        xy = np.column_stack([s.pole_x_km, s.pole_y_km])
        self._poles.set_offsets(xy)
        self._poles.set_sizes([60 if many else 170])
        self._marks += [
            self._axes.annotate(
                str(members),
                at,
                (9, 0),
                textcoords="offset points",
                size=9.5,
                weight="bold",
                va="center",
                zorder=7,
                path_effects=[withStroke(linewidth=2.5, foreground="white")],
                annotation_clip=False,
            )
            for at, members in zip(xy, s.pole_members, strict=True)
            if not many
        ]

    def _numbers(self, s: Snapshot) -> list[str]:
        say = self._language
        of = dict(zip((o.name for o in self._world.observables), s.series.tolist(), strict=True))
        return [
            say.number(s.cluster_row.size),
            say.number(s.pole_row.size),
            say.share(of["met_share"]),
            say.say("charts.percent", value="–".join(say.number(round(100 * end)) for end in _unmet(s))),
            say.number(of["innovations"]),
            say.number(of["attention"], 2),
        ]


def _unmet(s: Snapshot) -> tuple[float, float]:
    """Between which shares of unmet needs the places of a month lie, but for a twentieth at each end, as `clustersim.js` finds them."""
    some = s.need > 0
    shares = np.sort(s.unmet_need[some] / s.need[some])
    if not shares.size:
        return 0.0, 1.0
    ends = [float(shares[int(part * (shares.size - 1) + 0.5)]) for part in (0.05, 0.95)]
    low, high = math.floor(100 * ends[0]), math.ceil(100 * ends[1])
    return (max(0, high - 5) / 100, max(5, high) / 100) if high - low < 5 else (low / 100, high / 100)


def palette() -> "Image":
    """The colours of animations, as an image to quantise by: those that pictures are drawn in, and their steps towards white."""
    from matplotlib.colors import to_rgb
    from PIL import Image

    strong = np.array([to_rgb(colour) for colour in (*PALETTE, INK, TIE_COLOUR, UNMET)])
    steps = np.linspace(0.12, 1, 15)[:, None, None]  # nothing so near to white that white might be taken for it
    colours = (1 - steps) + steps * strong
    image = Image.new("P", (1, 1))
    image.putpalette([255, 255, 255, *np.rint(255 * colours).astype(int).ravel().tolist()])
    return image


def _frame(world: World, everybody: Newcomers) -> tuple[float, float, float, float]:
    """West, south, east and north of the map [km]: all that may be drawn with room around it, and never a mere point."""
    x, y = np.concatenate([world.place_x_km, everybody.x_km]), np.concatenate([world.place_y_km, everybody.y_km])
    width = max(float(np.ptp(x)), float(np.ptp(y)) / 2, 10.0)
    height = max(float(np.ptp(y)), width / 2.2)
    x_middle, y_middle, margin = (x.min() + x.max()) / 2, (y.min() + y.max()) / 2, 0.055 * width
    return (
        float(x_middle - width / 2 - margin),
        float(y_middle - height / 2 - margin - 0.04 * height),
        float(x_middle + width / 2 + margin),
        float(y_middle + height / 2 + margin),
    )

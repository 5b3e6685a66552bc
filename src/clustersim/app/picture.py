"""A month as a picture for documents and animations: the map as the page shows it, with its legend and the month's main numbers.

One figure serves all months of a world: what changes is put into it, nothing is built anew.
"""

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from clustersim.app.look import FAINTER, FAINTEST, SHADES, shade_of, unmet_range
from clustersim.app.marks import mark_guests, mark_purposes
from clustersim.app.packing import drawn_ties
from clustersim.app.plate import WIDE, Plate
from clustersim.app.snapshots import TRUST_LEVELS, Newcomers, Snapshot, World
from clustersim.report.halos import halo
from clustersim.report.maps import MOST_NUMBERED, MOST_TIES, SUNFLOWER, TIE_COLOUR
from clustersim.report.page.language import Language
from clustersim.report.style import INK, LOOK, PALETTE

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from PIL.Image import Image

__all__ = ["Picture", "palette"]

_DOTS_OF_PICTURES, _DOTS_OF_FRAMES = 200, 90  # per inch


class Picture:
    """The map of one world.

    Attributes:
        figure: What is shown; `show` puts a month into it.
    """

    figure: "Figure"

    def __init__(self, world: World, everybody: Newcomers, language: Language, guests: Sequence[str] = ()) -> None:
        """An empty map. `everybody` are the organisations that may be shown, `guests` the names of classes of a Mesa user's own agents."""
        self._world, self._everybody, self._language = world, everybody, language
        self._plate = Plate(world, everybody, language, guests)
        self.figure = self._plate.figure
        self._marks: list[Artist] = []  # of the month: made anew each time
        self._canvas: FigureCanvasAgg | None = None

    def show(self, snapshot: Snapshot) -> "Picture":
        """Put a month into the figure."""
        s, say = snapshot, self._language
        size = float(np.clip(13_000 / max(s.living.size, 1), 1.2, 26))
        xy = self._seated(size)
        share, (low, high) = np.divide(s.unmet_need, s.need, out=np.zeros_like(s.need), where=s.need > 0), unmet_range(s.need, s.unmet_need)
        shade = np.clip((share - low) / (high - low), 0.0, 1.0)
        self._plate.places.set_facecolor(shade_of(shade[self._plate.by_size]))
        self._show_ties(s, xy)
        self._show_organisations(s, xy, size)
        self._show_clusters(s, xy)
        self._show_poles(s)
        self._marks += mark_guests(self._plate.axes, s.guests)
        territory = say.territory(self._world.territory)
        self._plate.when.set_text(say.say("picture.when", territory=territory, month=say.number(s.month), seed=self._world.seed))
        for text, value in zip(self._plate.values, self._numbers(s), strict=True):
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

        changing = sorted([*self._plate.changing, *self._marks], key=lambda artist: artist.get_zorder())
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

    def _seated(self, size: float) -> np.ndarray:
        """Where everybody is drawn: those at one point in a spiral around it, each in its seat for life."""
        e = self._everybody
        _, point, _ = np.unique(np.column_stack([e.x_km, e.y_km]), axis=0, return_inverse=True, return_counts=True)
        point = point.ravel()
        crowd = np.zeros(point.max(initial=0) + 1)
        np.maximum.at(crowd, point, e.seat + 1.0)
        spacing = 1.05 * np.sqrt(size) / 72 / WIDE * self._plate.width_km
        reach = np.minimum(spacing, 0.035 * self._plate.width_km / np.sqrt(crowd[point])) * 0.85 * np.sqrt(e.seat)
        return np.column_stack([e.x_km + reach * np.cos(SUNFLOWER * e.seat), e.y_km + reach * np.sin(SUNFLOWER * e.seat)])

    def _show_ties(self, s: Snapshot, xy: np.ndarray) -> None:
        from matplotlib.path import Path

        drawn = drawn_ties(s.tie_one, s.tie_other, MOST_TIES)
        ends = np.stack([xy[s.tie_one[drawn]], xy[s.tie_other[drawn]]], axis=1)
        shade = s.tie_trust[drawn].astype(int) * SHADES // (TRUST_LEVELS + 1)
        faint = np.clip(0.9 * np.sqrt(500 / (len(ends) + 1)), 0.25, 0.9)
        # one path a shade: thousands of lines by themselves are slow to draw and large to keep
        lines = [ends[shade == number].reshape(-1, 2) for number in range(SHADES)]
        self._plate.ties.set_paths([Path(points, np.tile([Path.MOVETO, Path.LINETO], len(points) // 2)) for points in lines])
        self._plate.ties.set_edgecolor([(*TIE_COLOUR, faint * (FAINTEST + FAINTER * (number + 0.5) / SHADES)) for number in range(SHADES)])

    def _show_organisations(self, s: Snapshot, xy: np.ndarray, size: float) -> None:
        from matplotlib.colors import to_rgba_array

        colours, kind = to_rgba_array(PALETTE), self._everybody.kind[s.living]
        for number, points in enumerate(self._plate.kinds):
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
                halos.append(halo(xy[members], 0.013 * self._plate.width_km))
                purposes.append(purpose)
        shades = [PALETTE[purpose % len(PALETTE)] for purpose in purposes]
        self._plate.fills.set_verts(halos)
        self._plate.fills.set_facecolor([to_rgba(shade, 0.15) for shade in shades])
        self._plate.outlines.set_verts(halos)
        self._plate.outlines.set_edgecolor(shades)
        for mark in self._marks:
            mark.remove()
        self._marks = mark_purposes(self._plate.axes, halos, purposes)

    def _show_poles(self, s: Snapshot) -> None:
        from matplotlib.patheffects import withStroke

        many = s.pole_row.size > MOST_NUMBERED
        xy = np.column_stack([s.pole_x_km, s.pole_y_km])
        self._plate.poles.set_offsets(xy)
        self._plate.poles.set_sizes([60 if many else 170])
        self._marks += [
            self._plate.axes.annotate(
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
            say.say("charts.percent", value="–".join(say.number(round(100 * end)) for end in unmet_range(s.need, s.unmet_need))),
            say.number(of["innovations"]),
            say.number(of["attention"], 2),
        ]


def palette() -> "Image":
    """The colours of animations, as an image to quantise by: those that pictures are drawn in, and their steps towards white."""
    from matplotlib.colors import to_rgb
    from PIL import Image

    strong = np.array([to_rgb(colour) for colour in (*PALETTE, INK, TIE_COLOUR, tuple(shade_of(1.0)))])
    steps = np.linspace(0.12, 1, 15)[:, None, None]  # nothing so near to white that white might be taken for it
    colours = (1 - steps) + steps * strong
    image = Image.new("P", (1, 1))
    image.putpalette([255, 255, 255, *np.rint(255 * colours).astype(int).ravel().tolist()])
    return image

"""The map of a territory: who is where, who cooperates, and where clusters and poles are."""

from typing import TYPE_CHECKING, Any

import numpy as np

from clustersim.report.halos import halo
from clustersim.report.labels import offsets
from clustersim.report.style import FAINT, GREY, INK, LOOK, circumstances, colours_of, count, entitle, explain

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["DOT", "MARKERS", "MOST_TIES", "RING", "TIE_COLOUR", "frame_around", "legend_of", "map_of"]

MARKERS = {
    "social_enterprise": ("o", "social enterprise"),
    "private_actor": ("s", "private actor"),
    "public_funder": ("^", "public body"),
}
DOT: dict[str, Any] = {"linestyle": "none", "markeredgecolor": "white", "markeredgewidth": 0.3}
RING: dict[str, Any] = {"linestyle": "none", "markeredgecolor": INK, "markeredgewidth": 1.0}
TIE_COLOUR = (0.16, 0.2, 0.28)
SMALLEST_KM, FLATTEST = 10.0, 2.2  # a territory of one place, or of places in a row, is shown with some country around it
SUNFLOWER = 2.399963  # the angle between the seeds of a sunflower
MOST_NUMBERED = 60  # more numbers hide what they explain
MOST_TIES = 12_000  # more lines make a map black and slow
_LEGEND_INCHES = 2.6


def map_of(run: Any) -> "Figure":
    """Organisations by kind and purpose, side by side around their place; ties by trust; clusters as halos; poles as stars."""
    import matplotlib
    from matplotlib.figure import Figure

    organisations, places, poles = run.table("organisations"), run.table("places"), run.table("poles")
    living, poles = organisations[organisations["alive"]], poles[poles["alive"]]
    colours = colours_of(organisations["purpose"].cat.categories)
    west, south, east, north = frame_of(places, living)
    width, height = east - west, north - south
    inches = 6.8
    tall = min(9.5, inches * height / width)
    size = float(np.clip(13_000 / max(len(living), 1), 1.2, 22))
    living = beside_each_other(living, 1.05 * np.sqrt(size) / 72 / inches * width, 0.035 * width)
    with matplotlib.rc_context(LOOK):
        figure = Figure(figsize=(inches + _LEGEND_INCHES + 0.45, tall + 1.1))
        axes = figure.add_axes(
            (0.2 / figure.get_figwidth(), 0.3 / figure.get_figheight(), inches / figure.get_figwidth(), tall / figure.get_figheight())
        )
        axes.set_aspect("equal", anchor="NW")
        axes.axis("off")
        axes.set_xlim(west, east)
        axes.set_ylim(south, north)
        draw_places(axes, places)
        draw_clusters(axes, living, run.table("clusters"), colours, 0.013 * width)
        drawn, ties = draw_ties(axes, living, run.table("ties"))
        draw_organisations(axes, living, colours, size)
        axes.apply_aspect()
        unlabelled = _draw_poles(axes, poles)
        draw_scale(axes)
        explain(axes, {**legend_of(colours), "On the map": _legend_of_map(len(poles))})
        notes = [f"{drawn:,} of {ties:,} ties are drawn, chosen at random"] if drawn < ties else []
        if unlabelled:
            more = f" and {len(unlabelled) - 24} more" if len(unlabelled) > 24 else ""
            notes.append(f"poles without room for their number have {', '.join(map(str, unlabelled[:24]))}{more} members")
        for line, note in enumerate(notes):
            axes.annotate(
                note,
                (1, 0), (0, -8 + 11 * line), xycoords="axes fraction", textcoords="offset points", ha="right", va="top", size=8, color=GREY,
            )  # fmt: skip
        entitle(figure, _finding(run.series.iloc[-1]), circumstances(run, f"month {run.series.index[-1]}"))
    return figure


def _finding(last: "pd.Series") -> str:
    if not last["clusters"] > 0:
        return f"No cluster {'among' if last['social_enterprises'] else 'and'} {count(last['social_enterprises'], 'social enterprise')}"
    share = last["clustered_share"]
    return count(last["clusters"], "cluster") + (f", with {100 * share:.1f} % of social enterprises" if np.isfinite(share) else "")


def frame_of(places: "pd.DataFrame", living: "pd.DataFrame") -> tuple[float, float, float, float]:
    """West, south, east and north of the map of these places and organisations [km]."""
    x, y = (np.concatenate([places[axis], living[axis]]) for axis in ("x_km", "y_km"))
    return frame_around(x, y)


def frame_around(x: np.ndarray, y: np.ndarray) -> tuple[float, float, float, float]:
    """West, south, east and north of a map [km]: all that is drawn with room around it, and never a mere point."""
    width = max(float(np.ptp(x)), float(np.ptp(y)) / 2, SMALLEST_KM)
    height = max(float(np.ptp(y)), width / FLATTEST)
    x_middle, y_middle = (float(axis.min() + axis.max()) / 2 for axis in (x, y))
    margin = 0.055 * width
    return (
        x_middle - width / 2 - margin,
        y_middle - height / 2 - margin - 0.04 * height,  # the bar of the scale stands below
        x_middle + width / 2 + margin,
        y_middle + height / 2 + margin,
    )


def beside_each_other(living: "pd.DataFrame", spacing_km: float, widest_km: float) -> "pd.DataFrame":
    """Organisations at the same point laid in a spiral around it, like the seeds of a sunflower, so that each is seen."""
    together = living.groupby(["x_km", "y_km"])["uid"]
    rank = together.rank().to_numpy() - 1.0
    count = together.transform("size").to_numpy()
    radius = np.minimum(spacing_km, widest_km / np.sqrt(count)) * np.sqrt(rank) * 0.85
    angle = SUNFLOWER * rank
    return living.assign(x_km=living["x_km"] + radius * np.cos(angle), y_km=living["y_km"] + radius * np.sin(angle))


def draw_places(axes: "Axes", places: "pd.DataFrame") -> None:
    population = places["population"].to_numpy(float)
    axes.scatter(
        places["x_km"],
        places["y_km"],
        s=2 + 420 * population / max(population.max(), 1.0),
        color="#E9EAEE",
        lw=0,
        zorder=1,
        rasterized=len(places) > 2000,
        clip_on=False,
    )


def draw_clusters(axes: "Axes", living: "pd.DataFrame", clusters: "pd.DataFrame", colours: dict[str, str], margin_km: float) -> None:
    from matplotlib.collections import PolyCollection
    from matplotlib.colors import to_rgba
    from matplotlib.patheffects import withStroke

    members = living.dropna(subset="cluster")
    purpose_of = clusters.set_index("cluster")["purpose"]
    halos, shades = [], []
    # where there are many, wide halos would cover the map
    margin_km /= max(1.0, np.sqrt(members["cluster"].nunique() / 150))
    xy = members[["x_km", "y_km"]].to_numpy()
    for cluster, rows in members.groupby("cluster").indices.items():
        halos.append(halo(xy[rows], margin_km))
        shades.append(colours[purpose_of[cluster]])
    many = len(halos) > 400
    fills = [to_rgba(shade, 0.15) for shade in shades]
    axes.add_collection(PolyCollection(halos, facecolors=fills, edgecolors="none", zorder=2, rasterized=many))
    # the outline runs above the organisations, with a white edge, so that a cluster in a crowded city is seen too
    width = 0.6 if many else 1.3
    casing = [] if many else [withStroke(linewidth=width + 1.4, foreground="white")]
    axes.add_collection(
        PolyCollection(halos, facecolors="none", edgecolors=shades, linewidths=width, zorder=5, path_effects=casing, rasterized=many)
    )


def draw_ties(axes: "Axes", living: "pd.DataFrame", ties: "pd.DataFrame") -> tuple[int, int]:
    """Draw the ties, or as many as a map bears; returns how many were drawn, and how many there are."""
    import pandas as pd
    from matplotlib.collections import LineCollection

    count = len(ties)
    if count > MOST_TIES:
        ties = ties.sample(MOST_TIES, random_state=0)
    index, xy = pd.Index(living["uid"]), living[["x_km", "y_km"]].to_numpy()
    ends = np.stack([xy[index.get_indexer(ties["uid_1"])], xy[index.get_indexer(ties["uid_2"])]], axis=1)
    strength = (0.9 if count < 3000 else 0.5) * (0.08 + 0.72 * ties["trust"].to_numpy())
    colours = np.column_stack([np.tile(TIE_COLOUR, (len(ties), 1)), strength])
    axes.add_collection(LineCollection(ends, colors=colours, linewidths=0.55 if count < 3000 else 0.35, zorder=3, rasterized=count > 3000))
    return len(ties), count


def draw_organisations(axes: "Axes", living: "pd.DataFrame", colours: dict[str, str], size: float) -> None:
    for kind, (marker, _) in MARKERS.items():
        # purposes are drawn together, so that none always lies on top
        group = living[living["kind"] == kind]
        axes.scatter(
            group["x_km"],
            group["y_km"],
            s=size * (1.25 if marker == "^" else 1.0),
            marker=marker,
            c=[colours[purpose] for purpose in group["purpose"]],
            edgecolors=np.where(group["cluster"].notna(), INK, "white") if size > 4 else "none",
            linewidths=np.where(group["cluster"].notna(), 0.7, 0.35) if size > 4 else 0.0,
            zorder=4,
            rasterized=len(group) > 3000,
        )


def _draw_poles(axes: "Axes", poles: "pd.DataFrame") -> list[int]:
    """Stars with the number of members beside them; returns the numbers for which there was no room."""
    from matplotlib.patheffects import withStroke

    many = len(poles) > MOST_NUMBERED
    poles = poles.sort_values(["members", "pole"], ascending=[False, True])
    xy = poles[["x_km", "y_km"]].to_numpy()
    axes.scatter(xy[:, 0], xy[:, 1], s=60 if many else 190, marker="*", color=INK, edgecolors="white", linewidths=0.9, zorder=6)
    if many or not len(poles):
        return []
    labels = [str(members) for members in poles["members"]]
    points = axes.transData.transform(xy) * 72 / axes.figure.dpi
    places = offsets(points, np.column_stack([6.5 * np.array([len(label) for label in labels]) + 2, np.full(len(labels), 11.0)]), 7.0)
    for label, at, place in zip(labels, xy, places, strict=True):
        if place is not None:
            axes.annotate(
                label,
                at,
                place,
                textcoords="offset points",
                size=9.5,
                weight="bold",
                ha="center",
                va="center",
                zorder=7,
                path_effects=[withStroke(linewidth=2.5, foreground="white")],
                annotation_clip=False,
            )
    return [int(label) for label, place in zip(labels, places, strict=True) if place is None]


def draw_scale(axes: "Axes") -> None:
    """A bar of a round length, about a fifth of the map."""
    (left, right), bottom = axes.get_xlim(), axes.get_ylim()[0]
    length = max(step * 10.0**power for power in range(5) for step in (1, 2, 5) if step * 10.0**power <= 0.22 * (right - left))
    axes.plot([left, left + length], [bottom, bottom], color=INK, lw=2.2, solid_capstyle="butt", clip_on=False)
    axes.annotate(f"{length:g} km", (left + length, bottom), (5, 0), textcoords="offset points", va="center", size=9, annotation_clip=False)


def legend_of(colours: dict[str, str]) -> dict[str, list[Any]]:
    """Handles for what all pictures of organisations share: purposes and kinds."""
    from matplotlib.lines import Line2D

    return {
        "Purpose": [
            Line2D([], [], marker="o", color=colour, markersize=7.5, label=purpose.replace("_", " "), **DOT)
            for purpose, colour in colours.items()
        ],
        "Kind of organisation": [
            Line2D([], [], marker=marker, color=GREY, markersize=7, label=label, **DOT) for marker, label in MARKERS.values()
        ],
    }


def _legend_of_map(poles: int) -> list[Any]:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    handles = [
        Line2D([], [], color=TIE_COLOUR, lw=1.0, alpha=0.75, label="tie (darker: more trust)"),
        Patch(facecolor=FAINT + "70", edgecolor=GREY, label="cluster, in its purpose's colour"),
        Line2D([], [], marker="o", color=GREY, markersize=7, label="member of a cluster", **RING),
        Line2D([], [], marker="*", color=INK, markersize=12, label="pole, with its members", **DOT),
        Line2D([], [], marker="o", color="#DCDEE4", markersize=9, label="place, by population", **DOT),
    ]
    return handles if poles else [*handles[:3], handles[4]]

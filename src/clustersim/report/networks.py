"""The network of cooperation without geography: who is tied to whom, closer where they share more partners."""

from typing import TYPE_CHECKING, Any

import numpy as np

from clustersim.report.maps import MARKERS, RING, TIE_COLOUR, legend_of
from clustersim.report.style import GREY, INK, LOOK, capital, circumstances, colours_of, count, entitle, explain, state_in_middle

if TYPE_CHECKING:
    import networkx as nx
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["network_picture"]

MOST_NODES = 600  # what a picture of this size can show
_INCHES = 6.8


def network_picture(run: Any) -> "Figure":
    """Organisations with ties, laid out by attraction along ties; members of a cluster stand in a ring of ink."""
    import matplotlib
    from matplotlib.figure import Figure

    organisations, ties = run.table("organisations"), run.table("ties")
    colours = colours_of(organisations["purpose"].cat.categories)
    graph, tied = _graph(ties)
    home = {uid: (x, y) for uid, x, y in zip(organisations["uid"], organisations["x_km"], organisations["y_km"], strict=True)}
    position = _layout(graph, home) if graph.number_of_nodes() else {}
    wide, high = np.ptp(np.array(list(position.values())), axis=0) if position else (1.0, 1.0)
    tall = float(np.clip(_INCHES * high / max(wide, 1e-9), 3.5, 8.0))
    with matplotlib.rc_context(LOOK):
        figure = Figure(figsize=(_INCHES + 2.75, tall + 1.1))
        axes = figure.add_axes(
            (0.2 / figure.get_figwidth(), 0.25 / figure.get_figheight(), _INCHES / figure.get_figwidth(), tall / figure.get_figheight())
        )
        axes.set_aspect("equal", anchor="N")
        axes.axis("off")
        if position:
            _draw(axes, graph, position, organisations.set_index("uid"), colours)
        else:
            state_in_middle(axes, "no ties")
        explain(axes, {**legend_of(colours), "In the network": _legend_of_network()})
        last = run.series.iloc[-1]
        if graph.number_of_nodes() < tied:
            axes.annotate(
                f"{graph.number_of_nodes()} of {tied:,} organisations with ties are drawn, around the best connected",
                (0, 0), (0, -6), xycoords="axes fraction", textcoords="offset points", size=8, color=GREY, va="center",
            )  # fmt: skip
        parts = [count(last["ties"], "tie")]
        if position:
            parts += [f"{last['mean_degree']:.1f} an organisation"] if np.isfinite(last["mean_degree"]) else []
            parts += [f"clustering {last['clustering']:.2f}"] if np.isfinite(last["clustering"]) else []
        left_out = ", organisations without ties left out" if position else ""
        entitle(figure, capital(", ".join(parts)), circumstances(run, f"month {run.series.index[-1]}{left_out}"))
    return figure


def _graph(ties: "pd.DataFrame") -> tuple["nx.Graph", int]:
    """The graph to draw, and how many organisations have ties at all."""
    import networkx as nx

    graph = nx.Graph()
    graph.add_weighted_edges_from(zip(ties["uid_1"].tolist(), ties["uid_2"].tolist(), ties["trust"].tolist(), strict=True))
    tied = graph.number_of_nodes()
    if tied > MOST_NODES:
        centre = max(graph, key=lambda uid: (graph.degree[uid], -uid))
        near = [centre, *(uid for _, uid in nx.bfs_edges(graph, centre))][:MOST_NODES]
        graph = nx.Graph(graph.subgraph(sorted(near)))
    return graph, tied


def _layout(graph: "nx.Graph", home: dict[int, tuple[float, float]]) -> dict[int, np.ndarray]:
    """Each connected group laid out by itself and packed in rows, the largest first and with room by its size."""
    import networkx as nx

    groups = sorted((sorted(group) for group in nx.connected_components(graph)), key=lambda group: (-len(group), group[0]))
    position: dict[int, np.ndarray] = {}
    row_width = 2.2 * np.sqrt(len(groups[0]))
    x = y = tallest = 0.0
    for group in groups:
        side = 2.0 * np.sqrt(len(group))
        if x > 0 and x + side > row_width:
            x, y, tallest = 0.0, y - tallest - 0.8, 0.0
        row = {uid: k for k, uid in enumerate(group)}
        ties = np.array([(row[a], row[b]) for a, b in graph.subgraph(group).edges])
        box = spread_out(np.array([home[uid] for uid in group]), ties)
        box *= side / max(np.ptp(box[:, 0]), 0.6 * np.ptp(box[:, 1]))
        box += np.array([x - box[:, 0].min(), y - box[:, 1].max()])
        position.update(zip(group, box, strict=True))
        x, tallest = x + max(side, np.ptp(box[:, 0])) + 0.8, max(tallest, np.ptp(box[:, 1]))
    return position


def spread_out(start: np.ndarray, ties: np.ndarray, steps: int = 150) -> np.ndarray:
    """Points (n, 2) that repel each other and are drawn together along ties (Fruchterman & Reingold 1991).

    It starts from where the organisations sit, so that nothing is left to chance and west stays left where it can.
    """
    n = len(start)
    angle = 2.399963 * np.arange(n)  # a little apart in a spiral, for those who sit at one point
    position = (start - start.mean(axis=0)) / max(np.ptp(start, axis=0).max(), 1e-9) + 0.02 * np.sqrt(np.arange(n) / n)[
        :, None
    ] * np.column_stack([np.cos(angle), np.sin(angle)])
    ideal = 1.0 / np.sqrt(n)
    one, other = ties.T
    for step in range(steps):
        square = (position[:, :1] - position[:, 0]) ** 2 + (position[:, 1:] - position[:, 1]) ** 2 + 1e-6
        repulsion = ideal**2 / square
        force = position * repulsion.sum(axis=1)[:, None]
        force -= np.column_stack([(repulsion * position[:, axis]).sum(axis=1) for axis in range(2)])
        pull = position[other] - position[one]
        pull *= np.sqrt((pull**2).sum(axis=1))[:, None] / ideal
        np.add.at(force, one, pull)
        np.add.at(force, other, -pull)
        length = np.sqrt((force**2).sum(axis=1)) + 1e-12
        position = position + force * (np.minimum(length, 0.1 * (1 - step / steps)) / length)[:, None]
    return position


def _draw(axes: "Axes", graph: "nx.Graph", position: dict[int, np.ndarray], organisations: "pd.DataFrame", colours: dict[str, str]) -> None:
    from matplotlib.collections import LineCollection

    edges = list(graph.edges(data="weight"))
    lines = [(position[a], position[b]) for a, b, _ in edges]
    shades = [(*TIE_COLOUR, 0.12 + 0.6 * trust) for _, _, trust in edges]
    axes.add_collection(LineCollection(lines, colors=shades, linewidths=0.6, zorder=1))
    shown = organisations.loc[list(graph)]
    size = float(np.clip(12_000 / len(shown), 16, 90))
    for kind, (marker, _) in MARKERS.items():
        group = shown[shown["kind"] == kind]
        if len(group):
            xy = np.array([position[uid] for uid in group.index])
            rings = [INK if clustered else "white" for clustered in group["cluster"].notna()]
            axes.scatter(
                xy[:, 0],
                xy[:, 1],
                s=size,
                marker=marker,
                c=[colours[p] for p in group["purpose"]],
                edgecolors=rings,
                linewidths=0.8,
                zorder=2,
            )
    axes.margins(0.03)
    axes.autoscale_view()


def _legend_of_network() -> list[Any]:
    from matplotlib.lines import Line2D

    return [
        Line2D([], [], color=TIE_COLOUR, lw=1.0, alpha=0.75, label="tie (darker: more trust)"),
        Line2D([], [], marker="o", color=GREY, markersize=7.5, label="member of a cluster", **RING),
    ]

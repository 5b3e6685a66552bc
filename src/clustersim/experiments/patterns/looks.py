"""Looks: what is read off the state of one run to judge the model by it.

A run is looked at twice, a year apart, because the breaking of ties is only seen between two looks.
"""

from dataclasses import dataclass

import numpy as np

from clustersim.kernels.graph import component_of
from clustersim.processes.observing import Observing, groups
from clustersim.state import State
from clustersim.state.organisations import SOCIAL_ENTERPRISE
from clustersim.state.projects import SUCCEEDED

__all__ = [
    "Look",
    "clustering_over_random",
    "components",
    "degrees",
    "end_rate",
    "innovations",
    "largest_component",
    "living_poles",
    "near",
    "path_over_random",
    "pole_lives",
    "share_in_groups",
    "skewness",
    "survival",
    "tie_births",
    "young_over_old",
]

YEAR = 12
NEAR_KM = 20.0
YOUNG_TIE_MONTHS = 24


@dataclass(frozen=True)
class Look:
    """What one seed shows: the state at the horizon, and ties a year earlier by (uid, uid)."""

    state: State
    ties_before: dict[tuple[int, int], int]
    share_in_clusters: float
    share_under_null: float


def share_in_groups(state: State, definition: Observing) -> float:
    """Social enterprises in a cluster, by the definition of section 5."""
    enterprise = state.organisations.alive & (state.organisations.kind == SOCIAL_ENTERPRISE)
    return float((groups(state, definition)[enterprise] >= 0).mean()) if enterprise.any() else float("nan")


def living_poles(look: Look) -> np.ndarray:
    """Members of each living pole."""
    poles = look.state.poles
    return poles.members[poles.alive].astype(float)


def skewness(values: np.ndarray) -> float:
    """Third standardised moment; NaN where all are the same."""
    deviation = values - values.mean() if values.size else values
    spread = np.sqrt((deviation**2).mean()) if values.size > 2 else 0.0
    return float((deviation**3).mean() / spread**3) if spread > 0 else float("nan")


def survival(look: Look, kind: int, years: int) -> float:
    """Kaplan-Meier share of entrants of the kind that live that long; organisations of the start are left out."""
    o, now = look.state.organisations, look.state.month
    entrant = (o.kind == kind) & (o.founded_month > 0)
    end = np.where(o.alive[entrant], now, o.closed_month[entrant])
    age, closed = end - o.founded_month[entrant], ~o.alive[entrant]
    share = 1.0
    for month in range(years * YEAR + 1):
        at_risk = np.count_nonzero(age >= month)
        if at_risk == 0:
            return float("nan")
        share *= 1.0 - np.count_nonzero(closed & (age == month)) / at_risk
    return share


def pole_lives(look: Look) -> np.ndarray:
    """Years lived by each pole, negative for those that ended."""
    poles, now = look.state.poles, look.state.month
    months = np.where(poles.alive, now, poles.ended_month) - poles.founded_month
    return np.where(poles.alive, 1.0, -1.0) * np.maximum(months, 1) / YEAR


def end_rate(lives: np.ndarray) -> float:
    """Ends per pole and year."""
    return float(np.count_nonzero(lives < 0) / np.abs(lives).sum())


def degrees(look: Look) -> np.ndarray:
    """Ties of each living organisation."""
    return look.state.ties.degree[look.state.organisations.alive].astype(float)


def clustering_over_random(look: Look) -> float:
    """Mean local clustering over what the same number of ties at random would have (mean degree / organisations)."""
    import networkx as nx

    graph = _graph(look)
    density = 2.0 * graph.number_of_edges() / max(1, graph.number_of_nodes()) / max(1, graph.number_of_nodes() - 1)
    return nx.average_clustering(graph) / density if density > 0 else float("nan")


def path_over_random(look: Look) -> float:
    """Mean shortest path in the largest component over ln n / ln k of a random graph of that size."""
    import networkx as nx

    graph = _graph(look)
    if graph.number_of_edges() == 0:
        return float("nan")
    core = graph.subgraph(max(nx.connected_components(graph), key=len))
    n, degree = core.number_of_nodes(), 2.0 * core.number_of_edges() / core.number_of_nodes()
    if n < 30 or degree <= 1.2:
        return float("nan")
    return nx.average_shortest_path_length(core) / (np.log(n) / np.log(degree))


def _graph(look: Look):  # networkx is not imported before it is needed
    import networkx as nx

    ties, alive = look.state.ties, look.state.organisations.alive
    graph = nx.Graph()
    graph.add_nodes_from(np.flatnonzero(alive).tolist())
    rows, slots = np.nonzero(np.arange(ties.partner_row.shape[1]) < ties.degree[:, None])
    graph.add_edges_from(zip(rows.tolist(), ties.partner_row[rows, slots].tolist(), strict=True))
    return graph


def components(look: Look) -> np.ndarray:
    """Sizes of the components with at least two organisations, largest first."""
    label = component_of(look.state.ties.degree, look.state.ties.partner_row)
    sizes = np.bincount(label[look.state.ties.degree > 0])
    return np.sort(sizes[sizes > 0])[::-1]


def largest_component(look: Look) -> float:
    """Share of the living who are in the largest component."""
    sizes = components(look)
    return float(sizes[0] / look.state.organisations.alive.sum()) if sizes.size else float("nan")


def near(look: Look) -> float:
    """Share of ties that span at most `NEAR_KM`."""
    o, ties = look.state.organisations, look.state.ties
    rows, slots = np.nonzero(np.arange(ties.partner_row.shape[1]) < ties.degree[:, None])
    other = ties.partner_row[rows, slots]
    apart = np.hypot(o.x_km[rows] - o.x_km[other], o.y_km[rows] - o.y_km[other])
    return float((apart <= NEAR_KM).mean()) if rows.size else float("nan")


def young_over_old(look: Look) -> float:
    """Share of young ties broken within the year over that of older ones, both ends still alive."""
    o, now = look.state.organisations, look.state.month
    alive = set(o.uid[o.alive].tolist())
    after = tie_births(look.state)
    lost, held = [0, 0], [0, 0]
    for pair, born in look.ties_before.items():
        if pair[0] in alive and pair[1] in alive:
            old = int(now - YEAR - born > YOUNG_TIE_MONTHS)
            held[old] += 1
            lost[old] += after.get(pair) != born
    if min(held) == 0 or lost[1] == 0:
        return float("nan")
    return (lost[0] / held[0]) / (lost[1] / held[1])


def tie_births(state: State) -> dict[tuple[int, int], int]:
    """Month of birth of every tie, by the uids of its ends, the smaller first."""
    o, ties = state.organisations, state.ties
    rows, slots = np.nonzero(np.arange(ties.partner_row.shape[1]) < ties.degree[:, None])
    one, other = o.uid[rows], o.uid[ties.partner_row[rows, slots]]
    first = one < other
    keys = zip(one[first].tolist(), other[first].tolist(), strict=True)
    return dict(zip(keys, ties.born_month[rows, slots][first].tolist(), strict=True))


def innovations(look: Look) -> float:
    """Validated innovations per 100 social enterprises and year, over the last two years."""
    p, o, now = look.state.projects, look.state.organisations, look.state.month
    won = (p.outcome == SUCCEEDED) & p.large & (p.ended_month > now - 2 * YEAR)
    team_has_enterprise = ((p.team >= 0) & (o.kind[p.team] == SOCIAL_ENTERPRISE)).any(axis=1)
    enterprises = np.count_nonzero(o.alive & (o.kind == SOCIAL_ENTERPRISE))
    return float(100.0 * np.count_nonzero(won & team_has_enterprise) / 2.0 / enterprises) if enterprises else float("nan")

"""Networks: how organisations cooperate, by all ties whatever their purpose.

The local clustering coefficient of an organisation is the share of its partners' pairs that are tied themselves (Watts &
Strogatz 1998); the mean is over organisations with two partners or more. Triangles are found once each and counted in
whole numbers, so that the result does not depend on the order of rows.
"""

import math

import numpy as np

from clustersim.kernels import kernel
from clustersim.kernels.distance import distance
from clustersim.kernels.graph import component_of, slot_of
from clustersim.observables.observable import Observable
from clustersim.state import State

NEAR_KM = 20.0  # half of cooperations lie within about this distance

OBSERVABLES = (
    Observable("ties", "count", "cooperation ties", "more pairs of organisations cooperate"),
    Observable("mean_degree", "count", "mean number of ties of a living organisation", "an organisation has more partners"),
    Observable(
        "clustering",
        "share",
        "mean local clustering coefficient of organisations with two partners or more",
        "partners of an organisation cooperate among themselves more often",
    ),
    Observable(
        "largest_component_share",
        "share",
        "share of living organisations in the largest connected group",
        "more organisations can reach each other through partners",
    ),
    Observable("mean_trust", "0..1", "mean trust over ties", "partners rely on each other more"),
    Observable("mean_tie_length_km", "km", "mean length of ties", "cooperation spans longer distances"),
    Observable("near_tie_share", "share", f"share of ties no longer than {NEAR_KM:g} km", "cooperation is more local"),
    Observable(
        "ties_refused",
        "count",
        "ties lost so far because one end was at the technical bound on ties",
        "the bound distorts the network: it should be raised",
    ),
)


def observe(state: State, out: np.ndarray) -> None:
    """Fill `out` in the order of `OBSERVABLES`."""
    o, t = state.organisations, state.ties
    _, order = state.by_place()
    describe_network(order, o.alive, o.x_km, o.y_km, t.degree, t.partner_row, t.trust, t.refused, NEAR_KM, out)


@kernel
def describe_network(order, alive, x_km, y_km, degree, partner_row, trust, refused, near_km, out):
    """All of this module's values; sums of trust and length run in the order of places, both ends of a tie counted."""
    living = 0
    ends = 0
    near = 0
    at_bound = 0
    trust_sum = 0.0
    length_sum = 0.0
    for a in range(order.size):
        i = order[a]
        at_bound += refused[i]
        if alive[i]:
            living += 1
        for k in range(degree[i]):
            j = partner_row[i, k]
            length = distance(x_km[i], y_km[i], x_km[j], y_km[j])
            ends += 1
            near += length <= near_km
            trust_sum += trust[i, k]
            length_sum += length
    out[0] = ends // 2
    out[1] = ends / living if living > 0 else math.nan
    out[2] = mean_clustering(degree, partner_row)
    out[3] = largest_component(degree, partner_row) / living if living > 0 else math.nan
    out[4] = trust_sum / ends if ends > 0 else math.nan
    out[5] = length_sum / ends if ends > 0 else math.nan
    out[6] = near / ends if ends > 0 else math.nan
    out[7] = at_bound


@kernel
def mean_clustering(degree, partner_row):
    """Mean local clustering coefficient over rows of two ties or more; NaN without any."""
    triangles = count_triangles(degree, partner_row)
    bound = partner_row.shape[1]
    rows = np.zeros(bound + 1, np.int64)
    closed = np.zeros(bound + 1, np.int64)
    for i in range(degree.size):
        rows[degree[i]] += 1
        closed[degree[i]] += triangles[i]
    total = 0.0
    counted = 0
    for d in range(2, bound + 1):
        total += closed[d] / (d * (d - 1) / 2.0)
        counted += rows[d]
    return total / counted if counted > 0 else math.nan


@kernel
def count_triangles(degree, partner_row):
    """How many triangles each row is in: each is found once, at its lowest row, by way of its middle one."""
    triangles = np.zeros(degree.size, np.int64)
    for i in range(degree.size):
        for a in range(degree[i]):
            j = partner_row[i, a]
            if j > i:
                for b in range(degree[j]):
                    k = partner_row[j, b]
                    if k > j and slot_of(degree, partner_row, i, k) >= 0:
                        triangles[i] += 1
                        triangles[j] += 1
                        triangles[k] += 1
    return triangles


@kernel
def largest_component(degree, partner_row):
    """Rows in the largest connected group; closed organisations have no ties and stand alone."""
    component = component_of(degree, partner_row)
    size = np.zeros(degree.size, np.int64)
    largest = 0
    for i in range(degree.size):
        size[component[i]] += 1
        largest = max(largest, size[component[i]])
    return largest

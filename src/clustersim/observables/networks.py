"""Networks: how organisations cooperate, by all ties whatever their purpose.

The local clustering coefficient of an organisation is the share of its partners' pairs that are tied themselves (Watts &
Strogatz 1998); the mean is over organisations with two partners or more.
"""

import math

import numpy as np

from clustersim.kernels import kernel
from clustersim.kernels.distance import distance
from clustersim.observables.observable import Observable
from clustersim.state import State

NEAR_KM = 20.0  # half of cooperations lie within about this distance
ROWS, CLOSED = 0, 1  # what `count_closed_pairs` counts

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
    pairs = sum(state.workers.over(len(o), count_closed_pairs, t.degree, t.partner_row))
    describe_network(state.living_by_place(), o.x_km, o.y_km, t.degree, t.partner_row, t.trust, t.refused, pairs, NEAR_KM, out)


@kernel
def describe_network(living_by_place, x_km, y_km, degree, partner_row, trust, refused, pairs, near_km, out):
    """All of this module's values; sums of trust and length run in the order of places, both ends of a tie counted."""
    living = living_by_place.size
    ends = 0
    near = 0
    trust_sum = 0.0
    length_sum = 0.0
    for i in living_by_place:
        for k in range(degree[i]):
            j = partner_row[i, k]
            length = distance(x_km[i], y_km[i], x_km[j], y_km[j])
            ends += 1
            near += length <= near_km
            trust_sum += trust[i, k]
            length_sum += length
    out[0] = ends // 2
    out[1] = ends / living if living > 0 else math.nan
    out[2] = mean_clustering(pairs)
    out[3] = largest_component(degree, partner_row) / living if living > 0 else math.nan
    out[4] = trust_sum / ends if ends > 0 else math.nan
    out[5] = length_sum / ends if ends > 0 else math.nan
    out[6] = near / ends if ends > 0 else math.nan
    out[7] = refused.sum()


@kernel
def mean_clustering(pairs):
    """Mean local clustering coefficient over rows of two ties or more, from what `count_closed_pairs` counts; NaN without any."""
    total = 0.0
    counted = 0
    for d in range(2, pairs.shape[1]):
        total += pairs[CLOSED, d] / (d * (d - 1.0))
        counted += pairs[ROWS, d]
    return total / counted if counted > 0 else math.nan


@kernel
def count_closed_pairs(start, stop, degree, partner_row):
    """By degree: how many rows have it (ROWS), and how many ordered pairs of their partners are tied themselves (CLOSED).

    Whole numbers, so that the sum does not depend on the order of rows. What the two ends of a tie have in common closes
    pairs at both, so each tie is looked at once, from its smaller row. The inner loops have no branch: on fresh data a
    processor guesses one branch in two wrong, and a wrong guess costs as much as ten comparisons.
    """
    pairs = np.zeros((2, partner_row.shape[1] + 1), np.int64)
    seen_by = np.full(degree.size, -1, np.int32)
    later = np.empty(partner_row.shape[1], np.int32)  # partners in later rows that have others
    for i in range(start, stop):
        pairs[ROWS, degree[i]] += 1
        ties = 0
        for a in range(degree[i]):
            j = partner_row[i, a]
            seen_by[j] = i
            later[ties] = j
            ties += (j > i) & (degree[j] > 1)
        for a in range(ties):
            j = later[a]
            common = 0
            for b in range(degree[j]):
                common += seen_by[partner_row[j, b]] == i
            pairs[CLOSED, degree[i]] += common
            pairs[CLOSED, degree[j]] += common
    return pairs


@kernel
def largest_component(degree, partner_row):
    """Rows in the largest connected group, by breadth-first search; one where nobody has a tie, as nobody is in a group."""
    n = degree.size
    waiting = np.empty(n + 1, np.int32)
    reached = np.zeros(n, np.bool_)
    largest = min(n, 1)
    stop = 0
    for i in range(n):
        if degree[i] > 0 and not reached[i]:
            first = stop
            at = stop
            waiting[stop] = i
            reached[i] = True
            stop += 1
            while at < stop:
                j = waiting[at]
                at += 1
                for k in range(degree[j]):
                    # written always, kept only if new: no branch
                    waiting[stop] = partner_row[j, k]
                    stop += not reached[partner_row[j, k]]
                    reached[partner_row[j, k]] = True
            largest = max(largest, stop - first)
    return largest

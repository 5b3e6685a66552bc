"""Needs: how many persons are in need, what share of them is served, and how evenly over the territory.

Every share is weighted by persons in need. Inequality over places is the Gini coefficient of the met share of a place
(all its purposes together), each place weighing as much as its need: with places sorted by met share v, weights w and
S(i) the sum of w v up to place i,

    (1)  G = 1 - sum_i w(i) (S(i) + S(i-1)) / (sum w x S(n))

0 when every person in need has the same chance to be served, towards 1 when few places are served at all.
"""

import math

import numpy as np

from clustersim.kernels import kernel
from clustersim.observables.observable import Observable
from clustersim.state import State
from clustersim.state.purposes import Purposes

LAGGING = 0.5  # a place lags where its met share is below this part of the territory's

OBSERVABLES = (
    Observable("persons_in_need", "persons", "persons in need, all purposes together", "needs grow faster than they are resolved"),
    Observable("met_share", "share", "share of persons in need who are served this month", "more of those in need are served"),
    Observable("met_gini", "0..1", "Gini coefficient of the met share over places", "where one lives matters more for being served"),
    Observable(
        "lagging_need_share",
        "share",
        "share of need in places whose met share is below half of the territory's",
        "more of the need lies in places left behind",
    ),
)


def declared(purposes: Purposes) -> list[Observable]:
    """The observables of all needs together, then the met share of each purpose."""
    return [
        *OBSERVABLES,
        *(
            Observable(
                f"met_share_{name.replace(' ', '_')}",
                "share",
                f"share of persons in need served this month, for {name.replace('_', ' ')}",
                "more of those in need of it are served",
            )
            for name in purposes.names
        ),
    ]


def observe(state: State, out: np.ndarray) -> None:
    """Fill `out` in the order of `declared`."""
    describe_needs(state.places.need, state.places.met_share, LAGGING, out)


@kernel
def describe_needs(need, met_share, lagging, out):
    """All of this module's values in one pass over places and one sort."""
    places, purposes = need.shape
    needed = np.zeros(places)
    share = np.zeros(places)
    needed_for = np.zeros(purposes)
    met_for = np.zeros(purposes)
    for p in range(places):
        met_here = 0.0
        for k in range(purposes):
            met = need[p, k] * met_share[p, k]
            needed[p] += need[p, k]
            met_here += met
            needed_for[k] += need[p, k]
            met_for[k] += met
        if needed[p] > 0.0:
            share[p] = met_here / needed[p]
    total = 0.0
    met_in_all = 0.0
    for k in range(purposes):
        total += needed_for[k]
        met_in_all += met_for[k]
    mean = met_in_all / total if total > 0.0 else math.nan
    out[0] = total
    out[1] = mean
    out[2] = weighted_gini(share, needed)
    behind = 0.0
    for p in range(places):
        if share[p] < lagging * mean:
            behind += needed[p]
    out[3] = behind / total if total > 0.0 else math.nan
    for k in range(purposes):
        out[4 + k] = met_for[k] / needed_for[k] if needed_for[k] > 0.0 else math.nan


@kernel
def weighted_gini(share, weight):
    """Equation 1 for shares in [0, 1]; NaN where nothing is met."""
    order = order_of_shares(share)
    total = 0.0
    before = 0.0
    area = 0.0
    for a in range(order.size):
        i = order[a]
        total += weight[i]
        after = before + weight[i] * share[i]
        area += weight[i] * (before + after)
        before = after
    return 1.0 - area / (total * before) if before > 0.0 else math.nan


@kernel
def order_of_shares(share):
    """Order of numbers in [0, 1], ascending to within 2**-33: a radix sort of three digits, the same on every CPU."""
    n = share.size
    key = np.empty(n, np.int64)
    for i in range(n):
        key[i] = int(share[i] * 8589934591.0)
    order = np.arange(n)
    sorted_order = np.empty(n, np.int64)
    for digit in range(3):
        shift = 11 * digit
        start = np.zeros(2049, np.int64)
        for i in range(n):
            start[((key[i] >> shift) & 2047) + 1] += 1
        for d in range(2048):
            start[d + 1] += start[d]
        for a in range(n):
            i = order[a]
            d = (key[i] >> shift) & 2047
            sorted_order[start[d]] = i
            start[d] += 1
        order, sorted_order = sorted_order, order
    return order

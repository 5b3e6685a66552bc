"""Needing: need drifts back to its structural level, with shocks common to a region.

    (1)  n' = max(0, n + rho (n0 - n) - resolved + n0 sigma z)

n is the number of persons in need at a place for a purpose, n0 its structural level (prevalence x population x local
factor), `resolved` the persons whose need was resolved for good last month, and z a standard normal shock that all
places of a region share. The theory (MODEL 4.2) gives the form; the numbers are assumed.

Reduces to: exponential return with half-life ln 2 / rho when nothing is resolved and sigma = 0; a first-order
autoregression with stationary variance (n0 sigma)^2 / (1 - (1 - rho)^2) when nothing is resolved.
"""

import numpy as np

from clustersim.kernels import kernel
from clustersim.luck import Luck, Stream, hash_with, normal, uniform
from clustersim.parameters import Parameter, Parameters
from clustersim.state import State

READS = ("places.region", "places.structural_need")
WRITES = ("places.need", "places.resolved")


class Needing(Parameters):
    """How needs come back and fluctuate."""

    return_rate = Parameter(
        0.03, "1/month", (0.0, 1.0), "assumed", "share of the gap to the structural level that need closes in a month"
    )
    shock_share = Parameter(
        0.01, "share", (0.0, 0.5), "assumed", "standard deviation of a month's regional shock, as a share of structural need"
    )


def advance(state: State, luck: Luck, numbers: Needing) -> None:
    """Move every place's needs by one month and forget what was resolved in the last one."""
    places = state.places
    drift(
        luck.key(Stream.NEED_SHOCK, state.month),
        places.region,
        places.structural_need,
        places.need,
        places.resolved,
        numbers.numbers,
    )


@kernel
def next_need(need, structural, resolved, shock, return_rate):
    """Equation 1 [persons]."""
    return max(0.0, need + return_rate * (structural - need) - resolved + shock)


@kernel
def drift(key, region, structural, need, resolved, p):
    """Equation 1 for all places and purposes, in place. Regions are numbered from 0."""
    places, purposes = need.shape
    regions = 0
    for i in range(places):
        regions = max(regions, region[i] + 1)
    shock = np.empty((regions, purposes))
    for r in range(regions):
        for k in range(purposes):
            shock[r, k] = p.shock_share * normal(uniform(hash_with(key, r, k)))
    for i in range(places):
        here = np.uint32(region[i])  # unsigned: no negative index to look out for
        for k in range(purposes):
            need[i, k] = next_need(need[i, k], structural[i, k], resolved[i, k], structural[i, k] * shock[here, k], p.return_rate)
    resolved[:] = 0.0

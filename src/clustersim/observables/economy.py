"""Economy: jobs, use of capacity, distress and cash of the living organisations."""

import math

import numpy as np

from clustersim.kernels import kernel
from clustersim.observables.observable import Observable
from clustersim.state import State
from clustersim.state.organisations import SOCIAL_ENTERPRISE

OBSERVABLES = (
    Observable("social_enterprise_jobs", "FTE", "staff of social enterprises", "social enterprises employ more people"),
    Observable("private_actor_jobs", "FTE", "staff of private actors", "private actors employ more people"),
    Observable("public_funder_jobs", "FTE", "staff of public bodies", "public bodies employ more people"),
    Observable(
        "mean_utilisation",
        "share",
        "mean share of a social enterprise's capacity that found users",
        "less capacity stands idle: demand grew faster than supply",
    ),
    Observable("distress_share", "share", "share of social enterprises with cash below zero", "more social enterprises live on credit"),
    Observable("cash_cents", "cents", "cash of all organisations together", "organisations have more means of their own"),
)


def observe(state: State, out: np.ndarray) -> None:
    """Fill `out` in the order of `OBSERVABLES`."""
    o = state.organisations
    describe_economy(state.living_by_place(), o.kind, o.staff_fte, o.utilisation, o.cash_cents, out)


@kernel
def describe_economy(living_by_place, kind, staff_fte, utilisation, cash_cents, out):
    """All of this module's values, summed in the order of places."""
    out[:] = 0.0
    enterprises = 0
    distressed = 0
    used = 0.0
    cash = 0
    for i in living_by_place:
        out[kind[i]] += staff_fte[i]
        cash += cash_cents[i]
        if kind[i] == SOCIAL_ENTERPRISE:
            enterprises += 1
            distressed += cash_cents[i] < 0
            used += utilisation[i]
    out[3] = used / enterprises if enterprises > 0 else math.nan
    out[4] = distressed / enterprises if enterprises > 0 else math.nan
    out[5] = cash

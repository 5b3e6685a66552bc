"""Places: the points where organisations sit and needs live."""

from dataclasses import dataclass

import numpy as np

from clustersim.columns import Column, Table
from clustersim.kernels import kernel
from clustersim.kernels.distance import decay, neighbours_within

WEIGHT_UNIT = 2.0**-30


class Places(Table):
    """One row a commune (or a drawn town). Positions lie on a plane; real coordinates are projected when loaded."""

    uid = Column(np.int64, "-", "stable number of the place, the key of its luck")
    x_km = Column(np.float64, "km", "position east")
    y_km = Column(np.float64, "km", "position north")
    population = Column(np.int64, "persons", "inhabitants")
    region = Column(np.int32, "-", "number of the region it lies in")
    district = Column(np.int32, "-", "number of the district (département, province) it lies in")
    locality = Column(np.int32, "-", "number of the inter-communal body it lies in")
    spaces = Column(np.int32, "count", "shared working places that exist here without support")
    founders_rate = Column(np.float64, "1/month", "potential founders that arise here, on average; only some of them found")
    structural_need = Column(np.float64, "persons", "need towards which need drifts back, by purpose", width="purposes")
    catchment_need = Column(
        np.float64, "persons", "structural need within reach of a provider here, weighted by distance, by purpose", width="purposes"
    )
    need = Column(np.float64, "persons", "persons in need this month, by purpose", width="purposes")
    supply = Column(np.float64, "persons/month", "capacity that reaches the place this month, by purpose", width="purposes")
    met_share = Column(np.float64, "share", "share of need served this month, by purpose", width="purposes")
    resolved = Column(np.float64, "persons", "persons whose need was resolved for good this month, by purpose", width="purposes")


@dataclass(frozen=True, eq=False)
class Neighbourhood:
    """For each place the places within a cut-off, in compressed rows.

    Attributes:
        start: (places + 1,) int64; `start[p] : start[p + 1]` are the entries of p.
        place: (entries,) int32, ascending within a place, the place itself included.
        weight: (entries,) int32, exp(-distance / scale) in units of WEIGHT_UNIT, at least 1. Whole numbers are half the size of
            floats, of which a country has millions, and their sums do not depend on order.
        scale_km: The scale of the decay.
        cutoff_km: Longest distance kept.
    """

    start: np.ndarray
    place: np.ndarray
    weight: np.ndarray
    scale_km: float
    cutoff_km: float

    @classmethod
    def of(cls, places: Places, scale_km: float, cutoff_in_scales: float) -> "Neighbourhood":
        """The neighbourhood of all places under exponential decay, cut off at so many scales."""
        cutoff_km = scale_km * cutoff_in_scales
        start, place, apart_km = neighbours_within(places.x_km, places.y_km, cutoff_km)
        weight = np.empty(apart_km.size, np.int32)
        weigh(apart_km, scale_km, weight)
        return cls(start, place, weight, scale_km, cutoff_km)


@kernel
def weigh(apart_km, scale_km, weight):
    """Turn distances into decay weights, in whole numbers of WEIGHT_UNIT."""
    for k in range(apart_km.size):
        weight[k] = max(1, int(decay(apart_km[k], scale_km) / WEIGHT_UNIT))

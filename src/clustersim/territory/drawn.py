"""A drawn territory: towns of Zipf-distributed size on a rectangle.

The town of rank r has largest / r^exponent inhabitants (Zipf 1949; for French and other towns the exponent is near 1, Gabaix 1999).
Towns lie anywhere with equal chance. A larger number of places adds small towns and leaves the others as they are. Regions are
vertical strips; the districts of a region, and the localities of a district, are cells of equal surface.
"""

import hashlib

import numpy as np

from clustersim.kernels import kernel
from clustersim.kernels.exact import power
from clustersim.luck import Luck, Stream, hash_with, uniform
from clustersim.parameters import Parameter, Parameters
from clustersim.territory.places import Territory

__all__ = ["Drawn", "draw_places"]


class Drawn(Parameters):
    """Size and shape of a drawn territory."""

    places = Parameter(300, "places", (1, 50_000), "assumed", "number of towns and villages")
    width_km = Parameter(120.0, "km", (1.0, 3_000.0), "assumed", "width of the territory from west to east")
    height_km = Parameter(90.0, "km", (1.0, 3_000.0), "assumed", "height of the territory from south to north")
    largest_population = Parameter(200_000, "persons", (1, 20_000_000), "assumed", "inhabitants of the largest town")
    zipf_exponent = Parameter(1.0, "-", (0.0, 3.0), "Gabaix 1999", "how fast towns get smaller with their rank; 0 makes all equal")
    regions = Parameter(1, "regions", (1, 100), "assumed", "number of regions, vertical strips of equal width")
    districts = Parameter(4, "districts", (1, 1_000), "assumed", "number of districts in all, cells of equal surface within regions")
    places_per_locality = Parameter(
        20,
        "places",
        (1, 10_000),
        "INSEE: communes per inter-communal body in Brittany",
        "towns and villages of an inter-communal body, on average",
    )
    draw_seed = Parameter(1, "-", (0, 2**53), "assumed", "seed of the drawing; the same for every run of the scenario")


def draw_places(numbers: Drawn) -> Territory:
    """The towns of a drawn territory, the largest first."""
    count = numbers.places
    uid = np.arange(count, dtype=np.int64)
    u, v = np.empty(count), np.empty(count)
    population = np.empty(count, np.int64)
    with np.errstate(over="ignore"):
        scatter(Luck(numbers.draw_seed).key(Stream.PLACE_POSITION), uid, u, v)
        rank_sizes(numbers.largest_population, numbers.zipf_exponent, population)
    region, district, locality = _areas(numbers, u, v)
    unknown = np.full(count, np.nan)
    regions = tuple(f"region {i + 1}" for i in range(numbers.regions))
    districts = tuple(f"district {i + 1}" for i in range(numbers.districts))
    localities = tuple(f"locality {i + 1}" for i in range(int(locality.max()) + 1))
    return Territory(
        title=f"drawn territory of {count} places",
        source="drawn by clustersim",
        licence="none needed",
        uid=uid,
        codes=tuple(f"T{i + 1:05d}" for i in range(count)),
        names=tuple(f"Town {i + 1}" for i in range(count)),
        x_km=u * numbers.width_km,
        y_km=v * numbers.height_km,
        lat=unknown,
        lon=unknown.copy(),
        population=population,
        region=region,
        district=district,
        locality=locality,
        region_labels=regions,
        district_labels=districts,
        locality_labels=localities,
        region_codes=regions,
        district_codes=districts,
        locality_codes=localities,
        area_km2=np.full(count, np.nan),
        data_hash=hashlib.blake2b(repr(numbers.values()).encode(), digest_size=16).hexdigest(),
    )


def _areas(numbers: Drawn, u: np.ndarray, v: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Region, district and locality of each point; areas nest."""
    region = np.minimum((u * numbers.regions).astype(np.int32), numbers.regions - 1)
    strip_u = u * numbers.regions - region
    district, locality = np.zeros_like(region), np.zeros_like(region)
    localities = max(1, round(numbers.places / numbers.districts / numbers.places_per_locality))
    aspect = numbers.width_km / numbers.regions / numbers.height_km
    first = 0
    for r in range(numbers.regions):
        cells = numbers.districts // numbers.regions + (r < numbers.districts % numbers.regions)
        rows = np.flatnonzero(region == r)
        cell, cell_u, cell_v, _ = _split(strip_u[rows], v[rows], aspect, cells)
        district[rows] = first + cell
        inner, *_ = _split(cell_u, cell_v, 1.0, localities)
        locality[rows] = (first + cell) * localities + inner
        first += cells
    return region, district, locality


def _split(u: np.ndarray, v: np.ndarray, aspect: float, cells: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, int]:
    """Cut a unit square into cells of equal surface, column by column. Returns cell, position in the cell, and columns."""
    columns = int(np.clip(round(float(np.sqrt(cells * aspect))), 1, cells))
    height = np.array([cells // columns + (k < cells % columns) for k in range(columns)])
    edge = np.concatenate(([0.0], np.cumsum(height) / cells))
    column = np.clip(np.searchsorted(edge, u, side="right") - 1, 0, columns - 1)
    row = np.minimum((v * height[column]).astype(np.int64), height[column] - 1)
    first = np.concatenate(([0], np.cumsum(height)))[column]
    return first + row, (u - edge[column]) * cells / height[column], v * height[column] - row, columns


@kernel
def scatter(key, uid, u, v):
    """A point of the unit square for each place."""
    for i in range(uid.size):
        u[i] = uniform(hash_with(key, uid[i], 0))
        v[i] = uniform(hash_with(key, uid[i], 1))


@kernel
def rank_sizes(largest, exponent, population):
    """Zipf's law: largest / rank^exponent inhabitants, at least one."""
    for i in range(population.size):
        population[i] = max(1, int(largest / power(float(i + 1), exponent) + 0.5))

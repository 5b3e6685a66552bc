"""Space: whether social enterprises lie near each other more than population alone would have it.

Moran's I (Moran 1950) of social enterprises over places. A count c(p) is compared with what population would give,
e(p) = C pop(p) / POP, in its standard deviation (Assuncao & Reis 1999), so that a city is not mistaken for a cluster:

    (1)  z(p) = (c(p) - e(p)) / sqrt(e(p)),  then less its mean
    (2)  I = (n / W) sum_p z(p) mean of z over the neighbours of p / sum_p z(p)^2

Neighbours are the nearest `NEIGHBOURS` places within the catchment, each with the same weight (W is the number of
places that have any). Random placement gives -1 / (n - 1).

The Ellison-Glaeser index (Ellison & Glaeser 1997) of the social enterprises of a purpose over districts, with s(r) the
district's share of the purpose's staff, x(r) its share of population and z(i) an enterprise's share of staff:

    (3)  G = sum_r (s(r) - x(r))^2,  X = 1 - sum_r x(r)^2,  H = sum_i z(i)^2
    (4)  gamma = (G - X H) / (X (1 - H))

0 when each enterprise chooses its district by population alone; the mean is over purposes for which it is defined.
"""

import math
from weakref import WeakKeyDictionary

import numpy as np

from clustersim.kernels import kernel
from clustersim.observables.observable import Observable
from clustersim.state import State
from clustersim.state.organisations import SOCIAL_ENTERPRISE
from clustersim.state.places import Neighbourhood

NEIGHBOURS = 8

OBSERVABLES = (
    Observable(
        "moran",
        "-",
        "Moran's I of social enterprises in excess of what population would give, over places",
        "places rich (or poor) in social enterprises lie side by side more often",
    ),
    Observable(
        "ellison_glaeser",
        "-",
        "Ellison-Glaeser index of social enterprises over districts, mean over purposes",
        "social enterprises of the same purpose gather in fewer districts than population and their sizes explain",
    ),
)

# neighbours never change during a run: they are found once for each neighbourhood, and go with it
_NEAREST: WeakKeyDictionary[Neighbourhood, np.ndarray] = WeakKeyDictionary()


def observe(state: State, out: np.ndarray) -> None:
    """Fill `out` in the order of `OBSERVABLES`."""
    o, places = state.organisations, state.places
    describe_space(
        state.living_by_place(),
        o.kind,
        o.alive,
        o.place_row,
        o.purpose,
        o.staff_fte,
        len(state.purposes),
        places.district,
        places.population,
        nearest(state.catchment),
        out,
    )


@kernel
def describe_space(living_by_place, kind, alive, place_row, purpose, staff_fte, purposes, district, population, neighbours, out):
    """Both of this module's values."""
    out[0] = moran(excess(kind, alive, place_row, population), neighbours)
    out[1] = mean_ellison_glaeser(living_by_place, kind, place_row, purpose, staff_fte, purposes, district, population)


def nearest(neighbourhood: Neighbourhood) -> np.ndarray:
    """For each place the rows of its nearest neighbours, -1 where the neighbourhood holds fewer."""
    found = _NEAREST.get(neighbourhood)
    if found is None:
        found = _NEAREST[neighbourhood] = nearest_places(neighbourhood.start, neighbourhood.place, neighbourhood.weight, NEIGHBOURS)
    return found


@kernel
def nearest_places(start, place, weight, count):
    """The `count` entries of largest weight of each place, itself excluded; among equals the lower row."""
    places = start.size - 1
    found = np.full((places, count), -1, np.int32)
    best = np.empty(count)
    for p in range(places):
        held = 0
        for e in range(start[p], start[p + 1]):
            if place[e] != p and (held < count or weight[e] > best[held - 1]):
                at = held if held < count else count - 1
                while at > 0 and best[at - 1] < weight[e]:
                    best[at] = best[at - 1]
                    found[p, at] = found[p, at - 1]
                    at -= 1
                best[at] = weight[e]
                found[p, at] = place[e]
                held = min(held + 1, count)
    return found


@kernel
def excess(kind, alive, place_row, population):
    """Equation 1: social enterprises of each place beyond what its population would give."""
    places = population.size
    z = np.zeros(places)
    enterprises = 0
    for i in range(kind.size):
        one = alive[i] & (kind[i] == SOCIAL_ENTERPRISE)
        z[place_row[i]] += one
        enterprises += one
    inhabitants = 0
    for p in range(places):
        inhabitants += max(population[p], 1)
    total = 0.0
    for p in range(places):
        expected = enterprises * (max(population[p], 1) / inhabitants)
        if expected > 0.0:
            z[p] = (z[p] - expected) / math.sqrt(expected)
        total += z[p]
    for p in range(places):
        z[p] -= total / places
    return z


@kernel
def moran(z, neighbours):
    """Equation 2 for centred values; NaN where they are all equal or no place has neighbours."""
    places, count = neighbours.shape
    square = 0.0
    product = 0.0
    connected = 0
    for p in range(places):
        square += z[p] * z[p]
        around = 0.0
        held = 0
        while held < count and neighbours[p, held] >= 0:
            around += z[neighbours[p, held]]
            held += 1
        if held > 0:
            connected += 1
            product += z[p] * (around / held)
    return places / connected * (product / square) if connected > 0 and square > 0.0 else math.nan


@kernel
def ellison_glaeser(spread, herfindahl, dispersion):
    """Equation 4, from G, H and X."""
    return (spread - dispersion * herfindahl) / (dispersion * (1.0 - herfindahl))


@kernel
def mean_ellison_glaeser(living_by_place, kind, place_row, purpose, staff_fte, purposes, district, population):
    """Equations 3 and 4 for each purpose with two enterprises or more, and their mean; NaN where there is none."""
    districts = 0
    inhabitants = 0
    for p in range(district.size):
        districts = max(districts, district[p] + 1)
        inhabitants += population[p]
    home = np.zeros(districts)
    for p in range(district.size):
        home[district[p]] += population[p]
    dispersion = 1.0
    for r in range(districts):
        home[r] /= max(inhabitants, 1)
        dispersion -= home[r] * home[r]
    staff = np.zeros((purposes, districts))
    all_staff = np.zeros(purposes)
    squares = np.zeros(purposes)
    for i in living_by_place:
        if kind[i] == SOCIAL_ENTERPRISE:
            staff[purpose[i], district[place_row[i]]] += staff_fte[i]
            all_staff[purpose[i]] += staff_fte[i]
            squares[purpose[i]] += staff_fte[i] * staff_fte[i]
    total = 0.0
    defined = 0
    for k in range(purposes):
        herfindahl = squares[k] / (all_staff[k] * all_staff[k]) if all_staff[k] > 0.0 else 1.0
        if herfindahl < 1.0 - 1e-9 and dispersion > 1e-9:
            spread = 0.0
            for r in range(districts):
                spread += (staff[k, r] / all_staff[k] - home[r]) * (staff[k, r] / all_staff[k] - home[r])
            total += ellison_glaeser(spread, herfindahl, dispersion)
            defined += 1
    return total / defined if defined > 0 else math.nan

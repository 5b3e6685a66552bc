"""Small territories for the tests of meeting, partnering and trusting."""

import numpy as np

from clustersim.kernels.blocks import Workers
from clustersim.luck import Luck, Stream, hash_with, uniform
from clustersim.processes.meeting import VICINITY_SCALES
from clustersim.state import State
from clustersim.state.places import Neighbourhood
from clustersim.state.purposes import Purposes
from clustersim.state.ties import add_tie

PURPOSES = Purposes(
    ("inclusion", "food", "energy"),
    tuple(f"competence {d}" for d in range(8)),
    np.array([0.05, 0.05, 0.05]),
    np.array([1000, 1000, 1000]),
    np.full((3, 8), 0.5),
)


def draw(seed: int, count: int, width: int = 1) -> np.ndarray:
    """Uniform numbers (count, width) by key."""
    key = Luck(seed).key(Stream.PLACE_POSITION)
    return np.array([[uniform(np.uint64(hash_with(key, i, w))) for w in range(width)] for i in range(count)])


def territory(x_km, y_km, home, *, uid=None, decay_km=20.0, threads=1, tie_bound=24, **columns) -> State:
    """Places at (x, y) and one living organisation of usual size per entry of `home`, alike but for the columns given."""
    state = State(PURPOSES, tie_bound=tie_bound, workers=Workers(threads, worth_splitting=1))
    places = len(x_km)
    state.places.append(places, uid=np.arange(places), x_km=x_km, y_km=y_km)
    state.place_levers.append(places)
    home = np.asarray(home, int)
    x_km, y_km = state.places.x_km[home], state.places.y_km[home]
    given = {"kind": 0, "alive": True, "competences": 0.5, "values": 0.5, "staff_fte": 6.0, **columns}
    state.settle(home.size, uid=np.arange(home.size) if uid is None else uid, place_row=home, x_km=x_km, y_km=y_km, **given)
    state.vicinity = Neighbourhood.of(state.places, decay_km, VICINITY_SCALES)
    state.month = 1
    return state


def plane(places: int, organisations: int, *, seed: int = 1, side_km: float = 100.0, **options) -> State:
    """Drawn places in a square, each organisation at a drawn place, with drawn competences, values, kinds and purposes."""
    at, traits = draw(seed, places, 2) * side_km, draw(seed + 1000, organisations, 13)
    drawn = {
        "kind": np.digitize(traits[:, 11], (0.6, 0.9)),
        "purpose": (traits[:, 12] * 3).astype(int),
        "competences": traits[:, :8],
        "values": traits[:, 8:10],
    }
    return territory(at[:, 0], at[:, 1], (traits[:, 10] * places).astype(int), **{**drawn, **options})


def tie(state: State, i: int, j: int, trust: float = 0.5, purpose: int = 0) -> None:
    """A tie between two rows."""
    t = state.ties
    add_tie(t.degree, t.partner_row, t.trust, t.born_month, t.purpose, t.joint_successes, t.refused, i, j, trust, state.month, purpose)


def relabelled(state: State, order: np.ndarray) -> State:
    """The same organisations and ties with row r of the copy holding what row order[r] holds here; uids stay."""
    twin = state.copy()
    new_row = np.argsort(order)
    for table in (twin.organisations, twin.ties, twin.organisation_levers):
        for _, array in table.arrays():
            array[:] = array[order]
    twin.ties.partner_row[:] = new_row[twin.ties.partner_row]
    twin._indices = {}
    return twin


def ties_by_uid(state: State) -> dict[tuple[int, int], tuple]:
    """Every tie's end as (own uid, partner's uid) -> (slot, trust, purpose, month of birth)."""
    t, uid = state.ties, state.organisations.uid
    return {
        (int(uid[i]), int(uid[t.partner_row[i, k]])): (k, t.trust[i, k], int(t.purpose[i, k]), int(t.born_month[i, k]))
        for i in range(len(t))
        for k in range(t.degree[i])
    }


def encounters_by_uid(state: State) -> list[tuple[int, int]]:
    """The encounters as sorted couples of uids."""
    e, uid = state.encounters, state.organisations.uid
    return sorted(zip(uid[e.one_row].tolist(), uid[e.other_row].tolist(), strict=True))

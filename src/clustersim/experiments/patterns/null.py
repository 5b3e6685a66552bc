"""What clusters would be seen if ties knew nothing but distance.

A group of trusted, near ties is no cluster yet: where many ties are near, some hang together by chance. The null model keeps
every tie's one end, purpose, trust and (nearly) its length, and draws the other end anew among all living organisations at
that distance. What is seen beyond it is not due to distance alone (MODEL, section 5).
"""

import numpy as np

from clustersim.luck import Luck, Stream, hash_with, uniform
from clustersim.state import State
from clustersim.state.ties import Ties

__all__ = ["rewired_by_distance"]

TOLERANCE_KM = 2.0


def rewired_by_distance(state: State, luck: Luck) -> State:
    """A copy of the state whose ties lead to others at the same distance, within 2 km; for up to some ten thousand organisations.

    Args:
        state: The state to take ties from; it is left as it is.
        luck: Draws the new partners.
    """
    o, ties = state.organisations, state.ties
    key = luck.key(Stream.REWIRING, state.month)
    living = np.flatnonzero(o.alive)
    chosen: dict[tuple[int, int], tuple[int, int]] = {}
    for i in living.tolist():
        apart = np.hypot(o.x_km[living] - o.x_km[i], o.y_km[living] - o.y_km[i])
        for k in range(ties.degree[i]):
            j = int(ties.partner_row[i, k])
            if o.uid[i] > o.uid[j]:
                continue  # each tie once, from its end of smaller uid
            length = np.hypot(o.x_km[i] - o.x_km[j], o.y_km[i] - o.y_km[j])
            candidates = living[(np.abs(apart - length) <= TOLERANCE_KM) & (living != i)]
            draw = uniform(np.uint64(hash_with(key, int(o.uid[i]), int(o.uid[j]))))
            other = int(candidates[int(draw * candidates.size)])
            chosen.setdefault((min(i, other), max(i, other)), (i, k))
    return _with_ties(state, chosen)


def _with_ties(state: State, chosen: dict[tuple[int, int], tuple[int, int]]) -> State:
    """The state with these couples tied, each with the facts of the slot it comes from."""
    degree = np.bincount(np.array([row for couple in chosen for row in couple], np.int64), minlength=len(state.ties))
    table = Ties(len(state.ties), bound=max(1, int(degree.max(initial=0))))
    table.append(len(state.ties))
    for (one, other), (row, slot) in chosen.items():
        for me, partner in ((one, other), (other, one)):
            k = table.degree[me]
            table.partner_row[me, k] = partner
            for column in ("trust", "born_month", "purpose", "joint_successes"):
                getattr(table, column)[me, k] = getattr(state.ties, column)[row, slot]
            table.degree[me] += 1
    twin = state.copy()
    twin.ties = table
    return twin

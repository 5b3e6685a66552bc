"""Converging: partners who talk come to share values, if they were not too far apart to begin with.

    (1)  v_i' = v_i + mu trust (v_j - v_i)   where |v_i - v_j| < tolerance, else v_i' = v_i

Each month every organisation has one favourite tie, by the luck of the tie; two that name each other have a conversation,
and each value that lies within the tolerance moves towards the other's, on both sides at once. So a month is a random
matching of the network. Bounded confidence is the rule of Deffuant, Neau, Amblard & Weisbuch (2000); that trust slows or
speeds it is the theory's own (MODEL 4.7).

Reduces to: Deffuant et al. (2000) on a complete graph with trust 1, one major cluster of values at a tolerance of .30 or
more and two at .20. The mean of a value over a pair never changes.
"""

import numpy as np

from clustersim.kernels import kernel
from clustersim.kernels.graph import draw_halves, favourites, slot_of
from clustersim.luck import Luck, Stream
from clustersim.parameters import Parameter, Parameters
from clustersim.state import State

READS = ("organisations.uid", "ties.degree", "ties.partner_row", "ties.trust")
WRITES = ("organisations.values",)


class Converging(Parameters):
    """How values move towards each other along ties."""

    mu = Parameter(
        0.1, "share", (0.0, 0.5), "assumed", "share of the difference that each side gives up in a conversation at full trust"
    )
    tolerance = Parameter(
        0.4, "0..1", (0.0, 1.01), "assumed", "difference in a value from which two no longer influence each other; above 1 for never"
    )


def advance(state: State, luck: Luck, numbers: Converging) -> None:
    """Pair organisations along their ties and let each pair's values converge."""
    organisations, ties = state.organisations, state.ties
    rows = len(organisations)
    half, favourite = np.empty(rows, np.uint64), np.empty(rows, np.int32)
    state.workers.over(rows, draw_halves, luck.key(Stream.CONVERSATION, state.month), organisations.uid, half)
    state.workers.over(rows, favourites, half, ties.degree, ties.partner_row, favourite)
    state.workers.over(rows, converse, favourite, ties.degree, ties.partner_row, ties.trust, organisations.values, numbers.numbers)


@kernel
def movement(value, other, trust, p):
    """Equation 1: how far `value` moves towards `other`; the other moves as far the opposite way."""
    return p.mu * trust * (other - value) if abs(other - value) < p.tolerance else 0.0


@kernel
def converse(start, stop, favourite, degree, partner, trust, values, p):
    """Equation 1 for every pair whose smaller row is in the range. Pairs are disjoint: no row is written from two ranges."""
    for i in range(start, stop):
        j = favourite[i]
        if j > i and favourite[j] == i:
            trust_between = trust[i, slot_of(degree, partner, i, j)]
            for v in range(values.shape[1]):
                moved = movement(values[i, v], values[j, v], trust_between, p)
                values[i, v] += moved
                values[j, v] -= moved

"""What is seen each month: numbers of the whole territory, as pure functions of the state.

Each module declares its observables and fills their values in the same order. A value that is not defined (the mean
size of clusters where there is none) is NaN, never a made-up zero.
"""

import numpy as np

from clustersim.observables import clusters, economy, innovation, money, needs, networks, population, space
from clustersim.observables.observable import Observable
from clustersim.state import State
from clustersim.state.purposes import Purposes

__all__ = ["Observable", "declared", "observe"]

# needs come last: how many they are depends on the purposes
_MODULES = (population, networks, clusters, innovation, economy, money, space)


def declared(purposes: Purposes) -> list[Observable]:
    """All observables, in the order of their values."""
    return [observable for module in _MODULES for observable in module.OBSERVABLES] + needs.declared(purposes)


def observe(state: State, out: np.ndarray) -> None:
    """Fill `out`, a float64 row as long as `declared(...)`, with this month's values.

    Called at the end of a month, after clusters have been seen and before the ledger closes the month.
    """
    start = 0
    for module in _MODULES:
        stop = start + len(module.OBSERVABLES)
        module.observe(state, out[start:stop])
        start = stop
    needs.observe(state, out[start:])

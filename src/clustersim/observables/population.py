"""Population: how many organisations of each kind live, were founded and were closed."""

import numpy as np

from clustersim.kernels import kernel
from clustersim.observables.observable import Observable
from clustersim.state import State
from clustersim.state.organisations import KINDS

_WORDS = {"social_enterprise": "social enterprises", "private_actor": "private actors", "public_funder": "public bodies"}

OBSERVABLES = (
    *(Observable(f"{kind}s", "count", f"living {_WORDS[kind]}", f"more {_WORDS[kind]} entered than closed") for kind in KINDS),
    *(
        Observable(f"{kind}s_founded", "count/month", f"{_WORDS[kind]} founded this month", f"more new {_WORDS[kind]} enter")
        for kind in KINDS
    ),
    *(Observable(f"{kind}s_closed", "count/month", f"{_WORDS[kind]} closed this month", f"more {_WORDS[kind]} give up") for kind in KINDS),
)


def observe(state: State, out: np.ndarray) -> None:
    """Fill `out` in the order of `OBSERVABLES`."""
    o = state.organisations
    count_lives(state.month, o.kind, o.alive, o.founded_month, o.closed_month, out)


@kernel
def count_lives(month, kind, alive, founded_month, closed_month, out):
    """The living, the founded and the closed of this month, three kinds each."""
    for group in range(len(KINDS)):
        living, founded, closed = 0, 0, 0
        for i in range(kind.size):  # sums of yes and no: without branches several rows are counted at once
            belongs = kind[i] == group
            living += belongs & alive[i]
            founded += belongs & (founded_month[i] == month)
            closed += belongs & (not alive[i]) & (closed_month[i] == month)
        out[group] = living
        out[3 + group] = founded
        out[6 + group] = closed

"""Sobol indices: how the variance of a quantity over the design is made of its factors.

1. First-order index: the share of the variance that would go if the factor alone were known (Sobol 1993; estimator of Saltelli et
   al. 2010).
2. Total index: the share that would stay if all but the factor were known: what it does alone and together with others (Jansen
   1999). The total index of luck is the share of the variance of the means that is due to chance.
3. Second-order index: what two factors do together beyond what each does alone (Saltelli 2002).
4. Each interval is the index +- 1.96 standard deviations of the bootstrap over base rows; that of a total index stays between 0 and
   1, where every total index lies.
5. A factor is told apart from chance if the interval of its total index lies above that of luck.

All of 1 to 4 by SALib. First-order indices of an additive model add up to 1, and are its total indices.
"""

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from clustersim.experiments.sensitivity.layout import RESAMPLES, Layout
from clustersim.experiments.sensitivity.quantities import varies
from clustersim.experiments.statistics import CONFIDENCE

__all__ = ["LEAST_ROWS", "Indices", "Pair", "indices"]

LEAST_ROWS = 2
_SEED = 1  # SALib takes 0 for none


@dataclass(frozen=True)
class Pair:
    """The second-order index of two factors with its interval."""

    one: str
    other: str
    index: float
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class Indices:
    """Shares of the variance, an entry a factor in the order of the design; intervals are rows of low and high.

    Attributes:
        first: First-order indices.
        first_ends: Their intervals.
        total: Total indices.
        total_ends: Their intervals.
        pairs: Second-order indices; empty where the design has no points for them.
    """

    first: np.ndarray
    first_ends: np.ndarray
    total: np.ndarray
    total_ends: np.ndarray
    pairs: tuple[Pair, ...]


def indices(layout: Layout, values: np.ndarray) -> Indices | None:
    """Sobol indices of one quantity; None where too few base rows are whole, or the two base samples do not vary.

    Args:
        layout: A Saltelli design.
        values: The quantity at each point, NaN where there is none; base rows that lack a point are left out.
    """
    from SALib.analyze import sobol

    rows = values.reshape(layout.blocks, layout.block)[layout.whole(values)]
    if len(rows) < LEAST_ROWS or not varies(rows[:, [0, -1]].ravel()):
        return None
    problem = {"num_vars": len(layout.names), "names": list(layout.names), "bounds": [[0.0, 1.0]] * len(layout.names)}
    found = sobol.analyze(
        problem, rows.ravel(), calc_second_order=layout.second_order, num_resamples=RESAMPLES, conf_level=CONFIDENCE, seed=_SEED
    )
    first, total = (np.asarray(found[name], float) for name in ("S1", "ST"))
    first_ends, total_ends = (
        np.column_stack((index - half, index + half)) for index, half in ((first, found["S1_conf"]), (total, found["ST_conf"]))
    )
    total_ends = total_ends.clip(0.0, np.maximum(total, 1.0)[:, None])
    return Indices(first, first_ends, total, total_ends, _pairs(layout, found) if layout.second_order else ())


def _pairs(layout: Layout, found: dict[str, np.ndarray]) -> tuple[Pair, ...]:
    made = []
    for j, k in combinations(range(len(layout.names)), 2):
        index, half = float(found["S2"][j, k]), float(found["S2_conf"][j, k])
        made.append(Pair(layout.names[j], layout.names[k], index, index - half, index + half))
    return tuple(made)

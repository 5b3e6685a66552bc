"""Shares of a mix: how much of its effect each measure brings, by Shapley values on the same seeds.

1. Marginal effect of a measure on a part of the mix = outcome of the part with it - outcome of the part without it, same seed.
2. Share of a measure = its marginal effect, averaged over all orders in which the measures could be added one by one:
   each part of s measures, out of m, has the weight s! (m - s - 1)! / m! (Shapley 1953).

Shares sum to the effect of the whole mix, seed by seed; measures that do the same have the same share; one that does nothing
has none. Limit: where measures neither help nor hinder each other, a share is the measure's effect alone.
"""

from collections.abc import Mapping
from itertools import combinations
from math import factorial
from typing import TYPE_CHECKING

import numpy as np

from clustersim.experiments.statistics import interval

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["SHARES", "parts_of", "shapley_values", "shares"]

SHARES = ("arm", "outcome", "measure", "share", "low", "high")

Values = Mapping[frozenset[str], np.ndarray]


def parts_of(mix: frozenset[str]) -> list[frozenset[str]]:
    """All sets of measures that must be run: none, each, ... the whole mix; 2 to the power of the number of measures."""
    return [frozenset(part) for size in range(len(mix) + 1) for part in combinations(sorted(mix), size)]


def shapley_values(values: Values) -> dict[str, np.ndarray]:
    """The share of each measure, seed by seed (2).

    Args:
        values: Outcome by seed for each of `parts_of` the mix; the same seeds in the same order.

    Raises:
        ValueError: if a part of the mix is missing.
    """
    mix = frozenset().union(*values)
    missing = [part for part in parts_of(mix) if part not in values]
    if missing:
        raise ValueError(f"no values for {sorted(missing[0]) or 'no measure at all'}; all {2 ** len(mix)} sets of {sorted(mix)} are needed")
    return {measure: _share(measure, mix, values) for measure in sorted(mix)}


def shares(arm: str, values_by_outcome: Mapping[str, Values]) -> "pd.DataFrame":
    """Table of the shares, with intervals over seeds; seeds in which a part has no number are left out.

    Args:
        arm: Name of the mix.
        values_by_outcome: For each outcome, its values by seed for each of `parts_of` the mix.
    """
    import pandas as pd

    rows = []
    for outcome, values in values_by_outcome.items():
        known = ~np.isnan(np.array(list(values.values()), float)).any(axis=0)
        for measure, share in shapley_values({part: np.asarray(array, float)[known] for part, array in values.items()}).items():
            mean = float(share.mean()) if share.size else float("nan")
            rows.append((arm, outcome, measure, mean, *interval(share)))
    return pd.DataFrame(rows, columns=list(SHARES))


def _share(measure: str, mix: frozenset[str], values: Values) -> np.ndarray:
    total = np.zeros(np.shape(values[mix]))
    for part in parts_of(mix - {measure}):
        weight = factorial(len(part)) * factorial(len(mix) - len(part) - 1) / factorial(len(mix))
        total += weight * (np.asarray(values[part | {measure}], float) - values[part])
    return total

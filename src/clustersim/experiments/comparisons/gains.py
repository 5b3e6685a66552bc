"""Who gains and who loses: the same organisation followed in both worlds, by kind, size, purpose and type of place.

Organisations alive when the scenario begins are the same in every arm. The difference of an organisation is its number at the
end with the measure less its number without; differences are averaged over a group within a seed (over its states of the
world together), then over seeds. Organisations are never the unit: intervals are over seeds. They hold together for all groups of a
division and all arms, an outcome at a time: with so many groups one would else seem to gain or lose by chance.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from clustersim.experiments.comparisons.pairing import arms_of
from clustersim.experiments.statistics import simultaneous_intervals

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["DIVISIONS", "FATES", "GROUPS", "groups"]

GROUPS = ("arm", "division", "group", "outcome", "organisations", "difference", "low", "high", "share_gaining", "share_losing")
DIVISIONS = {"kind": "kind", "size": "size_class", "purpose": "purpose", "place": "place_type"}  # and their columns in the cohort
FATES = ("survived", "clustered", "degree", "staff_fte", "innovations", "support_eur")  # of all of them, more is a gain
WHO = ["state", "seed", "uid"]


def groups(cohort: "pd.DataFrame", control: str) -> "pd.DataFrame":
    """Mean difference of each group's organisations, and the shares that gain and lose, arm by arm.

    Args:
        cohort: A row an organisation alive when the scenario begins, for each (arm, state, seed).
        control: The arm to compare with.
    """
    import pandas as pd

    arm_of = cohort["arm"].to_numpy()
    without = cohort.loc[arm_of == control, [*WHO, *DIVISIONS.values(), *FATES]]
    all_seeds = np.unique(cohort["seed"])
    rows, gaps = [], []
    for arm in arms_of(cohort):
        if arm != control:
            with_it = cohort.loc[arm_of == arm, [*WHO, *FATES]]
            for row, gap in _rows(without.merge(with_it, on=WHO, suffixes=("", "_treated")), all_seeds):
                rows.append((arm, *row))
                gaps.append(gap)
    table = pd.DataFrame(rows, columns=[name for name in GROUPS if name not in ("low", "high")])
    ends = np.full((len(rows), 2), np.nan)
    for places in table.groupby(["division", "outcome"], sort=False).indices.values():
        ends[places] = simultaneous_intervals(np.column_stack([gaps[k] for k in places]))
    table["low"], table["high"] = ends.T
    return table[list(GROUPS)]


def _rows(both: "pd.DataFrame", all_seeds: np.ndarray) -> Iterator[tuple[tuple, np.ndarray]]:
    """The table of one arm without its intervals, and beside each row its difference by seed; `both` has a row an organisation."""
    import pandas as pd

    gaps = {fate: both[f"{fate}_treated"].to_numpy(float) - both[fate].to_numpy(float) for fate in FATES}
    seeds, seed = np.unique(both["seed"], return_inverse=True)
    worlds = both.groupby("seed")["state"].nunique().to_numpy()
    for division, column in DIVISIONS.items():
        group, names = pd.factorize(both[column], sort=True)
        shape = (seeds.size, len(names))
        organisations = (_counts(seed, group, shape) / worlds[:, None]).mean(axis=0)
        for fate, gap in gaps.items():
            in_group = (group >= 0) & ~np.isnan(gap)
            mean, gaining, losing = (
                _by_seed(part[in_group], seed[in_group], group[in_group], shape) for part in (gap, gap > 0, gap < 0)
            )
            for k, name in enumerate(names):
                shares = _mean(gaining[:, k]), _mean(losing[:, k])
                by_seed = np.full(all_seeds.size, np.nan)
                by_seed[np.searchsorted(all_seeds, seeds)] = mean[:, k]
                yield (division, name, fate, float(organisations[k]), _mean(mean[:, k]), *shares), by_seed


def _by_seed(values: np.ndarray, seed: np.ndarray, group: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Mean of each group (column) within each seed (row); NaN where it has no organisation."""
    count = _counts(seed, group, shape)
    total = np.bincount(seed * shape[1] + group, weights=values, minlength=count.size).reshape(shape)
    return np.divide(total, count, out=np.full(shape, np.nan), where=count > 0)


def _counts(seed: np.ndarray, group: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Organisations of each group (column) in each seed (row); group -1 is none."""
    known = group >= 0
    return np.bincount(seed[known] * shape[1] + group[known], minlength=shape[0] * shape[1]).reshape(shape)


def _mean(by_seed: np.ndarray) -> float:
    known = by_seed[~np.isnan(by_seed)]
    return float(known.mean()) if known.size else float("nan")

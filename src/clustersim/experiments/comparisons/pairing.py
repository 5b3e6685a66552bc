"""Pairs: the same seed with and without a measure, and what the difference of the two says.

Where there are several states of the world, a seed's number is its mean over the states in which both arms have one; the
interval then holds for these states together.

Whether an effect can be told from none is said by one interval wherever it is said: the one that holds for all arms at once
(`intervals_together`). With one arm it is the effect's own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, nan
from typing import TYPE_CHECKING

import numpy as np

from clustersim.experiments.statistics import FEW_SEEDS, LEAST_SEEDS, ROUNDING, interval, simultaneous_intervals

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "PairedEffect",
    "arms_of",
    "differences",
    "intervals_together",
    "paired",
    "paired_effect",
    "seeds_needed",
    "worlds",
]


@dataclass(frozen=True)
class PairedEffect:
    """What one arm does to one outcome, seed by seed.

    Attributes:
        n: Seeds in which both arms have a number.
        undefined: Seeds in which one has none; they are left out.
        control: Mean without.
        treated: Mean with.
        difference: Mean of the differences.
        low: Lower end of its 95 % interval, by itself.
        high: Upper end.
        share_better: Share of seeds in which it does better.
        share_equal: Share of seeds in which it makes no difference; in the rest it does worse.
        d: Difference in standard deviations of the differences; NaN where they do not vary.
        correlation: Of the two arms over seeds; NaN where one does not vary.
        runs_saved: Further runs an arm that would have been needed for as narrow an interval with independent seeds,
            n (s1² + s2²) / s_d² - n; negative where pairing does harm, NaN where differences do not vary.
        spans_zero: The interval that decides holds zero, or there is none: that of all arms together where there are several.
        seeds_needed: Where it spans zero: seeds from which it would not, if the effect is as measured and the interval narrows
            with the root of seeds. At so many the chance to see it is about one half; for nine in ten, about 2.7 times as many.
        note: "undefined" (fewer than 3 pairs), "no difference" (zero in every seed), "few seeds" (under 30), "spans zero", or "".
    """

    n: int
    undefined: int
    control: float
    treated: float
    difference: float
    low: float
    high: float
    share_better: float
    share_equal: float
    d: float
    correlation: float
    runs_saved: float
    spans_zero: bool
    seeds_needed: float
    note: str


def paired_effect(treated: np.ndarray, control: np.ndarray, better: int = 1, together: tuple[float, float] | None = None) -> PairedEffect:
    """Compare two arms on the same seeds.

    Args:
        treated: One number a seed.
        control: The same seeds without the measure.
        better: +1 where more is better, -1 where less is.
        together: The interval that decides whether the effect can be told from none; its own unless said.
    """
    treated, control = np.asarray(treated, float), np.asarray(control, float)
    known = ~(np.isnan(treated) | np.isnan(control))
    one, other = treated[known], control[known]
    gap = _without_noise(one - other, one, other)
    n = gap.size
    low, high = interval(gap)
    least, most = (low, high) if together is None else together
    spans = not (least > 0 or most < 0)
    difference = float(gap.mean()) if n else nan
    if n and abs(difference) <= ROUNDING * np.abs(gap).max():
        difference = 0.0
    variances = [float(values.var(ddof=1)) if n > 1 else nan for values in (one, other, gap)]
    varies = n > 1 and variances[2] > ROUNDING * sum(variances[:2])
    return PairedEffect(
        n=n,
        undefined=treated.size - n,
        control=float(other.mean()) if n else nan,
        treated=float(one.mean()) if n else nan,
        difference=difference,
        low=low,
        high=high,
        share_better=float((better * gap > 0).mean()) if n else nan,
        share_equal=float((gap == 0).mean()) if n else nan,
        d=difference / variances[2] ** 0.5 if varies else nan,
        correlation=float(np.corrcoef(one, other)[0, 1]) if n > 1 and min(variances[:2]) > 0 else nan,
        runs_saved=n * (variances[0] + variances[1]) / variances[2] - n if varies else nan,
        spans_zero=spans,
        seeds_needed=seeds_needed(n, difference, least, most) if spans else nan,
        note=_note(gap, spans),
    )


def arms_of(runs: "pd.DataFrame") -> list[str]:
    """The arms in the order in which they come."""
    return runs["arm"].drop_duplicates().tolist()


def worlds(runs: "pd.DataFrame", column: str) -> "pd.DataFrame":
    """One number of all runs: a row a (seed, state), a column an arm."""
    return runs.pivot(index=["seed", "state"], columns="arm", values=column).astype(float)


def paired(worlds: "pd.DataFrame", arm: str, control: str) -> tuple[np.ndarray, np.ndarray]:
    """The numbers of the arm and of the control by seed, NaN where they have no state in common."""
    known = worlds[arm].notna() & worlds[control].notna()
    one, other = (worlds[name].where(known).groupby(level="seed").mean().to_numpy() for name in (arm, control))
    return one, other


def differences(worlds: "pd.DataFrame", arm: str, control: str) -> np.ndarray:
    """The arm less the control by seed; NaN where one of them has no number."""
    one, other = paired(worlds, arm, control)
    return _without_noise(one - other, one, other)


def intervals_together(worlds: "pd.DataFrame", arms: Sequence[str], control: str) -> np.ndarray:
    """Where the differences of all these arms from the control lie at once: a row (low, high) each."""
    return simultaneous_intervals(np.column_stack([differences(worlds, arm, control) for arm in arms]))


def _without_noise(gap: np.ndarray, one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Differences that are rounding noise of the numbers they are made of are none."""
    return np.where(np.abs(gap) <= ROUNDING * np.maximum(np.abs(one), np.abs(other)), 0.0, gap)


def seeds_needed(n: int, difference: float, low: float, high: float) -> float:
    """Seeds from which the end of the interval that lies towards zero would not reach it."""
    reach = difference - low if difference > 0 else high - difference
    return float(ceil(n * (reach / difference) ** 2)) if difference != 0 and reach > 0 else nan


def _note(gap: np.ndarray, spans: bool) -> str:
    if gap.size < LEAST_SEEDS:
        return "undefined"
    if not gap.any():
        return "no difference"
    if gap.size < FEW_SEEDS:
        return "few seeds"
    return "spans zero" if spans else ""

"""Chance: how much of the variance of a run, and of a mean over seeds, is luck and not parameters.

With y the number of a point and seed, y = mean + point + seed + rest, all parts random and independent.

1. Same seeds at every point (crossed). Mean squares of the two-way table without repetition give the variances (Searle, Casella
   & McCulloch 1992, 4.2): rest = MS(rest); seed = (MS(seed) - MS(rest)) / points; point = (MS(point) - MS(rest)) / seeds.
   *Common* luck (seed) moves all points alike; the rest is luck that points answer differently.
2. Other seeds at other points. Luck is the variance within points, pooled; point = (MS(point) - luck) / seeds.
3. Share of one run: luck / (point + luck). Share of a mean over n seeds: (luck / n) / (point + luck / n). Estimates below zero
   count as zero.
4. Intervals are percentiles of the bootstrap over blocks of points (`layout`), seeds as they are: they say how far the share
   hangs on the points that were drawn.

Points at which a seed is missing are left out, and blocks without any other; where too few blocks remain there is no interval. One
seed tells nothing of chance. Without luck the share is 0, without any effect of parameters it is 1.
"""

from dataclasses import dataclass
from math import nan

import numpy as np

from clustersim.experiments.sensitivity.layout import Layout, drawn_again
from clustersim.experiments.statistics import CONFIDENCE, LEAST_SEEDS

__all__ = ["Chance", "Share", "chance"]


@dataclass(frozen=True)
class Share:
    """The share of chance in a variance, and its interval."""

    share: float
    low: float
    high: float


@dataclass(frozen=True)
class Chance:
    """How much is luck.

    Attributes:
        points: On how many points it rests.
        seeds: Seeds at each.
        point: Variance between points that luck does not explain.
        common: Variance of luck that all points share; NaN where they have different seeds.
        own: Variance of the other luck, or of all luck where points have different seeds.
        run: Share of chance in one run.
        mean: Share of chance in the mean over the seeds of a point.
    """

    points: int
    seeds: int
    point: float
    common: float
    own: float
    run: Share
    mean: Share


def chance(layout: Layout, values: np.ndarray) -> Chance | None:
    """The shares of one quantity; None with fewer than two seeds or points, or where nothing varies at all.

    Args:
        layout: The design; with a factor of luck, other points have other seeds.
        values: A row a point, a column a seed; NaN where a run has no number.
    """
    known = ~np.isnan(values).any(axis=1)
    seeds = values.shape[1]
    if seeds < 2 or known.sum() < 2 or np.ptp(values[known]) == 0:
        return None
    centred = np.where(known[:, None], values - values[known].mean(), 0.0)
    crossed = layout.luck is None
    sums = _sums(centred, known, layout.blocks, layout.block)
    point, common, own = (float(part[0]) for part in _variances(np.ones((1, layout.blocks)), sums, seeds, crossed))
    whole = sums[0] > 0  # blocks that have a point; one without would only be drawn as a hole
    drawn = None
    if whole.sum() >= LEAST_SEEDS:
        drawn = _variances(drawn_again(int(whole.sum())), tuple(part[whole] for part in sums), seeds, crossed)
    run, mean = (_share((point, common, own), drawn, number) for number in (1, seeds))
    return Chance(int(known.sum()), seeds, point, common if crossed else nan, own, run, mean)


def _sums(values: np.ndarray, known: np.ndarray, blocks: int, block: int) -> tuple[np.ndarray, ...]:
    """What the mean squares need of each block: its points, sums by seed, sum of squared means, sum of squares."""
    means = values.mean(axis=1)

    def by_block(part: np.ndarray) -> np.ndarray:
        return part.reshape(blocks, block, *part.shape[1:]).sum(axis=1)

    return by_block(known.astype(float)), by_block(values), by_block(means * means), by_block((values * values).sum(axis=1))


def _variances(times: np.ndarray, sums: tuple[np.ndarray, ...], seeds: int, crossed: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Variance of point, of common luck and of the other luck, in each resample of blocks (1, 2)."""
    number, by_seed, of_means, squares = (times @ part for part in sums)
    points = np.maximum(number, 2.0)  # a resample of a single point has no spread to tell
    whole = by_seed.sum(axis=1) / seeds  # of means over points
    between = np.maximum(of_means - whole * whole / points, 0.0) * seeds
    within = np.maximum(squares - of_means * seeds, 0.0)
    if not crossed:
        luck = within / (points * (seeds - 1))
        return np.maximum((between / (points - 1) - luck) / seeds, 0.0), np.zeros_like(luck), luck
    of_seeds = np.maximum((by_seed * by_seed).sum(axis=1) / points - whole * whole * seeds / points, 0.0)
    rest = np.maximum(within - of_seeds, 0.0) / ((points - 1) * (seeds - 1))
    common = np.maximum((of_seeds / (seeds - 1) - rest) / points, 0.0)
    return np.maximum((between / (points - 1) - rest) / seeds, 0.0), common, rest


def _share(found: tuple[float, float, float], drawn: tuple[np.ndarray, ...] | None, number: int) -> Share:
    """The share of luck in the mean of so many seeds (3), and its interval (4)."""
    share = float(_part(*(np.array([part]) for part in found), number)[0])
    if drawn is None:
        return Share(share, nan, nan)
    shares = _part(*drawn, number)
    known = shares[~np.isnan(shares)]
    low, high = np.quantile(known, ((1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2)) if known.size else (nan, nan)
    return Share(share, float(low), float(high))


def _part(point: np.ndarray, common: np.ndarray, own: np.ndarray, number: int) -> np.ndarray:
    luck = (common + own) / number
    whole = point + luck
    return np.divide(luck, whole, out=np.full_like(whole, nan), where=whole > 0)

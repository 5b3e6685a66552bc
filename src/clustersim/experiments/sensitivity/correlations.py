"""Partial rank correlations, for designs that were not made for a method: whether a quantity rises or falls with a factor.

1. The ranks of a factor and those of the quantity, both freed by least squares of the ranks of all other factors, are correlated
   (PRCC; Iman & Conover 1979, Marino et al. 2008). With P the inverse of the matrix of rank correlations it is
   -P[factor, quantity] / sqrt(P[factor, factor] P[quantity, quantity]).
2. The interval is that of Fisher's z = artanh of 1: z +- 1.96 standard deviations of its bootstrap over points.
3. A factor is told apart from chance if its interval leaves out zero.

It sees what rises or falls throughout. A factor whose effect turns round, or lies only in company of others, can have none.
For one factor it is Spearman's rank correlation.
"""

from dataclasses import dataclass

import numpy as np

from clustersim.experiments.sensitivity.layout import Layout, drawn_again
from clustersim.experiments.sensitivity.quantities import varies
from clustersim.experiments.statistics import CONFIDENCE

__all__ = ["LEAST_POINTS_A_FACTOR", "Correlations", "correlate"]

LEAST_POINTS_A_FACTOR = 3  # with fewer, a resample can hardly part the factors
_MOST = 1 - 1e-12  # a correlation of one has no z
_RIDGE = 1e-9  # where ranks follow from each other without any rest, their matrix has no inverse


@dataclass(frozen=True, eq=False)
class Correlations:
    """Partial rank correlations, an entry a factor, and their intervals as rows of low and high."""

    correlation: np.ndarray
    ends: np.ndarray


def correlate(layout: Layout, values: np.ndarray) -> Correlations | None:
    """Partial rank correlations of one quantity with each factor; None with too few points.

    Args:
        layout: A design without blocks.
        values: The quantity at each point; points without a number are left out.
    """
    from scipy.special import ndtri
    from scipy.stats import rankdata

    known = layout.whole(values)
    if known.sum() < LEAST_POINTS_A_FACTOR * (len(layout.names) + 1) or not varies(values):
        return None
    ranks = np.column_stack([rankdata(column) for column in (*layout.unit[known].T, values[known])])
    found = _partial(ranks, np.ones((1, len(ranks))))[0]
    strays = np.arctanh(_partial(ranks, drawn_again(len(ranks)))).std(axis=0, ddof=1)
    half = float(ndtri((1 + CONFIDENCE) / 2)) * strays
    z = np.arctanh(found)
    return Correlations(found, np.tanh(np.column_stack((z - half, z + half))))


def _partial(ranks: np.ndarray, times: np.ndarray) -> np.ndarray:
    """The correlations of 1 where each row was drawn so many times: a row a resample, a column a factor."""
    number = len(ranks)
    means = times @ ranks / number
    columns = ranks.shape[1]
    products = (ranks[:, :, None] * ranks[:, None, :]).reshape(number, columns * columns)
    covariance = (times @ products / number).reshape(-1, columns, columns) - means[:, :, None] * means[:, None, :]
    spread = np.sqrt(np.maximum(np.diagonal(covariance, axis1=1, axis2=2), np.finfo(float).tiny))
    together = covariance / (spread[:, :, None] * spread[:, None, :]) + _RIDGE * np.eye(columns)
    inverse = np.linalg.inv(together)
    own = np.sqrt(np.diagonal(inverse, axis1=1, axis2=2))
    return np.clip(-inverse[:, :-1, -1] / (own[:, :-1] * own[:, -1:]), -_MOST, _MOST)

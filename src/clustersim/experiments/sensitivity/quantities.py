"""Quantities: what is asked of an outcome at each point, its mean over seeds, and for clusters and poles the chance of any."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from clustersim.experiments.outcomes import outcome

__all__ = ["EMERGING", "Quantity", "quantities"]

EMERGING = ("clusters", "poles")  # of these the chance that there is any is asked too
LEAST_SEEDS_SHARE = 0.5  # of the seeds must have ended for a point to count; assumed: with fewer its mean is mostly luck
TIES = 1e-12  # rounding, as a part of the largest value


@dataclass(frozen=True)
class Quantity:
    """One number a point.

    Attributes:
        outcome: The outcome it is made of.
        statistic: "mean" over seeds, or "chance": share of seeds in which the outcome is above zero.
    """

    outcome: str
    statistic: Literal["mean", "chance"]

    @property
    def unit(self) -> str:
        """Its unit in words."""
        return "share of seeds" if self.statistic == "chance" else outcome(self.outcome).unit

    @property
    def said(self) -> str:
        """What it is called in a sentence."""
        words = self.outcome.replace("_", " ")
        return f"chance of {words}" if self.statistic == "chance" else words

    def each(self, values: np.ndarray) -> np.ndarray:
        """What is averaged over seeds: the outcome itself, or whether there is any; NaN stays NaN.

        Args:
            values: A row a point, a column a seed.
        """
        return np.where(np.isnan(values), np.nan, values > 0) if self.statistic == "chance" else np.asarray(values, float)

    def at_points(self, values: np.ndarray) -> np.ndarray:
        """The quantity at each point; NaN where fewer than half of the seeds have a number."""
        each = self.each(values)
        known = ~np.isnan(each)
        number = known.sum(axis=1)
        enough = number >= max(1.0, LEAST_SEEDS_SHARE * each.shape[1])
        return np.where(enough, np.where(known, each, 0.0).sum(axis=1) / np.maximum(number, 1), np.nan)


def quantities(outcomes: Iterable[str]) -> tuple[Quantity, ...]:
    """Everything that is asked of these outcomes.

    Raises:
        KeyError: for a name that is no outcome.
    """
    found = []
    for name in outcomes:
        found.append(Quantity(outcome(name).name, "mean"))
        if name in EMERGING:
            found.append(Quantity(name, "chance"))
    return tuple(found)


def varies(values: np.ndarray) -> bool:
    """Whether a quantity differs between points by more than rounding."""
    known = values[~np.isnan(values)]
    return known.size > 1 and bool(np.ptp(known) > TIES * np.abs(known).max())

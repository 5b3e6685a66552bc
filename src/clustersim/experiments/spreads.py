"""Spreads: where a number may lie, and how likely where.

A number is drawn through the quantile function of its spread from a share u in [0, 1), so that designs are made in the unit cube and
know nothing of units:

1. uniform: low + u (high - low)
2. log_uniform: low (high / low)^u
3. triangular with its mode c: low + sqrt(u (high - low)(c - low)) below the mode, high - sqrt((1 - u)(high - low)(high - c)) above
4. normal, cut off at low and high: the mean + sd x the standard normal quantile of a share between those of the two ends

Whole numbers: the interval reaches to high + 1 and what is drawn is rounded down, so that under 1 each whole number is equally likely.
"""

from dataclasses import dataclass
from math import exp, floor, log, sqrt
from typing import Any

__all__ = ["DISTRIBUTIONS", "Spread"]

DISTRIBUTIONS = ("uniform", "log_uniform", "triangular", "normal")


@dataclass(frozen=True)
class Spread:
    """Where a sampled factor may lie, and how likely where.

    Attributes:
        low: Lowest value.
        high: Highest value.
        distribution: One of `DISTRIBUTIONS`.
        mode: Most likely value of a triangular distribution.
        mean: Of a normal distribution before it is cut off.
        sd: Its standard deviation.
    """

    low: float
    high: float
    distribution: str = "uniform"
    mode: float | None = None
    mean: float | None = None
    sd: float | None = None

    def at(self, share: float, *, whole: bool = False) -> Any:
        """The value below which that share of draws lies."""
        if not whole:
            return float(min(max(self._quantile(share, self.high), self.low), self.high))
        return int(min(max(floor(self._quantile(share, self.high + 1)), self.low), self.high))

    def values(self) -> dict[str, Any]:
        """What is said of it, laid out like a file."""
        return {name: value for name, value in vars(self).items() if value is not None}

    def _quantile(self, u: float, high: float) -> float:
        low = self.low
        if self.distribution == "log_uniform":
            return exp(log(low) + u * (log(high) - log(low)))
        if self.distribution == "triangular":
            mode = self.mode + (high - self.high) / 2
            if u * (high - low) < mode - low:
                return low + sqrt(u * (high - low) * (mode - low))
            return high - sqrt((1.0 - u) * (high - low) * (high - mode))
        if self.distribution == "normal":
            from scipy.special import ndtr, ndtri

            first, last = ndtr((low - self.mean) / self.sd), ndtr((high - self.mean) / self.sd)
            return self.mean + self.sd * float(ndtri(first + u * (last - first)))
        return low + u * (high - low)

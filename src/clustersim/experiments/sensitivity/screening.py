"""Screening by Morris: what each factor does when it alone is moved, seen from many places of the space.

1. The *elementary effect* of a factor is the change of a quantity over one step of the factor, per whole interval of it (Morris
   1991). Each trajectory gives one of each factor.
2. mu is the mean of a factor's effects, sigma their spread: much spread means that the effect depends on the other factors, or
   bends. mu_star is the mean of their sizes, so that effects of both signs do not cancel (Campolongo, Cariboni & Saltelli 2007).
3. The interval of mu_star is mu_star +- 1.96 standard deviations of the bootstrap over trajectories, and not below zero.
4. A factor is told apart from chance if its interval lies above that of luck.

All of 1 to 3 by SALib. Reduces to the coefficient of a factor, with sigma 0, for a linear model.
"""

from dataclasses import dataclass

import numpy as np

from clustersim.experiments.sensitivity.layout import RESAMPLES, Layout
from clustersim.experiments.statistics import CONFIDENCE

__all__ = ["LEAST_TRAJECTORIES", "Screened", "screen"]

LEAST_TRAJECTORIES = 2  # one has no spread
_SEED = 1  # SALib takes 0 for none


@dataclass(frozen=True, eq=False)
class Screened:
    """What the factors do, an entry each in the order of the design.

    Attributes:
        mu: Mean elementary effect, in units of the quantity per whole interval.
        mu_star: Mean size of the effects.
        low: Low end of the interval of mu_star.
        high: High end.
        sigma: Spread of the effects.
    """

    mu: np.ndarray
    mu_star: np.ndarray
    low: np.ndarray
    high: np.ndarray
    sigma: np.ndarray


def screen(layout: Layout, values: np.ndarray) -> Screened | None:
    """Morris screening of one quantity; None with fewer whole trajectories than a spread needs.

    Args:
        layout: A Morris design.
        values: The quantity at each point, NaN where there is none; trajectories that lack a point are left out.
    """
    from SALib.analyze import morris

    whole = layout.whole(values)
    if whole.sum() < LEAST_TRAJECTORIES:
        return None
    points = np.repeat(whole, layout.block)
    problem = {"num_vars": len(layout.names), "names": list(layout.names), "bounds": [[0.0, 1.0]] * len(layout.names)}
    found = morris.analyze(
        problem, layout.unit[points], values[points], num_resamples=RESAMPLES, conf_level=CONFIDENCE, num_levels=layout.levels, seed=_SEED
    )
    mu, star, sigma, half = (np.ma.filled(np.ma.asarray(found[name], float), np.nan) for name in ("mu", "mu_star", "sigma", "mu_star_conf"))
    return Screened(mu, star, np.maximum(star - half, 0.0), star + half, sigma)

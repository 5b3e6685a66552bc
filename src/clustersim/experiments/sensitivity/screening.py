"""Screening by Morris: what each factor does when it alone is moved, seen from many places of the space.

1. The *elementary effect* of a factor is the change of a quantity over one step of the factor, per whole interval of it (Morris
   1991). Each trajectory gives one of each factor.
2. mu is the mean of a factor's effects, sigma their spread: much spread means that the effect depends on the other factors, or
   bends. mu_star is the mean of their sizes, so that effects of both signs do not cancel (Campolongo, Cariboni & Saltelli 2007).
3. The interval of mu_star is mu_star +- 1.96 standard deviations of the bootstrap over trajectories, and not below zero.
4. A factor is told apart from chance if it does more than luck in the same trajectories: the interval of the mean of (size of its
   effect - size of the effect of luck), by the studentised bootstrap over trajectories, lies above zero. Of forty factors that do
   nothing at most one is expected to be told apart by mere chance.

All of 1 to 3 by SALib, of which 4 uses the effects. Reduces to the coefficient of a factor, with sigma 0, for a linear model.
"""

from dataclasses import dataclass

import numpy as np

from clustersim.experiments.sensitivity.layout import RESAMPLES, Layout
from clustersim.experiments.statistics import CONFIDENCE, interval

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
        above_luck: Whether each does more than luck; None for luck itself, and where the design has none.
    """

    mu: np.ndarray
    mu_star: np.ndarray
    low: np.ndarray
    high: np.ndarray
    sigma: np.ndarray
    above_luck: tuple[bool | None, ...]


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
    told = _above_luck(layout, _sizes(layout, layout.unit[points], values[points]))
    return Screened(mu, star, np.maximum(star - half, 0.0), star + half, sigma, told)


def _sizes(layout: Layout, unit: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Size of the elementary effect of each factor in each trajectory: a row a trajectory, a column a factor."""
    trajectories = len(unit) // layout.block
    steps = np.diff(unit.reshape(trajectories, layout.block, -1), axis=1)
    changes = np.diff(values.reshape(trajectories, layout.block), axis=1)
    moved = np.abs(steps).argmax(axis=2)  # a step moves one factor
    found = np.empty((trajectories, len(layout.names)))
    by_step = np.abs(changes / np.take_along_axis(steps, moved[:, :, None], axis=2)[:, :, 0])
    np.put_along_axis(found, moved, by_step, axis=1)
    return found


def _above_luck(layout: Layout, sizes: np.ndarray) -> tuple[bool | None, ...]:
    luck = layout.luck
    if luck is None:
        return (None,) * len(layout.names)
    low = [interval(column - sizes[:, luck])[0] for column in sizes.T]  # none with fewer than three trajectories
    return tuple(None if k == luck else bool(low[k] > 0) for k in range(len(layout.names)))

"""The frontier: which arms are the best value among all, by their means, and how sure that is.

One arm is dominated where another costs no more public money and brings no less, and dominated by a mix of two where it lies
below the line between a cheaper and a dearer one (extended dominance: Drummond et al. 2015). What is left is the frontier.

A standing rests on means. It is *sure* where intervals bear it out: a dominated arm is surely no cheaper and surely no better than
one that dominates it; one dominated by a mix lies surely below its line; one on the frontier is surely cheaper or better than each
other, and surely above the line between each two others of which one is cheaper and one dearer.

How far an arm lies above a line = its net benefit - that of the mix, at the price at which the line trades money for the outcome
(Stinnett & Mullahy 1998). So what is unsure of the costs of all three counts; the price and the shares of the mix are as measured.
Intervals hold together: those of the costs of all pairs in 97.5 % of experiments, those of the outcomes of all pairs and of all
distances from lines in 97.5 %, so that everything that is called sure of an outcome is so in 95 %.
"""

from collections.abc import Sequence
from itertools import combinations, pairwise
from typing import TYPE_CHECKING

import numpy as np

from clustersim.experiments.comparisons.pairing import arms_of, differences, worlds
from clustersim.experiments.statistics import CONFIDENCE, simultaneous_intervals

if TYPE_CHECKING:
    import pandas as pd

    from clustersim.experiments.outcomes import Outcome

__all__ = ["FRONTIER", "frontier"]

FRONTIER = ("outcome", "arm", "extra_public_eur", "extra", "standing", "by", "sure")

OF_EACH = (1 + CONFIDENCE) / 2  # confidence of costs and of outcomes, for both together to hold as often as is said

type Point = tuple[float, float]  # extra cost and extra outcome, means over seeds; more is better
type Pairs = dict[tuple[str, str], np.ndarray]  # of two arms: low and high end of the one less the other
type Lines = dict[tuple[str, str, str], np.ndarray]  # of an arm, a cheaper and a dearer one: low and high end of how far it lies above


def frontier(runs: "pd.DataFrame", outcomes: Sequence["Outcome"], control: str) -> "pd.DataFrame":
    """How arms stand to each other and to the control: which are on the frontier.

    `standing` is "frontier", "dominated", "dominated by a mix" or "" (no number); `by` names who dominates it; `sure` tells whether
    intervals bear it out.
    """
    import pandas as pd

    arms = [control, *(arm for arm in arms_of(runs) if arm != control)]
    spent = worlds(runs, "public_eur")
    cost = {arm: differences(spent, arm, control) for arm in arms}
    rows = []
    for declared in outcomes:
        reached = worlds(runs, declared.name)
        gain = {arm: declared.better * differences(reached, arm, control) for arm in arms}
        points = {arm: (_mean(cost[arm]), _mean(gain[arm])) for arm in arms}
        known = {arm: point for arm, point in points.items() if not np.isnan(point).any()}
        dearer, (better, above) = _dearer(cost, list(known)), _better_and_above(cost, gain, known)
        beaten = {arm: by for arm, point in known.items() if (by := [other for other in known if _dominates(known[other], point)])}
        hull = _hull({arm: point for arm, point in known.items() if arm not in beaten})
        for arm, point in points.items():
            by, standing, sure = hull.get(arm, []), "", False
            if arm in beaten:
                by, standing = beaten[arm], "dominated"
                sure = any(_surely_dominates(dearer[other, arm], better[other, arm]) for other in by)
            elif by:
                standing, sure = "dominated by a mix", above[arm, *by][1] < 0
            elif arm in known:
                standing = "frontier"
                apart = all(dearer[arm, other][1] < 0 or better[arm, other][0] > 0 for other in known if other != arm)
                sure = apart and all(ends[0] > 0 for (one, _, _), ends in above.items() if one == arm)
            rows.append((declared.name, arm, point[0], declared.better * point[1], standing, ", ".join(by), bool(sure)))
    return pd.DataFrame(rows, columns=list(FRONTIER))


def _dearer(cost: dict[str, np.ndarray], arms: Sequence[str]) -> Pairs:
    """Where the extra cost of each arm over each other lies; intervals hold together."""
    couples = list(combinations(arms, 2))
    return _both_ways(dict(zip(couples, _together([cost[one] - cost[other] for one, other in couples]), strict=True)))


def _better_and_above(cost: dict[str, np.ndarray], gain: dict[str, np.ndarray], points: dict[str, Point]) -> tuple[Pairs, Lines]:
    """Where the extra outcome of each arm over each other lies, and how far each lies above each line; intervals hold together."""
    couples = list(combinations(points, 2))
    lines = [
        (arm, left, right) for arm in points for left in points for right in points if points[left][0] < points[arm][0] < points[right][0]
    ]
    gaps = [gain[one] - gain[other] for one, other in couples]
    ends = _together(gaps + [_above(cost, gain, points, *line) for line in lines])
    pairs = dict(zip(couples, ends[: len(couples)], strict=True))
    return _both_ways(pairs), dict(zip(lines, ends[len(couples) :], strict=True))


def _above(
    cost: dict[str, np.ndarray], gain: dict[str, np.ndarray], points: dict[str, Point], arm: str, left: str, right: str
) -> np.ndarray:
    """By seed, the net benefit of the arm less that of the mix of two others that costs as much in the mean, at the line's own price."""
    (cost_left, gain_left), (cost_right, gain_right) = points[left], points[right]
    price = (gain_right - gain_left) / (cost_right - cost_left)
    weight = (points[arm][0] - cost_left) / (cost_right - cost_left)
    net = {name: gain[name] - price * cost[name] for name in (arm, left, right)}
    return net[arm] - (1 - weight) * net[left] - weight * net[right]


def _together(values: list[np.ndarray]) -> np.ndarray:
    return simultaneous_intervals(np.column_stack(values), OF_EACH) if values else np.empty((0, 2))


def _both_ways(pairs: Pairs) -> Pairs:
    """Of each two arms the one less the other, and the other less the one."""
    return pairs | {(other, one): -ends[::-1] for (one, other), ends in pairs.items()}


def _dominates(one: Point, other: Point) -> bool:
    """Costs no more and brings no less, and differs."""
    return one != other and one[0] <= other[0] and one[1] >= other[1]


def _surely_dominates(dearer: np.ndarray, better: np.ndarray) -> bool:
    """Surely no dearer and no worse, and surely one of cheaper or better."""
    return bool(dearer[1] <= 0 <= better[0] and (dearer[1] < 0 or better[0] > 0))


def _hull(points: dict[str, Point]) -> dict[str, list[str]]:
    """Of arms that none dominates: the two between which each lies too low, none for those on the frontier."""
    frontier_arms: list[str] = []
    for arm in sorted(points, key=lambda name: points[name]):
        while len(frontier_arms) > 1 and _below(points[frontier_arms[-1]], points[frontier_arms[-2]], points[arm]):
            frontier_arms.pop()
        frontier_arms.append(arm)
    found: dict[str, list[str]] = {}
    for arm, point in points.items():
        around = [pair for pair in pairwise(frontier_arms) if points[pair[0]][0] < point[0] < points[pair[1]][0]]
        found[arm] = [name for one, other in around if _below(point, points[one], points[other]) for name in (one, other)]
    return found


def _below(point: Point, left: Point, right: Point) -> bool:
    """The point brings less than a mix of the two others at its cost."""
    return (point[1] - left[1]) * (right[0] - left[0]) < (right[1] - left[1]) * (point[0] - left[0])


def _mean(values: np.ndarray) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if known.size else float("nan")

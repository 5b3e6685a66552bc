"""The frontier: which arms are the best value among all, by their means, and how sure that is.

One arm is dominated where another costs no more public money and brings no less, and dominated by a mix of two where it lies
below the line between a cheaper and a dearer one (extended dominance: Drummond et al. 2015). What is left is the frontier.

A standing rests on means. It is *sure* where the intervals of the differences between arms, which hold together for all pairs,
bear it out: a dominated arm is surely no cheaper and surely no better than one that dominates it, one dominated by a mix brings
surely less than the mix costs (its weights taken as known), and one on the frontier is surely cheaper or better than each other.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from clustersim.experiments.comparisons.pairing import arms_of, differences, worlds
from clustersim.experiments.statistics import interval, simultaneous_intervals

if TYPE_CHECKING:
    import pandas as pd

    from clustersim.experiments.outcomes import Outcome

__all__ = ["FRONTIER", "frontier"]

FRONTIER = ("outcome", "arm", "extra_public_eur", "extra", "standing", "by", "sure")

type Point = tuple[float, float]  # extra cost and extra outcome, means over seeds; more is better
type Ends = dict[tuple[str, str], np.ndarray]  # of two arms: low and high end of the one less the other


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
        dearer, better = _apart(cost, list(known)), _apart(gain, list(known))
        beaten = {arm: by for arm, point in known.items() if (by := [other for other in known if _dominates(known[other], point)])}
        hull = _hull({arm: point for arm, point in known.items() if arm not in beaten})
        for arm, point in points.items():
            others = [other for other in known if other != arm]
            by, standing, sure = hull.get(arm, []), "", False
            if arm in beaten:
                by, standing = beaten[arm], "dominated"
                sure = any(_surely_dominates(dearer[other, arm], better[other, arm]) for other in by)
            elif by:
                standing, sure = "dominated by a mix", _below_surely(gain, known, arm, *by)
            elif arm in known:
                standing = "frontier"
                sure = all(dearer[arm, other][1] < 0 or better[arm, other][0] > 0 for other in others)
            rows.append((declared.name, arm, point[0], declared.better * point[1], standing, ", ".join(by), bool(sure)))
    return pd.DataFrame(rows, columns=list(FRONTIER))


def _apart(values: dict[str, np.ndarray], arms: list[str]) -> Ends:
    """Intervals of the difference of each two arms; they hold together."""
    couples = [(one, other) for k, one in enumerate(arms) for other in arms[k + 1 :]]
    if not couples:
        return {}
    ends = simultaneous_intervals(np.column_stack([values[one] - values[other] for one, other in couples]))
    found = dict(zip(couples, ends, strict=True))
    return found | {(other, one): -pair[::-1] for (one, other), pair in found.items()}


def _dominates(one: Point, other: Point) -> bool:
    """Costs no more and brings no less, and differs."""
    return one != other and one[0] <= other[0] and one[1] >= other[1]


def _surely_dominates(dearer: np.ndarray, better: np.ndarray) -> bool:
    """Surely no dearer and no worse, and surely one of cheaper or better."""
    return bool(dearer[1] <= 0 <= better[0] and (dearer[1] < 0 or better[0] > 0))


def _below_surely(gain: dict[str, np.ndarray], points: dict[str, Point], arm: str, left: str, right: str) -> bool:
    """Whether the arm brings surely less than the mix of two others that costs as much in the mean."""
    weight = (points[arm][0] - points[left][0]) / (points[right][0] - points[left][0])
    return interval(gain[arm] - (1 - weight) * gain[left] - weight * gain[right])[1] < 0


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

"""Money: what each arm spends, what a further cluster, organisation or person served costs, and which arms are no bargain.

What counts is public money spent net of repayments, and more of it than in the control; private money and teams' own part
stand beside. Cost of a further unit = mean extra public money / mean extra outcome, a ratio of means over seeds. It is given
only where the extra outcome can be told from zero and buying is a bargain at some price:

- *dominates*: surely better, and surely no dearer than the control;
- *dominated*: surely worse, and surely no cheaper;
- *trade-off*: surely better or worse otherwise; the cost of a unit tells (where the arm is worse and cheaper, it is the
  money saved per unit forgone);
- *not distinguishable*: the interval of the extra outcome holds zero, or there is none.

Among each other arms are compared by their means: one is dominated where another costs no more and brings no less, and
dominated by a mix of two where it lies below the line between a cheaper and a dearer one (extended dominance: Drummond et al.
2015). What is left is the frontier.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from clustersim.experiments.pairing import arms_of, differences, worlds
from clustersim.experiments.statistics import interval, ratio_interval

if TYPE_CHECKING:
    import pandas as pd

    from clustersim.experiments.outcomes import Outcome

__all__ = ["COSTED", "FRONTIER", "SPENT", "frontier", "money", "plane"]

COSTED = ("clusters", "social_enterprises", "persons_served")  # outcomes of which a further unit has a cost
SPENT = ("public_eur", "private_eur", "own_eur")
FRONTIER = ("outcome", "arm", "extra_public_eur", "extra", "standing", "by")


def money(runs: "pd.DataFrame", outcomes: Sequence["Outcome"], control: str) -> "pd.DataFrame":
    """Spending an arm and run, leverage (private money and teams' own part a public euro), and what a further unit costs.

    Args:
        runs: A row a run.
        outcomes: Those of which a further unit has a cost.
        control: The arm to compare with.
    """
    import pandas as pd

    spent = {name: worlds(runs, name) for name in SPENT}
    reached = {declared.name: worlds(runs, declared.name) for declared in outcomes}
    rows = []
    for arm in arms_of(runs):
        if arm == control:
            continue
        row: dict[str, object] = {"arm": arm}
        row |= {name: float(values[arm].groupby(level="seed").mean().mean()) for name, values in spent.items()}
        row["leverage"] = (row["private_eur"] + row["own_eur"]) / row["public_eur"] if row["public_eur"] > 0 else float("nan")
        cost = differences(spent["public_eur"], arm, control)
        row["extra_public_eur"] = _mean(cost)
        for declared in outcomes:
            row |= _worth(declared, cost, differences(reached[declared.name], arm, control))
        rows.append(row)
    return pd.DataFrame(rows)


def plane(runs: "pd.DataFrame", outcomes: Sequence["Outcome"], control: str) -> "pd.DataFrame":
    """Points of the cost-effectiveness plane: extra public money and extra outcomes of each arm, seed by seed."""
    import pandas as pd

    columns = {"extra_public_eur": "public_eur", **{f"extra_{declared.name}": declared.name for declared in outcomes}}
    values = {name: worlds(runs, column) for name, column in columns.items()}
    seeds = values["extra_public_eur"].index.get_level_values("seed").unique()
    parts = [
        pd.DataFrame({"arm": arm, "seed": seeds} | {name: differences(found, arm, control) for name, found in values.items()})
        for arm in arms_of(runs)
        if arm != control
    ]
    points = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=["arm", "seed", *columns])
    return points.dropna(subset=["extra_public_eur"], ignore_index=True)


def frontier(table: "pd.DataFrame", outcomes: Sequence["Outcome"], control: str) -> "pd.DataFrame":
    """How arms stand to each other and to the control, by the means of the table `money`: which are on the frontier.

    `standing` is "frontier", "dominated", "dominated by a mix" or "" (no number); `by` names who dominates it.
    """
    import pandas as pd

    rows = []
    for declared in outcomes:
        extra = declared.better * table[f"extra_{declared.name}"]
        points = {control: (0.0, 0.0), **dict(zip(table["arm"], zip(table["extra_public_eur"], extra, strict=True), strict=True))}
        known = {arm: point for arm, point in points.items() if not np.isnan(point).any()}
        beaten = {arm: by for arm, point in known.items() if (by := [other for other in known if _dominates(known[other], point)])}
        hull = _hull({arm: point for arm, point in known.items() if arm not in beaten})
        for arm, (cost, gain) in points.items():
            by = beaten.get(arm, []) if arm not in hull else hull[arm]
            standing = "" if arm not in known else "dominated" if arm in beaten else "dominated by a mix" if by else "frontier"
            rows.append((declared.name, arm, cost, declared.better * gain, standing, ", ".join(by)))
    return pd.DataFrame(rows, columns=list(FRONTIER))


def _worth(declared: "Outcome", cost: np.ndarray, extra: np.ndarray) -> dict[str, object]:
    """The columns of one outcome: extra outcome, cost of a further unit with its interval, status."""
    gain = declared.better * extra
    status = _status(interval(cost), interval(gain))
    paired = ~(np.isnan(cost) | np.isnan(gain))
    low = high = ratio = float("nan")
    if status == "trade-off":
        ratio = float(cost[paired].mean() / gain[paired].mean())
        if ratio > 0:
            low, high = ratio_interval(cost, gain)
        else:
            ratio = float("nan")
    prefix = f"cost_per_{declared.name}"
    return {
        f"extra_{declared.name}": _mean(extra), f"{prefix}_eur": ratio, f"{prefix}_low_eur": low, f"{prefix}_high_eur": high,
        f"status_{declared.name}": status,
    }  # fmt: skip


def _status(cost: tuple[float, float], gain: tuple[float, float]) -> str:
    """In one word, from the intervals of extra cost and extra outcome (more is better)."""
    if not (gain[0] > 0 or gain[1] < 0):
        return "not distinguishable"
    if gain[0] > 0 and cost[1] <= 0:
        return "dominates"
    return "dominated" if gain[1] < 0 and cost[0] >= 0 else "trade-off"


def _dominates(one: tuple[float, float], other: tuple[float, float]) -> bool:
    """Costs no more and brings no less, and differs."""
    return one != other and one[0] <= other[0] and one[1] >= other[1]


def _hull(points: dict[str, tuple[float, float]]) -> dict[str, list[str]]:
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


def _below(point: tuple[float, float], left: tuple[float, float], right: tuple[float, float]) -> bool:
    """The point brings less than a mix of the two others at its cost."""
    return (point[1] - left[1]) * (right[0] - left[0]) < (right[1] - left[1]) * (point[0] - left[0])


def _mean(values: np.ndarray) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if known.size else float("nan")

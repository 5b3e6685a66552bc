"""Money: what each arm spends, and what a further cluster, surviving organisation or year of service for a person costs.

What counts is public money spent net of repayments, and more of it than in the control; private money and teams' own part
stand beside. So does what is promised and at the end still to be paid: it counts in no cost, for what it buys comes later. Cost
of a further unit = mean extra public money / mean extra outcome, a ratio of means over seeds. It is given only where the extra
outcome can be told from zero and buying is a bargain at some price:

- *dominates*: surely better, and surely no dearer than the control;
- *dominated*: surely worse, and surely no cheaper;
- *cheaper but less*: surely worse, and cheaper in the mean; what is told is the money saved per unit given up;
- *trade-off*: surely better or worse otherwise; the cost of a unit tells, where the extra cost has the sign of the gain;
- *not distinguishable*: the interval of the extra outcome holds zero, or there is none.

What is sure is so by the intervals that hold for all arms at once, of the extra outcome and of the extra cost: as everywhere else.

The unit is the one that the outcome declares (`costed_in`): persons served count by the person-year of service.

Among each other arms are compared by their means in `frontier`.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from clustersim.experiments.comparisons.pairing import arms_of, differences, intervals_together, worlds
from clustersim.experiments.outcomes import OUTCOMES, Outcome
from clustersim.experiments.statistics import ratio_interval

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["COSTED", "SPENT", "money", "plane"]

COSTED = tuple(declared.name for declared in OUTCOMES if declared.costed_in)  # outcomes of which a further unit has a cost
SPENT = ("public_eur", "private_eur", "own_eur", "public_committed_eur", "private_committed_eur")


def money(runs: "pd.DataFrame", outcomes: Sequence[Outcome], control: str) -> "pd.DataFrame":
    """What an arm spends and still has to pay, leverage (private money and teams' own part a public euro), and what a further unit costs.

    Args:
        runs: A row a run.
        outcomes: Those of which a further unit has a cost.
        control: The arm to compare with.
    """
    import pandas as pd

    treated = [arm for arm in arms_of(runs) if arm != control]
    if not treated:
        return pd.DataFrame()
    spent = {name: worlds(runs, name) for name in SPENT}
    reached = {declared.name: worlds(runs, declared.name) for declared in outcomes}
    cost_ends = intervals_together(spent["public_eur"], treated, control)
    gain_ends = {
        declared.name: np.sort(declared.better * intervals_together(reached[declared.name], treated, control)) for declared in outcomes
    }
    rows = []
    for k, arm in enumerate(treated):
        row: dict[str, object] = {"arm": arm}
        row |= {name: float(values[arm].groupby(level="seed").mean().mean()) for name, values in spent.items()}
        row["leverage"] = (row["private_eur"] + row["own_eur"]) / row["public_eur"] if row["public_eur"] > 0 else float("nan")
        cost = differences(spent["public_eur"], arm, control)
        row["extra_public_eur"] = _mean(cost)
        for declared in outcomes:
            status = _status(cost_ends[k], gain_ends[declared.name][k], _mean(cost))
            row |= _worth(declared, cost, differences(reached[declared.name], arm, control), status)
        rows.append(row)
    return pd.DataFrame(rows)


def plane(runs: "pd.DataFrame", outcomes: Sequence[Outcome], control: str) -> "pd.DataFrame":
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


def _worth(declared: Outcome, cost: np.ndarray, extra: np.ndarray, status: str) -> dict[str, object]:
    """The columns of one outcome: extra outcome, cost of a further unit with its interval, status."""
    gain = declared.better * extra
    paired = ~(np.isnan(cost) | np.isnan(gain))
    low = high = ratio = float("nan")
    if status in ("trade-off", "cheaper but less"):
        ratio = declared.per * float(cost[paired].mean() / gain[paired].mean())
        if ratio > 0:
            low, high = (declared.per * end for end in ratio_interval(cost, gain))
        else:
            ratio = float("nan")
    prefix = f"cost_per_{declared.name}"
    return {
        f"extra_{declared.name}": _mean(extra), f"{prefix}_eur": ratio, f"{prefix}_low_eur": low, f"{prefix}_high_eur": high,
        f"status_{declared.name}": status,
    }  # fmt: skip


def _status(cost: np.ndarray, gain: np.ndarray, mean_cost: float) -> str:
    """In a word or two, from the intervals of extra cost and extra outcome (more is better)."""
    if not (gain[0] > 0 or gain[1] < 0):
        return "not distinguishable"
    if gain[0] > 0 and cost[1] <= 0:
        return "dominates"
    if gain[1] < 0 and cost[0] >= 0:
        return "dominated"
    return "cheaper but less" if gain[1] < 0 and mean_cost < 0 else "trade-off"


def _mean(values: np.ndarray) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if known.size else float("nan")

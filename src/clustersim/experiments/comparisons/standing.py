"""Tables of ranking and regret: which arm is best, how sure that is, and what choosing another one costs."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from clustersim.experiments.comparisons.pairing import arms_of, differences, intervals_together, worlds
from clustersim.experiments.statistics import chances_of_best

if TYPE_CHECKING:
    import pandas as pd

    from clustersim.experiments.outcomes import Outcome

__all__ = ["RANKING", "REGRET", "ranking", "regret"]

RANKING = ("outcome", "arm", "difference", "low_simultaneous", "high_simultaneous", "probability_best")
REGRET = ("arm", "outcome", "mean", "p90", "max")
MUCH = 0.9  # the quantile shown beside mean and maximum


def ranking(runs: "pd.DataFrame", outcomes: Sequence["Outcome"], control: str) -> "pd.DataFrame":
    """All arms at once, an outcome at a time: intervals that hold together, and the probability of being best.

    The control takes part, with a difference of zero. Arms are compared by their paired differences from it, so that an arm
    with a failed run is not better or worse for the seed it lacks.
    """
    import pandas as pd

    arms, rows = arms_of(runs), []
    for declared in outcomes:
        values = worlds(runs, declared.name)
        gaps = np.column_stack([differences(values, arm, control) for arm in arms])
        ends, best = intervals_together(values, arms, control), chances_of_best(declared.better * gaps)
        for k, arm in enumerate(arms):
            known = gaps[~np.isnan(gaps[:, k]), k]
            mean = float(known.mean()) if known.size else float("nan")
            rows.append((declared.name, arm, mean, *ends[k].tolist(), float(best[k])))
    return pd.DataFrame(rows, columns=list(RANKING))


def regret(runs: "pd.DataFrame", outcomes: Sequence["Outcome"]) -> "pd.DataFrame":
    """What each arm gives away against the best one in the same seed and state of the world, the control included.

    Only (seed, state) in which every arm has a number take part: elsewhere the best may be the one that is missing. An arm
    that never has a number is left out. Without several states of the world the table is empty.
    """
    import pandas as pd

    rows = []
    for declared in outcomes if runs["state"].nunique() > 1 else ():
        values = declared.better * worlds(runs, declared.name)[arms_of(runs)]
        complete = values.dropna(axis="columns", how="all").dropna()
        lost = -complete.sub(complete.max(axis=1), axis=0)
        for arm in complete.columns if len(complete) else ():
            given = np.abs(lost[arm].to_numpy())
            rows.append((arm, declared.name, float(given.mean()), float(np.quantile(given, MUCH)), float(given.max())))
    return pd.DataFrame(rows, columns=list(REGRET))

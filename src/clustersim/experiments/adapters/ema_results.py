"""The EMA Workbench's analyses on what came of an experiment: nothing is run, and EMA need not be there to make its tables.

    experiments, outcomes = to_ema_results(results)
    box = Prim(experiments.drop(columns=["scenario", "policy", "model"]), outcomes["clusters"] > 3).find_box()

Paths are spelt as plain names: `processes.meeting.decay_km` is the column `processes__meeting__decay_km`. Where there are several
scenarios, the column `scenario_name` says which one.
"""

from typing import TYPE_CHECKING

import numpy as np

from clustersim.durable import ResultsError
from clustersim.experiments.adapters.flat_names import SCENARIO, flat
from clustersim.experiments.sweeps.factors import LEVER
from clustersim.experiments.sweeps.living import SPENT

if TYPE_CHECKING:
    import pandas as pd

    from clustersim.experiments.sweeps.results import Results

__all__ = ["to_ema_results"]


def to_ema_results(results: "Results", *, partial: bool = False) -> "tuple[pd.DataFrame, dict[str, np.ndarray]]":
    """What came of an experiment as EMA gives it: a frame with a row a point, and an array an outcome, means over seeds.

    The columns `scenario`, `policy` and `model` are EMA's own: which combination of uncertainties a row has, which of levers, and the
    experiment; leave them out of an analysis. An outcome that is not defined in a point is NaN there, which PRIM's `outcome > 3` takes for
    a no.

    Args:
        results: Of a sweep.
        partial: Whether to go on where runs are missing: with means over those that are there, and without points that have none.

    Raises:
        ResultsError: if runs are missing and that was not allowed.
    """
    import pandas as pd

    experiment = results.experiment
    if results.missing and not partial:
        problem = f"{results.missing} of the {experiment.runs} runs of {experiment.name!r} failed or have not been done"
        raise ResultsError(problem, "Finish the sweep (clustersim sweep, or retry), or go on with what is there (partial=True)")
    points = results.points()
    points = points[points["runs"] > 0].reset_index(drop=True)
    columns = {flat(path): _typed(points[path]) for path in experiment.paths}
    if len(experiment.scenarios) > 1:
        columns[SCENARIO] = _typed(points["scenario"])
    experiments = pd.DataFrame(columns)
    levers = [flat(factor.path) for factor in experiment.factors if factor.role == LEVER]
    levers += [SCENARIO] * (SCENARIO in experiments)
    others = [name for name in columns if name not in levers]
    experiments["scenario"] = _combinations(experiments, others)
    experiments["policy"] = _combinations(experiments, levers)
    experiments["model"] = pd.Categorical([experiment.name] * len(experiments))
    return experiments, {name: points[name].to_numpy(float) for name in (*experiment.outcomes, *SPENT)}


def _typed(column: "pd.Series") -> "pd.Series":
    """A column as EMA types it: words are categories."""
    return column if column.dtype.kind in "biuf" else column.astype("category")


def _combinations(frame: "pd.DataFrame", names: list[str]) -> "pd.Series":
    """The number of the combination of values that each row has."""
    import pandas as pd

    numbers = frame.groupby(names, sort=False, observed=True).ngroup() if names else pd.Series(0, index=frame.index)
    return numbers.astype("category")

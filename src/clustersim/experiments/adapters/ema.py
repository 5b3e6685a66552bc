"""The EMA Workbench: an experiment as its model. EMA chooses the points and has them lived.

    model = to_ema(experiment)
    with SequentialEvaluator(model) as evaluator:
        experiments, outcomes = evaluator.perform_experiments(scenarios=100)

Paths are spelt as plain names there: `processes.meeting.decay_km` is `processes__meeting__decay_km`. Where there are several scenarios,
which one is a lever named `scenario_name`. An outcome is the mean over the same seeds in every point, so that none is luckier than another.
A search maximises outcomes of which more is better and minimises the others; money spent is there too, for information, until you give it
a kind.

EMA 3.0 loses the whole batch when one experiment in it fails, and cannot resume. For anything that takes more than minutes: sweep first,
then hand what came of it to EMA's analyses (`ema_results`). Its `MultiprocessingEvaluator` forks, which does not go with threads: take it
in a program that has started none, or the sequential one. Install EMA with `pip install "clustersim[ema]"`.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import stats

from clustersim.experiments.adapters.flat_names import SCENARIO, flat
from clustersim.experiments.numbers import is_whole
from clustersim.experiments.outcomes import outcome
from clustersim.experiments.spreads import DISTRIBUTIONS
from clustersim.experiments.sweeps.experiment import Experiment
from clustersim.experiments.sweeps.factors import LEVER, UNCERTAINTY, Factor
from clustersim.experiments.sweeps.living import SPENT, lived
from clustersim.problems import Problem, ScenarioError
from clustersim.scenario import Scenario

if TYPE_CHECKING:
    from ema_workbench import Model

__all__ = ["Living", "to_ema"]


@dataclass(frozen=True, eq=False)
class Living:
    """Lives a point: what EMA calls a model's function. It travels between processes.

    Attributes:
        scenarios: By name; the first counts where none is named.
        seeds: Under which every point is lived.
        outcomes: Names of what is looked at.
    """

    scenarios: dict[str, Scenario]
    seeds: tuple[int, ...]
    outcomes: tuple[str, ...]

    def __call__(self, **said: Any) -> dict[str, float]:
        """The mean of each outcome over the seeds in which it is defined, of the scenario with these values by their paths.

        Raises:
            ScenarioError: if the values contradict each other.
        """
        # EMA draws numbers of NumPy's own types
        values = {path: value.item() if isinstance(value, np.generic) else value for path, value in said.items()}
        scenario = self.scenarios[values.pop(SCENARIO, next(iter(self.scenarios)))]
        changed = scenario.with_changes(values) if values else scenario
        runs = [lived(changed, seed).numbers for seed in self.seeds]
        return {name: _mean([numbers[name] for numbers in runs]) for name in (*self.outcomes, *SPENT)}


def to_ema(experiment: Experiment, *, seeds: Iterable[int] | None = None) -> "Model":
    """A model of the EMA Workbench with the experiment's uncertainties, levers and outcomes.

    Args:
        experiment: Drawn factors become real or whole-number parameters with their distribution, crossed ones categories or switches, and
            crossed ones with one value constants. Its design and points do not count: EMA chooses.
        seeds: Under which every point is lived; the first set of the experiment's unless said.

    Raises:
        ModuleNotFoundError: if the EMA Workbench is not installed.
        ScenarioError: if the experiment varies nothing that EMA could choose.
    """
    workbench = _workbench()
    chosen = tuple(range(experiment.first_seed, experiment.first_seed + experiment.seeds)) if seeds is None else tuple(map(int, seeds))
    if not chosen:
        raise ValueError("found no seeds; allowed is at least one")
    if not experiment.factors and len(experiment.scenarios) == 1:
        allowed, hint = "factors with intervals or values", "points of one's own, once swept, are read by to_ema_results"
        raise ScenarioError([Problem(experiment.name, "design", "nothing that EMA could choose", allowed, hint)])
    scenarios = {scenario.name: scenario for scenario in experiment.scenarios}
    # EMA takes no dash or blank in a model's name
    model = workbench.Model("sweep_" + re.sub(r"\W", "_", experiment.name), Living(scenarios, chosen, experiment.outcomes))
    varied = [factor for factor in experiment.factors if len(factor.values) != 1]
    model.uncertainties = [_parameter(workbench, experiment, factor) for factor in varied if factor.role == UNCERTAINTY]
    levers = [_parameter(workbench, experiment, factor) for factor in varied if factor.role == LEVER]
    choice = [workbench.CategoricalParameter(SCENARIO, list(scenarios))] if len(scenarios) > 1 else []
    model.levers = choice + levers
    fixed = [factor for factor in experiment.factors if len(factor.values) == 1]
    model.constants = [workbench.Constant(flat(factor.path), factor.values[0], variable_name=factor.path) for factor in fixed]
    kinds = {1: workbench.ScalarOutcome.MAXIMIZE, -1: workbench.ScalarOutcome.MINIMIZE}
    money = [workbench.ScalarOutcome(name, kind=workbench.ScalarOutcome.INFO) for name in SPENT]
    model.outcomes = [workbench.ScalarOutcome(name, kind=kinds[outcome(name).better]) for name in experiment.outcomes] + money
    return model


def _parameter(workbench: ModuleType, experiment: Experiment, factor: Factor) -> Any:
    """A factor as EMA's parameter, drawn as the experiment draws it."""
    name, spread = flat(factor.path), factor.spread
    if spread is None:
        if set(factor.values) == {True, False} and isinstance(factor.values[0], bool):
            return workbench.BooleanParameter(name, variable_name=factor.path)
        return workbench.CategoricalParameter(name, list(factor.values), variable_name=factor.path)
    whole = is_whole(factor.parameter)
    kind = workbench.IntegerParameter if whole else workbench.RealParameter
    if spread.distribution == "uniform":
        return kind(name, spread.low, spread.high, variable_name=factor.path)
    return kind.from_dist(name, _distribution(factor), variable_name=factor.path)


def _distribution(factor: Factor) -> Any:
    """How a factor is drawn, by SciPy."""
    spread, whole = factor.spread, is_whole(factor.parameter)
    peak = spread.mean if spread.mode is None else spread.mode + whole / 2
    said = (DISTRIBUTIONS.index(spread.distribution), peak or 0.0, spread.sd or 0.0)
    return _whole_number(spread.low, spread.high, *said) if whole else _real_number(spread.low, spread.high, *said)


def _real_number(low: Any, high: Any, kind: Any, peak: Any, sd: Any) -> Any:
    """A distribution by its number in `DISTRIBUTIONS`; `peak` is its mode or mean."""
    match DISTRIBUTIONS[int(np.ravel(kind)[0])]:
        case "log_uniform":
            return stats.loguniform(low, high)
        case "triangular":
            return stats.triang((peak - low) / (high - low), low, high - low)
        case "normal":
            return stats.truncnorm((low - peak) / sd, (high - peak) / sd, peak, sd)
    return stats.uniform(low, high - low)


class _WholeNumber(stats.rv_discrete):
    """What such a distribution up to the next whole number draws, rounded down, as the designs of experiment files do."""

    def _argcheck(self, low: Any, high: Any, kind: Any, peak: Any, sd: Any) -> Any:
        return low < high

    def _get_support(self, low: Any, high: Any, kind: Any, peak: Any, sd: Any) -> tuple[Any, Any]:
        return low, high

    def _cdf(self, k: Any, low: Any, high: Any, kind: Any, peak: Any, sd: Any) -> Any:
        return _real_number(low, high + 1, kind, peak, sd).cdf(np.floor(k) + 1)

    def _ppf(self, q: Any, low: Any, high: Any, kind: Any, peak: Any, sd: Any) -> Any:
        return np.minimum(np.floor(_real_number(low, high + 1, kind, peak, sd).ppf(q)), high)


_whole_number = _WholeNumber(name="whole_number")


def _mean(values: list[float]) -> float:
    """Mean of what is defined; NaN where nothing is."""
    known = [value for value in values if not np.isnan(value)]
    return float(np.mean(known)) if known else float("nan")


def _workbench() -> ModuleType:
    try:
        import ema_workbench
    except ModuleNotFoundError as error:
        if error.name != "ema_workbench":
            raise
        remedy = 'install it with: pip install "clustersim[ema]"'
        raise ModuleNotFoundError(f"the EMA Workbench is not installed; {remedy}", name="ema_workbench") from None
    return ema_workbench

"""States of the world: draws of parameters that nobody knows well, the same for every arm.

State 0 is the scenario as written. The others are a Latin hypercube (McKay et al. 1979) over the intervals of the uncertain
parameters: each interval is cut into as many slices as there are states, and each slice is drawn once. The draw depends on the
number of parameters and states alone, so that the same question is always asked of the same worlds.
"""

from collections.abc import Mapping

import numpy as np

from clustersim.experiments.numbers import is_whole, of_world
from clustersim.experiments.spreads import Spread
from clustersim.problems import Problem, ScenarioError, allowed_by, did_you_mean, in_words
from clustersim.scenario import Scenario

__all__ = ["Uncertainties", "states_of", "uncertain"]

type Uncertainties = dict[str, tuple[float, float]]
type Changes = tuple[tuple[str, float], ...]

_HERE = "(uncertainties)"
_SEED = 0


def uncertain(scenario: Scenario, asked: Mapping[str, tuple[float, float] | None]) -> Uncertainties:
    """The intervals of the uncertain parameters, the declared one where none is given.

    Args:
        scenario: One in which all paths exist.
        asked: Dotted path to lowest and highest value, or to None.

    Raises:
        ScenarioError: naming every path that is no number of the world, and every interval that is not allowed.
    """
    declared, problems, found = of_world(scenario), [], {}
    for path, interval in asked.items():
        parameter = declared.get(path)
        if parameter is None:
            allowed = "a number of the territory, population, purposes, processes or funders that all arms share"
            problems.append(Problem(_HERE, path, "no such number", allowed, did_you_mean(path, declared)))
            continue
        low, high = interval if interval is not None else parameter.within or (0.0, 0.0)
        for end in (low, high):
            if parameter.problem(end) is not None:
                problems.append(Problem(_HERE, path, in_words(end), allowed_by(parameter)))
        if not low < high:
            problems.append(Problem(_HERE, path, f"{low:g} to {high:g}", "an interval whose low end is below its high end"))
        found[path] = (low, high)
    if problems:
        raise ScenarioError(problems)
    return found


def states_of(scenario: Scenario, uncertainties: Uncertainties, states: int) -> list[Changes]:
    """The changes of each state; none for state 0, then so many draws. Without uncertainties there is state 0 alone."""
    if not uncertainties:
        return [()]
    from scipy.stats import qmc

    numbers = of_world(scenario)
    sample = qmc.LatinHypercube(len(uncertainties), rng=np.random.default_rng(_SEED)).random(states)
    drawn = [
        tuple(
            (path, Spread(low, high).at(u, whole=is_whole(numbers[path])))
            for u, (path, (low, high)) in zip(point, uncertainties.items(), strict=True)
        )
        for point in sample
    ]
    return [(), *drawn]

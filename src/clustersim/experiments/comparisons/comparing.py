"""Comparing: all arms on the same seeds.

The luck of a seed is the same in every arm, so arms are compared seed by seed: what is left is the effect of the measures, and
of the little luck that the measures themselves bring.
"""

import os
from collections.abc import Callable, Iterable, Mapping

from clustersim.experiments.comparisons.answering import Answer, ComparisonError
from clustersim.experiments.comparisons.arms import Named
from clustersim.experiments.comparisons.cautions import noted, said_of_reach
from clustersim.experiments.comparisons.comparison import Comparison
from clustersim.experiments.comparisons.plan import Plan, plan
from clustersim.experiments.comparisons.worlds import Worlds
from clustersim.experiments.execution.crew import Crew
from clustersim.experiments.records import record_of, warm_kernels
from clustersim.experiments.statistics import FEW_SEEDS

__all__ = ["ComparisonError", "answer", "compare"]


def compare(
    scenarios: Iterable[Named],
    *,
    against: Named,
    seeds: int | Iterable[int] = FEW_SEEDS,
    on: str | os.PathLike[str] | None = None,
    months: int | None = None,
    workers: int | None = None,
    equal_budget: bool | float = False,
    decompose: bool = False,
    uncertainties: Mapping[str, tuple[float, float] | None] | None = None,
    states: int = 20,
    until_precise: float | None = None,
    precise_in: tuple[str, str] | None = None,
    max_seeds: int = 1_000,
    allow_differences: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Comparison:
    """Compare scenarios that differ in their measures, on the same seeds.

    Args:
        scenarios: Scenarios, their files, or names of shipped ones.
        against: The control, likewise; may be the name of one of `scenarios`.
        seeds: How many replications, or which.
        on: The scenario of a territory to put all of them on.
        months: Horizon after the spin-up, instead of the scenarios' own.
        workers: Runs at a time, each in a process of its own; all usable cores unless said. 1 needs no other process.
        equal_budget: Scale the public budgets of each arm until all spend the same public money: True for what the arm spends that
            spends least, or an amount in EUR over the horizon.
        decompose: Run all parts of each mix of measures, for the share of each measure.
        uncertainties: Dotted paths of uncertain parameters, each with its lowest and highest value, or None for those declared.
        states: States of the world to draw from them.
        until_precise: Add seeds until the interval of the main contrast is narrower than this.
        precise_in: Outcome and arm (empty: the first scenario) of the main contrast; the first headline and scenario unless said.
        max_seeds: When to stop adding seeds.
        allow_differences: Whether the arms may differ in more than their measures.
        progress: Called with (runs done, runs known to be needed).

    Raises:
        ScenarioError: naming every mistake in what is asked.
        ComparisonError: if every run of an arm failed.
    """
    asked = plan(
        scenarios, against=against, seeds=seeds, on=on, months=months, equal_budget=equal_budget, decompose=decompose,
        uncertainties=uncertainties, states=states, until_precise=until_precise, precise_in=precise_in, max_seeds=max_seeds,
        allow_differences=allow_differences,
    )  # fmt: skip
    return answer(asked, workers=workers, progress=progress)


def answer(
    asked: Plan,
    *,
    workers: int | None = None,
    kind: str = "processes",
    progress: Callable[[int, int], None] | None = None,
    command: str | None = None,
) -> Comparison:
    """Do what a plan asks; `kind` as in `Crew`, `command` is how to ask it again."""
    with Crew(asked.arms, record_of, workers=workers, kind=kind, warm=warm_kernels) as crew:
        found = Answer(asked, Worlds(crew, progress)).comparison(command)
    found.facts.update(noted([*found.warnings, *said_of_reach(found.measures)]))
    return found

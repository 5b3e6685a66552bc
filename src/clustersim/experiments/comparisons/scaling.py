"""Scaling: how the public budgets of an arm are multiplied, in all years alike or in some of them more.

What a private funder gives is not the public purse's to raise or to cut, and does not count in what is made equal: its budgets stay as
they are written.

A budget year begins at the scenario's month 1, 13, 25, ... as for the calls that spend the budget. Years with a higher factor are
spread over the scenario, the middle first, then the middles of what is left: a euro of the first year has longer to act than one of
the last, so a course that leans on neither is the fairer to compare. Each choice of so many years holds all smaller ones, so
that one year more never takes money from another.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from typing import Any

from clustersim.experiments.comparisons.worlds import Changes
from clustersim.measures.calls import YEAR, opens
from clustersim.scenario import MeasureSettings, Scenario

__all__ = ["AS_WRITTEN", "Scale", "budget_of", "calling_years", "largest_factor", "publicly_paid", "scaled", "spread"]


@dataclass(frozen=True)
class Scale:
    """How far the public budgets of an arm are scaled.

    Attributes:
        factor: On the budget of every measure of a public funder.
        higher: What counts instead in `years`; None where there are none.
        years: Budget years, the first is 1.
    """

    factor: float
    higher: float | None = None
    years: tuple[int, ...] = ()

    def at(self, month: int) -> float:
        """The factor in a month of the scenario."""
        return self.higher if self.higher is not None and year_of(month) in self.years else self.factor


AS_WRITTEN = Scale(1.0)


def year_of(month: int) -> int:
    """The budget year of a month of the scenario; month 0 is the beginning, as month 1."""
    return (max(month, 1) - 1) // YEAR + 1


def scaled(arm: Scenario, scale: Scale) -> tuple[tuple[str, Any], ...]:
    """The changes that multiply the public budgets of an arm; values that change over time keep their months."""
    changes: Changes = ()
    turns = {first for year in scale.years for first in (YEAR * (year - 1) + 1, YEAR * year + 1) if 1 < first <= arm.run.months}
    for measure in publicly_paid(arm) if scale != AS_WRITTEN else ():
        budget = budget_of(measure)
        path = f"measures.{measure.name}.budget_eur_per_year"
        said = {int(month): value for month, value in budget.items()} if isinstance(budget, dict) else {0: budget}
        course: dict[int, float] = {}
        for month in sorted({*said, *turns}):
            written = said[max(first for first in said if first <= month)]
            value = round(written * scale.at(month), 2)
            if month in said or value != list(course.values())[-1]:
                course[month] = value
        if isinstance(budget, dict) or len(course) > 1:
            changes += tuple((f"{path}.{month}", value) for month, value in course.items())
        else:
            changes += ((path, course[0]),)
    return changes


def budget_of(measure: MeasureSettings) -> Any:
    """Its budget a year: a number, a table from month to number, or None for a measure without money."""
    return measure.values().get("budget_eur_per_year")


def publicly_paid(arm: Scenario) -> tuple[MeasureSettings, ...]:
    """The measures of an arm that have a budget of a public funder."""
    public = {funder.name for funder in arm.funders if funder.public}
    return tuple(measure for measure in arm.measures if measure.funder in public and budget_of(measure) is not None)


def largest_factor(arm: Scenario) -> float:
    """How far budgets may be raised before one leaves the interval that it is declared with; infinite where there are none."""
    most = [inf]
    for measure in publicly_paid(arm):
        budget = budget_of(measure)
        declared = {parameter.name: parameter for parameter in measure.numbers.declared()}.get("budget_eur_per_year")
        values = [value for value in (budget.values() if isinstance(budget, dict) else [budget]) if value]
        most += [declared.within[1] / max(values)] if declared is not None and values else []
    return min(most)


def calling_years(arm: Scenario) -> tuple[int, ...]:
    """The budget years in which some measure of a public funder holds a call that it has money for."""
    months = range(1, arm.run.months + 1)
    found = {year_of(month) for measure in publicly_paid(arm) for month in months if _promises(measure, month)}
    return tuple(sorted(found))


def _promises(measure: MeasureSettings, month: int) -> bool:
    return opens(measure.numbers, month, measure.call_months) and measure.at(month).budget_eur_per_year > 0


def spread(years: Sequence[int]) -> tuple[int, ...]:
    """The years in an order of which every beginning is spread over all of them."""
    order, parts = [], [tuple(years)]
    for part in parts:  # which grows until nothing is left to part
        if part:
            middle = len(part) // 2
            order.append(part[middle])
            parts += [part[:middle], part[middle + 1 :]]
    return tuple(order)

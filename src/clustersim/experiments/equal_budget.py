"""Equal budgets: for each arm the intensity at which as much public money is really spent as in the others.

What counts is spending, net of repayments, in the mean over seeds; a budget that finds no takers is not spent. Spending rises
in steps with the budget, because promises are made whole. So a factor on all budgets of an arm is searched between what
spends too little and what spends too much, on a few seeds first and then on all, and what is reached is reported,
also where a step is too high to come near enough.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import isnan
from typing import Self

from clustersim.experiments.records import Record
from clustersim.experiments.worlds import World, Worlds, budget_of, scaled
from clustersim.problems import Problem, ScenarioError
from clustersim.scenario import Scenario

__all__ = ["TOLERANCE", "Intensity", "equal_intensities", "public_eur"]

TOLERANCE = 0.02  # how near to the target spending must come
PILOT = 10  # seeds of the first search
STEPS = 14
ROUNDS = 4  # corrections of the pilot's aim by what all seeds spend
LARGEST = 64.0  # no budget is raised beyond so many times
FINEST = 1e-3  # intervals of the factor are not cut further


@dataclass(frozen=True)
class Intensity:
    """How far an arm's budgets are scaled.

    Attributes:
        factor: On the budget of every measure.
        target_eur: Public spending to reach, mean over seeds; NaN for an arm that is left as it is.
        written_eur: Public spending before anything is scaled.
        achieved_eur: Public spending reached.
        met: Whether that is near enough.
        note: What a reader must know; may be empty.
    """

    factor: float
    target_eur: float
    written_eur: float
    achieved_eur: float
    met: bool
    note: str = ""

    @property
    def gap(self) -> float:
        """Relative distance from the target."""
        return self.achieved_eur / self.target_eur - 1.0

    def verified(self, achieved_eur: float) -> Self:
        """The same with what was spent in the end."""
        met = isnan(self.target_eur) or abs(achieved_eur / self.target_eur - 1.0) <= TOLERANCE
        return replace(self, achieved_eur=achieved_eur, met=met)


def public_eur(record: Record) -> float:
    """Public money spent under measures in a run, net of repayments."""
    return record.public_cents / 100


def equal_intensities(
    arms: Sequence[Scenario], worlds: Worlds, seeds: Sequence[int], target_eur: float | None = None
) -> list[Intensity]:
    """The intensity of each arm, verified on all seeds.

    Args:
        arms: All arms, in the order in which worlds number them.
        worlds: Runs them.
        seeds: Those of the comparison.
        target_eur: Public spending to reach over the horizon; unless said, that of the arm that spends least among those that spend.

    Raises:
        ScenarioError: if no arm spends public money.
    """
    worlds.run([World(number) for number in range(len(arms))], seeds)
    spent = [worlds.mean(World(number), seeds, public_eur) for number in range(len(arms))]
    spending = [eur for eur in spent if eur > 0]
    if not spending:
        allowed = "at least one measure of a public funder that pays within the horizon"
        raise ScenarioError([Problem("(equal budget)", "", "no arm that spends public money", allowed)])
    target = min(spending) if target_eur is None else float(target_eur)
    found = []
    for number, (arm, eur) in enumerate(zip(arms, spent, strict=True)):
        if eur > 0:
            found.append(_searched(arm, number, worlds, seeds, target))
        else:
            note = "left as it is: it spends no public money" if arm.measures else ""
            found.append(Intensity(1.0, float("nan"), eur, eur, True, note))
    return found


def _searched(arm: Scenario, number: int, worlds: Worlds, seeds: Sequence[int], target: float) -> Intensity:
    """The factor of one arm: searched on a few seeds, verified on all, its aim corrected by what all spend."""
    pilot, few = list(seeds[:PILOT]), len(seeds) > PILOT
    whole = lambda factor: worlds.mean(World(number, scaled(arm, factor)), seeds, public_eur)  # noqa: E731
    on_pilot = lambda factor: worlds.mean(World(number, scaled(arm, factor)), pilot, public_eur)  # noqa: E731
    largest = _largest_factor(arm)
    factor = 1.0
    achieved = written = whole(factor)
    if not on_pilot(1.0) > 0:  # the first seeds happen to spend nothing
        pilot, few, on_pilot = list(seeds), False, whole
    aim = target * on_pilot(1.0) / achieved
    for _ in range(ROUNDS if few else 1):
        if abs(achieved / target - 1.0) <= TOLERANCE:
            break
        tried = _factor_at(on_pilot, aim, largest)
        reached = whole(tried)
        if abs(reached - target) < abs(achieved - target):
            factor, achieved = tried, reached
        if not reached > 0:
            break
        aim *= target / reached
    met = abs(achieved / target - 1.0) <= TOLERANCE
    return Intensity(factor, target, written, achieved, met, "; ".join(_notes(arm, met, achieved, target)))


def _factor_at(spent: Callable[[float], float], aim: float, largest: float) -> float:
    """The factor at which spending comes nearest to the aim, by false position and halving in turn."""
    low, at_low, high, at_high = 0.0, 0.0, 1.0, spent(1.0)
    tried = {high: at_high}
    while at_low < at_high < aim and high < largest:
        low, at_low, high = high, at_high, min(2.0 * high, largest)
        at_high = tried[high] = spent(high)
    for step in range(STEPS):
        if isnan(at_high) or at_high < aim or high - low <= FINEST * high:
            break
        line = low + (high - low) * (aim - at_low) / (at_high - at_low) if at_high > at_low else low
        middle = line if step % 2 == 0 and low < line < high else (low + high) / 2
        value = tried[middle] = spent(middle)
        if abs(value / aim - 1.0) <= TOLERANCE / 4:
            return middle
        if value < aim:
            low, at_low = middle, value
        else:
            high, at_high = middle, value
    return min(tried, key=lambda factor: (abs(tried[factor] - aim), factor))


def _largest_factor(arm: Scenario) -> float:
    """How far budgets may be raised before one leaves the interval that it is declared with."""
    most = [LARGEST]
    for measure in arm.measures:
        budget = budget_of(measure)
        declared = {parameter.name: parameter for parameter in measure.numbers.declared()}.get("budget_eur_per_year")
        values = [value for value in (budget.values() if isinstance(budget, dict) else [budget]) if value]
        most += [declared.within[1] / max(values)] if declared is not None and values else []
    return min(most)


def _notes(arm: Scenario, met: bool, achieved: float, target: float) -> list[str]:
    moneyless = [measure.name for measure in arm.measures if budget_of(measure) is None]
    found = [f"{', '.join(moneyless)}: no money, left as it is"] if moneyless else []
    if not met and achieved < target:
        found.append("more budget is not spent: takers, or its funder's own budget, are the limit; or one more promise is too much")
    elif not met:
        found.append("less budget is a whole promise less: spending moves in steps larger than the tolerance")
    return found

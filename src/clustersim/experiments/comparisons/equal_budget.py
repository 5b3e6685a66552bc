"""Equal budgets: for each arm the intensity at which as much public money is really spent as in the others.

What counts is spending, net of repayments, in the mean over seeds; a budget that finds no takers is not spent, and what is promised
and at the end still to be paid does not count. Scaled are the budgets of public funders; those of private funders stay as written. An
arm that spends no public money has nothing to scale: it is left as it is, and said to be so. Spending rises
in steps with the budget, because promises are made whole. So a factor on all public budgets of an arm is searched between what
spends too little and what spends too much, on a few seeds first and then on all. Where a step is too high to come near enough,
the two factors at its foot and at its head share the years: the higher one counts in as many budget years as it takes
(`scaling`), which divides the step by the number of years. What is reached is reported, also where even that is not near enough.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from math import isnan, nan
from typing import Self

from clustersim.experiments.comparisons.scaling import (
    AS_WRITTEN,
    Scale,
    budget_of,
    calling_years,
    largest_factor,
    publicly_paid,
    scaled,
    spread,
)  # fmt: skip
from clustersim.experiments.comparisons.worlds import World, Worlds
from clustersim.experiments.records import Record
from clustersim.problems import Caution, Problem, ScenarioError
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
        scale: What the public budgets are multiplied by.
        target_eur: Public spending to reach, mean over seeds; NaN for an arm that is left as it is.
        written_eur: Public spending before anything is scaled.
        achieved_eur: Public spending reached.
        met: Whether that is near enough; also of an arm that is left as it is, which missed nothing (`equalised` is false there).
        notes: What a reader must know; may be empty.
    """

    scale: Scale
    target_eur: float
    written_eur: float
    achieved_eur: float
    met: bool
    notes: tuple[Caution, ...] = ()

    @property
    def note(self) -> str:
        """What a reader must know, in a row."""
        return "; ".join(self.notes)

    @property
    def equalised(self) -> bool:
        """Whether its spending was to be made equal; it is not where an arm is left as it is."""
        return not isnan(self.target_eur)

    @property
    def gap(self) -> float:
        """Relative distance from the target."""
        return self.achieved_eur / self.target_eur - 1.0

    def verified(self, achieved_eur: float) -> Self:
        """The same with what was spent in the end."""
        met = not self.equalised or _near(achieved_eur, self.target_eur)
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
            found.append(_Search(arm, number, worlds, tuple(seeds), target).intensity())
        else:
            found.append(Intensity(AS_WRITTEN, nan, eur, eur, True, _why_left(arm)))
    return found


@dataclass(eq=False)
class _Search:
    """The search for the scale of one arm; `tried` is what each scale spends on all seeds."""

    arm: Scenario
    number: int
    worlds: Worlds
    seeds: tuple[int, ...]
    target: float
    tried: dict[Scale, float] = field(default_factory=dict)

    def intensity(self) -> Intensity:
        """One factor if it comes near enough, else two."""
        written = self._spent(AS_WRITTEN)
        if not self._reached:
            self._try_one_factor(written)
        if not self._reached:
            self._try_two_factors()
        scale = self._best
        achieved = self.tried[scale]
        return Intensity(scale, self.target, written, achieved, self._reached, tuple(self._notes(scale)))

    @property
    def _best(self) -> Scale:
        """What comes nearest; of several the simplest."""
        return min(self.tried, key=lambda scale: (abs(self.tried[scale] - self.target), len(scale.years), scale.factor))

    @property
    def _reached(self) -> bool:
        return _near(self.tried[self._best], self.target)

    def _spent(self, scale: Scale) -> float:
        """On all seeds; NaN, if every run fails, is never the best."""
        spent = self._mean(scale, self.seeds)
        self.tried[scale] = float("inf") if isnan(spent) else spent
        return spent

    def _mean(self, scale: Scale, seeds: Sequence[int]) -> float:
        return self.worlds.mean(World(self.number, scaled(self.arm, scale)), seeds, public_eur)

    def _try_one_factor(self, written: float) -> None:
        """Searched on a few seeds, verified on all, its aim corrected by what all spend."""
        pilot, few = self.seeds[:PILOT], len(self.seeds) > PILOT
        if not self._mean(AS_WRITTEN, pilot) > 0:  # the first seeds happen to spend nothing
            pilot, few = self.seeds, False
        on_pilot = lambda factor: self._mean(Scale(factor), pilot)  # noqa: E731
        aim = self.target * on_pilot(1.0) / written
        for _ in range(ROUNDS if few else 1):
            nearest, around = _factor_at(on_pilot, aim, min(LARGEST, largest_factor(self.arm)))
            reached = self._spent(Scale(nearest))
            if self._reached or not reached > 0:
                return
            if not _near(on_pilot(nearest), aim):  # a step, or too few takers: no other aim comes nearer
                for factor in around:
                    self._spent(Scale(factor))
                return
            aim *= self.target / reached

    def _try_two_factors(self) -> None:
        """The higher of two factors in some of the years: in how many, is found by halving and false position in turn."""
        years = spread(calling_years(self.arm))
        found = self._step(len(years))
        if found is None:
            return
        low, high = found
        fewest, most, at_fewest, at_most = 0, len(years), self.tried[Scale(low)], self.tried[Scale(high)]
        turn = 0
        while most - fewest > 1 and not self._reached:
            line = fewest + round((most - fewest) * (self.target - at_fewest) / (at_most - at_fewest))
            count = min(max(line, fewest + 1), most - 1) if turn % 2 == 0 else (fewest + most) // 2
            spent = self._spent(Scale(low, high, tuple(sorted(years[:count]))))
            if spent < self.target:
                fewest, at_fewest = count, spent
            else:
                most, at_most = count, spent
            turn += 1

    def _step(self, years: int) -> tuple[float, float] | None:
        """Two factors between whose spending the target lies, as near to each other as so many years need; None if there are none."""
        for _ in range(STEPS):
            single = {0.0: 0.0} | {scale.factor: spent for scale, spent in self.tried.items() if not scale.years}
            low = max(factor for factor, spent in single.items() if spent < self.target)
            above = [factor for factor, spent in single.items() if factor > low and spent > self.target]
            if not above or years < 2:
                return None
            high = min(above)
            fine = single[high] - single[low] <= 2 * TOLERANCE * self.target * years
            if fine or high - low <= FINEST * high or self._reached:
                break
            self._spent(Scale((low + high) / 2))
        self.tried.setdefault(Scale(low), single[low])  # where that is nothing at all
        return low, high

    def _notes(self, scale: Scale) -> Iterator[Caution]:
        paid = publicly_paid(self.arm)
        for kind, names in (
            ("moneyless", [measure.name for measure in self.arm.measures if budget_of(measure) is None]),
            ("private", [measure.name for measure in self.arm.measures if budget_of(measure) is not None and measure not in paid]),
        ):
            if names:
                yield _note(kind, measures=names)
        if scale.years:
            yield _note("uneven_years")
        if self._reached:
            return
        if not self.tried[scale] > 0:
            yield _note("nothing_left")
        elif all(spent <= self.target for spent in self.tried.values()):
            yield _note("no_takers")
        else:
            yield _note("whole_promises")


def _why_left(arm: Scenario) -> tuple[Caution, ...]:
    """Why an arm that spends no public money does not; nothing of one without measures, where it goes without saying."""
    if not arm.measures:
        return ()
    return (_note("unspent" if publicly_paid(arm) else "no_public_budget"),)


_NOTES = {
    "no_public_budget": "left as it is: none of its measures has a budget of a public funder",
    "unspent": "left as it is: of its public budget nothing is spent within the horizon, or all of it comes back",
    "moneyless": "{measures}: no money, left as it is",
    "private": "{measures}: private money, left as it is",
    "uneven_years": "one factor for all years moves spending in steps larger than the tolerance, so some years have a higher one",
    "nothing_left": "its smallest promise costs more than that, so nothing of it is left to compare",
    "no_takers": "more budget is not spent: takers, or its funder's own budget, are the limit",
    "whole_promises": "promises are whole: one more or less, in a single year, moves spending by more than the tolerance",
}


def _note(kind: str, **values: list[str]) -> Caution:
    return Caution(kind, _NOTES[kind].format(**{name: ", ".join(said) for name, said in values.items()}), values)


def _near(spent: float, target: float) -> bool:
    return abs(spent / target - 1.0) <= TOLERANCE


def _factor_at(spent: Callable[[float], float], aim: float, largest: float) -> tuple[float, tuple[float, ...]]:
    """The factor at which spending comes nearest to the aim, by false position and halving in turn; and those between which it passes
    the aim, none where that much is never spent."""
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
            return middle, (middle,)
        if value < aim:
            low, at_low = middle, value
        else:
            high, at_high = middle, value
    nearest = min(tried, key=lambda factor: (abs(tried[factor] - aim), factor))
    return nearest, (low, high) if at_high >= aim else ()

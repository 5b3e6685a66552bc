"""The plan of a comparison: what is asked, checked before anything is run, and how it is named and told apart."""

import hashlib
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf

from clustersim.experiments.comparisons.arms import Named, arms_of
from clustersim.experiments.comparisons.uncertainty import Uncertainties, uncertain
from clustersim.experiments.outcomes import HEADLINES, OUTCOMES, outcome
from clustersim.experiments.statistics import FEW_SEEDS
from clustersim.luck import Luck
from clustersim.problems import Caution, Problem, ScenarioError, did_you_mean, in_words
from clustersim.results import RESULTS_VERSION
from clustersim.scenario import Scenario

__all__ = ["LARGEST_MIX", "Plan", "Precision", "plan"]

LARGEST_MIX = 6  # measures: 64 parts to run
_LONG = 60  # letters of a folder's name
_ASKED = "(comparison)"


@dataclass(frozen=True)
class Precision:
    """How narrow the interval of one contrast is to be: seeds are added until it is.

    Attributes:
        width: Of the 95 % interval of the difference that is shown (with several arms, for all at once), in the unit of the outcome.
        outcome: Of which outcome.
        arm: Of which arm against the control.
        max_seeds: When to give up.
    """

    width: float
    outcome: str
    arm: str
    max_seeds: int


@dataclass(frozen=True, eq=False)
class Plan:
    """What is asked.

    Attributes:
        arms: The control first.
        seeds: To begin with.
        equal_budget: False, True (what the thriftiest arm spends), or public EUR over the horizon.
        decompose: Whether mixes are decomposed.
        uncertainties: Intervals of uncertain parameters.
        states: States of the world besides the scenarios as written.
        precision: When to stop adding seeds; None to add none.
        allow_differences: Whether arms may differ in more than their measures.
    """

    arms: tuple[Scenario, ...]
    seeds: tuple[int, ...]
    equal_budget: bool | float
    decompose: bool
    uncertainties: Uncertainties
    states: int
    precision: Precision | None
    allow_differences: bool

    @property
    def control(self) -> Scenario:
        """What all others are compared with."""
        return self.arms[0]

    @property
    def name(self) -> str:
        """A name that people recognise: the arms, or how many they are, and the control."""
        treated = "-".join(arm.name for arm in self.arms[1:])
        return f"{treated if len(treated) <= _LONG else f'{len(self.arms) - 1}-arms'}-against-{self.control.name}"

    def identity(self) -> str:
        """A digest of everything that the results depend on."""
        said = {
            "version": RESULTS_VERSION,
            "arms": [(arm.name, arm.identity()) for arm in self.arms],
            "seeds": self.seeds,
            "equal_budget": self.equal_budget,
            "decompose": self.decompose,
            "uncertainties": list(self.uncertainties.items()),
            "states": self.states,
            "precision": None if self.precision is None else vars(self.precision),
        }
        return hashlib.blake2b(json.dumps(said).encode(), digest_size=8).hexdigest()

    def mixes(self) -> list[Scenario]:
        """The arms that have several measures, where they are to be decomposed."""
        return [arm for arm in self.arms if self.decompose and len(arm.measures) > 1]

    def warnings(self) -> list[str]:
        """What a reader must know before the numbers."""
        found: list[str] = [caution.of(arm.name) for arm in self.arms for caution in arm.warnings()]
        if self.allow_differences:
            said = "arms may differ in more than their measures: a difference is the effect of all that differs"
            found.append(Caution("differences", said, {}))
        return found


def plan(
    scenarios: Iterable[Named],
    *,
    against: Named,
    seeds: int | Iterable[int] = FEW_SEEDS,
    on: str | os.PathLike[str] | None = None,
    months: int | None = None,
    equal_budget: bool | float = False,
    decompose: bool = False,
    uncertainties: Mapping[str, tuple[float, float] | None] | None = None,
    states: int = 20,
    until_precise: float | None = None,
    precise_in: tuple[str, str] | None = None,
    max_seeds: int = 1_000,
    allow_differences: bool = False,
) -> Plan:
    """Check what is asked; arguments as in `compare`.

    Raises:
        ScenarioError: naming every mistake that can be seen before a run.
    """
    arms = arms_of(scenarios, against, on=on, months=months, allow_differences=allow_differences)
    problems: list[Problem] = []
    numbers = _seeds(seeds, problems)
    if not isinstance(equal_budget, bool) and not 0.0 < equal_budget < inf:
        problems.append(Problem(_ASKED, "equal_budget", in_words(equal_budget), "an amount above 0 EUR"))
    if uncertainties and states < 1:
        problems.append(Problem(_ASKED, "states", in_words(states), "1 or more"))
    if until_precise is None and precise_in is not None:
        allowed, hint = "only with until_precise", "say how narrow the interval is to be, or leave it out"
        problems.append(Problem(_ASKED, "precise_in", in_words(precise_in[0]), allowed, hint))
    precision = None if until_precise is None else _precision(until_precise, precise_in, max_seeds, arms, len(numbers), problems)
    _check_mixes(arms, decompose, problems)
    try:
        intervals = uncertain(arms[0], uncertainties or {})
    except ScenarioError as error:
        problems.extend(error.problems)
    if problems:
        raise ScenarioError(problems)
    return Plan(arms, numbers, equal_budget, decompose, intervals, states if intervals else 0, precision, allow_differences)


def _seeds(seeds: int | Iterable[int], problems: list[Problem]) -> tuple[int, ...]:
    numbers = tuple(range(1, seeds + 1)) if isinstance(seeds, int) else tuple(seeds)
    if len(numbers) < 2 or len(set(numbers)) < len(numbers):
        allowed = "two seeds or more, each once: the seed is the unit of statistics"
        problems.append(Problem(_ASKED, "seeds", in_words(seeds) if isinstance(seeds, int) else in_words(list(numbers)), allowed))
    for seed in numbers:
        try:
            Luck(seed)
        except (ValueError, TypeError, OverflowError) as error:
            problems.append(Problem(_ASKED, "seeds", in_words(seed), "a whole number of 64 bits", str(error)))
            break
    return numbers


def _precision(
    width: float, contrast: tuple[str, str] | None, max_seeds: int, arms: Sequence[Scenario], seeds: int, problems: list[Problem]
) -> Precision:
    name, arm = contrast or (HEADLINES[0], arms[1].name)
    arm = arm or arms[1].name
    treated = [other.name for other in arms[1:]]
    if not 0.0 < width < inf:
        problems.append(Problem(_ASKED, "until_precise", in_words(width), "a width above 0, in the unit of the outcome"))
    if max_seeds < seeds:
        problems.append(Problem(_ASKED, "max_seeds", in_words(max_seeds), f"{seeds} or more, the seeds to begin with"))
    if arm not in treated:
        problems.append(Problem(_ASKED, "precise_in", in_words(arm), f"one of {', '.join(treated)}", did_you_mean(arm, treated)))
    try:
        outcome(name)
    except KeyError:
        names = [declared.name for declared in OUTCOMES]
        problems.append(Problem(_ASKED, "precise_in", in_words(name), f"one of {', '.join(names)}", did_you_mean(name, names)))
    return Precision(float(width), name, arm, max_seeds)


def _check_mixes(arms: Sequence[Scenario], decompose: bool, problems: list[Problem]) -> None:
    if not decompose:
        return
    if arms[0].measures:
        found = f"{arms[0].name}, which has measures of its own ({', '.join(measure.name for measure in arms[0].measures)})"
        remedy = "compare against a scenario without support, or do not decompose"
        problems.append(Problem(_ASKED, "against", found, "a control without measures, for shares to sum to the effect of the mix", remedy))
    for arm in arms:
        if len(arm.measures) > LARGEST_MIX:
            found, allowed = f"{len(arm.measures)} measures, {2 ** len(arm.measures)} parts to run", f"at most {LARGEST_MIX} measures"
            problems.append(Problem(arm.name, "measures", found, allowed, "compare it without decomposing, or leave some out"))
    if all(len(arm.measures) < 2 for arm in arms):
        problems.append(Problem(_ASKED, "decompose", "no arm with several measures", "an arm with two measures or more"))

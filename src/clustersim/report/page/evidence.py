"""How well the numbers of a comparison are supported, as their declarations say.

A number is `measured` where its source is a count of the real world (a survey, a register, a yearbook, a fit to one), `published`
where it is a paper, a rule or a call for projects, and `assumed` where the source says so, be it only for a part. What whoever
plans a measure is free to set (its budget, its months, whom it is for) needs no source: it is a `decision`.
"""

import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

from clustersim.parameters import Parameter, Parameters
from clustersim.population import Population
from clustersim.report.page.folder import StoredComparison
from clustersim.scenario.theory import whole_theory

__all__ = ["GRADES", "Graded", "counts", "grade", "grade_of", "graded", "rests_on"]

GRADES = ("measured", "published", "decision", "assumed")
# numbers of measures that say how support works, and so are no decision of those who plan it
WORKINGS = frozenset({"gain_share", "visibility_encounters", "considered"})
# numbers of the theory by which a kind of measure acts, so that its effect is no surer than they are
ACTS_BY = {
    "project_call": (("innovating", "granted_idea_rate"), ("innovating", "least_granted_share")),
    "voucher": (("innovating", "granted_idea_rate"), ("innovating", "least_granted_share")),
}
# words by which a source shows that somebody counted
_COUNTED = re.compile(r"\b(survey|monitor|ESEM|register|yearbook|census|statistics|fit|survival|creations|area of|\d among)", re.IGNORECASE)


@dataclass(frozen=True)
class Graded:
    """One number of the model in this comparison.

    Attributes:
        part: "measures", "processes" or "population".
        group: The kind of measure, the process, or "population".
        parameter: Its declaration.
        values: The values it has in the arms, each once, in the order of the arms.
        grade: One of `GRADES`.
    """

    part: str
    group: str
    parameter: Parameter
    values: tuple[Any, ...]
    grade: str

    @property
    def changed(self) -> bool:
        """Whether any arm gives it another value than its default."""
        return any(value != self.parameter.default for value in self.values)


def grade(source: str) -> str:
    """The grade of a source."""
    if "assumed" in source.lower():
        return "assumed"
    return "measured" if _COUNTED.search(source) else "published"


def grade_of(parameter: Parameter, *, of_a_measure: bool) -> str:
    """The grade of a number: of a measure, what nobody has counted or published is a decision, unless it says how support works."""
    given = grade(parameter.source)
    return "decision" if of_a_measure and given == "assumed" and parameter.name not in WORKINGS else given


def graded(stored: StoredComparison) -> list[Graded]:
    """Every number that this comparison rests on: of the kinds of its measures, of the processes, of the population."""
    theory = whole_theory()
    found = []
    for kind, group in theory.measures.items():
        said = [measure for arm in stored.treated for measure in arm.measures.values() if measure["kind"] == kind]
        if said:
            found += _group("measures", kind, group, said)
    for name, group in theory.processes.items():
        found += _group("processes", name, group, [arm.resolved.get("processes", {}).get(name, {}) for arm in stored.arms])
    return found + _group("population", "population", Population, [arm.resolved.get("population", {}) for arm in stored.arms])


def rests_on(kind: str, numbers: list[Graded]) -> list[Graded]:
    """The assumed numbers that the effect of a kind of measure rests on: how its support works, its own and those of the theory."""
    own = [number for number in numbers if (number.part, number.group) == ("measures", kind) and number.parameter.name in WORKINGS]
    known = {(number.group, number.parameter.name): number for number in numbers if number.part == "processes"}
    return [number for number in [*own, *(known[name] for name in ACTS_BY.get(kind, ()))] if number.grade == "assumed"]


def counts(numbers: list[Graded]) -> list[tuple[str, str, Counter[str]]]:
    """How many numbers of each grade a part and group has: (part, group, grade -> count)."""
    found: dict[tuple[str, str], Counter[str]] = {}
    for number in numbers:
        found.setdefault((number.part, number.group), Counter())[number.grade] += 1
    return [(part, group, count) for (part, group), count in found.items()]


def _group(part: str, name: str, group: type[Parameters], said: list[dict[str, Any]]) -> list[Graded]:
    rows = []
    for parameter in group.declared():
        values = [_value(scenario, parameter) for scenario in said]
        distinct = tuple(value for k, value in enumerate(values) if value not in values[:k])
        rows.append(Graded(part, name, parameter, distinct, grade_of(parameter, of_a_measure=part == "measures")))
    return rows


def _value(said: dict[str, Any], parameter: Parameter) -> Any:
    """What was said of a number, or its default; where a measure names the months of its calls, these in place of their number a year."""
    dates = said.get("call_months") if parameter.name == "calls_per_year" else None
    return said.get(parameter.name, parameter.default) if dates is None else f"call_months = {dates}"

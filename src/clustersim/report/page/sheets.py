"""Sheets: what each measure is, who pays it, with which numbers, and what is known of its kind."""

import inspect
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from clustersim.measures import KINDS, PARAMETERS
from clustersim.parameters import Parameter
from clustersim.report.page.evidence import Graded, grade_of, rests_on
from clustersim.report.page.folder import Arm, StoredComparison
from clustersim.report.page.language import Language
from clustersim.report.page.readings import digits_of

__all__ = ["Number", "Sheet", "WeakGroup", "rests", "sheets", "value_of", "weak"]

# what a reader wants to know of every measure
ALWAYS = (
    "budget_eur_per_year", "amount_eur", "duration_months", "start_month", "end_month", "calls_per_year", "selection", "co_funding_share",
)  # fmt: skip


@dataclass(frozen=True)
class Number:
    """A number of a measure or a process: what it is called, its value in words, its interval, its grade and source.

    `declared` is its name in scenario files and tables; `changed` says whether the comparison gives it another value than its default.
    """

    name: str
    declared: str
    meaning: str
    value: str
    interval: str
    grade: str
    source: str
    changed: bool


@dataclass(frozen=True)
class WeakGroup:
    """The assumed numbers of one kind of measure, one process, or the population."""

    part: str
    name: str
    numbers: tuple[Number, ...]


@dataclass(frozen=True)
class Sheet:
    """One measure of one arm. Its numbers are those that say most: of the others, those that are not at their default.

    `rests` says which assumed numbers its effect rests on; it is empty where there are none.
    """

    arm: Arm
    name: str
    kind: str
    purposes: str
    funder: str
    what: str
    evidence: str
    rests: str
    numbers: tuple[Number, ...]


def sheets(stored: StoredComparison, numbers: list[Graded], language: Language) -> list[Sheet]:
    """All measures of all arms, in the order of the arms; `numbers` are those that the comparison rests on."""
    return [_sheet(arm, name, said, numbers, language) for arm in stored.arms for name, said in arm.measures.items()]


def weak(numbers: list[Graded], language: Language) -> list[WeakGroup]:
    """The numbers that are assumed, by measure, process and population, with all values they have in the comparison."""
    found: dict[tuple[str, str], list[Number]] = {}
    for graded in numbers:
        if graded.grade == "assumed":
            said = [value_of(graded.parameter, value, language) for value in graded.values]
            kind = graded.group if graded.part == "measures" else ""
            number = _number(graded.parameter, "; ".join(dict.fromkeys(said)), kind, language, changed=graded.changed, group=graded.group)
            found.setdefault((graded.part, graded.group), []).append(number)
    return [WeakGroup(part, name, tuple(group)) for (part, name), group in found.items()]


def rests(kinds: Iterable[str], numbers: list[Graded], language: Language) -> str:
    """In a few words, on which assumed numbers the effect of measures of these kinds rests; empty where on none."""
    found = {}
    for kind in kinds:
        for number in rests_on(kind, numbers):
            found[number.group, number.parameter.name] = _called(number, language)
    return language.say("table.rests", numbers=language.listed(list(found.values()))) if found else ""


def _called(number: Graded, language: Language) -> str:
    named = _of_measure if number.part == "measures" else _of_theory
    return named(number.parameter, number.group, language)[0]


def _rests(kind: str, numbers: list[Graded], language: Language) -> str:
    """The same in a sentence, each number with its meaning, value and interval, and how to draw those of the theory."""
    found = rests_on(kind, numbers)
    if not found:
        return ""
    told = []
    for number in found:
        named = _of_measure if number.part == "measures" else _of_theory
        values = "; ".join(dict.fromkeys(value_of(number.parameter, value, language) for value in number.values))
        name, meaning = named(number.parameter, number.group, language)
        interval = _interval(number.parameter, language)
        told.append(language.say("sheets.rests_number", name=name, meaning=meaning, value=values, interval=interval))
    paths = [f"--uncertain processes.{number.group}.{number.parameter.name}" for number in found if number.part == "processes"]
    draw = language.say("sheets.draw", command=" ".join(paths)) if paths else ""
    return language.say("sheets.rests", numbers="; ".join(told)) + draw


def value_of(parameter: Parameter, value: Any, language: Language) -> str:
    """A value in words, with its unit. Of values that change over time each is said with the month from which it counts."""
    if isinstance(value, Mapping):
        steps = sorted(((int(month), value_of(parameter, said, language)) for month, said in value.items()), key=lambda step: step[0])
        return "; ".join([steps[0][1], *(language.say("format.from_month", month=month, value=said) for month, said in steps[1:])])
    if isinstance(value, bool):
        return language.say("words.yes" if value else "words.no")
    if isinstance(value, str):
        return language.name_of("choices", value)
    head, slash, rest = parameter.unit.partition("/")
    if head in ("EUR", "cents"):
        said = language.euros(value / 100 if head == "cents" else value)
        return language.say(f"per.{rest}", value=said) if slash else said
    if parameter.unit == "share" or _is_rate(parameter):
        share = language.share(value, digits_of(100 * value))
        return share if parameter.unit == "share" else language.say("per.year", value=share)
    said = language.number(value, digits_of(value))
    one = f"units_one.{parameter.unit}"
    key = one if language.singular(said) and language.knows(one) else f"units.{parameter.unit}"
    return language.say(key, value=said) if language.knows(key) else said if parameter.unit == "-" else f"{said} {parameter.unit}"


def _sheet(arm: Arm, name: str, said: dict[str, Any], graded: list[Graded], language: Language) -> Sheet:
    kind = said["kind"]
    declared = PARAMETERS[kind].declared() if kind in PARAMETERS else []
    values = {p.name: said.get(p.name, p.default) for p in declared}
    own = vars(PARAMETERS[kind]) if kind in PARAMETERS else {}
    dates = said.get("call_months", ())
    numbers = [
        _dates(dates, language)
        if dates and p.name == "calls_per_year"
        else _number(p, value_of(p, values[p.name], language), kind, language, changed=values[p.name] != p.default)
        for p in sorted(declared, key=lambda p: ALWAYS.index(p.name) if p.name in ALWAYS else len(ALWAYS))
        if p.name in ALWAYS or p.name in own or values[p.name] != p.default
    ]
    public = arm.resolved.get("funders", {}).get(said["funder"], {}).get("public", True)
    return Sheet(
        arm,
        name.replace("_", " "),
        language.name_of("kinds", kind),
        language.listed([language.name_of("purposes", purpose) for purpose in said.get("purposes", ())]),
        language.say("sheets.public_funder" if public else "sheets.private_funder", name=said["funder"].replace("_", " ")),
        language.say(f"what.{kind}") if language.knows(f"what.{kind}") else _first_paragraph(kind),
        language.say(f"evidence.{kind}") if language.knows(f"evidence.{kind}") else "",
        _rests(kind, graded, language),
        tuple(numbers),
    )


def _dates(months: Sequence[int], language: Language) -> Number:
    """The months of the calls, where a measure names them: what it says in place of a number of calls a year."""
    value, interval = ", ".join(language.number(month) for month in months), ""
    name, meaning = language.name_of("parameters", "call_months"), language.say("meanings.call_months")
    return Number(name, "call_months", meaning, value, interval, "decision", "", changed=True)


def _number(parameter: Parameter, value: str, kind: str, language: Language, *, changed: bool, group: str = "") -> Number:
    """A number of a measure of that `kind`, or else of a process or the population, the `group`, in the page's language."""
    name, meaning = _of_measure(parameter, kind, language) if kind else _of_theory(parameter, group, language)
    given = grade_of(parameter, of_a_measure=bool(kind))
    return Number(name, parameter.name, meaning, value, _interval(parameter, language), given, parameter.source, changed)


def _of_measure(parameter: Parameter, kind: str, language: Language) -> tuple[str, str]:
    """What a number of a measure is called and means."""
    keys = (f"meanings.{kind}.{parameter.name}", f"meanings.{parameter.name}")
    meaning = next((language.say(key) for key in keys if language.knows(key)), parameter.meaning)
    return language.name_of("parameters", parameter.name), meaning


def _of_theory(parameter: Parameter, group: str, language: Language) -> tuple[str, str]:
    """What a number of a process or of the population is called and means: in English, as the code declares it."""
    key = f"numbers.{group}.{parameter.name}"
    if not language.knows(key):
        return parameter.name.replace("_", " "), parameter.meaning
    name, _, meaning = language.say(key).partition("|")
    return name, meaning or parameter.meaning


def _interval(parameter: Parameter, language: Language) -> str:
    """Where the value may lie, as the value itself is said: shares in percent, cents in euro."""
    if parameter.choices or parameter.within is None:
        return ""
    if parameter.unit == "share" or _is_rate(parameter):
        low, high = (language.share(end, digits_of(100 * end)) for end in parameter.within)
    else:
        ends = [end / 100 if parameter.unit.startswith("cents") else end for end in parameter.within]
        low, high = (language.number(end, digits_of(end)) for end in ends)
    return language.say("format.interval", low=low, high=high)


def _is_rate(parameter: Parameter) -> bool:
    """A part of something in a year, which is read in percent: interest, closures."""
    return parameter.unit == "1/year" and parameter.within is not None and parameter.within[1] <= 1


def _first_paragraph(kind: str) -> str:
    """What the code says of a kind that has no text in the catalogue."""
    text = inspect.cleandoc(KINDS[kind].__doc__ or "") if kind in KINDS else kind
    return " ".join(text.partition("\n\n")[0].split())

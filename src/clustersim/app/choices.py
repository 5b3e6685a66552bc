"""What can be chosen from lists: scenarios, and territories to put them on."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from clustersim.scenario import Scenario, shipped_scenarios

__all__ = ["Choice", "has_territory", "scenarios", "territories"]


@dataclass(frozen=True)
class Choice:
    """A scenario that can be chosen.

    Attributes:
        name: Its name or file, as `Scenario.load` takes it.
        stem: What it is called where a file's folder does not matter.
        title: Its title.
        question: What it asks.
        territory: Whether the file itself says which territory, so that it cannot be put on another.
        measures: Names of its measures.
        place: Title of its territory.
        problem: Why it cannot be loaded: a file may be edited while the page is open. None if it can.
    """

    name: str
    stem: str
    title: str
    question: str
    territory: bool
    measures: tuple[str, ...]
    place: str
    problem: ValueError | None = None


def scenarios(files: Sequence[str] = ()) -> list[Choice]:
    """All that can be chosen: the user's own files, then those that come with the program, those that support last."""
    own = [_choice_of(name) for name in dict.fromkeys(files) if name not in shipped_scenarios()]
    return [*own, *sorted(_shipped().values(), key=lambda choice: (bool(choice.measures), choice.name != "no_support"))]


def territories(files: Sequence[str] = ()) -> list[Choice]:
    """Those on whose territory another scenario can be put: they say where, and support nobody."""
    return [choice for choice in scenarios(files) if choice.territory and not choice.measures]


def has_territory(name: str, files: Sequence[str] = ()) -> bool:
    """Whether a scenario says itself where it is."""
    return any(choice.territory for choice in scenarios(files) if choice.name == name)


@cache
def _shipped() -> Mapping[str, Choice]:
    return {name: _choice_of(name) for name in shipped_scenarios()}


def _choice_of(name: str) -> Choice:
    """A choice by its name; with what is wrong where it cannot be loaded any more."""
    try:
        scenario = Scenario.load(name)
        said = tomllib.loads(_file_of(name).read_text(encoding="utf-8"))
        place = scenario.places().title
    except (OSError, ValueError) as error:  # a ScenarioError is one of value
        problem = error if isinstance(error, ValueError) else ValueError(str(error))
        return Choice(name, Path(name).stem, Path(name).name, str(error), territory=False, measures=(), place="", problem=problem)
    measures = tuple(measure.name for measure in scenario.measures)
    # the default scenario is a territory of its own although it leaves it at its default
    territory = "territory" in said or "extends" not in said
    return Choice(name, scenario.name, scenario.title, scenario.question, territory, measures, place)


def _file_of(name: str) -> Path:
    """The file of a scenario that can be loaded: the ending may have been left out."""
    path = shipped_scenarios().get(name, Path(name))
    return path if path.suffix else path.with_suffix(".toml")

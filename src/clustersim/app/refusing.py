"""What people asked for and could not have: what they typed, and why it cannot be, in the language that the page speaks by then.

What a scenario may not say is found out far below, in English. Mistakes of a kind that the catalogue knows are said in its words; others as
they are found.
"""

from collections.abc import Callable, Iterable
from typing import Any

from clustersim.app.speaking import Language
from clustersim.problems import Problem, ScenarioError

__all__ = ["NotOfferedError", "Reason", "Refusals", "because", "sentences"]

type Reason = Callable[[Language], str]  # why something cannot be, in any language


class NotOfferedError(ValueError):
    """Of the name of a scenario that is in no list."""


class Refusals:
    """What was refused and is still shown.

    Attributes:
        problem: Why the settings cannot be, where no single number is to blame.
        times: How often they could not: a list goes back to what is set although it was said before why.
    """

    def __init__(self) -> None:
        """Nothing has been refused."""
        self._by_place: dict[tuple[int, str], tuple[Any, Reason]] = {}
        self.problem: Reason | None = None
        self.times = 0

    def refuse(self, number: int, path: str, typed: Any, why: Reason) -> None:
        """What was typed at one place of one world cannot be."""
        self._by_place[number, path] = (typed, why)

    def refuse_settings(self, why: Reason) -> None:
        """What was chosen cannot be."""
        self.problem = why
        self.times += 1

    def forget(self, number: int, path: str = "") -> None:
        """It is no more what stands at that place, or at any of that world."""
        self._by_place = {place: said for place, said in self._by_place.items() if place[0] != number or (path and place[1] != path)}

    def forget_all(self) -> None:
        """Everything is as it was chosen."""
        self._by_place, self.problem = {}, None

    def by_place(self, language: Language) -> dict[tuple[int, str], tuple[Any, str]]:
        """By world and path, what was typed and could not be, and why."""
        return {place: (typed, why(language)) for place, (typed, why) in self._by_place.items()}


def because(error: ValueError, *, beside: bool = False) -> Reason:
    """Why that cannot be. `beside` the place where it was typed, the place need not be said."""
    if isinstance(error, ScenarioError):
        return lambda language: sentences(error.problems, language, beside=beside)
    if isinstance(error, NotOfferedError):
        return lambda language: language.say("settings.not_offered", name=str(error))
    return lambda language: language.say("settings.mistake", problem=str(error))


def sentences(problems: Iterable[Problem], language: Language, *, beside: bool = False) -> str:
    """Mistakes in words, one after the other."""
    said = []
    for problem in problems:
        key = f"problems.{problem.kind}"
        if problem.kind and language.knows(key):
            words = language.say(key, **{name: _said(value, language) for name, value in problem.values.items()})
            where = "" if beside else ": ".join(filter(None, (problem.file, problem.path)))
            where = "" if where == problem.values.get("name") else where  # a file that is not there is named already
            said.append(language.say("problems.at", where=where, problem=words) if where else words)
        else:
            said.append(language.say("settings.mistake", problem=f"{problem.found}: {problem.allowed}" if beside else str(problem)))
    return "\n".join(said)


def _said(value: Any, language: Language) -> str:
    """A value as the page writes it: at most three decimals, and no zeros that say nothing."""
    if not isinstance(value, int | float):
        return str(value)
    decimals = next((places for places in range(3) if round(value, places) == value), 3)
    return language.number(value, decimals)

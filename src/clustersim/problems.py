"""Mistakes in what people wrote: each with its file, its place, what was found and what is allowed; and what gives cause for caution.

Whatever comes in through the door (scenario files, lists of places, lists of organisations, overrides) is refused with
these, all mistakes at once and in plain words. What is no mistake and yet must be known is said as a `Caution`.
"""

import difflib
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from clustersim.parameters import Parameter

__all__ = ["Caution", "Problem", "ScenarioError", "allowed_by", "did_you_mean", "in_words"]

_TOO_LARGE = 2**63  # TOML's whole numbers have 64 bits


@dataclass(frozen=True)
class Problem:
    """One mistake.

    Attributes:
        file: The file that says it, or where else it was said.
        path: The place in the file: a dotted path in a scenario, a line and column in a list; may be empty.
        found: What stands there, in words.
        allowed: What may stand there, in words.
        hint: A way out, often the closest name; may be empty.
        kind: Which mistake it is, for who says it in another language; may be empty.
        values: What such words are about, by name.
    """

    file: str
    path: str
    found: str
    allowed: str
    hint: str = ""
    kind: str = field(default="", compare=False)
    values: Mapping[str, Any] = field(default_factory=dict, compare=False)

    def __str__(self) -> str:
        where = f"{self.file}: {self.path}" if self.path else self.file
        return f"{where}: found {self.found}; allowed is {self.allowed}{f' ({self.hint})' if self.hint else ''}"


class Caution(str):
    """What is allowed and yet must be known: a sentence in English that knows what it says.

    Attributes:
        kind: What is said, for who says it in another language.
        values: What it is about, by name.
    """

    kind: str
    values: Mapping[str, Any]

    def __new__(cls, kind: str, sentence: str, values: Mapping[str, Any]) -> Self:
        """The sentence as it stands, with what it says."""
        made = super().__new__(cls, sentence)
        made.kind, made.values = kind, dict(values)
        return made

    def of(self, arm: str) -> "Caution":
        """The same of one scenario among several."""
        return Caution(self.kind, f"{arm}: {self}", {"arm": arm, **self.values})


class ScenarioError(ValueError):
    """Everything that is wrong with a scenario and its files, at once."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        """The same mistake reported twice counts once."""
        self.problems: tuple[Problem, ...] = tuple(dict.fromkeys(problems))
        super().__init__(self.problems)

    def __str__(self) -> str:
        if len(self.problems) == 1:
            return str(self.problems[0])
        return f"{len(self.problems)} mistakes\n" + "\n".join(f"  {problem}" for problem in self.problems)


def in_words(value: Any) -> str:
    """A value as a reader of the file would name it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{value}"' if value else "an empty text"
    if isinstance(value, float) and not math.isfinite(value):
        return f"{value} (not a number)" if math.isnan(value) else f"{value} (not finite)"
    if isinstance(value, int) and abs(value) >= _TOO_LARGE:
        return "a whole number of more than 64 bits"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, Mapping):
        return "a table"
    if isinstance(value, list | tuple):
        return "a list"
    return "nothing" if value is None else str(value)


def allowed_by(parameter: Parameter) -> str:
    """What the parameter may be, in words: "a whole number from 3 to 2000000 organisations"."""
    if isinstance(parameter.default, bool):
        return "true or false"
    if isinstance(parameter.default, str):
        return "one of " + ", ".join(parameter.choices)
    kind = "a whole number" if isinstance(parameter.default, int) else "a number"
    unit = "" if parameter.unit in ("-", "") else f" [{parameter.unit}]"
    if parameter.within is None:
        return kind + unit
    low, high = parameter.within
    return f"{kind} from {low:.12g} to {high:.12g}{unit}"


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A hint for a misspelt name, or nothing."""
    spelt = {word.casefold(): word for word in map(str, known)}
    near = difflib.get_close_matches(str(name).casefold(), spelt, n=1, cutoff=0.6)
    return f'did you mean "{spelt[near[0]]}"?' if near else ""

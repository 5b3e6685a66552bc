"""The checker: looks up what files say, and notes every mistake with its file, its place and what is allowed."""

from collections.abc import Mapping
from typing import Any, TypeVar

from clustersim.parameters import Parameters
from clustersim.problems import Problem, allowed_by, did_you_mean, faulty, in_words
from clustersim.scenario.entries import Entries, nested, without_removed
from clustersim.scenario.entries import Path as Place
from clustersim.scenario.theory import Theory

__all__ = ["LISTED", "TOP_LEVEL", "Checker"]

TOP_LEVEL = (
    "title", "question", "extends", "competences", "territory", "purposes", "population", "processes", "funders", "measures", "run",
)  # fmt: skip
LISTED = 12  # names listed in a message

Group = TypeVar("Group", bound=Parameters)


class Checker:
    """What a scenario says, and what is wrong with it.

    Attributes:
        said: Everything said, as a nested table.
        theory: The parameter classes.
        problems: The mistakes noted so far.
    """

    def __init__(self, entries: Entries, file: str, theory: Theory, problems: list[Problem]) -> None:
        """`file` is named where a mistake is that something is missing."""
        self.problems = problems
        self._entries = without_removed(entries)
        self.said = nested(self._entries)
        self._file = file
        self.theory = theory

    def refuse(self, path: Place, found: str, allowed: str, hint: str = "") -> None:
        """Note a mistake in the file that said it."""
        self.problems.append(Problem(self._said_by(path), ".".join(path), found, allowed, hint))

    def _said_by(self, path: Place) -> str:
        for length in range(len(path), 0, -1):
            for other, entry in self._entries.items():
                if other[:length] == path[:length]:
                    return entry.file
        return self._file

    def refuse_unknown(self, path: Place, known: tuple[str, ...]) -> None:
        """Note a name that nobody declared."""
        names = ", ".join(known[:LISTED]) + (", ..." if len(known) > LISTED else "")
        self.refuse(path, f'an unknown name "{path[-1]}"', f"one of {names}" if known else "no name here", did_you_mean(path[-1], known))

    def table(self, path: Place) -> dict[str, Any]:
        """The table at a path; empty if there is none."""
        table: Any = self.said
        for key in path:
            table = table.get(key, {}) if isinstance(table, Mapping) else {}
        if not isinstance(table, Mapping):
            self.refuse(path, in_words(table), f"a table [{'.'.join(path)}]")
            return {}
        return dict(table)

    def tables(self, path: Place) -> dict[str, dict[str, Any]]:
        """The named tables within the table at a path; what is no table is refused and left out."""
        inner = self.table(path)
        return {name: self.table((*path, name)) for name in inner if isinstance(inner[name], Mapping) or self.table((*path, name))}

    def text(self, path: Place, value: Any, what: str) -> str | None:
        """A text, or nothing with a mistake noted."""
        if isinstance(value, str) and value.strip():
            return value
        self.refuse(path, in_words(value), what)
        return None

    def numbers(self, group: type[Group], path: Place, beside: tuple[str, ...] = ()) -> Group:
        """A group of parameters from the table at a path; `beside` are names that others look after."""
        declared = {p.name: p for p in group.declared()}
        good = {}
        for name, value in self.table(path).items():
            if name in beside:
                continue
            if name not in declared:
                self.refuse_unknown((*path, name), (*declared, *beside))
            elif faulty(declared[name], value):
                self.refuse((*path, name), in_words(value), allowed_by(declared[name]))
            else:
                good[name] = value
        return group(**good)

    def top_level(self) -> None:
        """Names at the top."""
        for name in self.said:
            if name not in TOP_LEVEL:
                self.refuse_unknown((name,), TOP_LEVEL)

    def words(self, own: Entries, name: str, default: str) -> str:
        """Title or question."""
        entry = own.get((name,))
        if entry is None:
            return default
        if isinstance(entry.value, str):
            return entry.value
        self.problems.append(Problem(entry.file, name, in_words(entry.value), "a text in quotes"))
        return default

"""The checker: what pydantic finds wrong with a file, in our words, and what `parts` and `support` find wrong beyond it."""

from collections.abc import Mapping
from typing import Any

from clustersim.problems import Problem
from clustersim.scenario.entries import Entries, nested, without_removed
from clustersim.scenario.entries import Path as Place
from clustersim.scenario.mistakes import LISTED, Mistake, mistakes, unknown
from clustersim.scenario.settings import CALL_DATES, STEADY
from clustersim.scenario.shape import scenario_shape
from clustersim.scenario.theory import Theory

__all__ = ["LISTED", "Checker"]


class Checker:
    """What a scenario says, and what is wrong with it.

    Attributes:
        said: Everything said that is good by itself, as a nested table.
        theory: The parameter classes.
        problems: The mistakes noted so far.
    """

    def __init__(self, entries: Entries, file: str, theory: Theory, problems: list[Problem]) -> None:
        """`file` is named where a mistake is that something is missing."""
        self.problems = problems
        self.theory = theory
        self._entries = without_removed(entries)
        self._file = file
        self.said = nested(self._entries)
        if isinstance(territory := self.said.setdefault("territory", {}), dict):
            territory.setdefault("kind", "drawn")
        shape, validator = scenario_shape(theory)
        for mistake in mistakes(shape, validator, self.said):
            self.refuse(mistake.path, mistake.found, mistake.allowed, mistake.hint or _way_out(mistake))

    def refuse(
        self, path: Place, found: str, allowed: str, hint: str = "", *, kind: str = "", values: Mapping[str, Any] | None = None
    ) -> None:
        """Note a mistake in the file that said it. `kind` and `values` are those of `Problem`."""
        self.problems.append(Problem(self._said_by(path), ".".join(path), found, allowed, hint, kind, values or {}))

    def refuse_unknown(self, path: Place, known: tuple[str, ...], hint: str = "") -> None:
        """Note a name that nobody declared."""
        mistake = unknown(path, known, hint)
        self.refuse(path, mistake.found, mistake.allowed, mistake.hint)

    def table(self, *path: str) -> dict[str, Any]:
        """The table at a path; empty if there is none."""
        table = self.said
        for key in path:
            table = table.get(key, {})
        return table

    def _said_by(self, path: Place) -> str:
        for length in range(len(path), 0, -1):
            for other, entry in self._entries.items():
                if other[:length] == path[:length]:
                    return entry.file
        return self._file


def _way_out(mistake: Mistake) -> str:
    """A hint for mistakes that people make in scenarios."""
    if mistake.path == ("territory", "places") and isinstance(mistake.value, str):
        return 'a list of places needs kind = "real"'
    if mistake.path[0] == "measures" and mistake.path[-1] in (*STEADY, CALL_DATES) and isinstance(mistake.value, dict):
        return "it does not change over time; use a second measure"
    return ""

"""The checker: what pydantic finds wrong with a file, in our words, and what `parts` and `support` find wrong beyond it."""

from typing import Any

from pydantic_core import ValidationError

from clustersim.problems import Problem, did_you_mean, in_words
from clustersim.scenario.entries import Entries, nested, without_removed
from clustersim.scenario.entries import Path as Place
from clustersim.scenario.settings import CALL_DATES, STEADY
from clustersim.scenario.shape import Shape, scenario_shape
from clustersim.scenario.theory import Theory

__all__ = ["LISTED", "Checker"]

LISTED = 12  # names listed in a message


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
        try:
            validator.validate_python(self.said)
        except ValidationError as error:
            # names at the top first
            for mistake in sorted(error.errors(include_url=False), key=lambda mistake: len(mistake["loc"]) > 1):
                self._translate(shape, mistake)

    def refuse(self, path: Place, found: str, allowed: str, hint: str = "") -> None:
        """Note a mistake in the file that said it."""
        self.problems.append(Problem(self._said_by(path), ".".join(path), found, allowed, hint))

    def refuse_unknown(self, path: Place, known: tuple[str, ...], hint: str = "") -> None:
        """Note a name that nobody declared."""
        names = ", ".join(known[:LISTED]) + (", ..." if len(known) > LISTED else "")
        allowed = f"one of {names}" if known else "no name here"
        self.refuse(path, f'an unknown name "{path[-1]}"', allowed, hint or did_you_mean(path[-1], known))

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

    def _translate(self, shape: Shape, mistake: Any) -> None:
        """Note a mistake that pydantic found, and forget what was said there."""
        path, shape, kinds = _place(shape, mistake["loc"])
        found, allowed, what = mistake["input"], mistake["msg"], mistake["type"]
        if what == "extra_forbidden":
            hints = [f'it belongs to kind = "{kind}"' for kind, table in kinds.items() if path[-1] in table["fields"]]
            self.refuse_unknown(path, tuple(name for name in shape["fields"] if name != "remove"), *hints[:1])
        elif what.startswith("union_tag"):
            path, kind, names = (*path, "kind"), found.get("kind"), list(shape["choices"])
            self.refuse(path, in_words(kind), f"one of {', '.join(names)}", did_you_mean(str(kind), names) if kind else "")
        elif what in ("value", "rule"):
            hint = 'a list of places needs kind = "real"' if path == ("territory", "places") and isinstance(found, str) else ""
            if path[0] == "measures" and path[-1] in (*STEADY, CALL_DATES) and isinstance(found, dict):
                hint = "it does not change over time; use a second measure"
            self.refuse(path, mistake.get("ctx", {}).get("found") or in_words(found), allowed, hint)
        else:
            self.refuse(path, in_words(found), f"a table [{'.'.join(path)}]")
        self.table(*path[:-1]).pop(path[-1], None)


def _place(shape: Shape, loc: tuple[Any, ...]) -> tuple[Place, Shape, dict[str, Shape]]:
    """The path in the file (pydantic names the kind of a table in between), the shape there or around it, and all kinds of table."""
    path, kinds = (), {}
    for key in loc:
        shape = _bare(shape)
        if shape["type"] == "tagged-union":
            kinds = shape["choices"]
            shape = kinds[key]
            continue
        if key == "[key]":  # the name of an entry is wrong, not its value
            continue
        path = (*path, key)
        shape = shape["values_schema"] if shape["type"] == "dict" else shape["fields"].get(key, shape)
    return path, _bare(shape), kinds


def _bare(shape: Shape) -> Shape:
    return _bare(shape["schema"]) if "schema" in shape else shape

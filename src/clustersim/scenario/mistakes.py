"""What pydantic finds wrong with a file, in our words."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from pydantic_core import SchemaValidator, ValidationError

from clustersim.problems import did_you_mean, in_words
from clustersim.scenario.entries import Path
from clustersim.scenario.shaping import Shape

__all__ = ["LISTED", "Mistake", "listed", "mistakes", "unknown"]

LISTED = 12  # names listed in a message


class Mistake(NamedTuple):
    """Something wrong at a path of a file.

    Attributes:
        path: Where.
        found: What stands there, in words.
        allowed: What may stand there, in words.
        hint: A way out; may be empty.
        value: What stands there, as it was read.
    """

    path: Path
    found: str
    allowed: str
    hint: str = ""
    value: Any = None


def mistakes(shape: Shape, validator: SchemaValidator, said: dict[str, Any]) -> Iterator[Mistake]:
    """Everything that a shape refuses in a table, names at the top first. What is refused is taken out of the table."""
    try:
        validator.validate_python(said)
    except ValidationError as error:
        for found in sorted(error.errors(include_url=False), key=lambda found: len(found["loc"]) > 1):
            path, mistake = _translated(shape, found)
            yield mistake
            inner = said
            for key in path[:-1]:
                inner = inner.get(key, {})
            inner.pop(path[-1], None)


def listed(known: tuple[str, ...]) -> str:
    """The first of the names that are known."""
    return ", ".join(known[:LISTED]) + (", ..." if len(known) > LISTED else "")


def unknown(path: Path, known: tuple[str, ...], hint: str = "") -> Mistake:
    """A name that nobody declared."""
    allowed = f"one of {listed(known)}" if known else "no name here"
    return Mistake(path, f'an unknown name "{path[-1]}"', allowed, hint or did_you_mean(path[-1], known))


def _translated(shape: Shape, mistake: Any) -> tuple[Path, Mistake]:
    """The path at which something is to be taken out, and what is wrong."""
    path, shape, kinds = _place(shape, mistake["loc"])
    found, allowed, what = mistake["input"], mistake["msg"], mistake["type"]
    if what == "extra_forbidden":
        hints = [f'it belongs to kind = "{kind}"' for kind, table in kinds.items() if path[-1] in table["fields"]]
        return path, unknown(path, tuple(name for name in shape["fields"] if name != "remove"), *hints[:1])
    if what.startswith("union_tag"):
        path, kind, names = (*path, "kind"), found.get("kind"), list(shape["choices"])
        return path, Mistake(path, in_words(kind), f"one of {', '.join(names)}", did_you_mean(str(kind), names) if kind else "")
    if what in ("value", "rule"):
        return path, Mistake(path, mistake.get("ctx", {}).get("found") or in_words(found), allowed, value=found)
    return path, Mistake(path, in_words(found), f"a table [{'.'.join(path)}]")


def _place(shape: Shape, loc: tuple[Any, ...]) -> tuple[Path, Shape, dict[str, Shape]]:
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

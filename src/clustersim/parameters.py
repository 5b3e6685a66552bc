"""Numbers of the theory, declared once: default, unit, interval, source and meaning.

The scenario file's validation and schema, the ranges of sweeps, the tables of the documentation and `describe` all
read these declarations. A number without a published source says `assumed`.
"""

import difflib
import sys
from collections import namedtuple
from dataclasses import dataclass, field
from functools import cache
from typing import Any, ClassVar, Self

__all__ = ["Parameter", "Parameters", "closest", "parameter_rows"]


@dataclass(frozen=True)
class Parameter:
    """One declared number (or switch, or word).

    Attributes:
        default: Starting value; its type (float, int, bool or str) is the parameter's type.
        unit: Unit in words, "-" for none.
        within: Lowest and highest value allowed, both included; None for switches and words.
        choices: Allowed words, for parameters that are words.
        source: Author and year, a section of the evidence file, or "assumed".
        meaning: One sentence, the description everywhere.
        name: Filled in by the class that declares it.
    """

    default: Any
    unit: str
    within: tuple[float, float] | None = None
    source: str = "assumed"
    meaning: str = ""
    choices: tuple[str, ...] = ()
    name: str = field(default="", compare=False)

    def __set_name__(self, owner: type, name: str) -> None:
        object.__setattr__(self, "name", name)

    # No `__set__`: an instance keeps its values under the same names, and its own attribute comes first.
    def __get__(self, instance: object | None, owner: type) -> Any:
        return self if instance is None else self.default

    def problem(self, value: Any) -> str | None:
        """Why `value` may not be used, in words; None if it may."""
        kind = type(self.default)
        if kind is bool:
            return None if isinstance(value, bool) else f"found {value!r}, allowed is true or false"
        if kind is str:
            return None if value in self.choices else f"found {value!r}, allowed is one of {', '.join(self.choices)}"
        if isinstance(value, bool) or not isinstance(value, int | float):
            return f"found {value!r}, allowed is a number"
        if isinstance(value, int) and abs(value) > sys.float_info.max:
            return "found a number of more than 308 digits, allowed is a smaller one"
        if kind is int and isinstance(value, float) and not value.is_integer():  # infinity and nan are no whole numbers either
            return f"found {value!r}, allowed is a whole number"
        low, high = self.within or (float("-inf"), float("inf"))
        if not low <= value <= high:
            unit = "" if self.unit == "-" else f" {self.unit}"
            return f"found {value:g}, allowed is {low:g} to {high:g}{unit}"
        return None

    def cast(self, value: Any) -> Any:
        """`value` in the parameter's own type."""
        return type(self.default)(value)


class Parameters:
    """A frozen group of parameters. Subclasses declare `Parameter`s; instances hold values, `.numbers` is for kernels."""

    Numbers: ClassVar[type]

    def __init_subclass__(cls) -> None:
        # Kernels read a named tuple. It has to be found again by its qualified name when compiled code is loaded.
        cls.Numbers = namedtuple("Numbers", [p.name for p in cls.declared() if not isinstance(p.default, str)])  # type: ignore[misc]
        cls.Numbers.__module__ = cls.__module__
        cls.Numbers.__qualname__ = f"{cls.__qualname__}.Numbers"

    def __init__(self, **values: Any) -> None:
        """Defaults, with `values` in their place.

        Raises:
            ValueError: for an unknown name, a wrong type or a value outside its interval; all mistakes at once.
        """
        declared = {p.name: p for p in self.declared()}
        problems = []
        for name, value in values.items():
            if name not in declared:
                problems.append(f"{type(self).__name__} has no parameter {name!r}{closest(name, declared)}")
            elif (problem := declared[name].problem(value)) is not None:
                problems.append(f"{type(self).__name__}.{name}: {problem}")
        if problems:
            raise ValueError("; ".join(problems))
        for name, parameter in declared.items():
            self.__dict__[name] = parameter.cast(values.get(name, parameter.default))
        self.__dict__["numbers"] = self.Numbers(*(self.__dict__[name] for name in self.Numbers._fields))

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen; use {type(self).__name__}.replace({name}=...)")

    @classmethod
    @cache  # a sweep asks for every point
    def declared(cls) -> tuple[Parameter, ...]:
        """The declared parameters, those of parent classes first, in order of declaration."""
        found = {name: value for parent in reversed(cls.__mro__) for name, value in vars(parent).items() if isinstance(value, Parameter)}
        return tuple(found.values())

    def values(self) -> dict[str, Any]:
        """Name to value, in order of declaration."""
        return {p.name: self.__dict__[p.name] for p in self.declared()}

    def replace(self, **values: Any) -> Self:
        """A copy with some values changed, checked like new ones."""
        return type(self)(**{**self.values(), **values})

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.values() == other.values()  # type: ignore[attr-defined]

    def __hash__(self) -> int:
        return hash((type(self), tuple(self.values().items())))

    def __repr__(self) -> str:
        changed = {p.name: self.__dict__[p.name] for p in self.declared() if self.__dict__[p.name] != p.default}
        return f"{type(self).__name__}({', '.join(f'{k}={v!r}' for k, v in changed.items())})"


def closest(name: str, allowed: Any) -> str:
    """A hint for a misspelt name: "; did you mean 'x'?", or nothing."""
    near = difflib.get_close_matches(str(name), [str(a) for a in allowed], n=1, cutoff=0.6)
    return f"; did you mean {near[0]!r}?" if near else ""


def parameter_rows(group: type[Parameters]) -> list[dict[str, str]]:
    """The group's declarations as rows of text: name, default, unit, interval, source, meaning."""
    rows = []
    for p in group.declared():
        interval = ", ".join(p.choices) if p.choices else "" if p.within is None else f"{p.within[0]:g} to {p.within[1]:g}"
        default = f"{p.default:g}" if isinstance(p.default, float) else str(p.default)
        if isinstance(p.default, bool):
            default = default.lower()
        rows.append({"name": p.name, "default": default, "unit": p.unit, "interval": interval, "source": p.source, "meaning": p.meaning})
    return rows

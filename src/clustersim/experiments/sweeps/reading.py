"""Reading factors: what stands under [uncertainties], [levers] and [constants] of an experiment file.

Paths may stand in quotes, as one name ("processes.meeting.decay_km"), or as TOML's own dotted names; both mean the same. A path with
a star stands for all numbers that fit it: "processes.*". What is said of a path by its own name counts before what a star says.
"""

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from math import isfinite
from typing import Any

import numpy as np

from clustersim.experiments.numbers import is_number, is_whole
from clustersim.experiments.spreads import DISTRIBUTIONS, Spread
from clustersim.experiments.sweeps.factors import Factor
from clustersim.parameters import Parameter
from clustersim.problems import Problem, allowed_by, did_you_mean, in_words

__all__ = ["Reader", "flat"]

_SAID = ("low", "high", "distribution", "mode", "mean", "sd", "around", "values", "steps", "leave_out")
_MOST_STEPS = 1_000
_EXAMPLE = "[low, high], { low = ..., high = ... }, { around = 0.5 }, { values = [...] }, or {} for the declared interval"


def flat(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Dotted path and what is said of it: a table of paths goes on, one of a factor's own words ends."""
    for key, value in table.items():
        path = f"{prefix}{key}"
        if isinstance(value, Mapping) and value and not any(name in _SAID for name in value):
            yield from flat(value, f"{path}.")
        else:
            yield path, value


class Reader:
    """Makes factors of what a file says, and notes what is wrong with it."""

    def __init__(self, file: str, numbers: Mapping[str, Parameter], current: Mapping[str, Any], problems: list[Problem]) -> None:
        """Read against scenarios.

        Args:
            file: Named in messages.
            numbers: Path to declaration of all that all scenarios have.
            current: Path to the value of each in the first scenario.
            problems: Where mistakes are noted.
        """
        self._file = file
        self._numbers = numbers
        self._current = current
        self._problems = problems

    def factors(self, section: str, role: str, said: Mapping[str, Any]) -> list[Factor]:
        """The factors of a section, those that stars stand for in the order of the theory."""
        plain: dict[str, Any] = {}
        for path, what in flat(said):
            if path in plain:
                self._refuse(section, path, "two things said of it", "one of them: in quotes or not, the path is the same")
            elif "*" not in path:
                plain[path] = what
        found: dict[str, Factor | None] = {}
        for pattern, what in flat(said):
            if "*" not in pattern:
                continue
            paths = [path for path, parameter in self._numbers.items() if fnmatchcase(path, pattern) and is_number(parameter)]
            if not paths:
                self._refuse(section, pattern, "a star that fits no number", "a pattern such as processes.meeting.*")
            for path in paths:
                if path not in plain and (path not in found):
                    found[path] = self._factor(section, role, path, what, starred=True)
        for path, what in plain.items():
            found[path] = self._factor(section, role, path, what)
        return [factor for factor in found.values() if factor is not None]

    def _factor(self, section: str, role: str, path: str, what: Any, *, starred: bool = False) -> Factor | None:
        parameter = self._numbers.get(path)
        if parameter is None:
            allowed = "a number of the territory, population, purposes, processes, funders or measures that all scenarios share"
            return self._refuse(section, path, "no such number", allowed, did_you_mean(path, self._numbers))
        if isinstance(what, list) and len(what) == 2:
            what = {"low": what[0], "high": what[1]}
        if not isinstance(what, Mapping):
            return self._refuse(section, path, in_words(what), _EXAMPLE)
        for name in what:
            if name not in _SAID:
                return self._refuse(section, f"{path}.{name}", "an unknown name", f"one of {', '.join(_SAID)}", did_you_mean(name, _SAID))
        if "leave_out" in what:
            if what["leave_out"] is not True or len(what) > 1:
                return self._refuse(section, path, in_words(what["leave_out"]), "{ leave_out = true } alone")
            return None
        if "values" in what:
            return self._crossed(section, role, path, parameter, what)
        if not is_number(parameter):
            return self._refuse(section, path, "no values", "{ values = [...] } for a switch or a word")
        spread = self._spread(section, path, parameter, what, starred=starred)
        if spread is None:
            return None
        if "steps" in what:
            return self._stepped(section, role, path, parameter, spread, what["steps"])
        return Factor(path, role, parameter, spread)

    def _crossed(self, section: str, role: str, path: str, parameter: Parameter, what: Mapping[str, Any]) -> Factor | None:
        values = what["values"]
        if len(what) > 1 or not isinstance(values, list) or not values:
            return self._refuse(section, path, in_words(values), "{ values = [...] } alone, with one value or more")
        bad = [value for value in values if parameter.problem(value) is not None]
        if bad:
            return self._refuse(section, path, in_words(bad[0]), allowed_by(parameter))
        cast = tuple(parameter.cast(value) for value in values)
        if len(set(cast)) < len(cast):
            return self._refuse(section, path, "the same value twice", "each value once")
        return Factor(path, role, parameter, values=cast)

    def _stepped(self, section: str, role: str, path: str, parameter: Parameter, spread: Spread, steps: Any) -> Factor | None:
        if spread.distribution != "uniform":
            return self._refuse(section, path, in_words(spread.distribution), "steps of a uniform interval, or { values = [...] }")
        if isinstance(steps, bool) or not isinstance(steps, int) or not 2 <= steps <= _MOST_STEPS:
            return self._refuse(section, f"{path}.steps", in_words(steps), f"a whole number from 2 to {_MOST_STEPS}")
        values = np.linspace(spread.low, spread.high, steps)
        cast = tuple(dict.fromkeys(round(value) if is_whole(parameter) else float(value) for value in values))
        return Factor(path, role, parameter, values=cast)

    def _spread(self, section: str, path: str, parameter: Parameter, what: Mapping[str, Any], *, starred: bool) -> Spread | None:
        """The interval and distribution of a drawn factor; None, with a mistake noted, if there is none."""
        before = len(self._problems)
        if "around" in what:
            low, high = self._around(section, path, parameter, what)
        else:
            low, high = (what.get(name, end) for name, end in zip(("low", "high"), parameter.within or (None, None), strict=True))
        for name, end in (("low", low), ("high", high)):
            if parameter.problem(end) is not None:
                self._refuse(section, f"{path}.{name}", in_words(end), allowed_by(parameter))
        if len(self._problems) > before:
            return None
        if not low < high:
            if starred:  # a number that is zero has nothing around it
                return None
            return self._refuse(section, path, f"{low:g} to {high:g}", "an interval whose low end is below its high end")
        return self._distributed(section, path, low, high, what)

    def _around(self, section: str, path: str, parameter: Parameter, what: Mapping[str, Any]) -> tuple[Any, Any]:
        """So much below and above the value that the scenario has, as far as the declared interval goes."""
        share, value = what["around"], self._current[path]
        if isinstance(share, bool) or not isinstance(share, int | float) or not 0 < share <= 1:
            self._refuse(section, f"{path}.around", in_words(share), "a share of the value, above 0 and at most 1")
        elif "low" in what or "high" in what:
            self._refuse(section, path, "both around and an interval", "one of the two")
        elif not is_number(parameter) or isinstance(value, Mapping):
            self._refuse(section, path, "no single number", "an interval, or { values = [...] }")
        else:
            least, most = parameter.within or (-float("inf"), float("inf"))
            ends = sorted((value * (1 - share), value * (1 + share)))
            low, high = max(ends[0], least), min(ends[1], most)
            return (round(low), round(high)) if is_whole(parameter) else (low, high)
        return parameter.within or (0, 1)

    def _distributed(self, section: str, path: str, low: Any, high: Any, what: Mapping[str, Any]) -> Spread | None:
        kind = what.get("distribution", "uniform")
        if kind not in DISTRIBUTIONS:
            allowed = f"one of {', '.join(DISTRIBUTIONS)}"
            return self._refuse(section, f"{path}.distribution", in_words(kind), allowed, did_you_mean(str(kind), DISTRIBUTIONS))
        needs = {"triangular": ("mode",), "normal": ("mean", "sd")}.get(kind, ())
        for name in ("mode", "mean", "sd"):
            value = what.get(name)
            if (value is None) != (name not in needs):
                allowed = f"{' and '.join(needs)} of a {kind} distribution" if needs else f"no {name} for a {kind} distribution"
                return self._refuse(section, f"{path}.{name}", in_words(value), allowed)
            if value is not None and (isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value)):
                return self._refuse(section, f"{path}.{name}", in_words(value), "a number")
        if kind == "log_uniform" and low <= 0:
            return self._refuse(section, f"{path}.low", in_words(low), "a number above 0 for a log_uniform distribution")
        if kind == "triangular" and not low <= what["mode"] <= high:
            return self._refuse(section, f"{path}.mode", in_words(what["mode"]), f"a number from {low:g} to {high:g}")
        if kind == "normal":
            if what["sd"] <= 0:
                return self._refuse(section, f"{path}.sd", in_words(what["sd"]), "a number above 0")
            if not low - 4 * what["sd"] <= what["mean"] <= high + 4 * what["sd"]:
                allowed = "a mean within four standard deviations of the interval"
                return self._refuse(section, f"{path}.mean", in_words(what["mean"]), allowed)
        return Spread(low, high, kind, *(None if (value := what.get(name)) is None else float(value) for name in ("mode", "mean", "sd")))

    def _refuse(self, section: str, path: str, found: str, allowed: str, hint: str = "") -> None:
        self._problems.append(Problem(self._file, f"{section}.{path}", found, allowed, hint))

"""The panel of settings: every number that a scenario declares, in groups as `describe` has them, and what people may type there.

One declaration, many uses: units, intervals and meanings are those of `parameters`. Amounts in cents are shown in euros.
"""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from clustersim.app.settings import Settings, value_at
from clustersim.app.speaking import Language
from clustersim.parameters import Parameter, Parameters
from clustersim.population import Population
from clustersim.scenario import Funder, Purpose, RunSettings, Scenario, whole_theory
from clustersim.territory import Drawn

__all__ = ["Row", "complaint", "groups", "read", "rows_of"]

_CENTS = 100
_BY_THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
_WIDE = 1_000.0  # an interval is called wide where its upper end is so many times what is set now


@dataclass(frozen=True)
class Row:
    """One number of the panel.

    Attributes:
        path: Dotted path in the scenario.
        group: What it belongs to: a process, "population", "run", "territory", "purposes", "funders.NAME", "measures.NAME".
        family: Where its class is declared: a process, a kind of measure, "population", ...
        parameter: What is declared of it.
    """

    path: str
    group: str
    family: str
    parameter: Parameter

    @property
    def euros(self) -> bool:
        """Whether its cents are shown in euros."""
        return self.parameter.unit.startswith("cents")

    @property
    def unit(self) -> str:
        """Unit as it is shown."""
        return self.parameter.unit.replace("cents", "EUR", 1) if self.euros else self.parameter.unit

    def shown(self, value: Any) -> Any:
        """A value as it is shown."""
        return value / _CENTS if self.euros and not isinstance(value, Mapping) else value

    def bounds(self) -> tuple[float, float]:
        """Lowest and highest value, as shown."""
        low, high = self.parameter.within or (-math.inf, math.inf)
        return (low / _CENTS, high / _CENTS) if self.euros else (low, high)


def rows_of(scenario: Scenario) -> list[Row]:
    """Every number that a scenario says: how long, whom it supports, who is there, where, and the theory by process.

    A number that something else replaces (calls a year, where months of calls are named) is not said, and not in the list.
    """
    said = scenario.to_dict()
    return [row for row in _rows(scenario) if value_at(said, row.path) is not None]


def _rows(scenario: Scenario) -> Iterator[Row]:
    theory = whole_theory()
    yield from _group("run", "run", "run", RunSettings)
    for measure in scenario.measures:
        yield from _group(f"measures.{measure.name}", f"measures.{measure.name}", measure.kind, theory.measures[measure.kind])
    for funder in scenario.funders:
        # whose money it is, and how far its jurisdiction reaches, go together with its area: a matter for files
        yield from (row for row in _group(f"funders.{funder.name}", f"funders.{funder.name}", "funder", Funder) if _is_number(row))
    own_list = scenario.organisations_file is not None
    yield from () if own_list else _group("population", "population", "population", Population)
    if scenario.territory.drawn is not None:
        yield from _group("territory", "territory", "drawn", Drawn)
    for purpose in scenario.purposes.names:
        yield from _group(f"purposes.{purpose}", "purposes", "purpose", Purpose)
    for process, group in theory.processes.items():
        yield from _group(f"processes.{process}", f"processes.{process}", process, group)


def _group(path: str, group: str, family: str, declared: type[Parameters]) -> Iterator[Row]:
    for parameter in declared.declared():
        yield Row(f"{path}.{parameter.name}", group, family, parameter)


def _is_number(row: Row) -> bool:
    return isinstance(row.parameter.default, float | int) and not isinstance(row.parameter.default, bool)


def read(row: Row, typed: Any, language: Language) -> Any:
    """What someone typed or chose, as the scenario's value.

    Raises:
        ValueError: saying in the page's language what is wrong and what may stand there.
    """
    parameter = row.parameter
    if isinstance(parameter.default, bool | str):
        if parameter.problem(typed) is None:
            return typed
        raise ValueError(complaint(row, typed, language, language))
    number = _number(typed, language)
    if number is not None and row.euros:
        number = round(number * _CENTS, 6)
    if number is not None and isinstance(parameter.default, int) and number.is_integer():
        number = int(number)
    if number is None or parameter.problem(number) is not None:
        raise ValueError(complaint(row, typed, language, language))
    return parameter.cast(number)


def _number(typed: Any, language: Language) -> float | None:
    """A number as people write it in that language, with spaces between thousands and a point before decimals. A comma stands before
    decimals in French and between thousands in English: where it stands otherwise, nobody knows which of the two is meant.
    """
    if isinstance(typed, bool) or typed is None:
        return None
    text = re.sub(r"[\s\u00a0\u202f]", "", str(typed)).replace("\u2212", "-")
    if language.code == "fr" and "." not in text:
        text = text.replace(",", ".")
    elif language.code == "en" and _BY_THOUSANDS.fullmatch(text):
        text = text.replace(",", "")
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def complaint(row: Row, typed: Any, language: Language, typed_in: Language) -> str:
    """Why that cannot be, in one language, as it was typed in the same or another."""
    parameter = row.parameter
    if isinstance(parameter.default, bool | str):
        allowed = language.say("settings.true_or_false") if isinstance(parameter.default, bool) else ", ".join(parameter.choices)
        return language.say("settings.one_of", found=typed, allowed=allowed)
    if "," in str(typed) and _number(typed, typed_in) is None:
        return language.say(f"settings.comma_{typed_in.code}", found=str(typed).strip())
    whole = isinstance(row.parameter.default, int) and not row.euros
    low, high = (_plain(bound, language) for bound in row.bounds())
    unit = language.unit(row.unit)
    key = "settings.whole_number_from" if whole else "settings.number_from"
    return language.say(key, found=str(typed).strip() or "…", low=low, high=high, unit=f" {unit}" if unit else "")


def _plain(number: float, language: Language) -> str:
    decimals = 0 if float(number).is_integer() else max(0, 4 - math.floor(math.log10(abs(number)) + 1))
    text = language.number(number, min(decimals, 6))
    point = "," if language.code == "fr" else "."
    return text.rstrip("0").rstrip(point) if point in text and decimals else text


def groups(settings: Settings, refused: Mapping[str, tuple[Any, str]], language: Language) -> list[dict[str, Any]]:
    """The panel as plain values.

    Args:
        settings: What is set.
        refused: By path, what was typed and could not be, and why.
        language: What words and numbers are said in.
    """
    now = settings.scenario()
    before, after = settings.base().to_dict(), now.to_dict()
    found: dict[str, dict[str, Any]] = {}
    for row in rows_of(now):
        if row.group not in found:
            found[row.group] = {"key": row.group, "title": language.group(row.group, now), "rows": [], "changed": 0, "refused": 0}
        group = found[row.group]
        said = _row(row, value_at(before, row.path), value_at(after, row.path), refused.get(row.path), language)
        group["rows"].append(said)
        group["changed"] += said["changed"]
        group["refused"] += bool(said["problem"])
    return list(found.values())


def _row(row: Row, base: Any, value: Any, refused: tuple[Any, str] | None, language: Language) -> dict[str, Any]:
    parameter = row.parameter
    course = isinstance(value, Mapping)
    kind = "course" if course else {bool: "switch", str: "choice", int: "number", float: "number"}[type(parameter.default)]
    said = {
        "path": row.path,
        "label": _label(row, language),
        "meaning": language.meaning(row.family, parameter.name, parameter.meaning),
        "unit": language.unit(row.unit),
        "source": parameter.source,
        "kind": kind,
        "value": row.shown(value),
        "base": None if isinstance(base, Mapping) else row.shown(base),
        "changed": value != base,
        "typed": None if refused is None else str(refused[0]),
        "problem": "" if refused is None else refused[1],
    }
    if kind == "choice":
        said["choices"] = [{"value": word, "text": language.name_of("choices", word)} for word in parameter.choices]
    elif kind == "number":
        low, high = row.bounds()
        said |= {"low": low, "high": high, "whole": isinstance(parameter.default, int) and not row.euros}
        said |= _slider(low, high, max(abs(float(row.shown(value))), abs(float(row.shown(parameter.default)))), said["whole"])
        said["range"] = f"{_plain(low, language)} – {_plain(high, language)}"
    elif course:
        said["value"] = "; ".join(
            language.say("settings.from_month", month=max(int(month), 1), value=_plain(row.shown(number), language))
            for month, number in value.items()
        )
    return said


def _label(row: Row, language: Language) -> str:
    """What the number is called; those of all purposes stand in one group, each with its purpose."""
    label = language.label(row.family, row.parameter.name)
    if row.family != "purpose":
        return label
    return language.say("format.pair", name=language.name_of("purposes", row.path.split(".")[1]), part=label)


def _slider(low: float, high: float, usual: float, whole: bool) -> dict[str, Any]:
    """From where to where the slider goes, and by which steps: an interval far wider than what is usual is cut, but never for typing."""
    top = high
    if usual > 0 and high / usual > _WIDE:
        top = min(high, 10.0 ** math.ceil(math.log10(usual * 4)))
    elif usual == 0 and high > 1e6:
        top = 1e6
    step = 10.0 ** math.floor(math.log10((top - low) / 100)) if top > low else 1.0
    return {"slider_low": low, "slider_high": top, "step": max(1.0, step) if whole else step}

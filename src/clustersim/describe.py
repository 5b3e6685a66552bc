"""The theory as the code declares it: the month in order, equations, numbers, tables, flows, observables, measures.

One description, four uses: `clustersim describe` prints it, `clustersim describe --json` gives it to programs, the tables
between `<!-- generated: NAME -->` and `<!-- end -->` in the ODD document are made from it, and a test compares them.

    python -m clustersim.describe docs/model.md      rewrites the tables in that file
"""

import inspect
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from clustersim import measures, observables
from clustersim.columns import Table
from clustersim.money import FLOWS
from clustersim.parameters import Parameters, parameter_rows
from clustersim.population import Population
from clustersim.problems import in_words
from clustersim.scenario import Scenario
from clustersim.simulation import MONTH
from clustersim.state import TABLES
from clustersim.state.ledger import Journal

__all__ = ["GENERATED", "as_text", "changes", "changes_as_text", "process", "refreshed", "theory"]

_BLOCK = re.compile(r"(<!-- generated: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def theory(scenario: Scenario) -> dict[str, Any]:
    """Everything that is declared, as plain values; observables for the scenario's purposes."""
    return {
        "month": [_enacting(), *(process(module) for module in MONTH)],
        "measures": [_measure(kind, module) for kind, module in measures.KINDS.items()],
        "population": parameter_rows(Population),
        "tables": {name: _columns(table) for name, table in {**TABLES, "journal": Journal}.items()},
        "flows": [
            {"name": flow.name.lower(), "payer": fact.payer, "payee": fact.payee, "meaning": fact.meaning} for flow, fact in FLOWS.items()
        ],
        "observables": [
            {"name": o.name, "unit": o.unit, "meaning": o.meaning, "rise": o.rise} for o in observables.declared(scenario.purposes)
        ],
    }


def process(module: ModuleType) -> dict[str, Any]:
    """One process: its name, its first sentence, its full text with equations, its numbers, what it reads and writes."""
    name = module.__name__.rpartition(".")[2]
    return {
        "name": name,
        "summary": _summary(module),
        "text": _text(module),
        "equations": _equations(module),
        "parameters": parameter_rows(_numbers(module)),
        "reads": list(module.READS),
        "writes": list(module.WRITES),
    }


def _enacting() -> dict[str, Any]:
    return {
        "name": "enacting",
        "summary": inspect.cleandoc(measures.enact.__doc__ or ""),
        "text": _text(measures),
        "equations": _equations(measures),
        "parameters": [],
        "reads": [],
        "writes": [],
    }


def _measure(kind: str, module: ModuleType) -> dict[str, Any]:
    return {"kind": kind, "summary": _summary(module), "text": _text(module), "parameters": parameter_rows(_numbers(module))}


def _numbers(module: ModuleType) -> type[Parameters]:
    """The class of a module's numbers: named like the module, in CamelCase."""
    return getattr(module, "".join(word.capitalize() for word in module.__name__.rpartition(".")[2].split("_")))


def _columns(table: type[Table]) -> list[dict[str, str]]:
    return [{"name": c.name, "type": c.dtype.name, "unit": c.unit, "meaning": c.meaning} for c in table.columns()]


def _text(module: ModuleType) -> str:
    """The module's docstring without the name before its first colon."""
    text = inspect.cleandoc(module.__doc__ or "")
    name, colon, rest = text.partition(": ")
    return rest[0].upper() + rest[1:] if colon and "\n" not in name else text


def _summary(module: ModuleType) -> str:
    return " ".join(_text(module).split("\n\n")[0].split())


def _equations(module: ModuleType) -> str:
    """The indented parts of the docstring."""
    return "\n\n".join(part for part in _text(module).split("\n\n") if part.startswith("    "))


# --- as text -------------------------------------------------------------------------------------------------------


def as_text(scenario: Scenario) -> str:
    """The theory as a person reads it in a terminal."""
    known = theory(scenario)
    lines = ["THE MONTH, IN ORDER"]
    for number, step in enumerate(known["month"], 1):
        lines += ["", f"{number}. {step['name']}: {step['summary']}"]
        lines += ["", step["equations"]] if step["equations"] else []
        lines += [""] if step["parameters"] else []
        lines += [_parameter_line(row) for row in step["parameters"]]
        lines += [f"   reads  {', '.join(step['reads'])}"] if step["reads"] else []
        lines += [f"   writes {', '.join(step['writes'])}"] if step["writes"] else []
    lines += ["", "SUPPORT MEASURES"]
    for measure in known["measures"]:
        lines += ["", f"{measure['kind']}: {measure['summary']}", *(_parameter_line(row) for row in measure["parameters"])]
    lines += ["", "THE POPULATION AT THE START", *(_parameter_line(row) for row in known["population"])]
    lines += ["", "TABLES"]
    for name, columns in known["tables"].items():
        lines += ["", name, *(f"   {c['name']:<22} {c['meaning']} [{c['unit']}]" for c in columns)]
    lines += ["", "OBSERVABLES", *(f"   {o['name']:<32} {o['meaning']} [{o['unit']}]" for o in known["observables"])]
    return "\n".join(lines)


def changes(scenario: Scenario) -> dict[str, Any]:
    """What a scenario changes in what it extends (in the defaults, if it extends nothing), as plain values."""
    changed = [{"path": path, "old": old, "new": new} for path, old, new in scenario.changes()]
    return {"name": scenario.name, "title": scenario.title, "question": scenario.question, "changes": changed}


def changes_as_text(scenario: Scenario) -> str:
    """The same as a person reads it: one change a line, old -> new."""
    changed = [f"{path}: {_said(old)} -> {_said(new)}" for path, old, new in scenario.changes()]
    return "\n".join([scenario.title, scenario.question, "", *(changed or ["It changes nothing in what it extends."])])


def _said(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(in_words, value))
    return "(not there)" if value is None else in_words(value)


def _parameter_line(row: dict[str, str]) -> str:
    return f"   {row['name']} = {row['default']} [{row['unit']}] ({row['interval'] or 'true or false'}; {row['source']}): {row['meaning']}"


# --- as tables of the ODD document -----------------------------------------------------------------------------------


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    def line(cells: Sequence[str]) -> str:
        return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"

    return "\n".join([line(heads), "|" + "---|" * len(heads), *(line(row) for row in rows)])


def _parameter_table(rows: list[dict[str, str]]) -> str:
    heads = ("parameter", "default", "unit", "interval", "source", "meaning")
    shown = ({**row, "name": f"`{row['name']}`", "interval": row["interval"] or "true, false"} for row in rows)
    return _table(heads, ([row["name"], *(row[head] for head in heads[1:])] for row in shown))


def _facts(heads: Sequence[str], keys: Sequence[str], rows: Iterable[dict[str, str]]) -> str:
    """A table of declarations; the first key is a name in the code."""
    return _table(heads, ([f"`{row[keys[0]]}`", *(row[key] for key in keys[1:])] for row in rows))


def _state(known: dict[str, Any]) -> str:
    heads, keys = ("variable", "type", "unit", "meaning"), ("name", "type", "unit", "meaning")
    return "\n\n".join(f"*{name}*\n\n{_facts(heads, keys, columns)}" for name, columns in known["tables"].items())


def _flows(known: dict[str, Any]) -> str:
    return _facts(("flow", "from", "to", "meaning"), ("name", "payer", "payee", "meaning"), known["flows"])


def _schedule(known: dict[str, Any]) -> str:
    steps = enumerate(known["month"], 1)
    return _table(
        ("step", "process", "what happens", "changes"),
        ([str(number), step["name"], step["summary"], ", ".join(f"`{column}`" for column in step["writes"])] for number, step in steps),
    )


def _observables(known: dict[str, Any]) -> str:
    return _facts(("observable", "unit", "meaning", "a rise means"), ("name", "unit", "meaning", "rise"), known["observables"])


def _submodels(known: dict[str, Any]) -> str:
    steps = [step for step in known["month"] if step["parameters"]]
    return "\n\n".join(f"### {step['name'].capitalize()}\n\n{step['text']}\n\n{_parameter_table(step['parameters'])}" for step in steps)


def _measures(known: dict[str, Any]) -> str:
    return "\n\n".join(f"#### `{m['kind']}`\n\n{m['text']}\n\n{_parameter_table(m['parameters'])}" for m in known["measures"])


def _population(known: dict[str, Any]) -> str:
    return _parameter_table(known["population"])


GENERATED: dict[str, Callable[[dict[str, Any]], str]] = {
    "state": _state,
    "flows": _flows,
    "schedule": _schedule,
    "observables": _observables,
    "population": _population,
    "submodels": _submodels,
    "measures": _measures,
}


def refreshed(document: str) -> str:
    """The document with every generated part made anew.

    Raises:
        KeyError: for a marker that names nothing in `GENERATED`.
    """
    known = theory(Scenario.load("baseline"))
    return _BLOCK.sub(lambda found: f"{found[1]}\n{GENERATED[found[2]](known)}\n\n{found[3]}", document)


def main(paths: Sequence[str]) -> None:
    """Rewrite the generated parts of each file."""
    for path in map(Path, paths):
        path.write_text(refreshed(path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])

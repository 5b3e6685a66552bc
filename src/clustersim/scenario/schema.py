"""The JSON schema of scenario files, from the same declarations that check them: editors complete and explain names with it.

`python -m clustersim.scenario.schema [FILE]` writes it, by default to `schema/scenario.schema.json`.
"""

import json
import sys
from pathlib import Path
from typing import Any

from clustersim.parameters import Parameter, Parameters
from clustersim.population import Population
from clustersim.scenario.settings import Funder, Purpose, RunSettings
from clustersim.scenario.theory import Theory, whole_theory
from clustersim.territory import Drawn, shipped_territories

__all__ = ["schema", "schema_text"]

_TEXT = {"type": "string", "minLength": 1}
_REMOVE = {"const": True, "description": "take away what the scenario extends has under this name"}


def schema(theory: Theory | None = None) -> dict[str, Any]:
    """The schema as nested mappings."""
    theory = theory or whole_theory()
    drawn = _table(Drawn, {"kind": {"const": "drawn"}})
    places = f"one of {', '.join(shipped_territories())}, or the path of a CSV file, seen from the scenario file"
    real = _closed({"kind": {"const": "real"}, "places": {**_TEXT, "description": places}})
    own_list = {"organisations_file": {**_TEXT, "description": "path of the user's own list of organisations, seen from the scenario file"}}
    challenge = {
        "type": "object",
        "additionalProperties": {"type": "number", "minimum": 0, "maximum": 1},
        "description": "how much of each competence an answer demands [0..1]",
    }
    areas = {
        "area": {**_TEXT, "description": "name or code of the region, district or locality it answers for"},
        "place": {**_TEXT, "description": "name or code of the place where it sits"},
        "remove": _REMOVE,
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "clustersim scenario",
        "description": "A question to clustersim. What is left out is inherited from what `extends` names, or at its default.",
        **_closed(
            {
                "title": {"type": "string", "description": "what the scenario is called"},
                "question": {"type": "string", "description": "what it asks, in plain words"},
                "extends": {
                    "anyOf": [_TEXT, {"type": "array", "items": _TEXT}],
                    "description": "scenario file, or name of a shipped one, whose values count where this file says nothing; or several",
                },
                "competences": {"type": "array", "items": _TEXT, "uniqueItems": True, "minItems": 1, "maxItems": 32},
                "territory": {"anyOf": [drawn, real]},
                "purposes": _named(_table(Purpose, {"challenge": challenge, "remove": _REMOVE})),
                "population": _table(Population, own_list),
                "processes": _closed({name: _table(group) for name, group in theory.processes.items()}),
                "funders": _named(_table(Funder, areas)),
                "measures": _named({"anyOf": _measures(theory)}),
                "run": _table(RunSettings),
            }
        ),
    }


def schema_text() -> str:
    """The schema as it stands in the file."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def _measures(theory: Theory) -> list[dict[str, Any]]:
    """One branch a kind. A file may leave the kind to what it extends, so no branch requires it."""
    funder = {"funder": {**_TEXT, "description": "name of the funder that runs and pays it"}, "remove": _REMOVE}
    return [_table(group, {"kind": {"const": kind}, **funder}) for kind, group in theory.measures.items()]


def _closed(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _named(table: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": table}


def _table(group: type[Parameters], beside: dict[str, Any] | None = None) -> dict[str, Any]:
    """A group of parameters as a closed table."""
    table = _closed({**(beside or {}), **{p.name: _value(p) for p in group.declared()}})
    return {**table, "description": (group.__doc__ or "").partition("\n")[0]}


def _value(parameter: Parameter) -> dict[str, Any]:
    kinds = {bool: "boolean", int: "integer", float: "number", str: "string"}
    unit = "" if parameter.unit in ("", "-") else f" [{parameter.unit}]"
    found: dict[str, Any] = {
        "type": kinds[type(parameter.default)],
        "default": parameter.default,
        "description": f"{parameter.meaning}{unit}; source: {parameter.source}",
    }
    if parameter.choices:
        found["enum"] = list(parameter.choices)
    elif parameter.within is not None:
        found["minimum"], found["maximum"] = parameter.within
    return found


def main(arguments: list[str]) -> None:
    """Write the schema."""
    path = Path(arguments[0] if arguments else "schema/scenario.schema.json")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(schema_text(), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])

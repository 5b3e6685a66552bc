"""The JSON schema of scenario files, from the models that check them: editors complete and explain names with it.

`python -m clustersim.scenario.schema [FILE]` writes it, by default to `schema/scenario.schema.json`.
"""

import json
import sys
from pathlib import Path
from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from clustersim.scenario.shape import scenario_shape
from clustersim.scenario.shaping import Shape
from clustersim.scenario.theory import Theory, whole_theory

__all__ = ["schema", "schema_of", "schema_text", "written"]


class _Schema(GenerateJsonSchema):
    """A file may leave the kind of a table to what it extends, so several kinds may fit; what has no default says none."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def tagged_union_schema(self, schema: Any) -> dict[str, Any]:
        return {"anyOf": super().tagged_union_schema(schema)["oneOf"]}

    def default_schema(self, schema: Any) -> dict[str, Any]:
        return super().default_schema(schema) if schema.get("default") is not None else self.generate_inner(schema["schema"])


def schema(theory: Theory | None = None) -> dict[str, Any]:
    """The schema as nested mappings."""
    return schema_of(scenario_shape(theory or whole_theory())[0])


def schema_of(shape: Shape) -> dict[str, Any]:
    """The schema of any shape."""
    return {"$schema": _Schema.schema_dialect, **_Schema().generate(shape)}


def written(found: dict[str, Any]) -> str:
    """A schema as it stands in a file."""
    return json.dumps(found, indent=2, ensure_ascii=False) + "\n"


def schema_text() -> str:
    """The schema as it stands in the file."""
    return written(schema())


def main(arguments: list[str]) -> None:
    """Write the schema."""
    path = Path(arguments[0] if arguments else "schema/scenario.schema.json")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(schema_text(), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])

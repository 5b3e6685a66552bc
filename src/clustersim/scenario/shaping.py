"""What shapes are made of: values and tables that a file may hold, for pydantic's core, with messages in our words.

A shape is pydantic's core schema, so that checking needs only pydantic's core. Each part carries its description for the JSON
schema.
"""

from collections.abc import Callable
from typing import Any

from pydantic_core import PydanticCustomError, SchemaValidator
from pydantic_core import core_schema as core

from clustersim.parameters import Parameter, Parameters
from clustersim.problems import allowed_by

__all__ = ["Shape", "about", "anything", "checker", "different", "kinds", "named", "names", "number", "table", "text", "value", "whole"]

Shape = dict[str, Any]


def value(kind: Any, allowed: str, description: str = "", **default: Any) -> Shape:
    """A value of some kind; whatever is wrong with it, the message is what is allowed."""
    found = core.custom_error_schema(kind, "value", custom_error_message=allowed)
    return about(core.with_default_schema(found, **default) if default else found, description)


def about(shape: Any, description: str, **more: Any) -> Shape:
    """A shape with what the JSON schema says of it."""
    return {**shape, "metadata": {"pydantic_js_updates": {"description": description, **more}}}


def text(allowed: str, description: str, **default: Any) -> Shape:
    """A text that is not blank."""
    return value(core.str_schema(strict=True, pattern=r"\S"), allowed, description, **default)


def names(allowed: str) -> Shape:
    """A list of texts."""
    return value(core.list_schema(core.str_schema(strict=True, min_length=1)), allowed)


def number(p: Parameter) -> Shape:
    """A parameter, with its interval or its choices."""
    low, high = p.within or (None, None)
    kinds = {
        str: core.literal_schema(list(p.choices)),
        bool: core.bool_schema(strict=True),
        int: core.no_info_before_validator_function(whole, core.int_schema(strict=True, ge=low, le=high)),
        float: core.float_schema(strict=True, ge=low, le=high, allow_inf_nan=False),
    }
    unit = "" if p.unit in ("", "-") else f" [{p.unit}]"
    return value(kinds[type(p.default)], allowed_by(p), f"{p.meaning}{unit}; source: {p.source}", default=p.default)


def whole(found: Any) -> Any:
    """A number without fraction as the whole number that it is."""
    return int(found) if isinstance(found, float) and found.is_integer() else found


def table(group: type[Parameters] | None = None, each: Callable[[Parameter], Shape] = number, **beside: Shape) -> Shape:
    """A table that holds a group of parameters, what stands beside them, and no other names."""
    values = beside | {p.name: each(p) for p in (group.declared() if group else ())}
    fields = {name: core.typed_dict_field(shape, required=False) for name, shape in values.items()}
    found = core.typed_dict_schema(fields, extra_behavior="forbid")
    return about(found, (group.__doc__ or "").partition("\n")[0]) if group else found


def kinds(tables: dict[str, Shape]) -> Shape:
    """A table of one of several kinds."""
    for kind, found in tables.items():
        found["fields"] = {"kind": core.typed_dict_field(core.literal_schema([kind]), required=False), **found["fields"]}
    return core.tagged_union_schema(tables, "kind")


def named(shape: Shape) -> Shape:
    """A table whose names are free."""
    return core.dict_schema(core.str_schema(), shape)


def anything(description: str, **more: Any) -> Shape:
    """What is looked at elsewhere."""
    return about(core.any_schema(), description, **more)


def different(most: int) -> Callable[[list[str]], list[str]]:
    """A rule for lists: each name once, and not more than so many."""

    def rule(found: list[str]) -> list[str]:
        if not 1 <= len(found) <= most or len(set(found)) < len(found):
            context = {"found": f"{len(found)} names, {len(set(found))} of them different"}
            raise PydanticCustomError("rule", f"1 to {most} different names", context)
        return found

    return rule


def checker(shape: Shape) -> SchemaValidator:
    """What checks values by a shape."""
    return SchemaValidator(shape)

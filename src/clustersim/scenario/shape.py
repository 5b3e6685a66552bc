"""The shape of scenario files for pydantic, built from the declared parameters: names, types, intervals, choices.

It is pydantic's core schema: checking with it needs only pydantic's core, which starts three times faster than its model
classes. What crosses tables or files is looked at in `parts` and `support`; `schema` writes the shape as a JSON schema.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

from pydantic_core import PydanticCustomError, SchemaValidator
from pydantic_core import core_schema as core

from clustersim.parameters import Parameter, Parameters
from clustersim.population import Population
from clustersim.problems import allowed_by
from clustersim.scenario.settings import CALL_DATES, EVEN_CALLS, STEADY, Funder, Purpose, RunSettings
from clustersim.scenario.theory import Theory
from clustersim.territory import Drawn, shipped_territories

__all__ = ["MOST_WORDS", "Shape", "scenario_shape"]

MOST_WORDS = 32  # purposes or competences: columns of every organisation
_LAST_MONTH = 1_200
_MONTH = r"^(0|[1-9][0-9]{0,2}|1[01][0-9]{2}|1200)$"
Shape = dict[str, Any]
_Groups = tuple[tuple[str, type[Parameters]], ...]


def _value(kind: Any, allowed: str, description: str = "", **default: Any) -> Shape:
    """A value of some kind; whatever is wrong with it, the message is what is allowed."""
    value = core.custom_error_schema(kind, "value", custom_error_message=allowed)
    return _about(core.with_default_schema(value, **default) if default else value, description)


def _about(shape: Any, description: str, **more: Any) -> Shape:
    return {**shape, "metadata": {"pydantic_js_updates": {"description": description, **more}}}


def _text(allowed: str, description: str, **default: Any) -> Shape:
    return _value(core.str_schema(strict=True, pattern=r"\S"), allowed, description, **default)


def _number(p: Parameter) -> Shape:
    """A parameter, with its interval or its choices."""
    low, high = p.within or (None, None)
    kinds = {
        str: core.literal_schema(list(p.choices)),
        bool: core.bool_schema(strict=True),
        int: core.no_info_before_validator_function(_whole, core.int_schema(strict=True, ge=low, le=high)),
        float: core.float_schema(strict=True, ge=low, le=high, allow_inf_nan=False),
    }
    unit = "" if p.unit in ("", "-") else f" [{p.unit}]"
    return _value(kinds[type(p.default)], allowed_by(p), f"{p.meaning}{unit}; source: {p.source}", default=p.default)


def _whole(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _over_time(p: Parameter) -> Shape:
    """A parameter of a measure: a value, or a table from the months of the scenario in which it changes to its values."""
    whole = _number(p)
    if p.name in STEADY:
        return whole
    value = whole["schema"]
    named = f"a whole month of the scenario, 0 to {_LAST_MONTH}"
    month = core.custom_error_schema(core.str_schema(pattern=_MONTH), "value", custom_error_message=named)
    course = core.no_info_after_validator_function(_begun, core.dict_schema(month, value))
    course = _about(course, "from month to value", additionalProperties=False, minProperties=1)
    kinds = core.tagged_union_schema({"value": value, "course": course}, lambda said: "course" if isinstance(said, dict) else "value")
    about = "; or a table from month to value, { 0 = ..., 24 = ... }"
    return _about(whole | {"schema": kinds}, whole["metadata"]["pydantic_js_updates"]["description"] + about)


def _table(group: type[Parameters] | None = None, number: Callable[[Parameter], Shape] = _number, **beside: Shape) -> Shape:
    """A table that holds a group of parameters, what stands beside them, and no other names."""
    values = beside | {p.name: number(p) for p in (group.declared() if group else ())}
    fields = {name: core.typed_dict_field(value, required=False) for name, value in values.items()}
    table = core.typed_dict_schema(fields, extra_behavior="forbid")
    return _about(table, (group.__doc__ or "").partition("\n")[0]) if group else table


def _kinds(tables: dict[str, Shape]) -> Shape:
    """A table of one of several kinds."""
    for kind, table in tables.items():
        table["fields"] = {"kind": core.typed_dict_field(core.literal_schema([kind]), required=False), **table["fields"]}
    return core.tagged_union_schema(tables, "kind")


def _named(table: Shape) -> Shape:
    return core.dict_schema(core.str_schema(), table)


def _different(names: list[str]) -> list[str]:
    if not 1 <= len(names) <= MOST_WORDS or len(set(names)) < len(names):
        context = {"found": f"{len(names)} names, {len(set(names))} of them different"}
        raise PydanticCustomError("rule", f"1 to {MOST_WORDS} different names", context)
    return names


def _holds_calls(group: type[Parameters]) -> bool:
    return any(p.name == EVEN_CALLS for p in group.declared())


def _once(months: list[int]) -> list[int]:
    if not months or len(set(months)) < len(months):
        context = {"found": f"{len(months)} months, {len(set(months))} of them different"}
        raise PydanticCustomError("rule", "one month of the scenario or more, each once", context)
    return months


def _begun(course: dict[str, Any]) -> dict[str, Any]:
    """A value holds from its month on, so there is one for the beginning: of month 0, or of month 1, which is the same."""
    first = [month for month in ("0", "1") if month in course]
    if len(first) != 1:
        found = "two values for the beginning, months 0 and 1" if first else "no value for the beginning"
        raise PydanticCustomError("rule", "a table that begins with month 0, such as { 0 = 20_000, 24 = 30_000 }", {"found": found})
    return course


def _demanding(challenge: dict[str, float]) -> dict[str, float]:
    if not any(challenge.values()):
        example = "a table with at least one competence above 0, such as { trade = 0.5 }"
        raise PydanticCustomError("rule", example, {"found": "no demand"})
    return challenge


@cache
def _scenario_shape(processes: _Groups, measures: _Groups) -> tuple[Shape, SchemaValidator]:
    word = core.str_schema(strict=True, min_length=1)
    names = _value(core.list_schema(word), 'a list of names, such as ["trade", "finance"]')
    competences = core.with_default_schema(core.no_info_after_validator_function(_different, names), default=None, validate_default=True)
    share = _number(Parameter(0.0, "-", (0.0, 1.0)))["schema"]
    challenge = core.no_info_after_validator_function(_demanding, _named(share))
    demands = core.with_default_schema(challenge, default={}, validate_default=True)
    # a table that is really removed does not come here
    true = core.chain_schema([core.bool_schema(strict=True), core.literal_schema([True])])
    remove = _about(_value(true, "true"), "take away what the scenario extends has under this name", const=True)
    places = f"one of {', '.join(shipped_territories())}, or the path of a CSV file"
    real = _table(places=_text(places, f"{places}, seen from the scenario file", default=None, validate_default=True))
    served = core.no_info_after_validator_function(_different, _value(core.list_schema(word), "a list of names of purposes"))
    purposes = _about(served, "only organisations and groups of these purposes are eligible", uniqueItems=True, minItems=1)
    month = core.no_info_before_validator_function(_whole, core.int_schema(strict=True, ge=1, le=_LAST_MONTH))
    dates = _value(core.list_schema(month), f"a list of whole months of the scenario, 1 to {_LAST_MONTH}, such as [1, 13, 37]")
    held = f"months of the scenario in which calls are held, in place of {EVEN_CALLS}"
    calls = _about(core.no_info_after_validator_function(_once, dates), held, uniqueItems=True, minItems=1)
    pays = _about(core.any_schema(), "name of the funder that runs and pays it", type="string", minLength=1)
    own_list = _text("the path of a CSV file", "path of the user's own list of organisations, seen from the scenario file")
    area = _text("the name or code of an area, in quotes", "name or code of the region, district or locality it answers for")
    place = _text("the name or code of a place, in quotes", "name or code of the place where it sits")
    extends = "scenario file, or name of a shipped one, whose values count where this file says nothing; or several"
    beside: dict[str, Shape] = {"funder": pays, "purposes": purposes, "remove": remove}
    support = {
        kind: _table(group, _over_time, **beside, **({CALL_DATES: calls} if _holds_calls(group) else {})) for kind, group in measures
    }
    whole = _table(
        title=_value(word | {"min_length": 0}, "a text in quotes", "what the scenario is called"),
        question=_value(word | {"min_length": 0}, "a text in quotes", "what it asks, in plain words"),
        extends=_about(core.union_schema([word, core.list_schema(word)]), extends),
        competences=_about(competences, "what organisations can be good at", uniqueItems=True, minItems=1, maxItems=MOST_WORDS),
        territory=_kinds({"drawn": _table(Drawn), "real": real}),
        purposes=_named(_table(Purpose, challenge=_about(demands, "how much of each competence an answer demands [0..1]"), remove=remove)),
        population=_table(Population, organisations_file=own_list),
        processes=_table(**{name: _table(group) for name, group in processes}),
        funders=_named(_table(Funder, area=area, place=place, remove=remove)),
        measures=_named(_kinds(support)),
        run=_table(RunSettings),
    )
    about = "A question to clustersim. What is left out is inherited from what `extends` names, or at its default."
    shape = _about(whole, about, title="clustersim scenario")
    return shape, SchemaValidator(shape)


def scenario_shape(theory: Theory) -> tuple[Shape, SchemaValidator]:
    """The shape of a whole file, and what checks it."""
    return _scenario_shape(tuple(theory.processes.items()), tuple(theory.measures.items()))

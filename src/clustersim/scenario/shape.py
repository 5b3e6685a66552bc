"""The shape of scenario files for pydantic, built from the declared parameters: names, types, intervals, choices.

It is pydantic's core schema: checking with it needs only pydantic's core, which starts three times faster than its model
classes. What crosses tables or files is looked at in `parts` and `support`; `schema` writes the shape as a JSON schema.
"""

from functools import cache
from typing import Any

from pydantic_core import PydanticCustomError, SchemaValidator
from pydantic_core import core_schema as core

from clustersim.parameters import Parameter, Parameters
from clustersim.population import Population
from clustersim.scenario.settings import CALL_DATES, EVEN_CALLS, STEADY, Funder, Purpose, RunSettings
from clustersim.scenario.shaping import Shape, about, anything, checker, different, kinds, named, names, number, table, text, value, whole
from clustersim.scenario.theory import Theory
from clustersim.territory import Drawn, shipped_territories

__all__ = ["MOST_WORDS", "Shape", "scenario_shape"]

MOST_WORDS = 32  # purposes or competences: columns of every organisation
_LAST_MONTH = 1_200
_MONTH = r"^(0|[1-9][0-9]{0,2}|1[01][0-9]{2}|1200)$"
_Groups = tuple[tuple[str, type[Parameters]], ...]


def _over_time(p: Parameter) -> Shape:
    """A parameter of a measure: a value, or a table from the months of the scenario in which it changes to its values."""
    found = number(p)
    if p.name in STEADY:
        return found
    steady = found["schema"]
    allowed = f"a whole month of the scenario, 0 to {_LAST_MONTH}"
    month = core.custom_error_schema(core.str_schema(pattern=_MONTH), "value", custom_error_message=allowed)
    course = core.no_info_after_validator_function(_begun, core.dict_schema(month, steady))
    course = about(course, "from month to value", additionalProperties=False, minProperties=1)
    either = core.tagged_union_schema({"value": steady, "course": course}, lambda said: "course" if isinstance(said, dict) else "value")
    more = "; or a table from month to value, { 0 = ..., 24 = ... }"
    return about(found | {"schema": either}, found["metadata"]["pydantic_js_updates"]["description"] + more)


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
    few_words = different(MOST_WORDS)
    words = core.no_info_after_validator_function(few_words, names('a list of names, such as ["trade", "finance"]'))
    competences = core.with_default_schema(words, default=None, validate_default=True)
    share = number(Parameter(0.0, "-", (0.0, 1.0)))["schema"]
    challenge = core.no_info_after_validator_function(_demanding, named(share))
    demands = core.with_default_schema(challenge, default={}, validate_default=True)
    # a table that is really removed does not come here
    true = core.chain_schema([core.bool_schema(strict=True), core.literal_schema([True])])
    remove = about(value(true, "true"), "take away what the scenario extends has under this name", const=True)
    places = f"one of {', '.join(shipped_territories())}, or the path of a CSV file"
    real = table(places=text(places, f"{places}, seen from the scenario file", default=None, validate_default=True))
    served = core.no_info_after_validator_function(few_words, names("a list of names of purposes"))
    purposes = about(served, "only organisations and groups of these purposes are eligible", uniqueItems=True, minItems=1)
    month = core.no_info_before_validator_function(whole, core.int_schema(strict=True, ge=1, le=_LAST_MONTH))
    dates = value(core.list_schema(month), f"a list of whole months of the scenario, 1 to {_LAST_MONTH}, such as [1, 13, 37]")
    held = f"months of the scenario in which calls are held, in place of {EVEN_CALLS}"
    calls = about(core.no_info_after_validator_function(_once, dates), held, uniqueItems=True, minItems=1)
    pays = anything("name of the funder that runs and pays it", type="string", minLength=1)
    own_list = text("the path of a CSV file", "path of the user's own list of organisations, seen from the scenario file")
    area = text("the name or code of an area, in quotes", "name or code of the region, district or locality it answers for")
    place = text("the name or code of a place, in quotes", "name or code of the place where it sits")
    extends = "scenario file, or name of a shipped one, whose values count where this file says nothing; or several"
    beside = {"funder": pays, "purposes": purposes, "remove": remove}
    support = {kind: table(group, _over_time, **beside, **({CALL_DATES: calls} if _holds_calls(group) else {})) for kind, group in measures}
    file = table(
        title=value(word | {"min_length": 0}, "a text in quotes", "what the scenario is called"),
        question=value(word | {"min_length": 0}, "a text in quotes", "what it asks, in plain words"),
        extends=about(core.union_schema([word, core.list_schema(word)]), extends),
        competences=about(competences, "what organisations can be good at", uniqueItems=True, minItems=1, maxItems=MOST_WORDS),
        territory=kinds({"drawn": table(Drawn), "real": real}),
        purposes=named(table(Purpose, challenge=about(demands, "how much of each competence an answer demands [0..1]"), remove=remove)),
        population=table(Population, organisations_file=own_list),
        processes=table(**{name: table(group) for name, group in processes}),
        funders=named(table(Funder, area=area, place=place, remove=remove)),
        measures=named(kinds(support)),
        run=table(RunSettings),
    )
    said = "A question to clustersim. What is left out is inherited from what `extends` names, or at its default."
    shape = about(file, said, title="clustersim scenario")
    return shape, checker(shape)


def scenario_shape(theory: Theory) -> tuple[Shape, SchemaValidator]:
    """The shape of a whole file, and what checks it."""
    return _scenario_shape(tuple(theory.processes.items()), tuple(theory.measures.items()))

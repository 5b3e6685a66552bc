"""The numbers of a scenario by their paths: what may be drawn, varied or screened in experiments."""

from typing import Any

from clustersim.parameters import Parameter, Parameters
from clustersim.scenario import Funder, Purpose, Scenario

__all__ = ["declared", "is_number", "is_whole", "of_world", "values_of"]


def of_world(scenario: Scenario) -> dict[str, Parameter]:
    """Every number of the world by its path: what measures say is not of the world, and how long to look is not either."""
    return {path: parameter for path, parameter in _world(scenario).items() if is_number(parameter)}


def declared(scenario: Scenario) -> dict[str, Parameter]:
    """Every number, switch and word of the world and of the measures."""
    return _world(scenario) | _by_path({f"measures.{measure.name}": type(measure.numbers) for measure in scenario.measures})


def values_of(scenario: Scenario) -> dict[str, Any]:
    """The value of each of them in a scenario; a table from month to value where it changes over time."""
    said, found = scenario.to_dict(), {}
    for path in declared(scenario):
        value: Any = said
        for key in path.split("."):
            value = value[key]
        found[path] = value
    return found


def is_number(parameter: Parameter) -> bool:
    """Whether it is neither a switch nor a word."""
    return isinstance(parameter.default, int | float) and not isinstance(parameter.default, bool)


def is_whole(parameter: Parameter) -> bool:
    """Whether it is a whole number."""
    return isinstance(parameter.default, int) and not isinstance(parameter.default, bool)


def _world(scenario: Scenario) -> dict[str, Parameter]:
    groups = {
        "population": type(scenario.population),
        **{f"processes.{name}": type(numbers) for name, numbers in scenario.processes.items()},
        **{f"purposes.{name}": Purpose for name in scenario.purposes.names},
        **{f"funders.{funder.name}": Funder for funder in scenario.funders},
    }
    if scenario.territory.drawn is not None:
        groups["territory"] = type(scenario.territory.drawn)
    return _by_path(groups)


def _by_path(groups: dict[str, type[Parameters]]) -> dict[str, Parameter]:
    return {f"{path}.{parameter.name}": parameter for path, group in groups.items() for parameter in group.declared()}

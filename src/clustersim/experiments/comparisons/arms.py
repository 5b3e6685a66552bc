"""Arms: scenarios that differ in their measures and in nothing else."""

import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from clustersim.problems import Problem, ScenarioError, in_words
from clustersim.scenario import Scenario

__all__ = ["Named", "arms_of", "differences"]

type Named = Scenario | str | os.PathLike[str]

_OWN = ("title", "question", "measures")  # what arms may differ in
_REMEDY = "put all on one territory with --on, or set it alike; or allow differences, and the effect is that of all of them"


def arms_of(
    scenarios: Iterable[Named], against: Named, *, on: str | os.PathLike[str] | None, months: int | None, allow_differences: bool
) -> tuple[Scenario, ...]:
    """The arms, the control first.

    Args:
        scenarios: Scenarios, their files, or names of shipped ones.
        against: The control: a scenario, a file or a name; also the name of one of `scenarios`.
        on: A territory to put them on.
        months: A horizon for all of them.
        allow_differences: Whether they may differ in more than their measures.

    Raises:
        ScenarioError: for a scenario that cannot be loaded, for two of one name, for none besides the control, and for
            arms that differ in more than their measures.
    """
    changes = {} if months is None else {"run.months": months}
    treated = [_loaded(named, on, changes) for named in scenarios]
    found = next((arm for arm in treated if arm.name == against), None) if isinstance(against, str) else None
    control = found or _loaded(against, on, changes)
    treated = [arm for arm in treated if arm is not found and (arm.name != control.name or arm != control)]
    if not treated:
        raise ScenarioError([Problem(control.name, "", "nothing to compare it with", "one scenario or more besides the control")])
    arms = (control, *treated)
    names = [arm.name for arm in arms]
    problems = [
        Problem(name, "", f"{names.count(name)} scenarios of that name", "a name for each", "an arm is named by its file: rename one")
        for name in dict.fromkeys(names)
        if names.count(name) > 1
    ]
    if not allow_differences:
        problems += [problem for arm in treated for problem in differences(arm, control)]
    if problems:
        raise ScenarioError(problems)
    return arms


def differences(arm: Scenario, control: Scenario) -> Iterator[Problem]:
    """What two scenarios say differently, besides their measures and their words."""
    one, other, remedy = _world(arm), _world(control), _REMEDY
    for path in dict.fromkeys((*other, *one)):
        if one.get(path) != other.get(path):
            yield Problem(arm.name, path, in_words(one.get(path)), f"{in_words(other.get(path))}, as in {control.name}", remedy)
            remedy = ""  # said once


def _loaded(named: Named, on: str | os.PathLike[str] | None, changes: Mapping[str, Any]) -> Scenario:
    if not isinstance(named, Scenario):
        return Scenario.load(named, changes, on)
    if on is not None:
        raise ScenarioError([Problem(named.name, "", "a scenario that is loaded already", "a file or a name where a territory is given")])
    return named.with_changes(changes) if changes else named


def _world(scenario: Scenario) -> dict[str, Any]:
    """Dotted path to value of all but the measures; lists that are read count by what they held, not by where they lie."""
    said = {key: value for key, value in scenario.to_dict().items() if key not in _OWN}
    said["population"].pop("organisations_file", None)
    said["order of purposes"] = ", ".join(scenario.purposes.names)
    return _flat(said) | {f"contents of the list of {name}": digest for name, digest in scenario.data_hashes().items()}


def _flat(table: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in table.items():
        if isinstance(value, Mapping):
            found |= _flat(value, f"{prefix}{key}.")
        else:
            found[f"{prefix}{key}"] = ", ".join(map(str, value)) if isinstance(value, list) else value
    return found

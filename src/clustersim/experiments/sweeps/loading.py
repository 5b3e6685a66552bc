"""Experiment files: reading them, and checking what they say against the scenarios that they name."""

import json
import os
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from math import prod
from pathlib import Path
from typing import Any

from clustersim.experiments.numbers import declared, values_of
from clustersim.experiments.outcomes import OUTCOMES
from clustersim.experiments.sweeps.designs import DESIGNS, made
from clustersim.experiments.sweeps.factors import LEVER, UNCERTAINTY, Factor
from clustersim.experiments.sweeps.listing import points_of
from clustersim.experiments.sweeps.naming import is_plain, name_of, refused_name
from clustersim.experiments.sweeps.own_lists import OwnList
from clustersim.experiments.sweeps.reading import Reader, flat
from clustersim.experiments.sweeps.shape import Replications, refused
from clustersim.problems import Problem, ScenarioError, did_you_mean, in_words
from clustersim.scenario import Scenario

__all__ = ["load", "read"]

_MOST_POINTS = 10_000_000
_SECTIONS = (("uncertainties", UNCERTAINTY), ("levers", LEVER))


def load(path: str | os.PathLike[str], instead: Mapping[str, Any]) -> dict[str, Any]:
    """What an `Experiment` is made of, from its file.

    Raises:
        ScenarioError: naming every mistake.
    """
    path = Path(path)
    if path.name and path.suffix != ".toml" and os.path.isfile(file := path.with_name(f"{path.name}.toml")) and not os.path.isfile(path):
        path = file
    try:
        with path.open("rb") as file:
            said = tomllib.load(file)
    except FileNotFoundError:
        near = [other.name for other in path.parent.glob("*.toml")] if path.parent.is_dir() else []
        raise ScenarioError([Problem(str(path), "", "no such file", "an experiment file", did_you_mean(path.name, near))]) from None
    except tomllib.TOMLDecodeError as error:
        found = f"text that is not TOML: {error}"
        raise ScenarioError([Problem(str(path), "", found, "an experiment in TOML", "texts stand in quotes")]) from None
    except UnicodeDecodeError:
        raise ScenarioError([Problem(str(path), "", "letters that are not coded as UTF-8", "a text file in UTF-8")]) from None
    except OSError as error:
        raise ScenarioError([Problem(str(path), "", f"a file that cannot be read ({error.strerror})", "a readable file")]) from None
    changed = {name: value for name, value in instead.items() if value is not None}
    return read(said | changed, name_of(path), path.parent, str(path), instead=changed)


def read(
    table: Mapping[str, Any],
    name: str,
    folder: str | os.PathLike[str],
    file: str = "",
    *,
    instead: Mapping[str, Any] | None = None,
    given: Sequence[Scenario] = (),
) -> dict[str, Any]:
    """The same from a table laid out like a file.

    Args:
        table: What it says.
        name: What the experiment is called.
        folder: Where its relative paths start.
        file: What messages name, if not the name.
        instead: What of the table does not come from the file.
        given: The scenarios, resolved, where they are not those of the files that the table names.

    Raises:
        ScenarioError: naming every mistake.
    """
    file, folder, said = file or name, Path(folder).absolute(), _plain(table, file or name)
    text = json.dumps({"name": name, "folder": str(folder), "said": said, "instead": dict(instead or {})})
    problems = [problem for problem in (refused_name(name, file),) if problem is not None]
    problems += [Problem(file, ".".join(map(str, found.path)), *found[1:4]) for found in refused(said)]
    outcomes = tuple(_outcomes(said.get("outcomes"), file, problems))
    scenarios = tuple(given) or _scenarios(said, file, folder, problems)
    replications = Replications(**{key: said[key] for key in ("seeds", "first_seed") if key in said})
    if not scenarios:
        raise ScenarioError(problems or [Problem(file, "scenarios", "nothing", 'a list of scenarios, such as ["baseline"]')])
    numbers = {path: p for path, p in declared(scenarios[0]).items() if all(path in declared(other) for other in scenarios[1:])}
    reader = Reader(file, numbers, values_of(scenarios[0]), problems)
    factors = [factor for section, role in _SECTIONS for factor in reader.factors(section, role, said.get(section, {}))]
    _check_once(factors, said, file, problems)
    settings = said.get("design", {})
    sound = not any(problem.path.partition(".")[0] == "design" for problem in problems)
    kind = settings.pop("kind", "grid")
    own_table, listed, rows = _listed(kind, settings, factors, numbers, file, folder, problems)
    group = DESIGNS[kind](**settings)
    drawn = [factor for factor in factors if factor.spread is not None]
    if sound:
        _check_design(kind, factors, drawn, file, problems)
    points = len(scenarios) * prod(len(factor.values) for factor in factors if factor.spread is None)
    if points > _MOST_POINTS:
        allowed, hint = f"at most {_MOST_POINTS} points", "fewer values, or a design that draws"
        problems.append(Problem(file, "design", f"{points} points", allowed, hint))
    if problems:
        raise ScenarioError(problems)
    return {
        "name": name,
        "title": said.get("title", name),
        "question": said.get("question", ""),
        "scenarios": scenarios,
        "seeds": replications.seeds,
        "first_seed": replications.first_seed,
        "outcomes": outcomes,
        "factors": tuple(drawn + [factor for factor in factors if factor.spread is None]),
        "design": made(kind, group, tuple(factor.path for factor in drawn)),
        "listed": listed,
        "rows": rows,
        "own_table": own_table,
        "text": text,
    }


def _plain(table: Mapping[str, Any], file: str) -> dict[str, Any]:
    """A copy of a table in texts, numbers, lists and tables, as a store keeps it.

    Raises:
        ScenarioError: for whatever is none of these, such as TOML's dates.
    """
    try:
        return json.loads(json.dumps(table))
    except TypeError:
        allowed = "a text in quotes, a number, a list or a table"
        raise ScenarioError([Problem(file, path, in_words(value), allowed) for path, value in _strange(table)]) from None


def _strange(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """What a store cannot keep, and where it stands."""
    if isinstance(value, dict | list | tuple):
        for key, part in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _strange(part, f"{path}.{key}" if path else str(key))
    elif not isinstance(value, str | int | float | None):
        yield path, value


def _outcomes(said: list[str] | None, file: str, problems: list[Problem]) -> Iterator[str]:
    """What is looked at: everything, unless the file names some."""
    known = [outcome.name for outcome in OUTCOMES]
    for name in known if said is None else dict.fromkeys(said):
        if name not in known:
            allowed = f"some of {', '.join(known)}"
            problems.append(Problem(file, "outcomes", f'an unknown name "{name}"', allowed, did_you_mean(name, known)))
        yield name


def _scenarios(said: dict[str, Any], file: str, folder: Path, problems: list[Problem]) -> tuple[Scenario, ...]:
    """The scenarios with the horizon and the constants; their own mistakes are noted."""
    changes = dict(flat(said.get("constants", {}))) | ({"run.months": said["months"]} if "months" in said else {})
    found: list[Scenario] = []
    for named in said.get("scenarios", ()):
        path, on = _seen_from(folder, named), _seen_from(folder, said["on"]) if "on" in said else None
        try:
            found.append(Scenario.load(path, changes, on))
        except ScenarioError as error:
            # what is wrong with a constant is said of the experiment, and the rest is looked at without it
            problems += [replace(p, file=file, path=f"constants.{p.path}") if p.file == "(override)" else p for p in error.problems]
            with suppress(ScenarioError):
                found.append(Scenario.load(path, None, on))
    names = [scenario.name for scenario in found]
    for name in names:
        if not is_plain(name):
            problems.append(Problem(file, "scenarios", in_words(name), "the name of a file, in UTF-8", "rename the scenario's file"))
    for name in dict.fromkeys(names):
        if names.count(name) > 1:
            found_words = f"{names.count(name)} scenarios named {name}"
            problems.append(Problem(file, "scenarios", found_words, "a name for each", "rename one's file"))
    return tuple(found)


def _seen_from(folder: Path, named: str) -> str:
    """A file as seen from the experiment's folder; a name of a shipped scenario stays."""
    path = folder / named
    is_file = named.endswith(".toml") or "/" in named or os.sep in named
    return str(path) if is_file or os.path.isfile(path.with_suffix(".toml")) else named


def _check_once(factors: list[Factor], said: dict[str, Any], file: str, problems: list[Problem]) -> None:
    """Refuse what is set or varied in two places."""
    paths = [factor.path for factor in factors]
    constants = [path for path, _ in flat(said.get("constants", {}))]
    for path in dict.fromkeys(constants):
        if constants.count(path) > 1:
            problems.append(Problem(file, f"constants.{path}", "two values", "one of them: in quotes or not, the path is the same"))
    for path in dict.fromkeys(paths):
        if paths.count(path) > 1:
            problems.append(Problem(file, f"levers.{path}", "an uncertainty too", "one of the two"))
        if path in constants:
            problems.append(Problem(file, f"constants.{path}", "a factor too", "a constant, or a factor"))


def _listed(
    kind: str, settings: dict[str, Any], factors: list[Factor], numbers: Mapping[str, Any], file: str, folder: Path, problems: list[Problem]
) -> tuple[OwnList | None, tuple[str, ...], tuple[tuple[Any, ...], ...]]:
    """The user's own points, if the design is a list: their file, the paths that it has, and the values of each row."""
    if kind != "list":
        return None, (), ()
    named = settings.pop("file", None)
    if named is None:
        problems.append(Problem(file, "design.file", "nothing", "the path of a CSV file: a column a path, a row a point"))
        return None, (), ()
    own, listed, rows = points_of(folder / named, numbers, problems)
    for factor in factors:
        if factor.path in listed:
            problems.append(Problem(file, f"{factor.role}: {factor.path}", "a column of the table too", "one of the two"))
    return own, listed, tuple(rows)


def _check_design(kind: str, factors: list[Factor], drawn: list[Factor], file: str, problems: list[Problem]) -> None:
    """Refuse factors that the design can do nothing with, and a design without any."""
    if kind in ("grid", "list"):
        for factor in drawn:
            section = "levers" if factor.role == LEVER else "uncertainties"
            allowed = f"{{ values = [...] }} or {{ low, high, steps = 5 }}: a {kind} draws nothing"
            hint = "or take a design that draws, such as latin_hypercube"
            problems.append(Problem(file, f"{section}.{factor.path}", "an interval", allowed, hint))
    elif not drawn and not problems:
        problems.append(Problem(file, "design.kind", in_words(kind), "a grid, for nothing is drawn", "or give a factor an interval"))

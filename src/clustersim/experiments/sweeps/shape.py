"""The shape of experiment files: names, types and intervals, built of the same parts as that of scenario files.

What stands under [constants], [uncertainties] and [levers] is free here and looked at in `reading`, against the scenarios.
`python -m clustersim.experiments.sweeps.shape [FILE]` writes it as a JSON schema, by default to `schema/experiment.schema.json`.
"""

import sys
from functools import cache
from pathlib import Path
from typing import Any

from clustersim.experiments.outcomes import OUTCOMES
from clustersim.experiments.sweeps.designs import DESIGNS
from clustersim.parameters import Parameter, Parameters
from clustersim.scenario import RunSettings
from clustersim.scenario.mistakes import Mistake, mistakes
from clustersim.scenario.shaping import Shape, about, anything, checker, kinds, named, names, number, table, text

__all__ = ["Replications", "experiment_shape", "refused", "schema_text"]


class Replications(Parameters):
    """How often each point is run, and with which seeds."""

    seeds = Parameter(10, "replications", (1, 100_000), "assumed", "replications of each point, each with a seed of its own")
    first_seed = Parameter(1, "-", (0, 2**62), "assumed", "the first of the seeds; the others follow it")  # far below 64 bits


@cache
def experiment_shape() -> tuple[Shape, Any]:
    """The shape of a whole file, and what checks it."""
    months = number(next(p for p in RunSettings.declared() if p.name == "months"))["schema"]
    designs = {kind: table(group) for kind, group in DESIGNS.items()}
    file = text("the path of a CSV file", "path of the table of points, seen from the experiment file: a column a path, a row a point")
    designs["list"] = table(file=file)
    outcomes = ", ".join(outcome.name for outcome in OUTCOMES)
    factor = "a path of a number, with [low, high], {} for its declared interval, { around = 0.5 }, or { values = [...] }"
    shape = table(
        Replications,
        title=text("a text in quotes", "what the experiment is called"),
        question=text("a text in quotes", "what it asks, in plain words"),
        scenarios=about(names('a list of scenarios, such as ["baseline"]'), "scenario files, or names of shipped ones", minItems=1),
        on=text("a scenario's name or file", "the scenario of a territory to put all of them on"),
        months=about(months, "horizon instead of the scenarios' own [months]"),
        outcomes=about(names(f"a list of outcomes: {outcomes}"), f"what is looked at: {outcomes}", minItems=1),
        constants=named(anything("a path with the value that it has in all points")),
        uncertainties=named(anything(f"what nobody knows: {factor}")),
        levers=named(anything(f"what somebody decides: {factor}")),
        design=kinds(designs),
    )
    said = "An experiment with clustersim: many runs of scenarios in which numbers are varied."
    shape = about(shape, said, title="clustersim experiment")
    return shape, checker(shape)


def refused(said: dict[str, Any]) -> list[Mistake]:
    """What is wrong with a table by its shape; it is taken out of the table."""
    shape, validator = experiment_shape()
    if isinstance(design := said.setdefault("design", {}), dict):
        design.setdefault("kind", "grid")
    return list(mistakes(shape, validator, said))


def schema_text() -> str:
    """The JSON schema as it stands in the file."""
    from clustersim.scenario.schema import schema_of, written  # slow to import, and nobody else needs it

    return written(schema_of(experiment_shape()[0]))


def main(arguments: list[str]) -> None:
    """Write the schema."""
    path = Path(arguments[0] if arguments else "schema/experiment.schema.json")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(schema_text(), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])

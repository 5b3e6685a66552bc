"""`clustersim validate` and `describe`: what a scenario file says, before anything is run."""

from __future__ import annotations

from typing import Annotated

import typer

from clustersim.cli.asking import MISTAKE, On, load, say_problems, warn


def validate(
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="Scenario files, or names of shipped scenarios.")],
    on: On = None,
) -> None:
    """Check scenario files and name every mistake at once, and what cannot be meant."""
    from clustersim.scenario import Scenario, ScenarioError

    bad = 0
    for file in files:
        try:
            scenario = Scenario.load(file, on=on)
            typer.echo(f"ok: {scenario.title}")
            warn(scenario)
        except ScenarioError as error:
            bad += 1
            say_problems(error)
    if bad:
        raise typer.Exit(MISTAKE)


def describe(
    scenario: Annotated[str | None, typer.Argument(metavar="[SCENARIO]", help="Show what this scenario changes, old -> new.")] = None,
    on: On = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Print the theory as the code declares it, or what a scenario changes in it."""
    import json

    from clustersim import describe as theory

    asked = load(scenario or "baseline", [], on)
    if scenario is None:
        typer.echo(json.dumps(theory.theory(asked), indent=1) if as_json else theory.as_text(asked))
    else:
        typer.echo(json.dumps(theory.changes(asked), indent=1) if as_json else theory.changes_as_text(asked))

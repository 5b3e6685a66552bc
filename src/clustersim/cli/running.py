"""`clustersim run`: simulate one scenario, write it down, say what happened."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from clustersim.cli.asking import MISTAKE, STOPPED, Changes, On, ScenarioName, check_seed, complain, load, progress, warn

if TYPE_CHECKING:
    from collections.abc import Callable

    from clustersim.runs import Run
    from clustersim.scenario import Scenario


def run(
    scenario: ScenarioName,
    seed: Annotated[int, typer.Option(help="The replication: the same seed is the same luck in every scenario.")] = 1,
    months: Annotated[int | None, typer.Option(help="Months to simulate after the spin-up, instead of the scenario's own.")] = None,
    on: On = None,
    changes: Changes = None,
    out: Annotated[Path, typer.Option(help="Folder for the results; each run gets a folder of its own in it.")] = Path("results"),
    threads: Annotated[int, typer.Option(min=1, help="Threads for large runs; results are the same for any number.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print only the path of the results.")] = False,
    figures: Annotated[bool, typer.Option("--figures/--no-figures", help="Whether to draw figures beside the tables.")] = True,
) -> None:
    """Simulate a scenario, write tables and figures, and say what happened."""
    asked = load(scenario, [*(changes or []), *([f"run.months={months}"] if months is not None else [])], on)
    if not quiet:
        warn(asked)
    check_seed(seed)
    from clustersim import results

    try:
        finished = _simulate(asked, seed, threads, show=not (quiet or as_json))
        path = results.write(finished, out, draw=_drawer() if figures else None)
    except KeyboardInterrupt:
        complain("Stopped by Ctrl-C; nothing was written.", STOPPED)
    except results.ResultsError as error:
        complain(str(error), MISTAKE)
    _report(finished, path, as_json=as_json, quiet=quiet)


def _simulate(scenario: Scenario, seed: int, threads: int, *, show: bool) -> Run:
    from clustersim.runs import run as simulate

    if not show:
        return simulate(scenario, seed, threads=threads)
    with progress("{task.description}: month {task.completed:.0f} of {task.total:.0f}, spin-up included") as bar:
        task = bar.add_task(scenario.name, total=scenario.run.spin_up + scenario.run.months)
        return simulate(scenario, seed, threads=threads, progress=lambda done, _: bar.update(task, completed=done))


def _drawer() -> Callable[[Run, Path], object]:
    from clustersim.report import figures

    return figures.write


def _report(finished: Run, path: Path, *, as_json: bool, quiet: bool) -> None:
    if quiet:
        typer.echo(path)
        return
    from clustersim.report import summary

    if as_json:
        import json

        facts = {"path": str(path), "seed": finished.seed, "state_hash": finished.state_hash, **summary.headline(finished)}
        typer.echo(json.dumps(facts))
    else:
        typer.echo(summary.summary(finished))
        typer.echo(f"\nWritten to {path}")

"""`clustersim patterns`: the patterns by which the model is judged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from clustersim.cli.asking import STOPPED, Changes, complain, load, print_table, progress

if TYPE_CHECKING:
    from clustersim.scenario import Scenario


def patterns(
    scenarios: Annotated[list[str] | None, typer.Argument(metavar="[SCENARIO...]", help="Default: baseline and bretagne.")] = None,
    seeds: Annotated[int, typer.Option(min=2, help="Replications; 30 or more for intervals to be trusted.")] = 30,
    changes: Changes = None,
    threads: Annotated[int, typer.Option(min=1, help="Replications at a time.")] = 2,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Measure the patterns by which the model is judged: target, measured interval, held or not."""
    asked = [load(name, list(changes or [])) for name in scenarios or ("baseline", "bretagne")]
    tables = {}
    try:
        for scenario in asked:
            tables[scenario.name] = _measure_patterns(scenario, seeds, threads, show=not as_json)
            if not as_json:
                print_table(f"{scenario.title}: {seeds} seeds", tables[scenario.name])
    except KeyboardInterrupt:
        complain("Stopped by Ctrl-C.", STOPPED)
    if as_json:
        import json

        typer.echo(json.dumps(tables))


def _measure_patterns(scenario: Scenario, seeds: int, threads: int, *, show: bool) -> list[dict[str, str]]:
    from clustersim.experiments.patterns import as_rows, check_patterns

    with progress("{task.description}: run {task.completed:.0f} of {task.total:.0f}", show=show) as bar:
        task = bar.add_task(scenario.name, total=seeds)
        count = lambda done, _: bar.update(task, completed=done)  # noqa: E731
        return as_rows(check_patterns(scenario, range(1, seeds + 1), threads=threads, progress=count))

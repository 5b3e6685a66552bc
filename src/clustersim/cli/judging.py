"""`clustersim patterns`: the patterns by which the model is judged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from clustersim.cli.asking import MISTAKE, STOPPED, Changes, complain, load, print_table, progress, say_problems
from clustersim.problems import ScenarioError

if TYPE_CHECKING:
    from clustersim.scenario import Scenario


def patterns(
    scenarios: Annotated[list[str] | None, typer.Argument(metavar="[SCENARIO...]", help="Default: baseline and bretagne.")] = None,
    seeds: Annotated[int, typer.Option(min=2, help="Replications; 30 or more for intervals to be trusted.")] = 30,
    support: Annotated[
        bool, typer.Option("--support", help="The patterns of support measures (E4, E7, E8, E10), on the territories of the scenarios.")
    ] = False,
    changes: Changes = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Replications at a time; all cores unless said.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Measure the patterns by which the model is judged: target, measured interval, held or not."""
    from clustersim.experiments.execution.crew import ExecutionError

    if support and changes:
        complain("--set has no meaning with --support, which compares shipped scenarios; leave it out", MISTAKE)
    asked = [load(name, list(changes or [])) for name in scenarios or ("baseline", "bretagne")]
    tables = {}
    try:
        for name, scenario in zip(scenarios or ("baseline", "bretagne"), asked, strict=True):
            tables[scenario.name] = _measured(name if support else scenario, seeds, workers, show=not as_json)
            if not as_json:
                print_table(f"{scenario.title}: {seeds} seeds", tables[scenario.name])
    except KeyboardInterrupt:
        complain("Stopped by Ctrl-C.", STOPPED)
    except ExecutionError as error:
        complain(str(error), MISTAKE)
    except ScenarioError as error:  # a measure that does not fit the territory
        say_problems(error)
        raise typer.Exit(MISTAKE) from None
    if as_json:
        import json

        typer.echo(json.dumps(tables))


def _measured(asked: Scenario | str, seeds: int, workers: int | None, *, show: bool) -> list[dict[str, str]]:
    """The patterns of a scenario, or those of support on the territory of the scenario named."""
    from clustersim.experiments.patterns.judging import as_rows
    from clustersim.experiments.patterns.patterns import check_patterns
    from clustersim.experiments.patterns.support import check_support_patterns

    check = check_support_patterns if isinstance(asked, str) else check_patterns
    with progress("{task.description}: seed {task.completed:.0f} of {task.total:.0f}", show=show) as bar:
        task = bar.add_task(asked if isinstance(asked, str) else asked.name, total=seeds)
        count = lambda done, _: bar.update(task, completed=done)  # noqa: E731
        return as_rows(check(asked, range(1, seeds + 1), workers=workers, progress=count))

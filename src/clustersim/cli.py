"""The command line: run a scenario, check scenario files, describe the theory.

Only Typer is imported here; each command imports what it needs, so that `clustersim --help` answers at once. What a command
has to say goes to standard output, progress and complaints to standard error. Exit codes: 0 done, 2 a mistake in what was
asked, 130 stopped by Ctrl-C.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.progress import Progress

    from clustersim.problems import ScenarioError
    from clustersim.runs import Run
    from clustersim.scenario import Scenario

MISTAKE, STOPPED = 2, 130

app = typer.Typer(
    name="clustersim",
    help="Simulates how clusters of social innovation emerge, cooperate and innovate, and which support measures help.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,
    rich_markup_mode=None,
)

ScenarioName = Annotated[str, typer.Argument(metavar="SCENARIO", help="Path of a scenario file, or the name of a shipped scenario.")]


@app.command()
def run(
    scenario: ScenarioName,
    seed: Annotated[int, typer.Option(help="The replication: the same seed is the same luck in every scenario.")] = 1,
    months: Annotated[int | None, typer.Option(help="Months to simulate after the spin-up, instead of the scenario's own.")] = None,
    changes: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="PATH=VALUE", help="Change one value, e.g. processes.meeting.decay_km=20; repeatable."),
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder for the results; each run gets a folder of its own in it.")] = Path("results"),
    threads: Annotated[int, typer.Option(min=1, help="Threads for large runs; results are the same for any number.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print only the path of the results.")] = False,
    figures: Annotated[bool, typer.Option("--figures/--no-figures", help="Whether to draw figures beside the tables.")] = True,
) -> None:
    """Simulate a scenario, write tables and figures, and say what happened."""
    asked = _load(scenario, [*(changes or []), *([f"run.months={months}"] if months is not None else [])])
    _check_seed(seed)
    from clustersim import results

    try:
        finished = _simulate(asked, seed, threads, show=not (quiet or as_json))
        path = results.write(finished, out, draw=_drawer() if figures else None)
    except KeyboardInterrupt:
        _complain("Stopped by Ctrl-C; nothing was written.", STOPPED)
    except results.ResultsError as error:
        _complain(str(error), MISTAKE)
    _report(finished, path, as_json=as_json, quiet=quiet)


@app.command()
def validate(
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="Scenario files, or names of shipped scenarios.")],
) -> None:
    """Check scenario files and name every mistake at once."""
    from clustersim.scenario import Scenario, ScenarioError

    bad = 0
    for file in files:
        try:
            typer.echo(f"ok: {Scenario.load(file).title}")
        except ScenarioError as error:
            bad += 1
            _say_problems(error)
    if bad:
        raise typer.Exit(MISTAKE)


@app.command()
def describe(
    scenario: Annotated[str | None, typer.Argument(metavar="[SCENARIO]", help="Show what this scenario changes, old -> new.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Print the theory as the code declares it, or what a scenario changes in it."""
    import json

    from clustersim import describe as theory

    asked = _load(scenario or "baseline", [])
    if scenario is None:
        typer.echo(json.dumps(theory.theory(asked), indent=1) if as_json else theory.as_text(asked))
    else:
        typer.echo(json.dumps(theory.changes(asked), indent=1) if as_json else theory.changes_as_text(asked))


@app.command()
def patterns(
    scenarios: Annotated[list[str] | None, typer.Argument(metavar="[SCENARIO...]", help="Default: baseline and bretagne.")] = None,
    seeds: Annotated[int, typer.Option(min=2, help="Replications; 30 or more for intervals to be trusted.")] = 30,
    changes: Annotated[list[str] | None, typer.Option("--set", metavar="PATH=VALUE", help="Change one value; repeatable.")] = None,
    threads: Annotated[int, typer.Option(min=1, help="Replications at a time.")] = 2,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Measure the patterns by which the model is judged: target, measured interval, held or not."""
    asked = [_load(name, list(changes or [])) for name in scenarios or ("baseline", "bretagne")]
    tables = {}
    try:
        for scenario in asked:
            tables[scenario.name] = _measure_patterns(scenario, seeds, threads, show=not as_json)
            if not as_json:
                _print_table(f"{scenario.title}: {seeds} seeds", tables[scenario.name])
    except KeyboardInterrupt:
        _complain("Stopped by Ctrl-C.", STOPPED)
    if as_json:
        import json

        typer.echo(json.dumps(tables))


def main() -> None:
    """Entry point of the console script."""
    app()


def _load(name: str, changes: list[str]) -> Scenario:
    """The scenario with its changes, or an exit with every mistake in plain words."""
    from clustersim.scenario import Scenario, ScenarioError

    said = [_change(text) for text in changes]
    for number, (path, _) in enumerate(said):
        for other, _ in said[:number]:
            if f"{path}.".startswith(f"{other}.") or f"{other}.".startswith(f"{path}."):
                _complain(f"{other} and {path} set the same value; give one of them (--months stands for run.months)", MISTAKE)
    try:
        return Scenario.load(name, dict(said))
    except ScenarioError as error:
        _say_problems(error)
        raise typer.Exit(MISTAKE) from None


def _check_seed(seed: int) -> None:
    """An exit in plain words where there is no luck of that seed."""
    from clustersim.luck import Luck

    try:
        Luck(seed)
    except ValueError as error:
        _complain(f"--seed: {error}", MISTAKE)


def _change(text: str) -> tuple[str, str]:
    """`path=value` as its two parts; the scenario reads the value."""
    path, equals, value = text.partition("=")
    if not equals or not path.strip():
        _complain(f"--set {text}: write it as path=value, e.g. processes.meeting.decay_km=20", MISTAKE)
    return path.strip(), value.strip()


def _simulate(scenario: Scenario, seed: int, threads: int, *, show: bool) -> Run:
    from clustersim.runs import run as simulate

    if not show:
        return simulate(scenario, seed, threads=threads)
    with _progress("{task.description}: month {task.completed:.0f} of {task.total:.0f}, spin-up included") as bar:
        task = bar.add_task(scenario.name, total=scenario.run.spin_up + scenario.run.months)
        return simulate(scenario, seed, threads=threads, progress=lambda done, _: bar.update(task, completed=done))


def _measure_patterns(scenario: Scenario, seeds: int, threads: int, *, show: bool) -> list[dict[str, str]]:
    from clustersim.experiments.patterns import as_rows, check_patterns

    with _progress("{task.description}: run {task.completed:.0f} of {task.total:.0f}", show=show) as bar:
        task = bar.add_task(scenario.name, total=seeds)
        count = lambda done, _: bar.update(task, completed=done)  # noqa: E731
        return as_rows(check_patterns(scenario, range(1, seeds + 1), threads=threads, progress=count))


def _progress(said: str, *, show: bool = True) -> Progress:
    """A bar on stderr that leaves nothing behind."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    return Progress(TextColumn(said), BarColumn(), TimeRemainingColumn(), console=Console(stderr=True), transient=True, disable=not show)


def _print_table(title: str, rows: list[dict[str, str]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(title=title)
    for name in rows[0]:
        table.add_column(name)
    for row in rows:
        table.add_row(*row.values())
    Console().print(table)


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


def _say_problems(error: ScenarioError) -> None:
    for problem in error.problems:
        typer.echo(str(problem), err=True)


def _complain(sentence: str, code: int) -> NoReturn:
    typer.echo(sentence, err=True)
    raise typer.Exit(code)

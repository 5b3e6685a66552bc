"""What all commands share: loading what was asked for, showing progress, and saying what is wrong in plain words.

What a command has to say goes to standard output, progress and complaints to standard error.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

if TYPE_CHECKING:
    from rich.progress import Progress

    from clustersim.problems import ScenarioError
    from clustersim.scenario import Scenario

__all__ = [
    "MISTAKE",
    "STOPPED",
    "Changes",
    "On",
    "ScenarioName",
    "change_of",
    "check_seed",
    "complain",
    "grouped",
    "load",
    "print_table",
    "progress",
    "say_problems",
    "warn",
]

MISTAKE, STOPPED = 2, 130

ScenarioName = Annotated[str, typer.Argument(metavar="SCENARIO", help="Path of a scenario file, or the name of a shipped scenario.")]
On = Annotated[str | None, typer.Option("--on", metavar="TERRITORY", help="Put a measure scenario on the territory of this scenario.")]
Changes = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="PATH=VALUE", help="Change one value, e.g. processes.meeting.decay_km=20; repeatable."),
]


def load(name: str, changes: list[str], on: str | None = None) -> Scenario:
    """The scenario with its changes, or an exit with every mistake in plain words."""
    from clustersim.scenario import Scenario, ScenarioError

    said = [change_of(text) for text in changes]
    for number, (path, _) in enumerate(said):
        for other, _ in said[:number]:
            if f"{path}.".startswith(f"{other}.") or f"{other}.".startswith(f"{path}."):
                complain(f"{other} and {path} set the same value; give one of them (--months stands for run.months)", MISTAKE)
    try:
        return Scenario.load(name, dict(said), on=on)
    except ScenarioError as error:
        say_problems(error)
        raise typer.Exit(MISTAKE) from None


def warn(scenario: Scenario) -> None:
    """What is allowed in a scenario and yet cannot be meant, a line each."""
    for sentence in scenario.warnings():
        typer.echo(f"Caution: {sentence}", err=True)


def check_seed(seed: int) -> None:
    """An exit in plain words where there is no luck of that seed."""
    from clustersim.luck import Luck

    try:
        Luck(seed)
    except ValueError as error:
        complain(f"--seed: {error}", MISTAKE)


def change_of(text: str) -> tuple[str, str]:
    """`path=value` as its two parts; the scenario reads the value."""
    path, equals, value = text.partition("=")
    if not equals or not path.strip():
        complain(f"--set {text}: write it as path=value, e.g. processes.meeting.decay_km=20", MISTAKE)
    return path.strip(), value.strip()


def progress(said: str, *, show: bool = True) -> Progress:
    """A bar on stderr that leaves nothing behind."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    return Progress(TextColumn(said), BarColumn(), TimeRemainingColumn(), console=Console(stderr=True), transient=True, disable=not show)


def print_table(title: str, rows: list[dict[str, str]], whole: tuple[str, ...] = ()) -> None:
    """Rows of text as a table on standard output. No column is so narrow that it would break a number, or a word where it is of `whole`."""
    from rich.console import Console
    from rich.table import Table

    table = Table(title=title)
    for name in rows[0]:
        words = [word for row in rows for word in row[name].split()]
        kept = [len(word) for word in words if name in whole or (word[-1:].isdigit() and word.strip("+-0123456789.,") == "")]
        table.add_column(name, min_width=max(kept, default=None), overflow="fold")
    for row in rows:
        table.add_row(*row.values())
    Console().print(table)


def grouped(value: float) -> str:
    """A whole number for people: no-break spaces between thousands."""
    return f"{value:,.0f}".replace(",", "\u00a0")


def say_problems(error: ScenarioError) -> None:
    """Every mistake, a line each."""
    for problem in error.problems:
        typer.echo(str(problem), err=True)


def complain(sentence: str, code: int) -> NoReturn:
    """Say what is wrong and exit with that code."""
    typer.echo(sentence, err=True)
    raise typer.Exit(code)

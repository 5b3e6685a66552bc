"""How far a sweep is, and how long and how much, as people say it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from clustersim.experiments.sweeps.sweeping import Standing

__all__ = ["bar", "in_bytes", "in_time"]

LOGGED = 60.0  # seconds between two lines of a log


@contextmanager
def bar(name: str, *, show: bool) -> Iterator[Callable[[Standing], None]]:
    """Runs done, failed, rate and time left on stderr: a bar on a terminal, a line a minute in a log."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    console = Console(stderr=True)
    if not (show and console.is_terminal):
        yield _lines(name) if show else lambda standing: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[said]}"))
    with Progress(*columns, console=console, transient=True) as shown:
        task = shown.add_task(name, total=None, said="")
        yield lambda standing: shown.update(
            task, completed=standing.total - standing.left, total=standing.total, said=_how_far(standing)
        )


def _lines(name: str) -> Callable[[Standing], None]:
    """Tells how far a sweep is, not more often than a log can bear."""
    told = 0.0

    def tell(standing: Standing) -> None:
        nonlocal told
        if standing.seconds - told >= LOGGED:
            told = standing.seconds
            typer.echo(f"{name}: {_how_far(standing)}", err=True)

    return tell


def _how_far(standing: Standing) -> str:
    failed = f", {standing.failed} failed" if standing.failed else ""
    rate = f", {standing.rate:.3g} a second, {in_time(standing.left / standing.rate)} left" if standing.rate > 0 else ""
    return f"{standing.total - standing.left} of {standing.total} runs{failed}{rate}"


def in_time(seconds: float) -> str:
    """A time in the two largest units that it has."""
    minutes, hours, days = seconds / 60, seconds / 3_600, seconds / 86_400
    if days >= 2:
        return f"{days:.1f} days"
    if hours >= 1:
        return f"{int(hours)} h {int(minutes % 60)} min"
    return f"{int(minutes)} min {int(seconds % 60)} s" if minutes >= 1 else f"{seconds:.1f} s"


def in_bytes(count: float) -> str:
    """A size in the largest unit that it fills."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if count < 1_000 or unit == "GB":
            return f"{count:.3g} {unit}"
        count /= 1_000
    raise AssertionError("no unit")

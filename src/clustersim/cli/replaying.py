"""`clustersim replay`: a finished run as one HTML file that plays it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from clustersim.cli.asking import MISTAKE, STOPPED, complain, progress
from clustersim.cli.reporting import Language


def replay(
    results: Annotated[Path, typer.Argument(metavar="RESULTS", help="Folder of one run, as `clustersim run` wrote it.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="The HTML file to write.")] = Path("replay.html"),
    lang: Annotated[Language, typer.Option(help="Language of the page.")] = Language.ENGLISH,
    quiet: Annotated[bool, typer.Option("--quiet", help="Show no progress.")] = False,
) -> None:
    """Write a run as one HTML file that plays it in any browser, without Python or network; the run is lived again, to the bit."""
    from clustersim.app.replay import write_replay
    from clustersim.durable import ResultsError

    try:
        with progress("living it again: month {task.completed:.0f} of {task.total:.0f}, spin-up included", show=not quiet) as bar:
            task = bar.add_task("replay", total=1)
            path = write_replay(results, out, lang.value, progress=lambda done, length: bar.update(task, completed=done, total=length))
    except KeyboardInterrupt:
        complain("Stopped by Ctrl-C; nothing was written.", STOPPED)
    except ResultsError as error:
        complain(str(error), MISTAKE)
    typer.echo(path)

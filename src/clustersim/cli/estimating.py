"""What `clustersim sweep --dry-run` says: what an experiment would take, before anything is run or written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from clustersim.cli.asking import MISTAKE, complain, grouped
from clustersim.cli.progressing import in_bytes, in_time

if TYPE_CHECKING:
    from clustersim.experiments.sweeps.asking import Shard
    from clustersim.experiments.sweeps.experiment import Experiment

__all__ = ["say_cautions", "say_estimate"]


def say_estimate(experiment: Experiment, path: Path, workers: int | None, part: Shard | None, *, as_json: bool) -> None:
    """How many runs, how long and how much room, in words or as JSON."""
    from clustersim.experiments.execution.crew import usable_cores
    from clustersim.experiments.sweeps.asking import Shard
    from clustersim.experiments.sweeps.estimating import estimate
    from clustersim.results import ResultsError

    try:
        found = estimate(experiment, path, workers or usable_cores(), part or Shard())
    except ResultsError as error:
        complain(str(error), MISTAKE)
    if as_json:
        import json

        typer.echo(json.dumps({**vars(found), "seconds": found.seconds, "bytes": found.bytes, "points": len(experiment)}))
        return
    say_cautions(experiment)
    typer.echo(f"{experiment.title}: {grouped(len(experiment))} points, {grouped(experiment.seeds)} seeds each.")
    typer.echo(f"{grouped(found.runs)} runs, {grouped(found.there)} of them in the store.")
    how = "by a few tried now" if found.tried else "by those in the store"
    typer.echo(f"About {in_time(found.seconds)} with {found.workers} at a time ({found.seconds_a_run:.2g} s a run, {how}).")
    typer.echo(f"About {in_bytes(found.bytes)} in {path}. Nothing was written.")


def say_cautions(experiment: Experiment) -> None:
    """What is allowed but can hardly be meant, a line each."""
    for sentence in experiment.cautions():
        typer.echo(f"Caution: {sentence}", err=True)

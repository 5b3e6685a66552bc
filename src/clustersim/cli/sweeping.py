"""`clustersim sweep`, `resume` and `retry`: the runs of an experiment that are not there yet."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from clustersim.cli.asking import MISTAKE, STOPPED, complain, grouped
from clustersim.cli.estimating import say_cautions, say_estimate
from clustersim.cli.finding import (
    ExperimentName,
    Months,
    Out,
    Seeds,
    StoreFile,
    changed_since,
    experiment_of,
    note,
    store_of,
    written_store,
)
from clustersim.cli.progressing import bar, in_time

if TYPE_CHECKING:
    from clustersim.experiments.sweeps.asking import Shard
    from clustersim.experiments.sweeps.experiment import Experiment
    from clustersim.experiments.sweeps.sweeping import Standing

__all__ = ["resume", "retry", "sweep"]

FAILED = 1  # the tables lack runs: some failed, now or earlier, and are kept with their tracebacks, or the store was damaged meanwhile

Workers = Annotated[int | None, typer.Option(min=1, help="Runs at a time, each in a process of its own; all cores unless said.")]
Scheduler = Annotated[
    str | None, typer.Option(metavar="ADDRESS", help="Run on the workers of this Dask scheduler, e.g. tcp://10.0.0.1:8786, instead.")
]
Quiet = Annotated[bool, typer.Option("--quiet", help="Print only the path of the tables.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]


def sweep(
    experiment: Annotated[str, typer.Argument(metavar="EXPERIMENT", help="Path of an experiment file.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say how many runs, how long and how much room; write nothing.")] = False,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with a sweep: refuse to begin one that the store does not know.")] = False,
    workers: Workers = None,
    scheduler: Scheduler = None,
    shard: Annotated[str | None, typer.Option(metavar="K/N", help="Run only part K of N, e.g. 3/16, to merge later.")] = None,
    seeds: Seeds = None,
    months: Months = None,
    store: StoreFile = None,
    out: Out = Path("results"),
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Run an experiment: every run that is not in the store yet, then its tables. Stop and start it as you like."""
    found = experiment_of(experiment, None, seeds=seeds, months=months)
    path = store_of(store, out)
    part = _shard(shard)
    if dry_run:
        say_estimate(found, path, workers, part, as_json=as_json)
        return
    if resume:
        _check_known(found, path)
    say_cautions(found)
    command = _command("sweep", experiment, seeds=seeds, months=months)
    _sweep(found, path, out, part, command, recorded=command, workers=workers, scheduler=scheduler, as_json=as_json, quiet=quiet)


def resume(
    experiment: ExperimentName,
    workers: Workers = None,
    scheduler: Scheduler = None,
    store: StoreFile = None,
    out: Out = Path("results"),
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Go on with an experiment that the store knows, by its name or its file."""
    path = store_of(store, out)
    found = experiment_of(experiment, path)
    _check_known(found, path)
    _sweep(found, path, out, None, _command("resume", experiment), workers=workers, scheduler=scheduler, as_json=as_json, quiet=quiet)


def retry(
    experiment: ExperimentName,
    workers: Workers = None,
    scheduler: Scheduler = None,
    store: StoreFile = None,
    out: Out = Path("results"),
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Run again what has failed in an experiment that the store knows."""
    path = store_of(store, out)
    found = experiment_of(experiment, path)
    _check_known(found, path)
    command = _command("retry", experiment)
    _sweep(found, path, out, None, command, retry=True, workers=workers, scheduler=scheduler, as_json=as_json, quiet=quiet)


def _sweep(
    experiment: Experiment,
    path: Path,
    out: Path,
    part: Shard | None,
    command: str,
    *,
    recorded: str | None = None,
    retry: bool = False,
    workers: int | None,
    scheduler: str | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Run what is to be run, and write the tables of a whole experiment, which record by which command it was asked."""
    from clustersim.durable import check_writable
    from clustersim.experiments.execution.crew import ExecutionError
    from clustersim.experiments.sweeps.asking import Shard
    from clustersim.experiments.sweeps.exporting import export
    from clustersim.experiments.sweeps.results import Results
    from clustersim.experiments.sweeps.sweeping import Sweep
    from clustersim.results import ResultsError

    if workers is not None and scheduler is not None:
        complain("--workers and --scheduler: give one of them, for a scheduler has workers of its own", MISTAKE)
    going = None
    try:
        if scheduler is not None:
            _check_far(experiment, scheduler)
        check_writable(out / experiment.name)
        with written_store(path) as store, bar(experiment.name, show=not (quiet or as_json)) as tell:
            going = Sweep(experiment, store, shard=part or Shard(), retry=retry, progress=tell)
            standing = going.run(workers=workers, scheduler=scheduler, notes=note)
        folder = None if part is not None else export(Results(experiment, path), out, recorded, note)
    except KeyboardInterrupt:
        done = f"{going.standing.done} runs of this sweep are in {path}. " if going is not None else ""
        complain(f"Stopped by Ctrl-C. {done}Go on with: {command}{_elsewhere(path, out, part)}", STOPPED)
    except (ExecutionError, ResultsError) as error:
        complain(str(error), MISTAKE)
    again = _command("retry", experiment.identity()) + _elsewhere(path, out, None)
    _say(experiment, standing, path, folder, again, as_json=as_json, quiet=quiet)
    if folder is not None and (lost := standing.there + standing.done - _rows_in(folder)) > 0:
        runs, are = ("run", "is") if lost == 1 else ("runs", "are")
        problem = f"{grouped(lost)} {runs} of the store {are} not in the tables: {path} has been damaged meanwhile"
        complain(f"{problem}. The same command finds and repairs that: {command}{_elsewhere(path, out, part)}", FAILED)
    if standing.failed or standing.failed_before:
        raise typer.Exit(FAILED)


def _rows_in(folder: Path) -> int:
    """How many runs exported tables have."""
    import json

    return json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["runs"]


def _say(
    experiment: Experiment, standing: Standing, path: Path, folder: Path | None, again: str, *, as_json: bool, quiet: bool
) -> None:
    """How it went, in words or as JSON, where everything is, and how what failed is run again."""
    if as_json:
        import json

        facts = {**vars(standing), "left": standing.left, "store": str(path), "path": None if folder is None else str(folder)}
        typer.echo(json.dumps({"experiment": experiment.name, "identity": experiment.identity(), **facts}))
        return
    if quiet:
        typer.echo(folder or path)
        return
    counts = {
        f"runs done in {in_time(standing.seconds)}": standing.done,
        "were there already": standing.there,
        "failed": standing.failed,
        "failed earlier and were left alone": standing.failed_before,
        "are left": standing.left,
    }
    words = [f"{grouped(count)} {what}" for what, count in counts.items() if count]
    typer.echo(f"{experiment.title}: {', '.join(words) or 'nothing to do'}.")
    if standing.failed or standing.failed_before:
        typer.echo(f"The tables lack what failed; why is in their failures.csv. Run it again with: {again}")
    typer.echo(f"Runs: {path}")
    if folder is None:
        typer.echo("This was one part. When all are done: clustersim merge OTHER-STORE..., then clustersim export.")
    else:
        typer.echo(f"Tables: {folder}")


def _check_known(experiment: Experiment, path: Path) -> None:
    """Refuse to begin what was to be gone on with."""
    from clustersim.experiments.store import Store
    from clustersim.results import ResultsError

    known: set[str] = set()
    try:
        if path.exists():
            with Store.open(path, write=False) as store:
                known = {kept.identity for kept in store.experiments()}
    except ResultsError as error:
        complain(str(error), MISTAKE)
    if experiment.identity() not in known:
        why = changed_since(experiment, path) if known else ""
        complain(f"{path} does not know this experiment ({experiment.name}){why}. Begin it with: clustersim sweep", MISTAKE)


def _check_far(experiment: Experiment, scheduler: str) -> None:
    """Refuse what cannot go to a scheduler's workers, before anything is written."""
    from clustersim.experiments.execution.crew import ExecutionError
    from clustersim.experiments.execution.dask_address import check_address
    from clustersim.experiments.sweeps.keeping import unpacked

    check_address(scheduler)
    if lists := unpacked(experiment):
        raise ExecutionError(
            f"the lists of then ({', '.join(lists)}) are not where they were; they have been unpacked from the store, for this machine "
            "alone. Put them back where they were, or go on without --scheduler"
        )


def _shard(text: str | None) -> Shard | None:
    """`3/16` as such."""
    if text is None:
        return None
    from clustersim.experiments.sweeps.asking import Shard

    number, slash, of = text.partition("/")
    if not (slash and number.isdecimal() and of.isdecimal() and 1 <= int(number) <= int(of)):
        complain(f"--shard {text}: write it as K/N with K from 1 to N, e.g. 3/16", MISTAKE)
    return Shard(int(number), int(of))


def _command(command: str, experiment: str, **options: object) -> str:
    """The command that asks the same again."""
    words = ["clustersim", command, experiment]
    words += [word for name, value in options.items() if value is not None for word in (f"--{name}", str(value))]
    return shlex.join(words)


def _elsewhere(path: Path, out: Path, part: Shard | None) -> str:
    """The options without which a command would go on with another store, folder or part."""
    words = [] if part is None else ["--shard", f"{part.number}/{part.of}"]
    words += [] if path == store_of(None, out) else ["--store", str(path)]
    words += [] if out == Path("results") else ["--out", str(out)]
    return "".join(f" {shlex.quote(word)}" for word in words)

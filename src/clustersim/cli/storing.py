"""`clustersim status`, `export`, `merge` and `verify`: what a store of runs holds, and what can be done with it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from clustersim.cli.asking import MISTAKE, STOPPED, complain, grouped, print_table
from clustersim.cli.finding import (
    ExperimentName,
    Months,
    Out,
    Seeds,
    StoreFile,
    changed_since,
    experiment_of,
    is_file,
    kept_of,
    note,
    note_damage,
    read_store,
    store_of,
    written_store,
)

if TYPE_CHECKING:
    from clustersim.experiments.store import KeptExperiment, Store

__all__ = ["export", "merge", "status", "verify"]

DIFFERENT = 1  # runs that end otherwise when they are lived again


def status(
    experiment: Annotated[str | None, typer.Argument(metavar="[EXPERIMENT]", help="Only this one: its file, or its name.")] = None,
    store: StoreFile = None,
    out: Out = Path("results"),
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """What a store holds: its experiments, how far each is, and what has failed. Also while a sweep is writing it."""
    path = store_of(store, out)
    if experiment is None:
        asked = None
    elif is_file(experiment):
        asked = {experiment_of(experiment, path).identity()}
    else:
        asked = {kept.identity for kept in kept_of(experiment, path)}
    with read_store(path) as opened:
        rows = [_standing(opened, kept) for kept in opened.experiments() if asked is None or kept.identity in asked]
        facts = opened.facts()
        note_damage(path, opened.damaged)
    if as_json:
        import json

        typer.echo(json.dumps({"store": str(path), **facts, "experiments": rows}))
        return
    if rows:
        names = [row["experiment"] for row in rows]
        left_out = "identity" if len(set(names)) == len(names) else None  # told only where it is needed to name one of several
        print_table(str(path), [{name: str(value) for name, value in row.items() if name != left_out} for row in rows], ("identity",))
    else:
        typer.echo(f"{path}: no experiment{' of that name' if asked else ''}.")
    typer.echo(f"{grouped(facts['runs'])} runs, {grouped(facts['failures'])} that failed, {facts['bytes'] / 1e6:.3g} MB.")
    if (driver := facts["driver"]) is not None:
        typer.echo(f"A sweep is at work: process {driver['pid']} on {driver['host']}, since {driver['since']}.")


def _standing(store: Store, kept: KeptExperiment) -> dict[str, object]:
    """How far an experiment is, and whether its files of now ask for other runs; what can be said of one that cannot be read any more."""
    from clustersim.experiments.sweeps.counting import how_far
    from clustersim.experiments.sweeps.experiment import Experiment
    from clustersim.experiments.sweeps.keeping import differs_now, version_kept
    from clustersim.results import RESULTS_VERSION
    from clustersim.scenario import ScenarioError

    row: dict[str, object] = {"experiment": kept.name, "identity": kept.identity, "since": kept.since[:16].replace("T", " ")}
    unknown = row | {"runs": "-", "done": "-", "failed": "-"}
    if (version := version_kept(kept.text)) != RESULTS_VERSION:
        return unknown | {"note": f"asked of version {version} of results, this program is of version {RESULTS_VERSION}"}
    try:
        experiment = Experiment.from_text(kept.text)
    except (ScenarioError, OSError):
        return unknown | {"note": "its files have gone or changed"}
    if experiment.identity() != kept.identity:
        return unknown | {"note": "its scenarios have changed since"}
    known = how_far(experiment, store)
    left = known.runs - known.done - known.failed
    said = "whole" if known.is_whole else "some failed" if not left else f"{left} left"
    said += "" if known.looked_up == known.runs else f", or not looked up yet ({known.runs - known.looked_up})"
    differing = differs_now(experiment)
    counts = {"runs": known.runs, "done": known.done, "failed": known.failed}
    return row | counts | {"note": f"{said}; {differing}" if differing else said}


def export(
    experiment: ExperimentName,
    seeds: Seeds = None,
    months: Months = None,
    store: StoreFile = None,
    out: Out = Path("results"),
    quiet: Annotated[bool, typer.Option("--quiet", help="Print only the path.")] = False,
) -> None:
    """Write the tables of an experiment (Parquet, CSV, XLSX), also of one that is not done yet."""
    from clustersim.experiments.sweeps import exporting
    from clustersim.experiments.sweeps.results import Results
    from clustersim.results import ResultsError

    path = store_of(store, out)
    found = experiment_of(experiment, path, seeds=seeds, months=months)
    if not path.exists():
        complain(f"{path}: no such file. A sweep makes it; name another with --store.", MISTAKE)
    try:
        with Results(found, path).of_one_moment() as results:
            if results.missing == found.runs and results.failures().empty:
                complain(f"{path} has no run of {found.name}{changed_since(found, path)}. Begin it with: clustersim sweep", MISTAKE)
            folder = exporting.export(results, out, notes=note)
            note_damage(path, results.damaged)
    except KeyboardInterrupt:
        complain("Stopped by Ctrl-C; nothing was written.", STOPPED)
    except ResultsError as error:
        complain(str(error), MISTAKE)
    if results.missing and not quiet:
        note(f"{results.missing} of {found.runs} runs are not there (left, or failed): the tables lack them.")
    typer.echo(folder)


def merge(
    others: Annotated[list[Path], typer.Argument(metavar="OTHER-STORE...", help="Stores from other machines.")],
    store: StoreFile = None,
    out: Out = Path("results"),
) -> None:
    """Bring the runs of other stores into this one; they are checked, and the others are left as they are."""
    from clustersim.experiments.sweeps.keeping import richness
    from clustersim.results import ResultsError

    for other in others:
        if not other.exists():
            complain(f"{other}: no such file; nothing was merged. Name the stores to bring in; --store names where they go.", MISTAKE)
    try:
        with written_store(store_of(store, out)) as opened:
            for other in others:
                typer.echo(f"{other}: {opened.merge(other, richness).sentence()}")
    except KeyboardInterrupt:
        complain("Stopped by Ctrl-C; what was merged so far stays. The same command goes on.", STOPPED)
    except ResultsError as error:
        complain(str(error), MISTAKE)


def verify(
    experiment: ExperimentName,
    sample: Annotated[int, typer.Option(min=1, help="How many runs to live again.")] = 20,
    draw: Annotated[int, typer.Option(min=0, help="Which sample; another number is another sample.")] = 0,
    workers: Annotated[int | None, typer.Option(min=1, help="Runs at a time; all cores unless said.")] = None,
    seeds: Seeds = None,
    months: Months = None,
    store: StoreFile = None,
    out: Out = Path("results"),
) -> None:
    """Live a sample of stored runs again: each must end in the same state, to the bit."""
    from clustersim.experiments.execution.crew import ExecutionError
    from clustersim.experiments.sweeps import verifying
    from clustersim.results import ResultsError

    path = store_of(store, out)
    found = experiment_of(experiment, path, seeds=seeds, months=months)
    try:
        with read_store(path) as opened:
            result = verifying.verify(found, opened, sample, draw=draw, workers=workers)
            note_damage(path, opened.damaged)
    except KeyboardInterrupt:
        complain("Stopped by Ctrl-C; nothing was changed.", STOPPED)
    except (ExecutionError, ResultsError) as error:
        complain(str(error), MISTAKE)
    if not result.there:
        complain(f"{path} has no run of {found.name}{changed_since(found, path)}: nothing to verify", MISTAKE)
    for sentence in result.different:
        typer.echo(sentence)
    same = result.again - len(result.different)
    typer.echo(f"{same} of {result.again} runs lived again end in the same state ({result.there} of {found.runs} are in the store).")
    if result.different:
        typer.echo("The others were made by another version or on a machine that differs, or were changed. Do not use them.", err=True)
        raise typer.Exit(DIFFERENT)

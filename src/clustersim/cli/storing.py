"""`clustersim status`, `export`, `merge` and `verify`: what a store of runs holds, and what can be done with it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from clustersim.cli.asking import MISTAKE, STOPPED, complain, grouped, print_table, say_problems

if TYPE_CHECKING:
    from clustersim.experiments.store import Store
    from clustersim.experiments.sweeps.experiment import Experiment

__all__ = ["ExperimentName", "Out", "StoreFile", "changed_since", "experiment_of", "export", "merge", "status", "store_of", "verify"]

DIFFERENT = 1  # runs that end otherwise when they are lived again

ExperimentName = Annotated[str, typer.Argument(metavar="EXPERIMENT", help="An experiment file, or the name of an experiment in the store.")]
StoreFile = Annotated[Path | None, typer.Option("--store", metavar="FILE", help="The store of runs; runs.store in --out unless said.")]
Out = Annotated[Path, typer.Option("--out", help="Folder for the tables; each experiment gets a folder of its own in it.")]


def store_of(store: Path | None, out: Path) -> Path:
    """The file of the store."""
    from clustersim.experiments.sweeps.sweeping import STORE

    return out / STORE if store is None else store


def experiment_of(named: str, store: Path | None, *, seeds: str | None = None, months: int | None = None) -> Experiment:
    """An experiment by its file, or by its name in a store; an exit in plain words where there is none."""
    from clustersim.experiments.sweeps.experiment import Experiment
    from clustersim.scenario import ScenarioError

    try:
        path = Path(named)
        # a folder of results may have the name of its experiment
        if store is None or path.suffix == ".toml" or path.is_file() or Path(f"{named}.toml").is_file():
            return Experiment.load(named, months=months, **_seeds(seeds))
        return Experiment.from_text(_kept(named, store))
    except ScenarioError as error:
        say_problems(error)
        raise typer.Exit(MISTAKE) from None


def _kept(name: str, path: Path) -> str:
    """What a store keeps of the youngest experiment of that name, or of that identity."""
    from clustersim.problems import did_you_mean

    with _read(path) as store:
        kept = store.experiments()
    found = [experiment for experiment in kept if name in (experiment.name, experiment.identity)]
    if not found:
        names = [experiment.name for experiment in kept]
        hint = did_you_mean(name, names)
        complain(f'{name}: no such file, and no experiment of that name in {path}{f" ({hint})" if hint else ""}', MISTAKE)
    return max(found, key=lambda experiment: experiment.since).text


def changed_since(experiment: Experiment, path: Path) -> str:
    """Why a store that knows an experiment of that name does not know this one; empty where it knows none, or this one."""
    with _read(path) as store:
        kept = store.experiments()
    known = {other.identity for other in kept if other.name == experiment.name}
    if not known or experiment.identity() in known:
        return ""
    return "; it knows one of that name that asks for other runs: the file, or a scenario, has changed since"


def _seeds(text: str | None) -> dict[str, int]:
    """`N` or `A-B`."""
    if text is None:
        return {}
    first, dash, last = text.partition("-")
    if not first.isdecimal() or (dash and not (last.isdecimal() and int(first) <= int(last))):
        complain(f"--seeds {text}: write how many, or first and last, e.g. 20 or 11-30", MISTAKE)
    return {"first_seed": int(first), "seeds": int(last) - int(first) + 1} if dash else {"seeds": int(first)}


def _read(path: Path) -> Store:
    """A store for reading, or an exit in plain words."""
    from clustersim.experiments.store import Store
    from clustersim.results import ResultsError

    if not path.exists():
        complain(f"{path}: no such file. A sweep makes it; name another with --store.", MISTAKE)
    try:
        return Store.open(path, write=False)
    except ResultsError as error:
        complain(str(error), MISTAKE)


def status(
    experiment: Annotated[str | None, typer.Argument(metavar="[EXPERIMENT]", help="Only this one: its file, or its name.")] = None,
    store: StoreFile = None,
    out: Out = Path("results"),
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """What a store holds: its experiments, how far each is, and what has failed. Also while a sweep is writing it."""
    path = store_of(store, out)
    asked = None if experiment is None else experiment_of(experiment, path).identity()
    with _read(path) as opened:
        rows = [_standing(opened, kept) for kept in opened.experiments() if asked in (None, kept.identity)]
        facts = opened.facts()
    if as_json:
        import json

        typer.echo(json.dumps({"store": str(path), **facts, "experiments": rows}))
        return
    if rows:
        print_table(str(path), [{name: str(value) for name, value in row.items() if name != "identity"} for row in rows])
    else:
        typer.echo(f"{path}: no experiment{' of that name' if asked else ''}.")
    typer.echo(f"{grouped(facts['runs'])} runs, {grouped(facts['failures'])} that failed, {facts['bytes'] / 1e6:.3g} MB.")
    if (driver := facts["driver"]) is not None:
        typer.echo(f"A sweep is at work: process {driver['pid']} on {driver['host']}, since {driver['since']}.")


def _standing(store: Store, kept: object) -> dict[str, object]:
    """How far an experiment is; what can be said of one whose files have gone or changed."""
    from itertools import chain

    from clustersim.experiments.sweeps.asking import in_chunks
    from clustersim.experiments.sweeps.experiment import Experiment
    from clustersim.scenario import ScenarioError

    row: dict[str, object] = {"experiment": kept.name, "identity": kept.identity, "since": kept.since[:16].replace("T", " ")}
    try:
        experiment = Experiment.from_text(kept.text)
        if experiment.identity() != kept.identity:
            return row | {"runs": "-", "done": "-", "failed": "-", "note": "its scenarios have changed since"}
    except ScenarioError:
        return row | {"runs": "-", "done": "-", "failed": "-", "note": "its files have gone or changed"}
    wanted = {found.identity for found in chain.from_iterable(in_chunks(experiment))}
    done, failed = len(store.known(wanted)), len(store.failures(wanted))
    note = "whole" if done == len(wanted) else f"{len(wanted) - done - failed} left" if done + failed < len(wanted) else "some failed"
    return row | {"runs": len(wanted), "done": done, "failed": failed, "note": note}


def export(
    experiment: ExperimentName,
    store: StoreFile = None,
    out: Out = Path("results"),
    quiet: Annotated[bool, typer.Option("--quiet", help="Print only the path.")] = False,
) -> None:
    """Write the tables of an experiment (Parquet, CSV, XLSX), also of one that is not done yet."""
    from clustersim.experiments.sweeps import exporting
    from clustersim.experiments.sweeps.results import Results
    from clustersim.results import ResultsError

    path = store_of(store, out)
    found = experiment_of(experiment, path)
    if not path.exists():
        complain(f"{path}: no such file. A sweep makes it; name another with --store.", MISTAKE)
    try:
        results = Results(found, path)
        if results.missing == found.runs and results.failures().empty:
            complain(f"{path} has no run of {found.name}{changed_since(found, path)}. Begin it with: clustersim sweep", MISTAKE)
        folder = exporting.export(results, out)
    except KeyboardInterrupt:
        complain("Stopped by Ctrl-C; nothing was written.", STOPPED)
    except ResultsError as error:
        complain(str(error), MISTAKE)
    if results.missing and not quiet:
        typer.echo(f"Note: {results.missing} of {found.runs} runs are not there (left, or failed): the tables lack them.", err=True)
    typer.echo(folder)


def merge(
    others: Annotated[list[Path], typer.Argument(metavar="OTHER-STORE...", help="Stores from other machines.")],
    store: StoreFile = None,
    out: Out = Path("results"),
) -> None:
    """Bring the runs of other stores into this one; they are checked, and the others are left as they are."""
    from clustersim.experiments.store import Store
    from clustersim.results import ResultsError

    try:
        with Store.open(store_of(store, out)) as opened:
            for other in others:
                typer.echo(f"{other}: {opened.merge(other).sentence()}")
    except KeyboardInterrupt:
        complain("Stopped by Ctrl-C; what was merged so far stays. The same command goes on.", STOPPED)
    except ResultsError as error:
        complain(str(error), MISTAKE)


def verify(
    experiment: ExperimentName,
    sample: Annotated[int, typer.Option(min=1, help="How many runs to live again.")] = 20,
    draw: Annotated[int, typer.Option(min=0, help="Which sample; another number is another sample.")] = 0,
    workers: Annotated[int | None, typer.Option(min=1, help="Runs at a time; all cores unless said.")] = None,
    store: StoreFile = None,
    out: Out = Path("results"),
) -> None:
    """Live a sample of stored runs again: each must end in the same state, to the bit."""
    from clustersim.experiments.execution.crew import ExecutionError
    from clustersim.experiments.sweeps import verifying
    from clustersim.results import ResultsError

    path = store_of(store, out)
    found = experiment_of(experiment, path)
    try:
        with _read(path) as opened:
            result = verifying.verify(found, opened, sample, draw=draw, workers=workers)
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

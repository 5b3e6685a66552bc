"""Finding the experiment that is meant: by its file, or by its name in a store, which keeps what was asked then."""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from clustersim.cli.asking import MISTAKE, complain, say_problems

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clustersim.experiments.store import KeptExperiment, Store
    from clustersim.experiments.sweeps.experiment import Experiment

__all__ = [
    "ExperimentName", "Months", "Out", "Seeds", "StoreFile", "changed_since", "experiment_of", "is_file", "kept_of", "note", "note_damage",
    "note_disagreement", "read_store", "store_of", "written_store",
]  # fmt: skip

ExperimentName = Annotated[str, typer.Argument(metavar="EXPERIMENT", help="An experiment file, or the name of an experiment in the store.")]
StoreFile = Annotated[Path | None, typer.Option("--store", metavar="FILE", help="The store of runs; runs.store in --out unless said.")]
Out = Annotated[Path, typer.Option("--out", help="Folder for the tables; each experiment gets a folder of its own in it.")]
Seeds = Annotated[str | None, typer.Option(metavar="N|A-B", help="So many seeds a point, or seeds A to B, instead of the file's own.")]
Months = Annotated[int | None, typer.Option(help="Months to simulate after the spin-up, instead of the file's own.")]


def store_of(store: Path | None, out: Path) -> Path:
    """The file of the store."""
    from clustersim.experiments.sweeps.naming import STORE

    return out / STORE if store is None else store


def is_file(named: str) -> bool:
    """Whether a text names a file, rather than an experiment in a store; a folder of results may have the name of its experiment."""
    path = Path(named)
    return path.suffix == ".toml" or os.path.isfile(path) or "/" in named or os.sep in named


def experiment_of(named: str, store: Path | None, *, seeds: str | None = None, months: int | None = None) -> Experiment:
    """An experiment by its file, or by its name in a store; an exit in plain words where there is none."""
    from clustersim.experiments.sweeps.experiment import Experiment
    from clustersim.scenario import ScenarioError

    instead = {"months": months, **_seeds(seeds)}
    try:
        if store is None or is_file(named) or (not store.exists() and os.path.isfile(f"{named}.toml")):
            return Experiment.load(named, **instead)
        return _by_name(named, store, instead)
    except ScenarioError as error:
        say_problems(error)
        raise typer.Exit(MISTAKE) from None


def kept_of(name: str, path: Path) -> list[KeptExperiment]:
    """What a store keeps under a name, or an identity, the youngest first; an exit in plain words where it keeps nothing."""
    from clustersim.problems import did_you_mean

    with read_store(path) as store:
        kept = store.experiments()
    found = [experiment for experiment in reversed(kept) if name in (experiment.name, experiment.identity)]
    if not found:
        hint = did_you_mean(name, [experiment.name for experiment in kept])
        complain(f'{name}: no such file, and no experiment of that name in {path}{f" ({hint})" if hint else ""}', MISTAKE)
    return found


def changed_since(experiment: Experiment, path: Path) -> str:
    """Why a store that knows an experiment of that name does not know this one; empty where it knows none, or this one."""
    with read_store(path) as store:
        kept = store.experiments()
    known = {other.identity for other in kept if other.name == experiment.name}
    if not known or experiment.identity() in known:
        return ""
    return (
        "; it knows one of that name that asks for other runs: the file, or a scenario, has changed since, or other seeds or months "
        f"are asked for. What was asked then is found by its name alone: {experiment.name}"
    )


def note(sentence: str) -> None:
    """Something that the user should know, beside what a command has to say."""
    typer.echo(f"Note: {sentence}", err=True)


def read_store(path: Path) -> Store:
    """A store for reading, or an exit in plain words."""
    from clustersim.experiments.store import Store
    from clustersim.results import ResultsError

    if not path.exists():
        complain(f"{path}: no such file. A sweep makes it; name another with --store.", MISTAKE)
    try:
        return Store.open(path, write=False)
    except ResultsError as error:
        complain(str(error), MISTAKE)


@contextmanager
def written_store(path: Path) -> Iterator[Store]:
    """A store for writing; what is to be known of it is said.

    Raises:
        StoreError: if it cannot be had.
    """
    from clustersim.experiments.store import Store

    with Store.open(path) as store:
        for sentence in ([store.repaired.sentence()] if store.repaired else []) + list(store.notes):
            note(sentence)
        yield store


def note_damage(path: Path, damaged: int) -> None:
    """Say that rows of a store have been found damaged, if any have."""
    if damaged:
        note(f"{path}: {damaged} {'row is' if damaged == 1 else 'rows are'} damaged and left out; resume repairs that")


def note_disagreement(analysis: Path) -> None:
    """Say that an analysis is of other runs than the tables around it, if it is."""
    from clustersim.experiments.sweeps.agreeing import of_other_runs

    if said := of_other_runs(analysis):
        note(f"{said}.")


def _by_name(name: str, store: Path, instead: dict[str, int | None]) -> Experiment:
    """What a bare name means, in every command.

    Of the experiments that the store knows by it: the one that NAME.toml asks for now, in this folder or else where it was swept from;
    where no file asks for any of them, the youngest as it was asked then, which is said if the files of now differ.
    """
    from clustersim.experiments.sweeps.keeping import differs_now, file_kept
    from clustersim.scenario import ScenarioError

    with read_store(store) as opened:
        kept = [each for each in reversed(opened.experiments()) if name in (each.name, each.identity)]
    known = {each.identity for each in kept}
    here = Path.cwd() / f"{name}.toml"
    for file in dict.fromkeys([here, *(file_kept(each.text) for each in kept)]):
        try:
            now = _asked_now(file, instead)
        except ScenarioError:
            if not known:
                raise
            continue
        if now is not None and (not known or now.identity() in known):
            if file != here and os.path.isfile(here):
                note(f"{here.name} in this folder asks for other runs; this is the {name} of {file.parent}.")
            return now
    found = _asked_then(name, store, instead)
    if differing := differs_now(found):
        note(f"this is {name} as it was asked then; {differing}.")
    return found


def _asked_now(file: Path, instead: dict[str, int | None]) -> Experiment | None:
    """What a file asks for, if there is one."""
    from clustersim.experiments.sweeps.experiment import Experiment

    return Experiment.load(file, **instead) if os.path.isfile(file) else None  # another's folder, closed to us, has no file for us


def _asked_then(name: str, store: Path, instead: dict[str, int | None]) -> Experiment:
    """The youngest that a store has kept under a name; with other seeds or months, the youngest that is known with these before any other.

    Where nothing else is asked for, what is found is known, or it is said why nothing that is known can be asked any more.
    """
    from clustersim.experiments.sweeps.experiment import Experiment
    from clustersim.scenario import ScenarioError

    found = kept_of(name, store)
    known = {kept.identity for kept in found}
    then, wrong = [], []
    for kept in found:
        try:
            then.append(Experiment.from_text(kept.text, **instead))
        except ScenarioError as error:
            wrong.append(error)
            continue
        if then[-1].identity() in known:
            return then[-1]
    if not then:
        raise wrong[0]
    if all(value is None for value in instead.values()):
        problem = f"{store} does not know this experiment ({name}) any more: {_why_unknown(then[0])}"
        complain(f"{problem}. Begin it with: clustersim sweep", MISTAKE)
    return then[0]


def _why_unknown(then: Experiment) -> str:
    """Why what a store keeps of an experiment asks for other runs than it did."""
    from clustersim.experiments.sweeps.keeping import version_kept
    from clustersim.results import RESULTS_VERSION

    if (version := version_kept(then.text)) != RESULTS_VERSION:
        return f"it was asked of version {version} of results, this program is of version {RESULTS_VERSION}"
    return "its scenarios, or the lists that they read, have changed since"


def _seeds(text: str | None) -> dict[str, int]:
    """`N` or `A-B`."""
    if text is None:
        return {}
    first, dash, last = text.partition("-")
    if not first.isdecimal() or (dash and not (last.isdecimal() and int(first) <= int(last))):
        complain(f"--seeds {text}: write how many, or first and last, e.g. 20 or 11-30", MISTAKE)
    return {"first_seed": int(first), "seeds": int(last) - int(first) + 1} if dash else {"seeds": int(first)}

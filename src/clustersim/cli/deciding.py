"""`clustersim sensitivity`: what decides the outcomes of a sweep, what cannot be told apart from chance, how much is chance."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from clustersim.cli.asking import MISTAKE, STOPPED, complain, print_table
from clustersim.cli.finding import Months, Out, Seeds, StoreFile, experiment_of, note, note_disagreement, store_of

if TYPE_CHECKING:
    from clustersim.experiments.sensitivity.analysing import Answered
    from clustersim.experiments.sensitivity.sensitivity import Sensitivity

__all__ = ["sensitivity"]

SUBFOLDER, MANIFEST = "sensitivity", "manifest.json"
MOST_PRINTED = 8  # factors of a quantity; the tables have all
_NONE = "-"
# of each method: the column that ranks, its interval, the second number and what both are called
_PRINTED = {
    "morris": ("mu_star", "low", "high", "sigma", "mean size of effects", "spread"),
    "indices": ("total", "total_low", "total_high", "first", "total index", "first order"),
    "correlations": ("correlation", "low", "high", "", "rank correlation", ""),
}


def sensitivity(
    experiment: Annotated[
        str, typer.Argument(metavar="EXPERIMENT", help="An experiment file, the name of an experiment in the store, or a sweep's folder.")
    ],
    outcome: Annotated[list[str] | None, typer.Option(help="Only this outcome; repeatable.")] = None,
    seeds: Seeds = None,
    months: Months = None,
    store: StoreFile = None,
    out: Out = Path("results"),
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print only the path of the results.")] = False,
) -> None:
    """Say what decides the outcomes of a sweep: Morris, Sobol or rank correlations, as its design allows, and the share of chance."""
    from clustersim.experiments.sensitivity.analysing import analyse
    from clustersim.experiments.sensitivity.layout import LayoutError
    from clustersim.report.sensitivity import figures
    from clustersim.results import ResultsError

    try:
        answered, place = _answered(experiment, store, out, seeds, months)
        if answered.missing == answered.experiment.runs:
            complain(f"no run of {experiment} is there yet. Begin with: clustersim sweep {shlex.quote(experiment)}", MISTAKE)
        for name in outcome or ():
            if name not in answered.experiment.outcomes:
                complain(f"--outcome {name}: the sweep has {', '.join(answered.experiment.outcomes)}", MISTAKE)
        found = analyse(answered, outcome, _commands(experiment, outcome, answered, {"seeds": seeds, "months": months}))
        path = found.write(place, figures.write, note)
        note_disagreement(path)
    except KeyboardInterrupt:
        complain("Stopped by Ctrl-C; nothing was written.", STOPPED)
    except (LayoutError, ResultsError) as error:
        complain(str(error), MISTAKE)
    if quiet:
        typer.echo(path)
    elif as_json:
        _print_json(found, path)
    else:
        _print(found, path)


def _answered(named: str, store: Path | None, out: Path, seeds: str | None, months: int | None) -> tuple[Answered, Path]:
    """What came of the experiment, and the folder for the analysis."""
    # a folder may have the name of an experiment in the store: it counts if it holds tables, or is named as a path
    if Path(named).is_dir() and ((Path(named) / MANIFEST).exists() or "/" in named or os.sep in named):
        from clustersim.experiments.sensitivity.exported import Exported

        if seeds is not None or months is not None:
            complain(f"--seeds and --months: the tables in {named} are of one sweep; name its experiment to choose", MISTAKE)
        return Exported(named), Path(named) / SUBFOLDER
    from clustersim.experiments.sensitivity.analysing import layout_of
    from clustersim.experiments.sweeps.exporting import place_of
    from clustersim.experiments.sweeps.results import Results

    path = store_of(store, out)
    found = experiment_of(named, path, seeds=seeds, months=months)
    layout_of(found)  # a design that tells nothing is refused whether or not it has been swept
    if not path.exists():
        complain(f"{path}: no such file. Begin with: clustersim sweep {shlex.quote(named)}, or name another with --store", MISTAKE)
    results = Results(found, path)
    return results, place_of(results, out) / SUBFOLDER


def _commands(named: str, outcomes: list[str] | None, answered: Answered, instead: dict[str, object]) -> list[str]:
    """How to ask it again: the sweep, then the analysis. A folder of tables says itself by which command it was swept."""
    from clustersim.experiments.sensitivity.exported import Exported

    file = named if Path(named).exists() else f"{answered.experiment.name}.toml"
    chosen = [word for name, value in instead.items() if value is not None for word in (f"--{name}", str(value))]
    swept = answered.manifest["command"] if isinstance(answered, Exported) else shlex.join(["clustersim", "sweep", file, *chosen])
    only = [word for name in outcomes or () for word in ("--outcome", name)]
    return [swept, shlex.join(["clustersim", "sensitivity", file, *chosen, *only])]


def _print_json(found: Sensitivity, path: Path) -> None:
    import json

    tables = {name: json.loads(table.to_json(orient="records")) for name, table in found.tables().items()}  # no number becomes null
    said = {name: found.facts[name] for name in ("name", "design", "runs", "failures", "warnings")}
    typer.echo(json.dumps({"path": str(path), **said, "tables": tables}))


def _print(found: Sensitivity, path: Path) -> None:
    """The answer in tables, what must be known before it is believed, and where the rest is."""
    tables = found.tables()
    keys = ["combination", "outcome", "statistic"]
    names = dict(zip(tables["factors"]["factor"], tables["factors"]["name"], strict=True))
    if found.method in tables:
        for key, rows in tables[found.method].groupby(keys, sort=False):
            print_table(_title(found, *key), [_row(row, found.method, names) for row in _shown(rows.to_dict("records"))])
        typer.echo("Told apart: its interval leaves out zero." if found.method == "correlations" else _FLOOR)
    if "chance" in tables:
        print_table("Share of chance in the variance", [_chance(*each) for each in tables["chance"].groupby(keys, sort=False)])
    for warning in found.warnings:
        typer.echo(f"Warning: {warning}")
    if missing := found.facts["runs"]["missing"]:
        typer.echo(f"Missing: {missing} of {found.facts['runs']['asked']} runs, {len(found.failures)} of them failed.")
    typer.echo(f"\nWritten to {path}\nTo read it as a page: clustersim report {shlex.quote(str(path.parent))}")


_FLOOR = "Told apart: it does more than luck, which is what other seeds alone do to a mean over seeds."


def _title(found: Sensitivity, combination: str, outcome: str, statistic: str) -> str:
    """What a table is about."""
    from clustersim.experiments.sensitivity.quantities import Quantity

    quantity = Quantity(outcome, "chance" if statistic == "chance" else "mean")
    what = {"morris": f"effects over whole intervals ({quantity.unit})", "indices": "shares of the variance between points"}
    several = len(found.facts["combinations"]) > 1
    said = f"What decides {quantity.said}: {what.get(found.method, 'rank correlations')}"
    return f"{combination}: {said}" if several else said


def _shown(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The factors that do most, and luck, which comes last."""
    return [row for k, row in enumerate(rows) if k < MOST_PRINTED or row["factor"] == "luck"]


def _row(row: dict[str, Any], method: str, names: dict[str, str]) -> dict[str, str]:
    size, low, high, second, called, beside = _PRINTED[method]
    told = {True: "yes", False: "no"}.get(row["told_apart"] if isinstance(row["told_apart"], bool) else None, _NONE)
    said = {
        "factor": names.get(row["factor"], row["factor"]),
        called: f"{row[size]:.3g}",
        "95 % interval": f"{row[low]:.3g} to {row[high]:.3g}",
    }
    return said | ({beside: f"{row[second]:.3g}"} if second else {}) | {"told apart": told}


def _chance(key: tuple[str, str, str], rows: Any) -> dict[str, str]:
    from clustersim.experiments.sensitivity.quantities import Quantity

    combination, outcome, statistic = key
    shares = {row["of"]: row for row in rows.to_dict("records")}
    said = {"scenario": combination, "outcome": Quantity(outcome, "chance" if statistic == "chance" else "mean").said}
    heads = {"run": "in one run", "mean": f"in the mean over {shares['mean']['seeds']} seeds"}
    return said | {head: _share(shares[of]) for of, head in heads.items()}


def _share(row: dict[str, Any]) -> str:
    interval = f" ({row['low']:.0%} to {row['high']:.0%})" if row["low"] == row["low"] else ""
    return f"{row['share']:.0%}{interval}" if row["share"] == row["share"] else _NONE

"""Exporting: the tables of an experiment in a folder of its own, written whole or not at all.

    results/<name>/<identity>/
        manifest.json      what was asked, how it went, how to ask it again, and every file with its sha256
        experiment.toml    the experiment, of the scenarios beside it: `clustersim sweep` asks for the same runs by it
        scenarios/         the resolved scenarios
        lists/             the user's own lists of places, organisations and points, as they were
        runs.parquet       one row a run, sorted by point and seed; runs.csv the same
        points.csv         one row a point, with means over seeds
        runs.xlsx          the two tables, where a spreadsheet can hold them
        failures.csv       runs that failed, and why

The tables depend on the runs alone: the same experiment gives the same bytes, however often it was interrupted and whoever worked. All that
is read of the store is of one moment, also while a sweep is at work. The folder needs nothing outside it.
"""

import json
import shlex
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clustersim import durable
from clustersim.durable import AS_JSON, ResultsError, version_of
from clustersim.experiments.sweeps.agreeing import ANALYSIS, OF_RUNS, left_behind, runs_digest
from clustersim.experiments.sweeps.experiment import Experiment
from clustersim.experiments.sweeps.naming import TABLES
from clustersim.experiments.sweeps.own_lists import own_lists, table_with_lists
from clustersim.experiments.sweeps.placing import clear, new_folder
from clustersim.experiments.sweeps.reading import flat
from clustersim.experiments.sweeps.results import Results
from clustersim.results import RESULTS_VERSION

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["KIND", "RESOLVED", "export", "place_of"]

KIND = TABLES
RESOLVED = ("on", "months", "constants")  # of what an experiment says, what its resolved scenarios have in them
_SHORT = 8  # letters of a list's digest that name its folder
_PACKAGES = ("clustersim", "numpy", "numba", "scipy", "salib")
_MOST_CELLS = 2_000_000  # a workbook of more takes minutes to make and cannot be opened by many


def place_of(results: Results, folder_base: str | PathLike[str]) -> Path:
    """Where the tables of an experiment lie."""
    return Path(folder_base) / results.experiment.name / results.experiment.identity()


def export(
    results: Results, folder_base: str | PathLike[str], command: str | None = None, notes: Callable[[str], None] | None = None
) -> Path:
    """Write all tables and return their folder. What others have put there stays; an analysis of other runs goes.

    Args:
        results: What came of an experiment.
        folder_base: Where folders of experiments lie.
        command: How the experiment was asked, for the manifest.
        notes: Told in a sentence what the user should know.

    Raises:
        ResultsError: if it cannot be written, or one of the user's own lists has changed.
        StoreError: if the store cannot be read.
    """
    target = place_of(results, folder_base)
    try:
        with results.of_one_moment() as now:
            outdated: set[str] = set()
            with new_folder(target, without=outdated, notes=notes) as part:
                clear(target / ANALYSIS)
                digest = runs_digest(now)
                _fill(part, now, command, digest)
                outdated |= left_behind(target, part, digest)
            if outdated and notes is not None:
                gone = f"the analysis in {target / ANALYSIS} was of other runs and has been taken away"
                notes(f"{gone}; make it anew with: clustersim sensitivity {shlex.quote(str(target))}")
    except OSError as error:
        remedy = "Check free space and rights, or choose another folder (--out)"
        raise ResultsError(f"cannot write the tables to {target}: {error}", remedy) from error
    return target


def _fill(folder: Path, results: Results, command: str | None, digest: str) -> None:
    """All files, the manifest last, and brought to disk."""
    _write_question(folder, results.experiment)
    rows = _write_runs(folder, results)
    points, failures = results.points(), results.failures()
    points.to_csv(folder / "points.csv", index=False, lineterminator="\n")
    failures.to_csv(folder / "failures.csv", index=False, lineterminator="\n")
    workbook = max(rows, len(points)) * (len(points.columns) + 1) <= _MOST_CELLS
    if workbook:
        _write_workbook(folder, results, points)
    paths = sorted(folder.rglob("*"))
    files = [path for path in paths if path.is_file()]
    said = _manifest(results, rows, len(failures), command)
    said |= {OF_RUNS: digest, "workbook": workbook, "files": durable.facts_of_files(folder, files)}
    (folder / "manifest.json").write_text(json.dumps(said, indent=2, ensure_ascii=False) + "\n", "utf-8", AS_JSON)
    durable.bring_to_disk([*files, folder / "manifest.json", *(path for path in paths if path.is_dir()), folder])


def _write_question(folder: Path, experiment: Experiment) -> None:
    """What was asked: the experiment, its scenarios, and the lists that they read, which they name by where these lie now."""
    import tomli_w

    places = {}
    for own in own_lists(experiment):
        places[own.digest] = f"lists/{own.digest[:_SHORT]}/{own.path.name.encode('utf-8', 'replace').decode()}"
        (folder / places[own.digest]).parent.mkdir(parents=True, exist_ok=True)
        (folder / places[own.digest]).write_bytes(own.content())
    (folder / "experiment.toml").write_text(_asking_again(experiment, places), encoding="utf-8")
    (folder / "scenarios").mkdir()
    from_there = {digest: f"../{place}" for digest, place in places.items()}
    for scenario in experiment.scenarios:
        text = tomli_w.dumps(table_with_lists(scenario, from_there))
        (folder / "scenarios" / f"{scenario.name}.toml").write_text(text, encoding="utf-8")


def _asking_again(experiment: Experiment, places: Mapping[str, str]) -> str:
    """An experiment file that asks for the same runs by what lies beside it. What the scenarios there have in them already is told."""
    import tomli_w

    asked = json.loads(experiment.text)["said"]
    resolved = {name: asked[name] for name in ("scenarios", *RESOLVED) if name in asked}
    said = {"title": experiment.title} | {name: value for name, value in asked.items() if name not in resolved}
    said["scenarios"] = [f"scenarios/{scenario.name}.toml" for scenario in experiment.scenarios]
    if experiment.own_table is not None:
        said["design"]["file"] = places[experiment.own_table.digest]
    told = tomli_w.dumps(resolved).splitlines()
    head = ["The scenarios beside this file have in them what was said of all of them:", "", *told]
    return "".join(f"# {line}".rstrip() + "\n" for line in head) + "\n" + tomli_w.dumps(said | _in_order(said))


def _in_order(said: Mapping[str, Any]) -> dict[str, Any]:
    """The factors as a table each: a TOML file has plain values before tables, and factors are the columns of the design in their order."""
    return {
        section: {path: {"low": what[0], "high": what[1]} if isinstance(what, list) else what for path, what in flat(said[section])}
        for section in ("uncertainties", "levers")
        if section in said
    }


def _write_runs(folder: Path, results: Results) -> int:
    """One row a run, part by part, as Parquet and as CSV; how many rows there are."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    facts = {name: {"unit": unit, "meaning": meaning} for name, (unit, meaning) in results.meanings().items()}
    writer, rows = None, 0
    # PyArrow opens no file whose name is not in UTF-8
    with (folder / "runs.csv").open("w", encoding="utf-8", newline="") as text, (folder / "runs.parquet").open("wb") as binary:
        for frame in results.frames():
            stored = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata()
            if writer is None:
                schema = pa.schema([field.with_metadata(facts[field.name]) for field in stored.schema])
                writer = pq.ParquetWriter(binary, schema, compression="zstd")
            writer.write_table(stored.cast(schema))
            frame.to_csv(text, index=False, header=rows == 0 and text.tell() == 0, lineterminator="\n")
            rows += len(frame)
        if writer is not None:
            writer.close()
    return rows


def _write_workbook(folder: Path, results: Results, points: "pd.DataFrame") -> None:
    import pandas as pd

    made_on = datetime(2000, 1, 1)  # the same tables make the same bytes
    with pd.ExcelWriter(folder / "runs.xlsx", engine="xlsxwriter") as writer:
        writer.book.set_properties({"created": made_on})
        for name, table in (("points", points), ("runs", results.runs())):
            table.to_excel(writer, sheet_name=name, index=False)
            writer.sheets[name].freeze_panes(1, 0)


def _manifest(results: Results, rows: int, failed: int, command: str | None) -> dict[str, Any]:
    """What was asked, and how it went."""
    experiment = results.experiment
    return {
        "kind": KIND,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "name": experiment.name,
        "title": experiment.title,
        "question": experiment.question,
        "identity": experiment.identity(),
        "design": {"kind": experiment.design.kind, **experiment.design.numbers.values()},
        "points": len(experiment),
        "seeds": experiment.seeds,
        "first_seed": experiment.first_seed,
        "runs": rows,
        "missing": experiment.runs - rows,
        "failed": failed,
        "outcomes": list(experiment.outcomes),
        "factors": [
            {"path": factor.path, "role": factor.role, "unit": factor.parameter.unit, "source": factor.parameter.source, **factor.said()}
            for factor in experiment.factors
        ],
        "scenarios": {scenario.name: scenario.identity() for scenario in experiment.scenarios},
        "data": {scenario.name: scenario.data_hashes() for scenario in experiment.scenarios},
        "command": command or _command(experiment),
        "versions": {"results": RESULTS_VERSION, **{package: version_of(package) for package in _PACKAGES}},
    }


def _command(experiment: Experiment) -> str:
    """How to ask it again, with what was asked instead of what its file says."""
    instead = json.loads(experiment.text).get("instead", {})
    words = ["clustersim", "sweep", f"{experiment.name}.toml"]
    if "first_seed" in instead:
        words += ["--seeds", f"{experiment.first_seed}-{experiment.first_seed + experiment.seeds - 1}"]
    elif "seeds" in instead:
        words += ["--seeds", str(experiment.seeds)]
    words += ["--months", str(instead["months"])] if "months" in instead else []
    return shlex.join(words)

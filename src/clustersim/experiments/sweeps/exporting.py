"""Exporting: the tables of an experiment in a folder of its own, written whole or not at all.

    results/<name>/<identity>/
        manifest.json      what was asked, how it went, how to ask it again, and every file with its sha256
        experiment.toml    the experiment as it was read
        scenarios/         the resolved scenarios
        runs.parquet       one row a run, sorted by point and seed; runs.csv the same
        points.csv         one row a point, with means over seeds
        runs.xlsx          the two tables, where a spreadsheet can hold them
        failures.csv       runs that failed, and why

The tables depend on the runs alone: the same experiment gives the same bytes, however often it was interrupted and whoever worked.
"""

import json
import shutil
import uuid
from datetime import UTC, datetime
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clustersim import durable
from clustersim.durable import ResultsError, version_of
from clustersim.experiments.sweeps.results import Results
from clustersim.results import RESULTS_VERSION

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["KIND", "export", "place_of"]

KIND = "sweep"
_PACKAGES = ("clustersim", "numpy", "numba", "scipy", "salib")
_MOST_CELLS = 2_000_000  # a workbook of more takes minutes to make and cannot be opened by many


def place_of(results: Results, folder_base: str | PathLike[str]) -> Path:
    """Where the tables of an experiment lie."""
    return Path(folder_base) / results.experiment.name / results.experiment.identity()


def export(results: Results, folder_base: str | PathLike[str], command: str | None = None) -> Path:
    """Write all tables and return their folder. What others have put there (an analysis) stays.

    Raises:
        ResultsError: if it cannot be written.
        StoreError: if the store cannot be read.
    """
    target = place_of(results, folder_base)
    part = target.parent / f".{target.name}.{uuid.uuid4().hex[:8]}.part"
    try:
        part.mkdir(parents=True)
        _fill(part, results, command)
        durable.put_in_place(part, target)
    except OSError as error:
        remedy = "Check free space and rights, or choose another folder (--out)"
        raise ResultsError(f"cannot write the tables to {target}: {error}", remedy) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return target


def _fill(folder: Path, results: Results, command: str | None) -> None:
    """All files, the manifest last, and brought to disk."""
    experiment = results.experiment
    (folder / "experiment.toml").write_text(_as_file(experiment.text), encoding="utf-8")
    (folder / "scenarios").mkdir()
    for scenario in experiment.scenarios:
        (folder / "scenarios" / f"{scenario.name}.toml").write_text(scenario.to_toml(), encoding="utf-8")
    rows = _write_runs(folder, results)
    points, failures = results.points(), results.failures()
    points.to_csv(folder / "points.csv", index=False, lineterminator="\n")
    failures.to_csv(folder / "failures.csv", index=False, lineterminator="\n")
    workbook = max(rows, len(points)) * (len(points.columns) + 1) <= _MOST_CELLS
    if workbook:
        _write_workbook(folder, results, points)
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    said = _manifest(results, rows, len(failures), command) | {"workbook": workbook, "files": durable.facts_of_files(folder, files)}
    (folder / "manifest.json").write_text(json.dumps(said, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    durable.bring_to_disk([*files, folder / "manifest.json", folder / "scenarios", folder])


def _write_runs(folder: Path, results: Results) -> int:
    """One row a run, part by part, as Parquet and as CSV; how many rows there are."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    facts = {name: {"unit": unit, "meaning": meaning} for name, (unit, meaning) in results.meanings().items()}
    writer, rows = None, 0
    with (folder / "runs.csv").open("w", encoding="utf-8", newline="") as text:
        for frame in results.frames():
            stored = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata()
            if writer is None:
                schema = pa.schema([field.with_metadata(facts[field.name]) for field in stored.schema])
                writer = pq.ParquetWriter(folder / "runs.parquet", schema, compression="zstd")
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
        "command": command or f"clustersim sweep {experiment.name}.toml",
        "versions": {"results": RESULTS_VERSION, **{package: version_of(package) for package in _PACKAGES}},
    }


def _as_file(text: str) -> str:
    """What an experiment said, as a file."""
    import tomli_w

    return tomli_w.dumps(json.loads(text)["said"])

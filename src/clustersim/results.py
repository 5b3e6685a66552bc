"""The store of a run: one folder, written whole or not at all.

    results/<name>/<scenario identity>-seed<seed>/
        manifest.json      what was run, with which versions and data, how to run it again, and every file with its sha256
        scenario.toml      the resolved scenario
        series.parquet     one row a month of the scenario, one column an observable
        organisations.parquet ... ledger.parquet    the tables at the end (see `tables`)
        figures/           pictures, where the caller draws any

Columns carry their unit and meaning in the Parquet file. The folder is written beside its place under another name,
brought to disk and renamed: an error, Ctrl-C or a power cut leaves the old results or none, never half of the new.
"""

import json
import os
import platform
import shutil
import sys
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clustersim import observables
from clustersim.durable import ResultsError, bring_to_disk, digest_of, facts_of_files, put_in_place, read_parquet, version_of, write_parquet
from clustersim.tables import TABLES, frame

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["RESULTS_VERSION", "ResultsError", "StoredRun", "StoredScenario", "frame", "read", "write"]

RESULTS_VERSION = "2"
_PACKAGES = ("numpy", "numba", "llvmlite", "pandas", "pyarrow", "mesa")


@dataclass(frozen=True)
class StoredScenario:
    """What a stored run says of its scenario."""

    name: str
    title: str
    question: str
    stored_identity: str
    toml: str

    def identity(self) -> str:
        """Digest of the resolved scenario."""
        return self.stored_identity

    def to_toml(self) -> str:
        """The resolved scenario as a scenario file."""
        return self.toml


@dataclass(frozen=True)
class StoredRun:
    """A run read from its folder; series and tables are read when asked for.

    Attributes:
        folder: Where it lies.
        manifest: What `manifest.json` says.
        scenario: What was simulated.
    """

    folder: Path
    manifest: dict[str, Any]
    scenario: StoredScenario

    @property
    def seed(self) -> int:
        """The replication."""
        return self.manifest["seed"]

    @property
    def months(self) -> int:
        """Months simulated after the spin-up."""
        return self.manifest["months"]

    @property
    def state_hash(self) -> str:
        """Digest of the last month's state."""
        return self.manifest["state_hash"]

    @property
    def seconds(self) -> float:
        """Time the months took."""
        return self.manifest["seconds"]

    @property
    def seconds_by_process(self) -> dict[str, float]:
        """The same by process."""
        return self.manifest["seconds_by_process"]

    @cached_property
    def series(self) -> "pd.DataFrame":
        """One row a month of the scenario, one column an observable."""
        return read_parquet(self.folder / "series.parquet").set_index("month")

    def table(self, name: str) -> "pd.DataFrame":
        """A table as at the end, one of `tables.TABLES`."""
        if name not in TABLES:
            raise KeyError(f"no table {name!r}; there are {', '.join(TABLES)}")
        return read_parquet(self.folder / f"{name}.parquet")


def write(
    run: Any, folder_base: str | os.PathLike[str], *, overwrite: bool = True, draw: Callable[[Any, Path], object] | None = None
) -> Path:
    """Write a run's results and return their folder.

    Args:
        run: A finished run.
        folder_base: Folder of all results; made if need be.
        overwrite: Whether results of the same scenario and seed may be replaced.
        draw: Writes pictures of the run into a folder (`report.figures.write`).

    Raises:
        ResultsError: if there are results already and `overwrite` is false, or the folder cannot be written.
    """
    identity = f"{run.scenario.identity()}-seed{run.seed}"
    target = Path(folder_base) / run.scenario.name / identity
    if target.exists() and not overwrite:
        raise ResultsError(f"there are results already in {target}", "Allow overwriting, or choose another folder")
    part = target.parent / f".{identity}.{uuid.uuid4().hex[:8]}.part"
    try:
        part.mkdir(parents=True)
        _fill(part, run, draw)
        put_in_place(part, target)
    except OSError as error:
        raise ResultsError(f"cannot write results to {target}: {error}", "Check free space and rights, or choose another folder") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return target


def read(folder: str | os.PathLike[str], *, verify: bool = True) -> StoredRun:
    """Read the results in `folder`.

    Args:
        folder: Folder of one run, as `write` returned it.
        verify: Compare every file with the manifest's sizes and digests first.

    Raises:
        ResultsError: if there are no results, they are of another version, or a file is missing or changed.
    """
    folder = Path(folder)
    again = "Run the scenario again to write them anew"
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        version, facts, files = manifest["versions"]["results"], manifest["scenario"], manifest["files"]
        text = (folder / "scenario.toml").read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise ResultsError(
            f"no results in {folder} ({Path(error.filename).name} is missing)", "Name the folder of one run, or run the scenario first"
        ) from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ResultsError(f"the manifest in {folder} cannot be read ({error!r})", again) from error
    if version != RESULTS_VERSION:
        raise ResultsError(
            f"the results in {folder} are of version {version}, this program reads version {RESULTS_VERSION}",
            f"{again}, or read them with clustersim {manifest['versions'].get('clustersim', 'of that time')}",
        )
    if verify:
        for file in files:
            path = folder / file["name"]
            if not path.is_file():
                raise ResultsError(f"{path} is missing", again)
            if path.stat().st_size != file["bytes"] or digest_of(path) != file["sha256"]:
                raise ResultsError(f"{path} is not as it was written", again)
    return StoredRun(folder, manifest, StoredScenario(facts["name"], facts["title"], facts["question"], facts["identity"], text))


def _fill(folder: Path, run: Any, draw: Callable[[Any, Path], object] | None) -> None:
    """Write all files of a run, the manifest last, and bring them to disk."""
    (folder / "scenario.toml").write_text(run.scenario.to_toml(), encoding="utf-8")
    write_parquet(_series(run), folder / "series.parquet")
    for name in TABLES:
        write_parquet(run.table(name), folder / f"{name}.parquet")
    if draw is not None:
        draw(run, folder)
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    (folder / "manifest.json").write_text(json.dumps(_manifest(run, folder, files), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    bring_to_disk([*files, folder / "manifest.json", *(path for path in folder.rglob("*") if path.is_dir()), folder])


def _manifest(run: Any, folder: Path, files: Iterable[Path]) -> dict[str, Any]:
    """What was run, and how to run it again."""
    scenario, state, territory, given = run.scenario, run.state, run.territory, run.scenario.own_organisations
    return {
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "scenario": {"name": scenario.name, "title": scenario.title, "question": scenario.question, "identity": scenario.identity()},
        "seed": run.seed,
        "months": state.month - state.spin_up,
        "spin_up": state.spin_up,
        "state_hash": run.state_hash,
        "command": f"clustersim run scenario.toml --seed {run.seed}",
        "data": {
            "territory": {"title": territory.title, "source": territory.source, "hash": territory.data_hash},
            "organisations": None if given is None else {"file": str(scenario.organisations_file), "hash": given.data_hash},
        },
        "versions": {
            "results": RESULTS_VERSION,
            "clustersim": version_of("clustersim"),
            "python": platform.python_version(),
            **{package: version_of(package) for package in _PACKAGES},
        },
        "platform": f"{sys.platform} {platform.machine()}",
        "seconds": run.seconds,
        "seconds_by_process": run.seconds_by_process,
        "files": facts_of_files(folder, files),
    }


def _series(run: Any) -> "pd.DataFrame":
    """The series with its month as a column, and what its columns mean."""
    table = run.series.rename_axis("month").reset_index()
    facts = {o.name: {"unit": o.unit, "meaning": o.meaning} for o in observables.declared(run.state.purposes)}
    table.attrs["columns"] = {"month": {"unit": "month", "meaning": "month of the scenario"}, **facts}
    return table

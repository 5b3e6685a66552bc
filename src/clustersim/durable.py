"""Files that are there whole or not at all, and that say when they have been changed."""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "AS_JSON",
    "ResultsError",
    "bring_to_disk",
    "check_files",
    "check_writable",
    "digest_of",
    "facts_of_files",
    "put_in_place",
    "read_parquet",
    "version_of",
    "write_parquet",
    "write_workbook",
]

AS_JSON = "backslashreplace"  # how names of files that are not in UTF-8 stand in JSON: `\udce9` is what JSON itself writes
_UNFINISHED = (".part", ".old", ".lock")  # how hidden names end of what somebody is about to put in place


class ResultsError(Exception):
    """Results that cannot be written or read. `remedy` says what to do."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(f"{problem}. {remedy}")
        self.problem = problem
        self.remedy = remedy


def check_writable(folder_base: str | os.PathLike[str]) -> None:
    """Try whether results can be put there, and leave nothing behind: better known before hours of runs than after.

    Raises:
        ResultsError: if they cannot.
    """
    base = Path(folder_base)
    there = next(folder for folder in (base, *base.absolute().parents) if folder.exists())
    try:
        with tempfile.TemporaryDirectory(dir=there):
            pass
    except OSError as error:
        raise ResultsError(f"cannot write to {base}: {error.strerror}", "Check rights and free space, or choose another folder") from error


def version_of(package: str) -> str:
    """The installed version of a package, or that there is none."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "not installed"


def write_parquet(table: "pd.DataFrame", path: Path) -> None:
    """One table, with unit and meaning of each column in the file's schema."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    facts = table.attrs.get("columns", {})
    stored = pa.Table.from_pandas(table, preserve_index=False)
    fields = [stored.schema.field(i).with_metadata(facts.get(stored.schema.names[i], {})) for i in range(len(stored.schema))]
    with path.open("wb") as file:  # PyArrow opens no file whose name is not in UTF-8
        pq.write_table(stored.cast(pa.schema(fields, stored.schema.metadata)), file, compression="zstd")


def read_parquet(path: Path) -> "pd.DataFrame":
    """One table.

    Raises:
        ResultsError: if it cannot be read.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with path.open("rb") as file:
            return pq.read_table(file).to_pandas()
    except (OSError, pa.ArrowException) as error:
        raise ResultsError(f"{path} cannot be read ({error})", "Run the scenario again to write it anew") from error


def write_workbook(tables: "Mapping[str, pd.DataFrame]", path: Path) -> None:
    """One sheet a table, its head in view; empty cells where there is no number."""
    import pandas as pd

    with pd.ExcelWriter(path, engine="xlsxwriter") as writer:
        for name, table in tables.items():
            table.to_excel(writer, sheet_name=name, index=False)
            writer.sheets[name].freeze_panes(1, 0)
            writer.sheets[name].autofit()


def facts_of_files(folder: Path, paths: Iterable[Path]) -> list[dict[str, Any]]:
    """What a manifest says of files: name in the folder, size and sha256."""
    return [{"name": path.relative_to(folder).as_posix(), "bytes": path.stat().st_size, "sha256": digest_of(path)} for path in paths]


def check_files(folder: Path, files: Iterable[Mapping[str, Any]], remedy: str) -> None:
    """Whether all files of a manifest are there and as they were written.

    Raises:
        ResultsError: naming the first that is not.
    """
    try:
        said = [(folder / file["name"], file["bytes"], file["sha256"]) for file in files]
    except (KeyError, TypeError) as error:
        raise ResultsError(f"the list of files in {folder} cannot be read ({error!r})", remedy) from error
    for path, size, digest in said:
        if not path.is_file():
            raise ResultsError(f"{path} is missing", remedy)
        if path.stat().st_size != size or digest_of(path) != digest:
            raise ResultsError(f"{path} is not as it was written", remedy)


def digest_of(path: Path) -> str:
    """The sha256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def bring_to_disk(paths: Iterable[Path]) -> None:
    """Wait until files and folders lie on the disk. Where folders cannot be synchronised (Windows) they are left out."""
    for path in paths:
        if path.is_dir() and os.name == "nt":
            continue
        handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _bring_along(old: Path, new: Path, without: Collection[str]) -> None:
    """Copy from the old folder what no run has written: what its manifest does not list. What is named by `without` stays behind."""
    try:
        own = {file["name"] for file in json.loads((old / "manifest.json").read_text(encoding="utf-8"))["files"]} | {"manifest.json"}
    except (OSError, ValueError, KeyError, TypeError):
        own = set()
    own |= set(without)
    for path in sorted(old.rglob("*")) if old.is_dir() else []:
        name = path.relative_to(old).as_posix()
        unfinished = any(part.startswith(".") and part.endswith(_UNFINISHED) for part in path.relative_to(old).parts)
        if path.is_file() and name not in own and not unfinished and not (new / name).exists():
            (new / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, new / name)


def put_in_place(part: Path, target: Path, without: Collection[str] = ()) -> None:
    """Rename the new folder to its place; an old one is moved aside first, and comes back if that fails.

    What others have put into the old folder (notes, an analysis) comes along, but for what `without` names; a run's own files are replaced.
    """
    aside = part.with_suffix(".old")
    try:
        _bring_along(target, part, without)
        with suppress(FileNotFoundError):
            target.rename(aside)
        part.rename(target)
    finally:
        if target.exists():
            shutil.rmtree(aside, ignore_errors=True)
        elif aside.exists():
            aside.rename(target)
    bring_to_disk([target.parent])

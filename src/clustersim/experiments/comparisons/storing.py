"""The store of a comparison: one folder, written whole or not at all, as a run's is.

    results/<name>/<identity>/
        comparison.json     what was asked, how it went, how to ask it again, and every file with its sha256
        arms/<arm>.toml     the resolved scenarios
        runs.parquet ...    the frames: runs, measures, paths, cohort, parts
        tables/<name>.csv   the tables for people, and all of them in tables.xlsx
        examples/<arm>/     tables at the end of the first seed, for maps

The identity is a digest of what was asked, so that it is known before anything is run.
"""

import json
import os
import shutil
import tomllib
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clustersim import durable
from clustersim.results import RESULTS_VERSION, ResultsError

if TYPE_CHECKING:
    from clustersim.experiments.comparisons.comparison import Comparison

__all__ = ["FRAMES", "place_of", "read", "refuse_if_there", "write"]

FRAMES = ("runs", "measures", "paths", "cohort", "parts")
EXAMPLES = ("organisations", "ties", "places")
_MANIFEST = "comparison.json"
_AGAIN = "Run the comparison again to write it anew"


def place_of(folder_base: str | os.PathLike[str], facts: dict[str, Any]) -> Path:
    """Where a comparison of these facts lies."""
    return Path(folder_base) / facts["name"] / facts["identity"]


def refuse_if_there(target: Path) -> None:
    """Refuse to go on where there are results already.

    Raises:
        ResultsError: if there are.
    """
    if target.exists():
        raise ResultsError(f"this comparison is there already: {target}", "Allow overwriting (--overwrite), or choose another folder")


def write(comparison: "Comparison", folder_base: str | os.PathLike[str], *, overwrite: bool) -> Path:
    """Write all files beside their place, bring them to disk, and rename."""
    target = place_of(folder_base, comparison.facts)
    if not overwrite:
        refuse_if_there(target)
    part = target.parent / f".{target.name}.{uuid.uuid4().hex[:8]}.part"
    try:
        part.mkdir(parents=True)
        _fill(part, comparison)
        durable.put_in_place(part, target)
    except OSError as error:
        problem = f"cannot write the comparison to {target}: {error}"
        raise ResultsError(problem, "Check free space and rights, or choose another folder") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return target


def read(folder: str | os.PathLike[str], *, verify: bool) -> dict[str, Any]:
    """What a `Comparison` is made of, from its folder."""
    folder = Path(folder)
    try:
        facts = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
        version, files, names = facts["versions"]["results"], facts.pop("files"), [arm["name"] for arm in facts["arms"]]
    except FileNotFoundError:
        raise ResultsError(f"no comparison in {folder} ({_MANIFEST} is missing)", "Name the folder that `compare` has written") from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ResultsError(f"{_MANIFEST} in {folder} cannot be read ({error!r})", _AGAIN) from error
    if version != RESULTS_VERSION:
        raise ResultsError(f"{folder} is of version {version}, this program reads version {RESULTS_VERSION}", _AGAIN)
    if verify:
        durable.check_files(folder, files, _AGAIN)
    try:
        scenarios = {name: (folder / "arms" / f"{name}.toml").read_text(encoding="utf-8") for name in names}
    except OSError as error:
        raise ResultsError(f"{error.filename} cannot be read ({error.strerror})", _AGAIN) from error
    frames = {name: durable.read_parquet(folder / f"{name}.parquet") for name in FRAMES}
    examples = {
        path.name: {table.stem: durable.read_parquet(table) for table in sorted(path.glob("*.parquet"))}
        for path in sorted((folder / "examples").glob("*"))
    }
    return {"facts": facts, "scenarios": scenarios, **frames, "examples": {name: examples[name] for name in names if name in examples}}


def _fill(folder: Path, comparison: "Comparison") -> None:
    """All files, the manifest last."""
    for name in ("arms", "tables", "examples"):
        (folder / name).mkdir()
    for arm, text in comparison.scenarios.items():
        tomllib.loads(text)  # what is written can be read
        (folder / "arms" / f"{arm}.toml").write_text(text, encoding="utf-8")
    for name in FRAMES:
        durable.write_parquet(getattr(comparison, name), folder / f"{name}.parquet")
    for arm, tables in comparison.examples.items():
        (folder / "examples" / arm).mkdir()
        for name, table in tables.items():
            durable.write_parquet(table, folder / "examples" / arm / f"{name}.parquet")
    tables = comparison.tables()
    for name, table in tables.items():
        table.to_csv(folder / "tables" / f"{name}.csv", index=False, lineterminator="\n")
    durable.write_workbook(tables, folder / "tables.xlsx")
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    said = durable.facts_of_files(folder, files)
    text = json.dumps({**comparison.facts, "files": said}, indent=2, ensure_ascii=False)
    (folder / _MANIFEST).write_text(text + "\n", encoding="utf-8")
    durable.bring_to_disk([*files, folder / _MANIFEST, *(path for path in folder.rglob("*") if path.is_dir()), folder])

"""The store of a sensitivity analysis: one folder, written whole or not at all, in the folder of its sweep.

    sensitivity/
        manifest.json       what was varied, how it went, how to ask it again, and every file with its sha256
        tables/<name>.csv   the tables, and all of them with the meanings of their columns in tables.xlsx
        figures/            pictures as SVG and PNG, where somebody drew them

What others have put beside it stays; a page made of the older analysis does not, because it would say what is no longer so.
"""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clustersim import durable
from clustersim.experiments.sensitivity.tables import COLUMNS, frame
from clustersim.experiments.sweeps.agreeing import ANALYSIS
from clustersim.experiments.sweeps.placing import new_folder
from clustersim.results import RESULTS_VERSION, ResultsError

if TYPE_CHECKING:
    import pandas as pd

    from clustersim.experiments.sensitivity.sensitivity import Sensitivity

__all__ = ["KIND", "MANIFEST", "read", "write"]

KIND, MANIFEST = "sensitivity", "manifest.json"
_AGAIN = "Run `clustersim sensitivity` again to write it anew"
_PAGES = "report*.html"


def write(
    analysis: "Sensitivity",
    folder: str | os.PathLike[str],
    draw: Callable[[Path], None] | None,
    notes: Callable[[str], None] | None = None,
) -> Path:
    """Write all files beside their place, bring them to disk, and rename."""
    target = Path(folder)
    _refuse_others(target)
    try:
        pages: set[str] = set()
        with new_folder(target.absolute(), lock_of=_lock_of(target.absolute()), without=pages, notes=notes) as part:
            (part / "tables").mkdir()
            _fill(part, analysis, draw)
            pages |= {page.name for page in target.glob(_PAGES)}
    except OSError as error:
        problem = f"cannot write the sensitivity analysis to {target}: {error}"
        raise ResultsError(problem, "Check free space and rights, or choose another folder") from error
    return target


def _lock_of(target: Path) -> Path:
    """Whose lock is kept: among tables that of the tables, which must not be exchanged meanwhile, unless nobody may exchange them."""
    tables = target.parent.resolve()  # by whichever way somebody has come there
    tables.parent.mkdir(parents=True, exist_ok=True)
    return tables if target.name == ANALYSIS and os.access(tables.parent, os.W_OK) else target


def read(folder: str | os.PathLike[str]) -> "tuple[dict[str, Any], dict[str, pd.DataFrame]]":
    """Facts and tables from a folder."""
    folder = Path(folder)
    try:
        facts = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        kind, version, files = facts["kind"], facts["versions"]["results"], facts.pop("files")
    except FileNotFoundError:
        remedy = "Name the folder that `clustersim sensitivity` has written"
        raise ResultsError(f"no sensitivity analysis in {folder} ({MANIFEST} is missing)", remedy) from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ResultsError(f"{MANIFEST} in {folder} cannot be read ({error!r})", _AGAIN) from error
    if kind != KIND:
        raise ResultsError(f"{folder} holds a {kind}, not a sensitivity analysis", "Name the folder that `clustersim sensitivity` wrote")
    if version != RESULTS_VERSION:
        raise ResultsError(f"{folder} is of version {version}, this program reads version {RESULTS_VERSION}", _AGAIN)
    durable.check_files(folder, files, _AGAIN)
    return facts, {name: _table(folder / "tables" / f"{name}.csv", name) for name in facts["tables"]}


def _table(path: Path, name: str) -> "pd.DataFrame":
    import pandas as pd

    rows = pd.read_csv(path, dtype={column: str for column, (unit, _) in COLUMNS[name].items() if unit == "-"}, keep_default_na=False)
    known = rows.astype(object).where(rows != "", None).to_dict("records")
    return frame(name, ({column: _value(name, column, value) for column, value in row.items()} for row in known))


def _value(table: str, column: str, value: Any) -> Any:
    """A cell of a file as what it stands for: a word, a truth, a number, or nothing."""
    if value is None:
        return None
    if column in ("told_apart", "varies"):
        return value == "True"
    if column == "rank":
        return int(value)
    return value if COLUMNS[table][column][0] == "-" else float(value)


def _refuse_others(target: Path) -> None:
    """Refuse to replace a folder that holds something else."""
    if not target.is_dir() or not any(target.iterdir()):
        return
    try:
        kind = json.loads((target / MANIFEST).read_text(encoding="utf-8")).get("kind")
    except (OSError, ValueError, AttributeError):
        kind = None
    if kind != KIND:
        raise ResultsError(f"{target} holds something else than a sensitivity analysis", "Choose another folder, or an empty one")


def _fill(folder: Path, analysis: "Sensitivity", draw: Callable[[Path], None] | None) -> None:
    """All files, the manifest last; figures are drawn from the folder, as a page is."""
    tables = analysis.tables()
    for name, table in tables.items():
        table.to_csv(folder / "tables" / f"{name}.csv", index=False, lineterminator="\n")
    durable.write_workbook(_workbook(tables), folder / "tables.xlsx")
    _write_manifest(folder, analysis, tuple(tables))
    if draw is not None:
        draw(folder)
        _write_manifest(folder, analysis, tuple(tables))
    paths = sorted(folder.rglob("*"))
    durable.bring_to_disk([*(path for path in paths if path.is_file()), *(path for path in paths if path.is_dir()), folder])


def _write_manifest(folder: Path, analysis: "Sensitivity", tables: tuple[str, ...]) -> None:
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != MANIFEST)
    said = {**analysis.facts, "kind": KIND, "tables": list(tables), "files": durable.facts_of_files(folder, files)}
    (folder / MANIFEST).write_text(json.dumps(said, indent=2, ensure_ascii=False, allow_nan=False) + "\n", "utf-8", durable.AS_JSON)


def _workbook(tables: "dict[str, pd.DataFrame]") -> "dict[str, pd.DataFrame]":
    """The tables, and one that says what their columns are."""
    import pandas as pd

    said = [
        {"table": name, "column": column, **facts} for name, table in tables.items() for column, facts in table.attrs["columns"].items()
    ]
    return {**tables, "columns": pd.DataFrame(said)}

"""Naming: what experiments may be called, for their tables lie in folders of their names, beside the store."""

import json
import os
from pathlib import Path
from typing import Any

from clustersim.problems import Problem, in_words

__all__ = ["STORE", "TABLES", "is_plain", "name_of", "refused_name", "said_of_tables"]

STORE = "runs.store"  # in the folder of tables, unless another is named; what lies beside it has names that begin so

TABLES = "sweep"  # what the manifest of a folder of tables calls them


def name_of(file: Path) -> str:
    """What the experiment of a file is called: by the file, or, where that lies among its exported tables, as it was called then."""
    name = said_of_tables(file.parent).get("name") if file.name == "experiment.toml" else None
    return name if isinstance(name, str) else file.stem


def said_of_tables(folder: Path) -> dict[str, Any]:
    """What the manifest of tables in a folder says; nothing where no tables are."""
    try:
        said = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        return said if said["kind"] == TABLES else {}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def refused_name(name: str, file: str) -> Problem | None:
    """What is wrong with the name of an experiment; None if nothing."""
    if is_plain(name) and not name.casefold().startswith(STORE):
        return None
    allowed = f'a name that a folder can have, in UTF-8, and that does not begin with "{STORE}"'
    return Problem(file, "", f"the name {in_words(name)}", allowed, "rename the file")


def is_plain(name: str) -> bool:
    """Whether a file or folder can have that name, and it leads nowhere else."""
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return name not in ("", ".", "..") and not {"/", "\0", os.sep} & set(name)

"""Naming: what experiments may be called, for their tables lie in folders of their names, beside the store."""

import json
import os
from pathlib import Path

from clustersim.problems import Problem, in_words

__all__ = ["STORE", "TABLES", "is_plain", "name_of", "refused_name"]

STORE = "runs.store"  # in the folder of tables, unless another is named; what lies beside it has names that begin so

TABLES = "sweep"  # what the manifest of a folder of tables calls them


def name_of(file: Path) -> str:
    """What the experiment of a file is called: by the file, or, where that lies among its exported tables, as it was called then."""
    try:
        said = json.loads((file.parent / "manifest.json").read_text(encoding="utf-8")) if file.name == "experiment.toml" else {}
        return said["name"] if said["kind"] == TABLES and isinstance(said["name"], str) else file.stem
    except (OSError, ValueError, KeyError, TypeError):
        return file.stem


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

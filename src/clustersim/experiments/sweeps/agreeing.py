"""Whether an analysis that lies among the tables of a sweep is of the runs that the tables hold.

An analysis records the digest of the runs that it is of, and so do the tables. When tables of other runs take their place, it does not
come along: it would say what is no longer so, and one command makes it anew. What others have put beside it stays.
"""

import hashlib
import json
import shlex
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from clustersim.experiments.sweeps.experiment import Experiment

__all__ = ["ANALYSIS", "OF_RUNS", "left_behind", "of_other_runs", "runs_digest"]

ANALYSIS = "sensitivity"  # the folder, among the tables
OF_RUNS = "of_runs"  # what its manifest calls the digest
_MANIFEST, _PAGES = "manifest.json", "report*.html"


class Answered(Protocol):
    """What came of an experiment, from a store or from tables."""

    experiment: Experiment

    def outcome(self, name: str) -> np.ndarray:
        """One outcome: a row a point, a column a replication; NaN where there is no run."""


def runs_digest(answered: Answered) -> str:
    """A digest of the outcomes of all runs, the same whether they come from a store or from tables."""
    digest = hashlib.blake2b(answered.experiment.identity().encode(), digest_size=16)
    for name in answered.experiment.outcomes:
        values = answered.outcome(name)
        digest.update(np.where(np.isnan(values), np.nan, values).tobytes())  # one NaN is like every other
    return digest.hexdigest()


def left_behind(tables: Path, part: Path, digest: str) -> set[str]:
    """What of an analysis among older tables must not come along to new ones, by its names there; nothing if it is of the same runs.

    An analysis of an earlier version, which does not say of which runs it is, comes along.

    Args:
        tables: Where the older tables are.
        part: Where the new ones are being written. What others have put among an analysis waits there for the next.
        digest: Of the runs of the new tables.
    """
    analysis = tables / ANALYSIS
    manifest = _manifest(analysis)
    try:
        said = manifest["kind"] == ANALYSIS and manifest[OF_RUNS] != digest
        names = {f"{ANALYSIS}/{file['name']}" for file in manifest["files"]} if said else set()
    except (KeyError, TypeError):
        return set()
    if not said:
        return set()
    names |= {path.relative_to(tables).as_posix() for path in analysis.glob(_PAGES)} | {f"{ANALYSIS}/{_MANIFEST}"}
    if any(path.is_file() and path.relative_to(tables).as_posix() not in names for path in analysis.rglob("*")):
        (part / ANALYSIS).mkdir()
        (part / ANALYSIS / _MANIFEST).write_text(json.dumps({"kind": ANALYSIS, "files": []}) + "\n", encoding="utf-8")
    return names


def of_other_runs(analysis: Path) -> str:
    """A sentence, with what to do, if an analysis is of other runs than the tables around it; empty where not, or where nobody can say."""
    tables = analysis.absolute().parent
    of, there = _manifest(analysis).get(OF_RUNS), _manifest(tables).get(OF_RUNS)
    if of is None or there is None or of == there:
        return ""
    named = shlex.quote(str(analysis.parent))
    return (
        f"the analysis in {analysis} is of other runs than the tables around it: write the tables anew with clustersim export, or make "
        f"the analysis of these tables with: clustersim sensitivity {named}"
    )


def _manifest(folder: Path) -> dict[str, Any]:
    """What the manifest of a folder says; nothing, where there is none that can be read."""
    try:
        said = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return said if isinstance(said, dict) else {}

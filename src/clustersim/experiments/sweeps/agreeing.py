"""Whether an analysis that lies among the tables of a sweep is of the runs that the tables hold.

An analysis records the digest of the runs that it is of. When tables of other runs take their place, it goes: it would say what is no
longer so, and one command makes it anew. What others have put beside it stays.
"""

import hashlib
import json
import shutil
from pathlib import Path
from typing import Protocol

import numpy as np

from clustersim.experiments.sweeps.experiment import Experiment

__all__ = ["ANALYSIS", "OF_RUNS", "drop_outdated", "runs_digest"]

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


def drop_outdated(folder: Path, digest: str) -> bool:
    """Whether there was an analysis of other runs; it is taken away. One of an earlier version, which does not say of which, stays."""
    analysis = folder / ANALYSIS
    manifest = analysis / _MANIFEST
    try:
        said = json.loads(manifest.read_text(encoding="utf-8"))
        kind, of, names = said["kind"], said[OF_RUNS], [file["name"] for file in said["files"]]
    except (OSError, ValueError, KeyError, TypeError):
        return False
    if of == digest or kind != ANALYSIS:
        return False
    mine = {path for path in analysis.rglob("*") if path.relative_to(analysis).as_posix() in names} | set(analysis.glob(_PAGES))
    if {path for path in analysis.rglob("*") if path.is_file()} == mine | {manifest}:
        shutil.rmtree(analysis)
        return True
    # what others have put there waits for the next analysis
    manifest.write_text(json.dumps({"kind": ANALYSIS, "files": []}) + "\n", encoding="utf-8")
    for path in mine:
        path.unlink()
    for path in sorted(analysis.rglob("*"), reverse=True):
        if path.is_dir() and not any(path.iterdir()):
            path.rmdir()
    return True

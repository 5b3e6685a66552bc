"""The tables of a sweep's folder as what came of an experiment, without the store that they were made of."""

import json
import tomllib
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from clustersim import durable
from clustersim.experiments.sensitivity.layout import METHODS, LayoutError
from clustersim.experiments.sweeps.experiment import Experiment
from clustersim.experiments.sweeps.exporting import KIND, RESOLVED
from clustersim.results import ResultsError
from clustersim.scenario import ScenarioError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Exported"]

_AGAIN = "Write the tables anew with `clustersim export`"


class Exported:
    """What came of an experiment, read from the folder of its tables."""

    def __init__(self, folder: str | PathLike[str]) -> None:
        """Read what was asked; runs are read when they are asked for.

        Raises:
            ResultsError: if the folder holds no sweep, or a file is missing, changed or cannot be read.
            LayoutError: if the design is none that tells what decides an outcome.
        """
        self.folder = Path(folder)
        try:
            manifest = json.loads((self.folder / "manifest.json").read_text(encoding="utf-8"))
            kind, files = manifest["kind"], manifest["files"]
        except FileNotFoundError:
            raise ResultsError(f"no sweep in {folder} (manifest.json is missing)", "Name an experiment file, or a sweep's folder") from None
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ResultsError(f"no sweep in {folder}: its manifest.json says of none ({error!r})", "Name a sweep's folder") from error
        if kind != KIND:
            raise ResultsError(f"{folder} holds a {kind}, not a sweep", "Name an experiment file, or a sweep's folder")
        durable.check_files(self.folder, files, _AGAIN)
        self.manifest: dict[str, Any] = manifest
        self.experiment = self._asked()

    def _asked(self) -> Experiment:
        """The experiment, with the resolved scenarios of the folder in the place of the files that it named."""
        said = tomllib.loads((self.folder / "experiment.toml").read_text(encoding="utf-8"))
        if (kind := said.get("design", {}).get("kind", "grid")) not in METHODS:
            raise LayoutError.of_kind(kind)
        said = {name: value for name, value in said.items() if name not in RESOLVED}
        said["scenarios"] = [f"scenarios/{name}.toml" for name in self.manifest["scenarios"]]
        try:
            experiment = Experiment.from_dict(said, self.manifest["name"], folder=self.folder)
        except ScenarioError as error:
            raise ResultsError(f"the experiment in {self.folder} cannot be read: {error}", _AGAIN) from error
        if experiment.identity() != self.manifest["identity"]:
            raise ResultsError(f"the experiment in {self.folder} asks for other runs than its tables hold", _AGAIN)
        return experiment

    @property
    def missing(self) -> int:
        """Runs that failed or have not been done."""
        return self.experiment.runs - len(self._runs)

    def outcome(self, name: str) -> np.ndarray:
        """One outcome: a row a point, a column a replication; NaN where there is no run.

        Raises:
            KeyError: if the tables do not have it.
        """
        if name not in self.experiment.outcomes:
            raise KeyError(f"the sweep has no outcome {name!r}; it has {', '.join(self.experiment.outcomes)}")
        found = np.full((len(self.experiment), self.experiment.seeds), np.nan)
        points = self._runs["point"].to_numpy()
        found[points, self._runs["seed"].to_numpy() - self._first_seeds[points]] = self._runs[name].to_numpy(float)
        return found

    def failures(self) -> "pd.DataFrame":
        """A row a run that failed: point, seed and error."""
        import pandas as pd

        return pd.read_csv(self.folder / "failures.csv", dtype={"error": str})

    @cached_property
    def _runs(self) -> "pd.DataFrame":
        return durable.read_parquet(self.folder / "runs.parquet")

    @cached_property
    def _first_seeds(self) -> np.ndarray:
        """The first seed of each point; the others follow it."""
        return np.array([point.seeds[0] for point in self.experiment.points()], np.int64)

"""Results: what came of an experiment, as pandas frames whose columns know their unit and meaning.

A run that failed or has not been done is a missing row in `runs`, a NaN in `outcome`, and is counted in `missing`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from clustersim.experiments.outcomes import OUTCOMES
from clustersim.experiments.store import Store, StoredRun
from clustersim.experiments.sweeps.asking import Wanted, in_chunks
from clustersim.experiments.sweeps.designs import LUCK
from clustersim.experiments.sweeps.experiment import Combination, Experiment
from clustersim.experiments.sweeps.keeping import as_known
from clustersim.experiments.sweeps.living import SPENT

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Results"]


class Results:
    """What came of an experiment, read from a store; also while a sweep is writing it.

    Attributes:
        experiment: What was asked.
        store: The file in which it is.
    """

    def __init__(self, experiment: Experiment, store: str | PathLike[str]) -> None:
        """Nothing is read yet."""
        self.experiment = experiment
        self.store = Path(store)
        self._opened: Store | None = None

    @contextmanager
    def of_one_moment(self) -> Iterator["Results"]:
        """The same as it is now: all that is read of it inside the block belongs together, whoever writes meanwhile."""
        if self._opened is not None:
            yield self
            return
        with Store.open(self.store, write=False) as store, store.one_moment():
            found = Results(as_known(self.experiment, store), self.store)
            found._opened = store
            yield found

    @property
    def combinations(self) -> tuple[Combination, ...]:
        """Every scenario with every combination of crossed values, and its points."""
        return self.experiment.combinations

    def outcome(self, name: str) -> np.ndarray:
        """One outcome (or kind of money) of every run: a row a point, a column a replication; NaN where there is no run.

        Raises:
            KeyError: if there is none of that name.
        """
        if name not in self._names:
            raise KeyError(f"no outcome {name!r}; there are {', '.join(self._names)}")
        return self._numbers[:, :, self._names.index(name)]

    @cached_property
    def missing(self) -> int:
        """Runs that failed or have not been done."""
        return self.experiment.runs - int(self._there.sum())

    @property
    def damaged(self) -> int:
        """Rows of the store that have been found damaged since the moment began."""
        return 0 if self._opened is None else self._opened.damaged

    def runs(self) -> "pd.DataFrame":
        """One row a run, in the order of points and seeds: what was varied, the outcomes, the money, and the digest of the last month."""
        import pandas as pd

        return _described(pd.concat(list(self.frames()), ignore_index=True), self.meanings())

    def points(self) -> "pd.DataFrame":
        """One row a point: what was varied, how many runs there are, and the mean of each outcome over them."""
        import pandas as pd

        points = list(self.experiment.points())
        runs = self._there.sum(axis=1)
        columns: dict[str, Any] = self._keys(points) | {"runs": runs}
        with np.errstate(invalid="ignore"):
            counts = (~np.isnan(self._numbers)).sum(axis=1)
            means = np.where(counts > 0, np.nansum(self._numbers, axis=1) / np.maximum(counts, 1), np.nan)
        columns |= {name: means[:, k] for k, name in enumerate(self._names)}
        said = self.meanings() | {"runs": ("count", "runs that are there")}
        return _described(pd.DataFrame(columns), said)

    def series(self, *names: str) -> "pd.DataFrame":
        """One row a month and run: the monthly series, all of them unless some are named."""
        import pandas as pd

        found = []
        for chunk, runs in self._chunks():
            for wanted in chunk:
                run = runs.get(wanted.identity)
                if run is not None:
                    chosen = {name: run.series[name] for name in names or run.series}
                    length = len(next(iter(chosen.values())))
                    keys = {"point": wanted.point.number, "seed": wanted.seed, "month": np.arange(1, length + 1, dtype=np.int32)}
                    found.append(pd.DataFrame(keys | chosen))
        keys = {"point": np.zeros(0, int), "seed": np.zeros(0, int), "month": np.zeros(0, np.int32)}
        return pd.concat(found, ignore_index=True) if found else pd.DataFrame(keys)

    def failures(self) -> "pd.DataFrame":
        """One row a run that failed: its point and seed, and why."""
        import pandas as pd

        rows = []
        with self.of_one_moment() as now:
            for chunk in in_chunks(self.experiment):
                failed = {failure.identity: failure for failure in now._opened.failures([wanted.identity for wanted in chunk])}
                rows += [
                    {"point": wanted.point.number, "seed": wanted.seed, **{key: getattr(failed[wanted.identity], key) for key in _WHY}}
                    for wanted in chunk
                    if wanted.identity in failed
                ]
        return pd.DataFrame(rows, columns=["point", "seed", *_WHY])

    def frames(self) -> "Iterator[pd.DataFrame]":
        """`runs` in parts, so that an experiment of any size can be written."""
        import pandas as pd

        for chunk, runs in self._chunks():
            there = [wanted for wanted in chunk if wanted.identity in runs]
            stored = [runs[wanted.identity] for wanted in there]
            columns: dict[str, Any] = self._keys([wanted.point for wanted in there])
            columns["seed"] = np.array([wanted.seed for wanted in there], np.int64)
            columns |= {name: np.array([run.numbers[name] for run in stored], float) for name in self._names}
            columns["state_hash"] = pd.array([run.state_hash for run in stored], "str")
            yield pd.DataFrame(columns)

    def meanings(self) -> dict[str, tuple[str, str]]:
        """Unit and meaning of every column."""
        declared = {outcome.name: (outcome.unit, outcome.meaning) for outcome in OUTCOMES}
        factors = {factor.path: (factor.parameter.unit, f"{factor.role}: {factor.parameter.meaning}") for factor in self.experiment.factors}
        return {
            "point": ("-", "number of the point"),
            "scenario": ("-", "its scenario"),
            LUCK: ("-", "which set of seeds the point has"),
            **dict.fromkeys(self.experiment.listed, ("-", "as in the table of points")),
            **factors,
            "seed": ("-", "replication: the same luck in every point that has it"),
            **declared,
            **SPENT,
            "state_hash": ("-", "digest of the state at the end"),
        }

    @property
    def _names(self) -> list[str]:
        return [*self.experiment.outcomes, *SPENT]

    def _keys(self, points: list) -> dict[str, Any]:
        """The columns that say which point a row belongs to."""
        import pandas as pd

        names = [scenario.name for scenario in self.experiment.scenarios]
        keys: dict[str, Any] = {
            "point": np.array([point.number for point in points], np.int64),
            "scenario": pd.array([names[point.scenario] for point in points], "str"),
        }
        if self.experiment.has_luck:
            keys[LUCK] = np.array([point.luck for point in points], np.int64)
        changes = [dict(point.changes) for point in points]
        for path, kind in self._kinds.items():
            values = [change[path] for change in changes]
            keys[path] = pd.array(values, "str") if kind is str else np.array(values, kind)
        return keys

    @cached_property
    def _kinds(self) -> dict[str, type]:
        """The type of what is varied, the same in every part of a table, also in one without rows."""
        first = dict(self.experiment.point(0).changes)
        return {path: type(first[path]) for path in self.experiment.paths}

    def _chunks(self) -> Iterator[tuple[list[Wanted], dict[str, StoredRun]]]:
        """Some runs after the other: those that are asked for, and those that are there by identity."""
        with self.of_one_moment() as now:
            for chunk in in_chunks(self.experiment):
                yield chunk, {run.identity: run for run in now._opened.runs([wanted.identity for wanted in chunk])}

    @cached_property
    def _numbers(self) -> np.ndarray:
        """Points x replications x numbers."""
        found = np.full((len(self.experiment), self.experiment.seeds, len(self._names)), np.nan)
        there = np.zeros(found.shape[:2], bool)
        for chunk, runs in self._chunks():
            for wanted in chunk:
                run = runs.get(wanted.identity)
                if run is not None:
                    there[wanted.point.number, wanted.replication] = True
                    found[wanted.point.number, wanted.replication] = [run.numbers[name] for name in self._names]
        self.__dict__["_there"] = there
        return found

    @cached_property
    def _there(self) -> np.ndarray:
        """Points x replications: whether there is a run."""
        _ = self._numbers
        return self.__dict__["_there"]

    def __repr__(self) -> str:
        return f"<Results of {self.experiment.name!r} in {self.store}>"


_WHY = ("error", "attempts", "traceback")


def _described(frame: "pd.DataFrame", said: dict[str, tuple[str, str]]) -> "pd.DataFrame":
    """A frame whose columns know their unit and meaning."""
    frame.attrs["columns"] = {name: {"unit": unit, "meaning": meaning} for name, (unit, meaning) in said.items() if name in frame}
    return frame

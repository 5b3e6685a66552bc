"""Estimating: how many runs an experiment asks for, how long they take and how much room, before anything is run or written."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import batched, cycle, groupby, islice
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from clustersim.experiments.store import Store, StoredRun, run_identity
from clustersim.experiments.store.errors import in_plain_words
from clustersim.experiments.store.form import new_file
from clustersim.experiments.store.rows import RUNS, row_of_run
from clustersim.experiments.sweeps.asking import CHUNK, Shard, Wanted, wanted_of
from clustersim.experiments.sweeps.experiment import Experiment
from clustersim.experiments.sweeps.living import lived
from clustersim.experiments.sweeps.naming import STORE

__all__ = ["Estimate", "estimate"]

_LOOKED_AT = 200  # stored runs that say how long one takes
_TRIED = 3  # runs tried where none is stored
_COPIED = 500  # runs put in a store to see how large it becomes
_COUNTED = 20_000  # runs looked up in the store, which takes half a minute at most; of more, as many from all over the experiment
_GOLDEN = (5**0.5 - 1) / 2  # its multiples, less their whole parts, lie evenly from 0 to 1 and follow no rhythm


@dataclass(frozen=True)
class Estimate:
    """What a sweep would take.

    Attributes:
        runs: Runs that are asked for.
        there: Of these, in the store; of very many, as a sample of them says.
        seconds_a_run: Time of one run.
        bytes_a_run: Room of one run in the store.
        tried: Whether runs were tried for this, because none was stored.
        workers: Runs at a time.
    """

    runs: int
    there: int
    seconds_a_run: float
    bytes_a_run: float
    tried: bool
    workers: int

    @property
    def seconds(self) -> float:
        """Time of what is not there yet."""
        return (self.runs - self.there) * self.seconds_a_run / self.workers

    @property
    def bytes(self) -> float:
        """Room that what is not there yet takes."""
        return (self.runs - self.there) * self.bytes_a_run


def estimate(experiment: Experiment, store: Path, workers: int, shard: Shard = Shard()) -> Estimate:  # noqa: B008 - frozen
    """Count, and time: by runs of the experiment that are stored, or else by trying a few of its points."""
    runs = len(range(shard.number - 1, experiment.runs, shard.of))
    there, found = 0, []
    if store.exists():
        with Store.open(store, write=False) as opened:
            there, found = _stored(experiment, opened, shard)
    tried = not found
    if tried:
        # from all over the experiment; the first run pays for compiling and loading, and is not counted
        spread = _spread(experiment, shard, _TRIED)
        chosen = [wanted for wanted in spread if not wanted.refused][:_TRIED]
        for number, wanted in enumerate([*chosen[:1], *chosen]):
            run = lived(experiment.scenario_of(wanted.point), wanted.seed).stored(wanted.scenario, wanted.seed)
            found += [run] if number > 0 else []
    return Estimate(runs, there, median(run.seconds for run in found) if found else 0.0, _room(found), tried, workers)


def _stored(experiment: Experiment, store: Store, shard: Shard) -> tuple[int, list[StoredRun]]:
    """How many of the runs are in the store, and some of these."""
    looked_at, found = 0, 0
    some_runs: list[StoredRun] = []
    for some in batched(_spread(experiment, shard, _COUNTED), CHUNK):
        identities = [wanted.identity for wanted in some]
        looked_at += len(some)
        found += len(store.known(identities))
        some_runs += islice(store.runs(identities), _LOOKED_AT - len(some_runs))
    runs = len(range(shard.number - 1, experiment.runs, shard.of))
    return round(found * runs / max(looked_at, 1)), some_runs


def _spread(experiment: Experiment, shard: Shard, most: int) -> Iterator[Wanted]:
    """Runs of this part: all, or so many from all over it. Steps of equal length would meet the same seed again and again."""
    numbers: Sequence[int] = range(shard.number - 1, experiment.runs, shard.of)
    if len(numbers) > most:
        numbers = [numbers[place] for place in sorted({int(len(numbers) * (k * _GOLDEN % 1)) for k in range(most)})]
    for point, runs in groupby(numbers, key=lambda number: number // experiment.seeds):
        wanted = wanted_of(experiment, experiment.point(point))
        yield from (wanted[run % experiment.seeds] for run in runs)


def _room(runs: list[StoredRun]) -> float:
    """Bytes that a run takes in a store, measured: a store has whole pages, so that a run takes up to some times its own length."""
    if not runs:
        return 0.0
    copies = (replace(run, identity=run_identity(run.scenario, number)) for number, run in zip(range(_COPIED), cycle(runs), strict=False))
    with TemporaryDirectory() as folder, in_plain_words(path := Path(folder) / STORE):
        new_file(path)
        empty = path.stat().st_size
        new_file(path, (RUNS.insertion(row_of_run(copy)) for copy in copies))
        return (path.stat().st_size - empty) / _COPIED

"""Estimating: how many runs an experiment asks for, how long they take and how much room, before anything is run or written."""

from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from statistics import median

from clustersim.experiments.store import Store
from clustersim.experiments.store.packing import pack
from clustersim.experiments.sweeps.asking import Shard, in_chunks
from clustersim.experiments.sweeps.experiment import Experiment
from clustersim.experiments.sweeps.living import lived

__all__ = ["Estimate", "estimate"]

_LOOKED_AT = 200  # stored runs that say how long one takes
_TRIED = 3  # runs tried where none is stored


@dataclass(frozen=True)
class Estimate:
    """What a sweep would take.

    Attributes:
        runs: Runs that are asked for.
        there: Of these, in the store.
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
    runs, there, seconds, room = 0, 0, [], []
    if store.exists():
        with Store.open(store, write=False) as opened:
            for chunk in in_chunks(experiment, shard):
                identities = [wanted.identity for wanted in chunk]
                runs += len(chunk)
                there += len(opened.known(identities))
                for run in islice(opened.runs(identities), _LOOKED_AT - len(seconds)):
                    seconds.append(run.seconds)
            facts = opened.facts()
            if facts["runs"]:
                room = [facts["bytes"] / facts["runs"]]
    else:
        runs = sum(map(len, in_chunks(experiment, shard)))
    tried = not seconds
    if tried:
        # from all over the experiment; the first run pays for compiling and loading, and is not counted
        spread = islice(chain.from_iterable(in_chunks(experiment, shard)), 0, runs, max(1, runs // _TRIED))
        chosen = [wanted for wanted in spread if not wanted.refused]
        for number, wanted in enumerate([*chosen[:1], *chosen]):
            run = lived(experiment.scenario_of(wanted.point), wanted.seed).stored(wanted.scenario, wanted.seed)
            if number > 0:
                seconds.append(run.seconds)
                room.append(len(pack(run.numbers, run.series, run.seconds)))
    return Estimate(runs, there, _usual(seconds), _usual(room), tried, workers)


def _usual(values: list[float]) -> float:
    return float(median(values)) if values else 0.0
